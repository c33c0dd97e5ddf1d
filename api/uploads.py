"""A file that is sent as `multipart/form-data`, checked as the pages check it."""

from pathlib import Path
from typing import Any

from django.utils.datastructures import MultiValueDict

from automl.errors import InputError
from studio.forms import UploadForm


def check_upload(uploaded: Any) -> tuple[str, Path]:
    """Its name, fit to be shown, and where its bytes are until the request ends."""
    form = UploadForm(files=MultiValueDict({"file": [uploaded]}))
    if not form.is_valid():
        problem = form.errors.as_data()["file"][0]
        raise InputError(problem.code or "BAD_FILE", str(problem.messages[0]))
    return form.shown_name, Path(uploaded.temporary_file_path())
