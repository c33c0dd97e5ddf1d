from django.urls import path

from inference.views import results

app_name = "inference"

urlpatterns = [
    path("models/<hex:model_id>/", results.result_list, name="result_list"),
    path("models/<hex:model_id>/results/", results.result_table, name="result_table"),
    path("models/<hex:model_id>/predict/", results.result_create, name="result_create"),
    path("models/<hex:model_id>/template/", results.template_csv, name="template_csv"),
    path("results/<hex:result_id>/export/", results.result_export, name="result_export"),
    path("results/<hex:result_id>/delete/", results.result_delete, name="result_delete"),
]
