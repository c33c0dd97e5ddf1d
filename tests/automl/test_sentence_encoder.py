"""Every text encoder: its vectors have length one, and a text's vector is its own."""

import hashlib

import numpy as np
import pytest

from automl.features.built_in import BUILT_IN, BUNDLED, STATIC, load_built_in
from automl.features.multilingual_encoder import multilingual_encoder
from automl.features.onnx_encoder import OnnxEncoder, bundled_encoder
from automl.features.static_encoder import static_encoder

from .onnx_folders import copy_bundled, make_token_folder

FIRST_TOKEN = {"pooling_mode_cls_token": True}
LONG = "word " * 5_000


@pytest.fixture(scope="module", params=sorted(BUILT_IN))
def encoder(request):
    return load_built_in(request.param)


@pytest.mark.parametrize("folder", [BUNDLED, STATIC], ids=["minilm", "static"])
def test_the_files_are_those_that_the_sums_name(folder):
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_vectors_have_length_one_and_an_empty_text_has_none(encoder):
    vectors = encoder.encode(["hello", "", "  ", "ça va", "\x00"])
    assert vectors.shape == (5, encoder.n_dimensions)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert lengths[[0, 3]] == pytest.approx([1, 1], abs=1e-3)
    assert lengths[[1, 2]].tolist() == [0, 0]


def test_a_text_has_the_same_vector_whatever_stands_beside_it(encoder):
    alone = encoder.encode(["short"])[0]
    for others in ([], [LONG], ["x", "short", LONG, ""]):
        assert np.array_equal(encoder.encode(["short", *others])[0], alone)


def test_a_text_of_any_length_is_read(encoder):
    vectors = encoder.encode([LONG, LONG + " the end"])
    assert np.array_equal(vectors[0], vectors[1])
    assert np.isfinite(vectors).all()


def test_vectors_are_the_same_after_they_were_stored_in_16_bits(encoder):
    vectors = encoder.encode(["one text", "another text"])
    assert np.array_equal(vectors, vectors.astype(np.float16).astype(np.float32))


def test_texts_of_like_meaning_are_nearer_to_each_other_than_to_others(encoder):
    card, lost, weather = encoder.encode(
        ["My card was stolen", "Someone took my credit card", "It will rain tomorrow"]
    )
    assert card @ lost > card @ weather + 0.3


def test_progress_is_told(encoder):
    steps = []
    encoder.encode(["one", "two"], progress=lambda *step: steps.append(step))
    assert steps == [("Reading the meaning of texts", 0, 2)]


def test_no_two_encoders_have_the_same_identity():
    assert len({load_built_in(key).identity for key in BUILT_IN}) == len(BUILT_IN)


def test_the_multilingual_encoder_reads_the_same_meaning_in_two_languages():
    lost, verloren, rain = multilingual_encoder().encode(
        ["I lost my bank card", "我的银行卡丢了", "明天会下雨"]
    )
    assert lost @ verloren > lost @ rain + 0.2


def test_a_text_without_any_known_token_has_no_static_vector():
    assert not static_encoder().encode(["\U0001f9ea"]).any()


def test_a_copied_folder_is_the_same_encoder(tmp_path):
    copied = OnnxEncoder(copy_bundled(tmp_path / "copy"))
    assert copied.identity == bundled_encoder().identity
    assert np.array_equal(copied.encode(["hello"]), bundled_encoder().encode(["hello"]))


def test_the_way_of_pooling_is_part_of_the_identity(tmp_path):
    mean = OnnxEncoder(make_token_folder(tmp_path / "mean"))
    first = OnnxEncoder(make_token_folder(tmp_path / "first", pooling=FIRST_TOKEN))
    assert mean.identity != first.identity


def test_vectors_of_tokens_are_pooled_as_the_folder_says(tmp_path):
    mean = OnnxEncoder(make_token_folder(tmp_path / "mean"))
    first = OnnxEncoder(make_token_folder(tmp_path / "first", pooling=FIRST_TOKEN))
    assert mean.n_dimensions == first.n_dimensions == 2
    assert mean.encode(["b a"])[0] == pytest.approx([0.5**0.5, 0.5**0.5], abs=1e-3)
    assert first.encode(["b a"])[0].tolist() == [0, 1]
