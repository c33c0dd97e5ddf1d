from django import forms

from studio.forms import UploadForm


class BatchForm(UploadForm):
    empty_message = "The file is empty, or its upload did not finish."
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_always_full = forms.BooleanField(
        required=False, label="Use the full ensemble, however many rows there are"
    )
