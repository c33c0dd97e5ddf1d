"""The addresses that the official client asks for, under `/api/`; none ends with a slash."""

from django.urls import path

from client_api.views import accounts, deployments, predictions

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
]
