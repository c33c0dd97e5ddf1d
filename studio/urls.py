"""All addresses; later apps are named by string, so that nothing here imports them."""

from django.contrib import admin
from django.urls import include, path, register_converter

from studio.converters import HexIdConverter
from studio.views.home import favicon

register_converter(HexIdConverter, "hex")

urlpatterns = [
    path("favicon.ico", favicon),
    path("admin/", admin.site.urls),
    # Before the API of our own: some of its addresses begin with v1/ too.
    path("api/", include("client_api.urls")),
    path("api/v1/", include("api.urls")),
    path("", include("studio.page_urls")),
    path("", include("models_app.urls")),
    path("", include("inference.urls")),
]
