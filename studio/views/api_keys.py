"""API keys on the account page: made, shown once, revoked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from automl.errors import InputError
from studio.account_forms import ApiKeyForm
from studio.api_keys import create_key, keys_of, revoke_key
from studio.models import User
from studio.views.accounts import show_account


@sensitive_variables("key")
@require_POST
def key_create(request: HttpRequest) -> HttpResponse:
    """The answer is the only page that ever shows the key, so it is no redirect."""
    assert isinstance(request.user, User)
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return show_account(request, key_form=form)
    try:
        row, key = create_key(user=request.user, **form.cleaned_data)
    except InputError as error:
        form.add_error(None, error.message)
        return show_account(request, key_form=form)
    return render(request, "studio/api_key_made.html", {"row": row, "key": key})


@require_POST
def key_revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    row = get_object_or_404(keys_of(request.user), pk=key_id)
    revoke_key(row)
    messages.success(request, f"The key “{row.name}” no longer works.")
    return redirect("studio:account")
