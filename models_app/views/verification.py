from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from automl.errors import InputError
from models_app.access import model_for
from models_app.verification import cancel_verification, start_verification, verification_state
from studio.access import can_write
from studio.models import User


@require_POST
def verification_create(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id, write=True)
    assert isinstance(request.user, User)
    try:
        start_verification(user=request.user, model=model)
    except InputError as error:
        messages.error(request, error.message)
        return redirect("inference:result_list", model.pk)
    messages.success(request, "This model is trained once more, to be compared with itself.")
    return redirect("models_app:model_details", model.pk)


@require_POST
def verification_cancel(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id, write=True)
    try:
        cancel_verification(model)
    except InputError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Verification was cancelled; the model stays as it is.")
    return redirect("models_app:model_details", model.pk)


@require_safe
def verification_status(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """Fragment of Model Details that polls itself while a verification is under way."""
    model = model_for(request.user, model_id)
    context = {"model": model, "can_write": can_write(request.user, model.workspace)}
    template = "models_app/verification.html"
    return render(request, template, context | verification_state(model))
