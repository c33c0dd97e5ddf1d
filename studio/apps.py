from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "studio"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the modules is what registers this app's job kinds, and the check.
        from . import job_kinds, storage_check  # noqa: F401
