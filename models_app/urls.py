from django.urls import URLPattern

app_name = "models_app"
urlpatterns: list[URLPattern] = []
