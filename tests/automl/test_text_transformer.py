"""The fine-tuned transformer beyond what every family keeps to (test_families.py)."""

import dataclasses
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from automl.candidates import TrainingData, cross_validate, refit
from automl.errors import InputError
from automl.extras import has_transformer_extra
from automl.families import families_for
from automl.families.text_transformer import choose_schedule
from automl.features.built_in import BUNDLED
from automl.features.embeddings import Embeddings
from automl.features.multilingual_encoder import multilingual_encoder
from automl.features.onnx_encoder import OnnxEncoder, bundled_encoder
from automl.folds import make_folds
from automl.predictor import Predictor
from automl.problem import MULTI_CLASS, encode_labels
from automl.schema import TEXT, Column, Schema

ROOT = Path(__file__).parents[2]
KEY = "text_transformer"
ENGLISH = Schema((Column("text", TEXT, 0),))
TEXTS = [
    "",
    "card",
    "my card has not arrived, where is it?",
    "Why was I charged twice for one payment? " * 20,
]
NEUTRAL = {"temperature": 1.0, "slopes": [], "offsets": []}
needs_extra = pytest.mark.skipif(
    not has_transformer_extra(), reason="torch and onnx are not installed: make transformer"
)


def keys(schema=ENGLISH, *, preset="best", n_rows=5000):
    found = families_for(
        "text", MULTI_CLASS, schema=schema, n_rows=n_rows, n_classes=3, preset=preset
    )
    return {family.key for family in found}


def small_data():
    kinds = ["lost my card", "where is my money", "thank you so much"]
    texts = [f"{kinds[i % 3]} {i % 4}" for i in range(18)]
    labels = [("lost", "money", "thanks")[i % 3] for i in range(18)]
    classes = sorted(set(labels))
    y = encode_labels(labels, classes, MULTI_CLASS)
    folds = make_folds(y, n_splits=2, seed=0)
    table = pa.table({"c0": texts})
    return TrainingData(table, ENGLISH, "text", MULTI_CLASS, classes, y, folds, Embeddings(table))


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch):
    monkeypatch.setattr("automl.families.text_transformer.MIN_STEPS", 3)


@needs_extra
def test_it_is_a_candidate_of_best_for_texts_that_the_bundled_encoder_reads():
    identity = bundled_encoder().identity
    read = Schema((dataclasses.replace(ENGLISH.columns[0], text_encoder=identity),))
    assert KEY in keys(read)
    assert KEY in keys(read, n_rows=20_000)
    assert KEY not in keys(read, n_rows=20_001)
    assert KEY not in keys(read, preset="regular")


@needs_extra
def test_texts_that_another_encoder_reads_are_not_for_it():
    identity = multilingual_encoder().identity
    other = Schema((dataclasses.replace(ENGLISH.columns[0], text_encoder=identity),))
    assert keys() - keys(other) == {KEY}


def test_a_machine_without_the_extra_has_all_the_other_candidates(monkeypatch):
    monkeypatch.setattr("automl.extras.has_transformer_extra", lambda: False)
    without = keys()
    assert KEY not in without
    assert {"text_linear_svm", "text_neural_network"} <= without


def test_a_training_host_without_the_extra_says_what_to_do(monkeypatch):
    monkeypatch.setattr("automl.families.text_transformer.has_transformer_extra", lambda: False)
    with pytest.raises(InputError) as caught:
        cross_validate(KEY, small_data(), seed=0)
    assert caught.value.code == "NO_TRANSFORMER"
    assert len(caught.value.message) <= 200


@needs_extra
def test_the_network_reads_texts_as_the_bundled_graph_does():
    torch, network = import_module("torch"), import_module("automl.features.minilm_network")
    training = import_module("automl.families.transformer_training")
    texts = [text for text in TEXTS if text]
    with torch.no_grad():
        ids, is_token = training._fill(training._tokenize(texts))
        means = network.MiniLmNetwork().means(ids, is_token).numpy()
    vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    cosines = (vectors * bundled_encoder().encode(texts)).sum(axis=1)
    assert cosines.min() > 0.98


@needs_extra
def test_weights_that_were_not_tuned_make_the_bundled_encoder_again():
    weights = import_module("automl.features.minilm_weights")
    read = {
        name: numbers
        for name, numbers in weights.read_bundled_weights().items()
        if name not in {weights.TOKENS, "places"}
    }
    again = OnnxEncoder(BUNDLED, weights=weights.to_graph_arrays(read))
    assert np.array_equal(again.encode(TEXTS), bundled_encoder().encode(TEXTS))
    assert again.identity != bundled_encoder().identity


@needs_extra
def test_a_predictor_needs_neither_torch_nor_onnx(tmp_path):
    data = small_data()
    member = refit(KEY, data, {"calibration": NEUTRAL}, seed=0)
    predictor = Predictor(ENGLISH, data.classes, "text", MULTI_CLASS, [member], [1.0])
    predictor.save(tmp_path / "p.zip", info={})
    code = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('torch', 'onnx'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "import numpy as np, pyarrow as pa; from pathlib import Path\n"
        "from automl.predictor import Predictor\n"
        "p = Predictor.load(Path(sys.argv[1]))\n"
        "np.save(sys.argv[2], p.predict_proba(pa.table({'c0': sys.argv[3:]})))"
    )
    texts = ["where is my card", ""]
    target = tmp_path / "probs.npy"
    command = [sys.executable, "-c", code, tmp_path / "p.zip", target, *texts]
    subprocess.run(command, cwd=ROOT, check=True)
    assert np.array_equal(np.load(target), predictor.predict_proba(pa.table({"c0": texts})))


@needs_extra
def test_how_far_training_is_is_told_within_a_fold():
    told = []
    cross_validate(KEY, small_data(), seed=0, progress=lambda *step: told.append(step))
    shares = [done / total for _, done, total in told if total]
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1
    steps = {step for step, _, _ in told}
    assert steps == {
        "Fine-tuned Transformer: preparing",
        "Fine-tuned Transformer: fold 1 of 2",
        "Fine-tuned Transformer: fold 2 of 2",
    }
    assert len(told) > len(steps) + 2


def test_few_rows_are_read_more_often_and_many_classes_too():
    assert choose_schedule(10_000, 4)[0] < choose_schedule(10_000, 77)[0]


@needs_extra
@pytest.mark.parametrize(
    ("facts", "is_fast"),
    [("flags : fpu avx512f avx512_bf16", True), ("flags : fpu avx2", False), (None, False)],
)
def test_16_bits_are_used_only_where_the_processor_knows_them(
    facts, is_fast, tmp_path, monkeypatch
):
    training = import_module("automl.families.transformer_training")
    if facts:
        (tmp_path / "cpuinfo").write_text(facts)
    monkeypatch.setattr(training, "CPU_FACTS", tmp_path / "cpuinfo")
    assert training.has_fast_bfloat16() is is_fast
