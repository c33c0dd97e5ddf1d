from django import forms


class DeployForm(forms.Form):
    name = forms.CharField(max_length=100, label="Model name")
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
