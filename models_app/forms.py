from django import forms

from models_app.models import DeployedModel
from studio.forms import PresetField
from studio.time_limits import MAX_SECONDS


class DeployForm(forms.Form):
    name = forms.CharField(max_length=100, label="Model name")
    preset = PresetField()
    time_limit_minutes = forms.IntegerField(
        min_value=1,
        max_value=MAX_SECONDS // 60,
        required=False,
        label="Time limit in minutes",
        help_text="Candidates that are not ready by then are left out. Empty: a generous limit "
        "that grows with the rows.",
    )
    decision = forms.ChoiceField(
        choices=DeployedModel.Decision.choices,
        required=False,
        initial=DeployedModel.Decision.MOST_LIKELY,
    )
    decision_threshold = forms.FloatField(
        min_value=0.01, max_value=0.99, required=False, initial=0.5, label="Threshold"
    )
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_decision(self) -> str:
        return self.cleaned_data["decision"] or DeployedModel.Decision.MOST_LIKELY
