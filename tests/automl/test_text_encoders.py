"""Which encoder reads a column, and finding again the one that a predictor was trained with."""

import json
import sys
import types
import zipfile
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from automl.candidates import TrainingData, cross_validate, refit
from automl.errors import InputError
from automl.features import text_encoders
from automl.features.built_in import BUILT_IN, built_in_identity, load_built_in
from automl.features.embeddings import Embeddings
from automl.features.multilingual_encoder import multilingual_encoder
from automl.features.onnx_encoder import OnnxEncoder, bundled_encoder
from automl.features.static_encoder import static_encoder
from automl.features.text_encoders import TextEncoders
from automl.folds import make_folds
from automl.predictor import Predictor
from automl.schema import NUMERIC, TEXT, Column, Schema

from .onnx_folders import make_token_folder

ENGLISH = ["Where is my card?", "How do I pay with it?"]
TEXTS = ["a a a", "b b b", "a a b", "b b a"] * 5
FAMILY = "text_logistic_regression"


@pytest.fixture
def folder(tmp_path):
    return make_token_folder(tmp_path / "ours")


@pytest.fixture
def trained(folder):
    """A predictor of texts that are read by the operator's folder."""
    encoders = TextEncoders(str(folder))
    schema = Schema((Column("text", TEXT, 0, OnnxEncoder(folder).identity),))
    table = pa.table({"c0": TEXTS})
    y = np.array([0, 1, 0, 1] * 5)
    embeddings = Embeddings(table, encoders=encoders.of(schema))
    folds = make_folds(y, seed=0)
    data = TrainingData(table, schema, "text", "multi-class", ["a", "b"], y, folds, embeddings)
    member = refit(FAMILY, data, cross_validate(FAMILY, data, seed=0).plan, seed=0)
    return Predictor(
        schema, data.classes, "text", "multi-class", [member], [1.0], text_encoders=encoders
    )


def test_english_is_read_by_the_bundled_transformer():
    assert TextEncoders().choose(ENGLISH) is bundled_encoder()


def test_other_languages_are_read_by_the_multilingual_encoder():
    assert TextEncoders().choose(["很快，好吃", "没有送水"]) is multilingual_encoder()


def test_the_static_table_reads_more_different_texts_than_the_limit(monkeypatch):
    monkeypatch.setattr(text_encoders, "BULK_TEXTS", 2)
    assert TextEncoders().choose([*ENGLISH, *ENGLISH]) is bundled_encoder()
    assert TextEncoders().choose([*ENGLISH, "What else is there?"]) is static_encoder()


def test_the_operators_folder_reads_everything(folder):
    chosen = TextEncoders(str(folder)).choose(["很快，好吃"])
    assert chosen.identity == OnnxEncoder(folder).identity


@pytest.mark.parametrize("key", BUILT_IN)
def test_an_encoder_is_found_by_its_identity_which_its_files_tell(key):
    encoder = load_built_in(key)
    assert built_in_identity(key) == encoder.identity
    assert TextEncoders().find(encoder.identity) is encoder


def test_a_column_without_an_encoder_is_read_by_the_bundled_one():
    schema = Schema((Column("size", NUMERIC, 0), Column("text", TEXT, 1)))
    assert TextEncoders().of(schema) == {1: bundled_encoder()}


def test_a_predictor_reads_texts_with_the_encoder_it_was_trained_with(trained, folder, tmp_path):
    table = pa.table({"c0": ["a", "b"]})
    expected = trained.predict_proba(table)
    assert expected.argmax(axis=1).tolist() == [0, 1]
    trained.save(tmp_path / "p.zip", info={})
    loaded = Predictor.load(tmp_path / "p.zip", text_encoders=TextEncoders(str(folder)))
    assert np.array_equal(loaded.predict_proba(table), expected)
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["text_encoders"] == [OnnxEncoder(folder).identity]


def test_a_predictor_whose_encoder_is_not_here_is_refused(trained, tmp_path):
    trained.save(tmp_path / "p.zip", info={})
    with pytest.raises(InputError) as refused:
        Predictor.load(tmp_path / "p.zip")
    assert refused.value.code == "OTHER_TEXT_ENCODER"


def test_the_encoder_stays_with_its_column_in_json():
    column = Column("text", TEXT, 0, "1234")
    schema = Schema((column, replace(column, name="other", text_encoder="")))
    assert Schema.from_json(schema.to_json()) == schema
    assert "text_encoder" not in schema.to_json()[1]


class FakeTransformer:
    """What we use of `SentenceTransformer`; it notes how it was made."""

    made = []

    def __init__(self, name, **options):
        self.made.append((name, options))
        self.tokenizer = types.SimpleNamespace(
            backend_tokenizer=types.SimpleNamespace(to_str=lambda: "tokens")
        )

    def __repr__(self):
        return "two numbers"

    def state_dict(self):
        return {"weight": types.SimpleNamespace(numpy=lambda: np.array([1.0, 2.0]))}

    def float(self):
        return self

    def encode(self, texts, **_options):
        return np.array([[len(text), 1.0] for text in texts])


@pytest.fixture
def sentence_transformers(monkeypatch):
    module = types.SimpleNamespace(SentenceTransformer=FakeTransformer)
    torch = types.SimpleNamespace(set_num_threads=lambda n: None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setitem(sys.modules, "torch", torch)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setattr(FakeTransformer, "made", [])
    yield
    text_encoders.load_named.cache_clear()


def test_a_name_is_loaded_from_this_machine_only(sentence_transformers, monkeypatch):
    encoder = TextEncoders("some/name").choose(ENGLISH)
    assert np.linalg.norm(encoder.encode(ENGLISH), axis=1) == pytest.approx([1, 1], abs=1e-3)
    [(name, options)] = FakeTransformer.made
    assert name == "some/name"
    assert options["local_files_only"]
    assert not options["trust_remote_code"]
    assert options["model_kwargs"] == {"use_safetensors": True}


def test_a_name_that_is_not_on_this_machine_is_refused(sentence_transformers, monkeypatch):
    def refuse(self, name, **options):
        raise OSError("no such files")

    monkeypatch.setattr(FakeTransformer, "__init__", refuse)
    with pytest.raises(InputError) as refused:
        TextEncoders("some/name").choose(ENGLISH)
    assert refused.value.code == "NO_TEXT_ENCODER"
