"""A trained model leaves the server as a zip, and predicts the same without it."""

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from django.urls import reverse

from automl.errors import InputError
from automl.portable import command
from automl.portable.contents import PredictorFacts
from automl.predictor import Predictor, ServingPool
from inference.batches import create_batch
from inference.models import InferenceResult
from models_app.models import DeployedModel
from studio.files import hash_file, local_path

from ..factories import make_cleanset, make_model
from ..inline_jobs import run_all_jobs
from .trained import train_on_numbers, train_on_texts

pytestmark = pytest.mark.django_db(transaction=True)

FRESH_VENV = "TEST_FRESH_VENV"
NEW_ROWS = {
    "tabular": "weight,size,colour | kind,more\n0.5,1,red,x\n,-2,,\nmuch,0.1,violet,\n",
    "text": 'number,what\n1,the apple\n2,""\n3,"a saw, a drill\nand plums"\n',
}
TRAIN = {"tabular": train_on_numbers, "text": train_on_texts}


def download(client, model):
    return client.get(reverse("models_app:model_bundle", args=[model.pk]))


def unpack(content, folder):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
        names = archive.namelist()
    (top,) = {name.split("/")[0] for name in names}
    return folder / top


def run_script(folder, *arguments, python=(sys.executable, "-I")):
    """Isolated: neither this repository nor the folder that it runs in is looked at."""
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder.parent)}
    return subprocess.run(
        [*python, str(folder / "predict.py"), *map(str, arguments)],
        cwd=folder.parent,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def predict_here(alice, alice_client, tmp_path):
    """The export of the server for the same file."""

    def predict_here(model, text):
        path = tmp_path / uuid4().hex
        path.write_text(text)
        result = create_batch(
            user=alice, model=model, file_name="new.csv", path=path, idempotency_key=uuid4().hex
        )
        run_all_jobs()
        result = InferenceResult.objects.get(pk=result.pk)
        assert result.status == "ready", result.error_message
        export = reverse("inference:result_export", args=[result.pk])
        return b"".join(alice_client.get(export, follow=True))

    return predict_here


@pytest.fixture(params=sorted(TRAIN))
def trained(request, alice, tmp_path):
    return TRAIN[request.param](alice, tmp_path), NEW_ROWS[request.param]


def test_it_predicts_without_the_server_what_the_server_predicts(
    trained, alice_client, predict_here, tmp_path
):
    model, text = trained
    folder = unpack(b"".join(download(alice_client, model)), tmp_path)
    tested = run_script(folder, "--self-test")
    assert (tested.returncode, tested.stderr) == (0, "")
    assert tested.stdout.startswith("20 golden rows; largest difference of a probability: 0 ")
    source, target = tmp_path / "new.csv", tmp_path / "out.csv"
    source.write_text(text)
    done = run_script(folder, source, target)
    assert done.returncode == 0, done.stderr
    assert target.read_bytes() == predict_here(model, text)
    assert done.stdout == f"3 rows were predicted: {target}\n"
    check_its_files(folder, model)
    check_its_golden_rows(folder, tmp_path)


def check_its_files(folder, model):
    names = {path.name for path in folder.iterdir()}
    assert {"MODEL_CARD.md", "requirements.txt", "schema.json", "LICENSE", "predict.py"} <= names
    assert (folder / "predictor.zip").read_bytes() == local_path(model.predictor_file).read_bytes()
    code = {path.relative_to(folder).as_posix() for path in folder.rglob("automl/**/*.py")}
    assert "automl/predictor.py" in code
    assert not code & {"automl/folds.py", "automl/families/catboost_trees.py"}
    is_text = model.cleanset.project.modality == "text"
    encoder = folder / "automl" / "features" / "minilm"
    assert encoder.exists() == is_text
    assert not is_text or {"model.onnx", "NOTICE.md"} <= {path.name for path in encoder.iterdir()}
    pins = (folder / "requirements.txt").read_text()
    assert ("onnxruntime==" in pins) == is_text
    assert "catboost" not in pins
    assert "numpy==" in pins


def check_its_golden_rows(folder, tmp_path):
    """They are a file that can be predicted, with what must come out of it."""
    target = tmp_path / "golden.csv"
    assert run_script(folder, folder / "golden_rows.jsonl", target).returncode == 0
    found, expected = pd.read_csv(target), pd.read_csv(folder / "golden_expected.csv")
    assert list(found.columns) == [*expected.columns, "Suggested Label"]
    assert len(found) == 20
    np.testing.assert_allclose(found[expected.columns], expected, atol=1e-6)


KEPT = {}


@pytest.fixture
def numbers(alice, alice_client, tmp_path):
    """A bundle of numbers, made once: it needs no database any more."""
    if not KEPT:
        model = train_on_numbers(alice, tmp_path)
        KEPT["zip"] = b"".join(download(alice_client, model))
    return unpack(KEPT["zip"], tmp_path / "bundle")


@pytest.fixture
def refuse(numbers, capsys):
    """The command in this process; the sentence, after it was checked that it is one."""

    def refuse(*arguments):
        assert command.main(numbers, [str(argument) for argument in arguments]) == 2
        said = capsys.readouterr().err
        assert said.startswith("predict.py: error: ")
        assert said.count("\n") == 1
        return said

    return refuse


def test_what_is_wrong_is_said_in_a_sentence(refuse, tmp_path):
    rows, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    rows.write_text("size,weight\n1,2\n")
    assert "has no column 'colour | kind'" in refuse(rows, out)
    assert "No such file" in refuse(tmp_path / "nothing.csv", out)
    assert "are the same file" in refuse(rows, rows)
    rows.write_text('size,weight,colour | kind\n1,2,"red\n')
    assert "quot" in refuse(rows, out)
    rows.write_text("size,weight,colour | kind\n")
    assert "no data rows" in refuse(rows, out)
    rows.write_text(NEW_ROWS["tabular"])
    assert "No such file" in refuse(rows, tmp_path / "no folder" / "out.csv")
    assert not out.exists()
    assert not list(tmp_path.glob(".*.part"))


def test_the_script_tells_how_it_is_used_and_ends_with_a_code(numbers, tmp_path):
    usage = run_script(numbers)
    assert usage.returncode == 2
    assert "name an INPUT and an OUTPUT" in usage.stderr
    assert "--self-test" in run_script(numbers, "--help").stdout
    lost = run_script(numbers, tmp_path / "nothing.csv", tmp_path / "out.csv")
    assert (lost.returncode, lost.stderr.count("\n")) == (2, 1)


def test_a_library_that_is_not_installed_is_named(numbers, tmp_path):
    """As in an environment in which requirements.txt was not installed."""
    bare = [sys.executable, "-I", "-S"]
    done = run_script(numbers, "--self-test", python=bare)
    assert done.returncode == 2
    assert "pip install -r requirements.txt" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("has_serving", [False, True])
def test_fast_is_answered_by_the_serving_ensemble_where_there_is_one(
    numbers, tmp_path, capsys, has_serving
):
    path = numbers / "predictor.zip"
    predictor = Predictor.load(path)
    if has_serving:
        weights = [1.0, *[0.0] * (len(predictor.members) - 1)]
        predictor = replace(predictor, serving=ServingPool(weights, 1.0, None))
        keep(predictor, numbers)
    rows, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    rows.write_text(NEW_ROWS["tabular"])
    assert command.main(numbers, ["--fast", str(rows), str(out)]) == 0
    assert ("There is no serving ensemble" in capsys.readouterr().err) is not has_serving
    table = pa.table({"c0": ["1"], "c1": ["0.5"], "c2": ["red"]})
    wanted = (predictor.for_serving() if has_serving else predictor).predict_proba(table)
    found = pd.read_csv(out)[predictor.classes].to_numpy()[:1]
    np.testing.assert_allclose(found, wanted, atol=1e-12)


def keep(predictor, folder):
    """As its maker would have written it."""
    predictor.save(folder / "predictor.zip", info={})
    about = json.loads((folder / "bundle.json").read_text())
    about["predictor_sha256"] = hash_file(folder / "predictor.zip")
    (folder / "bundle.json").write_text(json.dumps(about))


@pytest.mark.parametrize("name", ["predictor.zip", "bundle.json"])
@pytest.mark.parametrize("change", ["lost", "cut", "changed"])
def test_a_bundle_that_was_tampered_with_fails_its_self_test(numbers, capsys, name, change):
    path = numbers / name
    content = path.read_bytes()
    path.unlink()
    if change == "cut":
        path.write_bytes(content[:-10])
    if change == "changed":
        path.write_bytes(content.replace(b"classes", b"glasses").replace(b"modules", b"nodules"))
    assert command.main(numbers, ["--self-test"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{name} is missing or damaged" in said.err


def test_a_bundle_that_lacks_a_module_does_not_run(numbers):
    """So that the tests above show that none is missing."""
    (numbers / "automl" / "pooling.py").unlink()
    done = run_script(numbers, "--self-test")
    assert done.returncode == 2
    assert "automl.pooling" in done.stderr


def test_a_predictor_that_says_something_else_fails_its_self_test(
    numbers, refuse, capsys, tmp_path
):
    """Whole in itself: only its golden rows tell."""
    keep(replace(Predictor.load(numbers / "predictor.zip"), temperature=3.0), numbers)
    assert command.main(numbers, ["--self-test"]) == 1
    assert "FAILED" in capsys.readouterr().out
    (tmp_path / "rows.csv").write_text(NEW_ROWS["tabular"])
    assert "is not used" in refuse(tmp_path / "rows.csv", tmp_path / "out.csv")


def test_a_predictor_without_golden_rows_says_that_it_has_no_self_test(numbers, capsys):
    keep(replace(Predictor.load(numbers / "predictor.zip"), golden=None), numbers)
    assert command.main(numbers, ["--self-test"]) == 1
    assert "from before golden rows" in capsys.readouterr().err


@pytest.mark.skipif(not os.environ.get(FRESH_VENV), reason=f"needs a network: {FRESH_VENV}=1")
@pytest.mark.timeout(1500)
def test_it_runs_in_a_fresh_virtual_environment(trained, alice_client, predict_here, tmp_path):
    model, text = trained
    folder = unpack(b"".join(download(alice_client, model)), tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    install = [str(python), "-m", "pip", "install", "-q", "-r", str(folder / "requirements.txt")]
    subprocess.run(install, check=True)
    tested = run_script(folder, "--self-test", python=[str(python)])
    assert tested.returncode == 0, tested.stdout + tested.stderr
    print(tested.stdout)
    (tmp_path / "new.csv").write_text(text)
    done = run_script(folder, tmp_path / "new.csv", tmp_path / "out.csv", python=[str(python)])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.csv").read_bytes() == predict_here(model, text)


@pytest.fixture
def model(alice, tmp_path):
    return make_model(make_cleanset(alice, tmp_path), tmp_path)


def test_a_model_that_is_not_trained_has_none(model, alice_client):
    DeployedModel.objects.update(status="TRAINING")
    page = alice_client.get(reverse("inference:result_list", args=[model.pk])).content.decode()
    assert "Download bundle" not in page
    assert download(alice_client, model).status_code == 302


@pytest.mark.parametrize("damage", ["lost", "changed", "strange", "other seal"])
def test_a_damaged_or_missing_predictor_is_a_sentence(model, alice_client, damage):
    path = local_path(model.predictor_file)
    if damage == "lost":
        path.unlink()
    elif damage == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    elif damage == "other seal":
        model.predictor_file.seal = "none"
        model.predictor_file.save()
    else:
        path.write_bytes(b"no zip")
    url = reverse("models_app:model_bundle", args=[model.pk])
    page = alice_client.get(url, follow=True)
    assert page.status_code == 200
    assert "not used" in page.content.decode()


def test_a_stored_file_that_is_no_predictor_is_refused(tmp_path):
    (tmp_path / "p").write_text("no zip")
    with pytest.raises(InputError) as refused:
        PredictorFacts.read(tmp_path / "p")
    assert refused.value.code == "MODEL_CORRUPT"


def test_the_same_model_gives_the_same_bytes(model, alice_client):
    first, second = (b"".join(download(alice_client, model)) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        (about,) = (name for name in archive.namelist() if name.endswith("bundle.json"))
        assert json.loads(archive.read(about))["predictor_sha256"] == model.predictor_file.sha256
