from django.apps import AppConfig


class ClientApiConfig(AppConfig):
    name = "client_api"
    default_auto_field = "django.db.models.BigAutoField"
