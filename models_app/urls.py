from django.urls import path

from models_app.views import bundles, deploy, models, verification

app_name = "models_app"

urlpatterns = [
    path("models/", models.model_list, name="model_list"),
    path("models/table/", models.model_table, name="model_table"),
    path("projects/<hex:project_id>/models/", models.project_models, name="project_models"),
    path("cleansets/<hex:cleanset_id>/deploy/", deploy.model_create, name="model_create"),
    path("models/<hex:model_id>/state/", models.model_status, name="model_status"),
    path("models/<hex:model_id>/details/", models.model_details, name="model_details"),
    path("models/<hex:model_id>/bundle/", bundles.model_bundle, name="model_bundle"),
    path("models/<hex:model_id>/retrain/", deploy.model_retrain, name="model_retrain"),
    path("models/<hex:model_id>/stop/", deploy.model_stop, name="model_stop"),
    path("models/<hex:model_id>/cancel/", deploy.model_cancel, name="model_cancel"),
    path(
        "models/<hex:model_id>/verify/",
        verification.verification_create,
        name="verification_create",
    ),
    path(
        "models/<hex:model_id>/verify/state/",
        verification.verification_status,
        name="verification_status",
    ),
    path(
        "models/<hex:model_id>/verify/cancel/",
        verification.verification_cancel,
        name="verification_cancel",
    ),
    path("models/<hex:model_id>/delete/", deploy.model_delete, name="model_delete"),
]
