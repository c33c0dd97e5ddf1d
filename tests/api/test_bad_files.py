"""The corpus of hostile and odd files, brought to a model by a script with a key."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inference.models import InferenceResult

from ..corpus import CORPUS, EXPECTATIONS, entries
from ..corpus_models import make_model
from ..inline_jobs import run_all_jobs
from ..large_inputs import LARGE
from .conftest import error_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def predict(api, alice, predictor_files):
    """The code of what went wrong, at once or in a job, and of the file what is told then."""

    def predict(kind, name, content):
        model = make_model(alice, predictor_files, kind)
        file = SimpleUploadedFile(Path(name).name, content)
        answer = api.upload(f"/deployments/{model.hex_id}/predictions", file)
        if answer.status_code != 201:
            assert not InferenceResult.objects.exists()
            return error_of(answer, answer.status_code), {}
        run_all_jobs()
        told = api.get(f"/predictions/{answer.json()['id']}").json()
        assert told["status"] in {"ready", "failed"}
        return (told["error"] or {}).get("code"), told

    return predict


@entries("predict")
def test_a_file_is_predicted_or_refused_as_by_the_form(name, predict):
    entry = EXPECTATIONS[name]
    code, told = predict(entry["model"], name, (CORPUS / name).read_bytes())
    assert code == entry.get("code")
    if code is None:
        assert told["n_rows"] == entry["rows"]


@entries("ingest", "error")
def test_what_is_no_table_is_refused(name, predict):
    shown = EXPECTATIONS[name].get("upload_as", name).replace("\x00", "") or "nameless"
    code, _ = predict("text", shown, (CORPUS / name).read_bytes())
    assert code not in {None, "INTERNAL"}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_far_too_large_is_refused(name, predict, tmp_path):
    with (tmp_path / "large").open("wb") as file:
        LARGE[name][0](file)
    code, _ = predict("text", name, (tmp_path / "large").read_bytes())
    assert code not in {None, "INTERNAL"}
