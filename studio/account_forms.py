"""Forms of the account page, and of the first account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from studio.models import ApiKey, User
from studio.outgoing_targets import MAX_URL_CHARS
from studio.webhooks import EVENTS


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label="Name",
        help_text="What it is for, so that you know later which to revoke.",
        error_messages={"required": "Enter a name, so that you know later what the key is for."},
    )
    scope = forms.ChoiceField(
        choices=ApiKey.Scope.choices,
        initial=ApiKey.Scope.WRITE,
        widget=forms.RadioSelect,
        label="What it may do",
    )
    valid_days = forms.TypedChoiceField(
        choices=[
            ("", "Until it is revoked"),
            ("30", "30 days"),
            ("90", "90 days"),
            ("365", "A year"),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        label="Valid for",
    )


class EventsForm(forms.Form):
    events = forms.MultipleChoiceField(
        choices=[(event.value, event.label) for event in EVENTS],
        initial=[event.value for event in EVENTS],
        widget=forms.CheckboxSelectMultiple,
        label="Send when",
        error_messages={"required": "Tick at least one event."},
    )


class WebhookForm(EventsForm):
    url = forms.CharField(
        max_length=MAX_URL_CHARS,
        label="Address",
        help_text="It gets a signed POST with JSON, and answers with a status from 200 to 299.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        error_messages={"required": "Enter the address that is to be told."},
    )


class FirstAdminForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 8 characters, not only digits, nothing common.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned:
            try:
                validate_password(cleaned["password"], User(email=cleaned.get("email", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned
