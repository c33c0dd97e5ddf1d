"""The addresses that the official client asks for, under `/api/`; none ends with a slash."""

from django.urls import path

from client_api.views import accounts, cleansets, deployments, predictions, projects

app_name = "client_api"

urlpatterns = [
    path("cli/v0/check_client_version", accounts.check_client_version, name="check_version"),
    path("cli/v0/validate", accounts.validate, name="validate"),
    path("cli/v0/telemetry", accounts.telemetry, name="telemetry"),
    path("v1/deployment", deployments.deployment_create, name="deployment_create"),
    path("v1/deployment/batch/<str:token>", predictions.batch_upload, name="batch_upload"),
    path("v1/deployment/predict/<hex:query_id>", predictions.query_detail, name="query_detail"),
    path("v1/deployment/<hex:model_id>", deployments.deployment_detail, name="deployment_detail"),
    path("v1/deployment/<hex:model_id>/upload", predictions.query_create, name="query_create"),
    path(
        "v1/deployment/<hex:model_id>/predict/<hex:query_id>",
        predictions.query_start,
        name="query_start",
    ),
    path("projects/clean", projects.clean, name="project_create"),
    path("projects/<hex:project_id>", projects.delete, name="project"),
    path("cli/v0/projects/<hex:project_id>/dataset", projects.dataset, name="project_dataset"),
    path(
        "cli/v0/projects/<hex:project_id>/label_column", projects.label_column, name="label_column"
    ),
    path(
        "cleansets/project/<hex:project_id>/latest_cleanset_id",
        projects.latest_cleanset_id,
        name="latest_cleanset",
    ),
    path("cleansets/<hex:cleanset_id>/status", cleansets.status, name="cleanset_status"),
    path("cli/v0/cleansets/<hex:cleanset_id>/project", cleansets.project, name="cleanset_project"),
    path("cli/v0/cleansets/<hex:cleanset_id>/id_column", cleansets.id_column, name="id_column"),
    path("cli/v0/cleansets/<hex:cleanset_id>/columns", cleansets.columns, name="columns"),
    path("cli/v0/cleansets/<hex:cleanset_id>/pred_probs", cleansets.pred_probs, name="pred_probs"),
    path("cli/v0/cleansets/<hex:cleanset_id>/embeddings", cleansets.embeddings, name="embeddings"),
]
