"""The corpus of hostile and odd files, and how tests bring them to the forms that people use."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

CORPUS = Path(__file__).parent / "bad_inputs"
EXPECTATIONS = json.loads((CORPUS / "expectations.json").read_text())
SETUP = json.loads((CORPUS / "setup.json").read_text())["models"]


def entries(context, expect=None):
    names = [
        name
        for name, entry in EXPECTATIONS.items()
        if entry["context"] == context and expect in {None, entry["expect"]}
    ]
    return pytest.mark.parametrize("name", names)


def upload(client, name, address, **fields):
    shown = EXPECTATIONS[name].get("upload_as", Path(name).name)
    return upload_bytes(client, shown, (CORPUS / name).read_bytes(), address, **fields)


def upload_bytes(client, shown, content, address, **fields):
    file = SimpleUploadedFile("placeholder.csv", content)
    # As browsers send it: line ends and quotes in a name are percent-encoded (WHATWG).
    file._name = shown.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    return client.post(address, {"file": file, **fields})


def form_error(answer):
    form = answer.context["form"]
    return " ".join(str(e) for errors in form.errors.values() for e in errors)
