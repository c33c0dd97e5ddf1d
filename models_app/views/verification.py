from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from models_app.access import model_for
from models_app.verification import cancel_verification, start_verification, verification_state
from models_app.views.outcomes import do_and_tell
from studio.access import can_write
from studio.models import User


@require_POST
def verification_create(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model, user = model_for(request.user, model_id, write=True), request.user
    assert isinstance(user, User)

    def start() -> str:
        start_verification(user=user, model=model)
        return "This model is trained once more, to be compared with itself."

    do_and_tell(request, start)
    return redirect("models_app:model_details", model.pk)


@require_POST
def verification_cancel(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id, write=True)

    def cancel() -> str:
        cancel_verification(model)
        return "Verification was cancelled; the model stays as it is."

    do_and_tell(request, cancel)
    return redirect("models_app:model_details", model.pk)


@require_safe
def verification_status(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """Fragment of Model Details that polls itself while a verification is under way."""
    model = model_for(request.user, model_id)
    context = {"model": model, "can_write": can_write(request.user, model.workspace)}
    template = "models_app/verification.html"
    return render(request, template, context | verification_state(model))
