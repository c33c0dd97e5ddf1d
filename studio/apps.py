from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "studio"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the module is what registers this app's job kinds.
        from . import job_kinds  # noqa: F401
