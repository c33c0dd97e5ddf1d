from django.apps import AppConfig


class ClientApiConfig(AppConfig):
    name = "client_api"
    verbose_name = "Official client"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from studio.reconciler import add_step

        from . import job_kinds  # noqa: F401
        from .sweeping import sweep_uploads

        add_step(sweep_uploads)
