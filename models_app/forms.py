from django import forms

from studio.forms import PresetField


class DeployForm(forms.Form):
    name = forms.CharField(max_length=100, label="Model name")
    preset = PresetField()
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
