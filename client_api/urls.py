"""The addresses that the official client asks for, under `/api/`; none ends with a slash."""

from django.urls import path

from client_api.views import accounts

app_name = "client_api"

urlpatterns = [
    path("cli/v0/check_client_version", accounts.check_client_version, name="check_version"),
    path("cli/v0/validate", accounts.validate, name="validate"),
    path("cli/v0/telemetry", accounts.telemetry, name="telemetry"),
]
