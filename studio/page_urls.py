from django.contrib.auth.views import LogoutView
from django.urls import path

from studio.views import (
    accounts,
    analytics,
    api_keys,
    auto_fix,
    auto_labels,
    batches,
    datasets,
    decisions,
    exports,
    history,
    home,
    imports,
    projects,
    resolver,
    webhooks,
)

app_name = "studio"

urlpatterns = [
    path("", home.home, name="home"),
    path("theme/", home.theme_set, name="theme_set"),
    path("sign-in/", accounts.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("first-admin/<str:token>/", accounts.first_admin, name="first_admin"),
    path("account/", accounts.account, name="account"),
    path("account/keys/", api_keys.key_create, name="key_create"),
    path("account/keys/<hex:key_id>/revoke/", api_keys.key_revoke, name="key_revoke"),
    path("account/webhooks/", webhooks.webhook_create, name="webhook_create"),
    path(
        "account/webhooks/<hex:webhook_id>/",
        webhooks.webhook_detail,
        name="webhook_detail",
    ),
    path(
        "account/webhooks/<hex:webhook_id>/switch/",
        webhooks.webhook_switch,
        name="webhook_switch",
    ),
    path(
        "account/webhooks/<hex:webhook_id>/test/",
        webhooks.webhook_test,
        name="webhook_test",
    ),
    path(
        "account/webhooks/<hex:webhook_id>/deliveries/<hex:delivery_id>/send/",
        webhooks.delivery_send,
        name="delivery_send",
    ),
    path(
        "account/webhooks/<hex:webhook_id>/delete/",
        webhooks.webhook_delete,
        name="webhook_delete",
    ),
    path("datasets/", datasets.dataset_list, name="dataset_list"),
    path("datasets/new/", datasets.dataset_create, name="dataset_create"),
    path("datasets/from-url/", datasets.url_dataset_create, name="url_dataset_create"),
    path("datasets/sample/", datasets.sample_create, name="sample_create"),
    path("datasets/<hex:dataset_id>/", datasets.dataset_detail, name="dataset_detail"),
    path("datasets/<hex:dataset_id>/state/", datasets.dataset_status, name="dataset_status"),
    path("datasets/<hex:dataset_id>/reread/", datasets.dataset_reread, name="dataset_reread"),
    path("datasets/<hex:dataset_id>/delete/", datasets.dataset_delete, name="dataset_delete"),
    path("projects/", projects.project_list, name="project_list"),
    path("projects/new/", projects.project_create, name="project_create"),
    path("projects/<hex:project_id>/", projects.project_detail, name="project_detail"),
    path(
        "projects/<hex:project_id>/versions/<int:version>/",
        projects.project_detail,
        name="project_version",
    ),
    path("projects/<hex:project_id>/state/", projects.project_status, name="project_status"),
    path("projects/<hex:project_id>/delete/", projects.project_delete, name="project_delete"),
    path("cleansets/<hex:cleanset_id>/", projects.cleanset_detail, name="cleanset_detail"),
    path(
        "cleansets/<hex:cleanset_id>/rows/<int:row_id>/",
        resolver.row_detail,
        name="row_detail",
    ),
    path(
        "cleansets/<hex:cleanset_id>/rows/<int:row_id>/decide/",
        decisions.row_decide,
        name="row_decide",
    ),
    path(
        "cleansets/<hex:cleanset_id>/analytics/",
        analytics.cleanset_analytics,
        name="cleanset_analytics",
    ),
    path(
        "cleansets/<hex:cleanset_id>/history/",
        history.cleanset_history,
        name="cleanset_history",
    ),
    path(
        "cleansets/<hex:cleanset_id>/export/",
        exports.cleanset_export_form,
        name="cleanset_export_form",
    ),
    path(
        "cleansets/<hex:cleanset_id>/export/file/",
        exports.cleanset_export,
        name="cleanset_export",
    ),
    path(
        "cleansets/<hex:cleanset_id>/embeddings/<int:position>/",
        exports.cleanset_embeddings,
        name="cleanset_embeddings",
    ),
    path(
        "cleansets/<hex:cleanset_id>/import/",
        imports.import_create,
        name="import_create",
    ),
    path("imports/<hex:import_id>/", imports.import_detail, name="import_detail"),
    path("imports/<hex:import_id>/state/", imports.import_status, name="import_status"),
    path(
        "cleansets/<hex:cleanset_id>/improve/",
        decisions.version_create,
        name="version_create",
    ),
    path(
        "cleansets/<hex:cleanset_id>/auto-label/",
        auto_labels.cleanset_auto_label,
        name="cleanset_auto_label",
    ),
    path(
        "cleansets/<hex:cleanset_id>/auto-fix/",
        auto_fix.cleanset_auto_fix,
        name="cleanset_auto_fix",
    ),
    path(
        "cleansets/<hex:cleanset_id>/clean-top/",
        batches.cleanset_clean_top,
        name="cleanset_clean_top",
    ),
    path(
        "cleansets/<hex:cleanset_id>/batches/<hex:batch_id>/undo/",
        batches.batch_undo,
        name="batch_undo",
    ),
]
