"""The addresses that the official client asks for, under `/api/`; none ends with a slash."""

from django.urls import path, re_path

from client_api.views import (
    accounts,
    cleansets,
    datasets,
    deployments,
    elsewhere,
    predictions,
    projects,
    uploads,
)

app_name = "client_api"

urlpatterns = [
    path("cli/v0/check_client_version", accounts.check_client_version, name="check_version"),
    path("cli/v0/validate", accounts.validate, name="validate"),
    path("cli/v0/telemetry", accounts.telemetry, name="telemetry"),
    path("upload/v1/file/initialize", uploads.initialize, name="upload_initialize"),
    path("upload/v1/file/part/<str:token>", uploads.part, name="upload_part"),
    path("upload/v1/file/complete", uploads.complete, name="upload_complete"),
    path("upload/v1/confirm", uploads.confirm, name="upload_confirm"),
    path("upload/v1/url/initialize", uploads.initialize_url, name="upload_from_url"),
    path("upload/v1/total_progress", uploads.total_progress, name="upload_progress"),
    path("upload/v1/dataset_id", uploads.dataset_id, name="upload_dataset"),
    path("upload/v1/bigquery/initialize", uploads.no_bigquery, name="bigquery_initialize"),
    path("upload/v1/bigquery/principal_account", uploads.no_bigquery, name="bigquery_account"),
    path("upload/v1/schema", datasets.schema_update, name="schema_update"),
    path("projects/dataset_details/<hex:dataset_id>", datasets.details, name="dataset_details"),
    path("datasets/dataset_id_for_name", datasets.id_for_name, name="dataset_for_name"),
    path("datasets/<hex:dataset_id>", datasets.delete, name="dataset"),
    path("datasets/diversity/<hex:dataset_id>/<path:column>", datasets.diversity, name="diversity"),
    path(
        "datasets/check_valid_multilabel/<hex:dataset_id>/<path:column>",
        datasets.valid_multilabel,
        name="valid_multilabel",
    ),
    path("cli/v0/datasets/<hex:dataset_id>/schema", datasets.schema, name="schema"),
    path("cli/v0/datasets/<hex:dataset_id>/complete", datasets.is_complete, name="is_complete"),
    path("cli/v0/check_dataset_limit", datasets.check_limit, name="dataset_limit"),
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
    # Products that ask language models are not here, and an id that is none ends here too.
    re_path(r"^(?!v1/(?!deployment/))(?P<rest>.+)$", elsewhere.not_here, name="not_here"),
]
