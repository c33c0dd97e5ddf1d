"""Webhooks: made on the account page, each with a page of its own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from automl.errors import InputError
from studio.access import require_writer, row_for, workspace_for
from studio.account_forms import EventsForm, WebhookForm
from studio.models import User, Webhook
from studio.trash import delete_row
from studio.views.accounts import show_account
from studio.webhooks import (
    create_webhook,
    send_again,
    send_test,
    set_events,
    switch_off,
    switch_on,
)

SHOWN_DELIVERIES = 50


@sensitive_variables("webhook")
@require_POST
def webhook_create(request: HttpRequest) -> HttpResponse:
    """The answer is the only page that ever shows the secret, so it is no redirect."""
    assert isinstance(request.user, User)
    workspace = workspace_for(request.user)
    require_writer(request.user, workspace)
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return show_account(request, webhook_form=form)
    try:
        webhook = create_webhook(user=request.user, workspace=workspace, **form.cleaned_data)
    except InputError as error:
        form.add_error("url", error.message)
        return show_account(request, webhook_form=form)
    return render(request, "studio/webhook_made.html", {"webhook": webhook})


@require_http_methods(["GET", "POST"])
def webhook_detail(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Also read by writers only: addresses of webhooks often hold a secret of their own."""
    webhook = row_for(Webhook, request.user, webhook_id, write=True)
    data = request.POST if request.method == "POST" else None
    form = EventsForm(data, initial={"events": webhook.events})
    if form.is_valid():
        set_events(webhook, form.cleaned_data["events"])
        messages.success(request, "Saved.")
        return redirect("studio:webhook_detail", webhook.pk)
    context = {
        "webhook": webhook,
        "form": form,
        "deliveries": webhook.deliveries.order_by("-created_at")[:SHOWN_DELIVERIES],
        # Only so long is it worth looking again and again.
        "is_waiting": webhook.deliveries.filter(state="due", attempts=0).exists(),
    }
    page = "webhook_deliveries" if request.htmx else "webhook_detail"  # type: ignore[attr-defined]
    return render(request, f"studio/{page}.html", context, status=422 if form.is_bound else 200)


@require_POST
def webhook_switch(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    webhook = row_for(Webhook, request.user, webhook_id, write=True)
    if request.POST.get("to") == "on":
        switch_on(webhook)
        messages.success(request, "The webhook is on.")
    else:
        switch_off(webhook)
        messages.success(request, "The webhook is off.")
    return redirect("studio:webhook_detail", webhook.pk)


@require_POST
def webhook_test(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    webhook = row_for(Webhook, request.user, webhook_id, write=True)
    try:
        send_test(webhook)
    except InputError as error:
        messages.error(request, error.message)
    return redirect("studio:webhook_detail", webhook.pk)


@require_POST
def delivery_send(request: HttpRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    webhook = row_for(Webhook, request.user, webhook_id, write=True)
    delivery = get_object_or_404(webhook.deliveries.select_related("webhook"), pk=delivery_id)
    try:
        send_again(delivery)
    except InputError as error:
        messages.error(request, error.message)
    return redirect("studio:webhook_detail", webhook.pk)


@require_http_methods(["GET", "POST"])
def webhook_delete(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    webhook = row_for(Webhook, request.user, webhook_id, write=True)
    if request.method == "POST":
        delete_row(webhook)
        messages.success(request, "Deleted the webhook.")
        return redirect("studio:account")
    return render(request, "studio/webhook_delete.html", {"webhook": webhook})
