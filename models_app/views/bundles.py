from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from automl.errors import InputError
from models_app.access import model_for
from models_app.portable_bundle import download_bundle


@require_safe
def model_bundle(request: HttpRequest, model_id: UUID) -> HttpResponseBase:
    model = model_for(request.user, model_id)
    try:
        return download_bundle(model)
    except InputError as error:
        messages.error(request, error.message)
        return redirect("models_app:model_details", model.pk)
