from django import forms

from studio.forms import UploadForm


class BatchForm(UploadForm):
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
