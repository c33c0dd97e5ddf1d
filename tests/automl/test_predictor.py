import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from automl.bundle import unzip_flat, write_zip
from automl.candidates import TrainingData, cross_validate, refit
from automl.errors import InputError
from automl.families import families_for
from automl.folds import make_folds
from automl.prediction_table import warn_of_unread
from automl.predictor import Predictor
from automl.problem import MULTI_CLASS, MULTI_LABEL, REGRESSION, encode_labels
from automl.schema import CATEGORICAL, NUMERIC, TEXT, Column, Schema
from automl.value_ensemble import fit_value_ensemble

ROOT = Path(__file__).parents[2]
N_ROWS = 60
NUMBERS = [f"{(i * 37) % 100 / 10}" for i in range(N_ROWS)]
COLOURS = [("red", "green", "", "blue")[i % 4] for i in range(N_ROWS)]
TEXTS = [("my card is lost", "where is my money", "thank you")[i % 3] + f" {i}" for i in range(60)]
TABULAR = Schema((Column("size", NUMERIC, 0), Column("colour", CATEGORICAL, 1)))


def make_predictor(modality="tabular", problem_type=MULTI_CLASS, seed=0):
    if modality == "text":
        table, schema = pa.table({"c0": TEXTS}), Schema((Column("text", TEXT, 0),))
        labels = [("lost", "money", "thanks")[i % 3] for i in range(N_ROWS)]
    else:
        table, schema = pa.table({"c0": NUMBERS, "c1": COLOURS}), TABULAR
        labels = ["large" if float(number) > 5 else "small" for number in NUMBERS]
    if problem_type == MULTI_LABEL:
        labels = [label + (",even" if i % 2 else "") for i, label in enumerate(labels)]
    classes = sorted({part for label in labels for part in label.split(",")})
    y = encode_labels(labels, classes, problem_type)
    data = TrainingData(table, schema, modality, problem_type, classes, y, make_folds(y, seed=0))
    families = families_for(
        modality,
        problem_type,
        schema=schema,
        n_rows=N_ROWS,
        n_classes=len(classes),
        preset="fast",
    )
    members = [
        refit(f.key, data, cross_validate(f.key, data, seed=seed).plan, seed=seed) for f in families
    ]
    weights = [1 / len(members)] * len(members)
    predictor = Predictor(schema, classes, modality, problem_type, members, weights)
    return predictor, table


@pytest.fixture(scope="module")
def tabular():
    return make_predictor()


@pytest.fixture(scope="module")
def saved(tabular, tmp_path_factory):
    path = tmp_path_factory.mktemp("predictor") / "predictor.zip"
    tabular[0].save(path, info={"rows": N_ROWS})
    return path


def load_changed(saved, tmp_path, content):
    path = tmp_path / "changed.zip"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        Predictor.load(path)
    assert caught.value.code == "MODEL_CORRUPT"


@pytest.mark.parametrize("problem_type", [MULTI_CLASS, MULTI_LABEL])
@pytest.mark.parametrize("modality", ["text", "tabular"])
def test_a_saved_predictor_predicts_the_same_once_loaded(modality, problem_type, tmp_path):
    predictor, table = make_predictor(modality, problem_type)
    predictor.save(tmp_path / "p.zip", info={})
    loaded = Predictor.load(tmp_path / "p.zip")
    expected = predictor.predict_proba(table)
    assert np.abs(loaded.predict_proba(table) - expected).max() < 1e-12
    assert loaded.suggested_labels(expected) == predictor.suggested_labels(expected)


def test_the_same_training_gives_the_same_bytes(saved, tmp_path):
    make_predictor()[0].save(tmp_path / "again.zip", info={"rows": N_ROWS})
    assert (tmp_path / "again.zip").read_bytes() == saved.read_bytes()


def test_nothing_in_the_file_is_compressed_or_pickled(saved):
    with zipfile.ZipFile(saved) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        suffixes = {Path(name).suffix for name in archive.namelist()}
    assert suffixes <= {".json", ".npz", ".txt", ".ubj", ".cbm"}


def test_the_manifest_says_what_trained_it(saved):
    with zipfile.ZipFile(saved) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["info"] == {"rows": N_ROWS}
    assert manifest["versions"]["scikit-learn"]
    assert all(len(digest) == 64 for digest in manifest["entries"].values())


@pytest.mark.parametrize("share", np.linspace(0, 1, 25).tolist())
def test_a_changed_byte_is_refused_wherever_it_is(share, saved, tmp_path):
    content = bytearray(saved.read_bytes())
    content[min(int(share * len(content)), len(content) - 1)] ^= 0x41
    load_changed(saved, tmp_path, content)


def test_a_changed_byte_in_the_directory_at_the_end_is_refused(saved, tmp_path):
    content = saved.read_bytes()
    for place in range(len(content) - 300, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 0x41
        load_changed(saved, tmp_path, changed)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_file_that_was_cut_short_is_refused(share, saved, tmp_path):
    content = saved.read_bytes()
    load_changed(saved, tmp_path, content[: int(share * len(content))])


def test_an_entry_that_was_added_is_refused(saved, tmp_path):
    path = tmp_path / "added.zip"
    path.write_bytes(saved.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("members/0/more.json", "{}")
    load_changed(saved, tmp_path, path.read_bytes())


def test_it_loads_in_a_fresh_process_without_django(saved, tabular):
    code = (
        "import sys, pyarrow as pa; from pathlib import Path\n"
        "from automl.predictor import Predictor\n"
        "p = Predictor.load(Path(sys.argv[1]))\n"
        "probs = p.predict_proba(pa.table({'c0': ['1.5', 'x', ''], 'c1': ['red', 'pink', '']}))\n"
        "print(probs.shape, abs(probs.sum(axis=1) - 1).max() < 1e-9, 'django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, saved], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "(3, 2) True False"


def test_words_where_numbers_are_expected_count_as_missing(tabular):
    predictor, _ = tabular
    predictor.unread.clear()
    odd = pa.table({"c0": ["one", "", "2", "inf"], "c1": ["red"] * 4})
    probs = predictor.predict_proba(odd)
    assert np.allclose(probs[0], probs[1])
    assert [(w.code, w.count) for w in warn_of_unread(predictor.unread)] == [
        ("VALUES_AS_MISSING", 2)
    ]
    predictor.predict_proba(odd)
    assert predictor.unread == {"size": 4}


def test_a_number_far_out_of_range_is_predicted_all_the_same(tabular):
    probs = tabular[0].predict_proba(pa.table({"c0": ["1e300", "-1e300"], "c1": ["red", ""]}))
    assert np.isfinite(probs).all()


def test_rows_do_not_influence_each_other(tabular):
    predictor, table = tabular
    whole = predictor.predict_proba(table)
    parts = [predictor.predict_proba(table.slice(i, 7)) for i in range(0, N_ROWS, 7)]
    assert np.abs(np.vstack(parts) - whole).max() < 1e-12


def test_no_rows_get_no_predictions(tabular):
    predictor, table = tabular
    assert predictor.predict_proba(table.slice(0, 0)).shape == (0, 2)


def test_empty_texts_all_get_the_same_sensible_answer():
    predictor, _ = make_predictor("text")
    probs = predictor.predict_proba(pa.table({"c0": pa.array(["", None, "  ", "zzz"])}))
    assert np.isfinite(probs).all()
    assert np.ptp(probs[:3], axis=0).max() < 1e-12
    assert np.allclose(probs.sum(axis=1), 1)


def make_regression(modality):
    """Twice the number, or the length of the text, and some noise; every ninth row unlabelled."""
    is_text = modality == "text"
    table = pa.table({"c0": TEXTS} if is_text else {"c0": NUMBERS, "c1": COLOURS})
    schema = Schema((Column("text", TEXT, 0),)) if is_text else TABULAR
    told = [len(text) for text in TEXTS] if is_text else [2 * float(x) for x in NUMBERS]
    y = np.array(told) + np.random.default_rng(0).normal(scale=0.3, size=N_ROWS)
    y[::9] = np.nan
    data = TrainingData(table, schema, modality, REGRESSION, [], y, make_folds(y, seed=0))
    families = families_for(
        modality, REGRESSION, schema=schema, n_rows=N_ROWS, n_classes=0, preset="fast"
    )
    runs = {f.key: cross_validate(f.key, data, seed=0) for f in families if not f.is_baseline}
    ensemble = fit_value_ensemble(
        {key: run.oof_pred_probs for key, run in runs.items()}, y, data.folds
    )
    weights = {key: weight for key, weight in ensemble.weights.items() if weight > 0}
    members = [refit(key, data, runs[key].plan, seed=0) for key in weights]
    predictor = Predictor(
        schema,
        [],
        modality,
        REGRESSION,
        members,
        list(weights.values()),
        intervals=ensemble.intervals,
    )
    return predictor, data


@pytest.mark.parametrize("modality", ["text", "tabular"])
def test_a_predictor_of_numbers_predicts_the_same_once_loaded(modality, tmp_path):
    predictor, data = make_regression(modality)
    predictor.save(tmp_path / "p.zip", info={})
    loaded = Predictor.load(tmp_path / "p.zip")
    values = predictor.predict(data.table)
    assert values.shape == (N_ROWS,)
    assert np.array_equal(loaded.predict(data.table), values)
    assert loaded.intervals == predictor.intervals
    low, high = loaded.intervals.around(values)
    labelled = ~np.isnan(data.y)
    assert ((low <= data.y) & (data.y <= high))[labelled].mean() > 0.8
    assert np.abs(values - data.y)[labelled].mean() < np.nanstd(data.y) / 2
    assert loaded.predict(data.table.slice(0, 0)).shape == (0,)


def test_a_predictor_that_was_saved_before_there_were_numbers_still_loads(tabular, tmp_path):
    path = tmp_path / "old.zip"
    tabular[0].save(path, info={})
    rewrite(path, tmp_path / "parts")
    assert Predictor.load(path).intervals is None


def rewrite(path, folder):
    """What an older version wrote: without what came with the prediction of numbers."""
    unzip_flat(path, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["intervals"], manifest["self"]
    for name in manifest["entries"]:
        if name.endswith("member.json"):
            about = json.loads((folder / name).read_text())
            del about["calibration"]["is_identity"]
            (folder / name).write_text(json.dumps(about))
            manifest["entries"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    content = json.dumps(manifest, sort_keys=True).encode()
    manifest["self"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    path.unlink()
    write_zip(folder, path)
