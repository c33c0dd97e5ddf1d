"""The bundled text encoder: what its vectors mean, and that a text's vector is its own."""

import hashlib

import numpy as np
import pytest

from automl.errors import InputError
from automl.features.sentence_encoder import BUNDLED, bundled_encoder, check_encoder

LONG = "word " * 5_000


@pytest.fixture(scope="module")
def encode():
    return bundled_encoder().encode


def test_the_files_are_those_that_the_sums_name():
    for line in (BUNDLED / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((BUNDLED / name).read_bytes()).hexdigest() == digest


def test_texts_of_like_meaning_are_near_each_other(encode):
    card, lost, weather = encode(
        ["My card was stolen", "Someone took my credit card", "It will rain tomorrow"]
    )
    assert card @ lost > 0.6
    assert card @ weather < 0.3


def test_vectors_have_length_one_and_an_empty_text_has_none(encode):
    vectors = encode(["hello", "", "  ", "你好", "\x00"])
    lengths = np.linalg.norm(vectors, axis=1)
    assert lengths[[0, 3]] == pytest.approx([1, 1], abs=1e-3)
    assert lengths[[1, 2]].tolist() == [0, 0]


def test_a_text_has_the_same_vector_whatever_stands_beside_it(encode):
    alone = encode(["short"])[0]
    for others in ([], [LONG], ["x", "short", LONG, ""]):
        assert np.array_equal(encode(["short", *others])[0], alone)


def test_a_text_of_any_length_is_read(encode):
    assert np.array_equal(encode([LONG])[0], encode([LONG + " the end"])[0])


def test_vectors_are_the_same_after_they_were_stored_in_16_bits(encode):
    vectors = encode(["one text", "another text"])
    assert np.array_equal(vectors, vectors.astype(np.float16).astype(np.float32))


def test_vectors_of_another_encoder_are_refused():
    check_encoder(bundled_encoder().identity)
    with pytest.raises(InputError) as refused:
        check_encoder("0" * 64)
    assert refused.value.code == "OTHER_TEXT_ENCODER"
