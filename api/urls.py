"""The product's own API, under `/api/v1/`."""

app_name = "api"

urlpatterns: list[object] = []
