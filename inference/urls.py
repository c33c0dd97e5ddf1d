from django.urls import path

from inference.views import export, playground, predict, result, results, rows

app_name = "inference"

urlpatterns = [
    path("models/<hex:model_id>/", results.result_list, name="result_list"),
    path("models/<hex:model_id>/results/", results.result_table, name="result_table"),
    path("models/<hex:model_id>/predict/", results.result_create, name="result_create"),
    path("models/<hex:model_id>/template/", results.template_csv, name="template_csv"),
    path("models/<hex:model_id>/playground/", playground.model_playground, name="model_playground"),
    path("models/<hex:model_id>/predict.json", predict.model_predict_json, name="predict_json"),
    path("results/<hex:result_id>/", result.result_detail, name="result_detail"),
    path("results/<hex:result_id>/state/", result.result_status, name="result_status"),
    path("results/<hex:result_id>/start/", result.result_start, name="result_start"),
    path("results/<hex:result_id>/look/", result.result_look, name="result_look"),
    path("results/<hex:result_id>/cancel/", result.result_cancel, name="result_cancel"),
    path("results/<hex:result_id>/rows/", rows.result_rows, name="result_rows"),
    path("results/<hex:result_id>/rows/send/", rows.rows_send, name="rows_send"),
    path("results/<hex:result_id>/export/", export.result_export, name="result_export"),
    path("downloads/<str:token>/", export.export_download, name="export_download"),
    path("results/<hex:result_id>/delete/", result.result_delete, name="result_delete"),
]
