"""A setting that cannot work stops the start with a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from studio.environment import read_text_encoder

from ..automl.onnx_folders import make_token_folder


def test_a_folder_with_a_graph_and_a_tokenizer_is_a_text_encoder(tmp_path, monkeypatch):
    folder = make_token_folder(tmp_path / "ours")
    monkeypatch.setenv("TEXT_ENCODER", f" {folder} ")
    assert read_text_encoder() == str(folder)


def test_without_a_text_encoder_the_product_chooses(monkeypatch):
    monkeypatch.delenv("TEXT_ENCODER", raising=False)
    assert read_text_encoder() == ""


def test_a_text_encoder_that_nothing_can_load_stops_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.environment.find_spec", lambda name: None)
    monkeypatch.setenv("TEXT_ENCODER", str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match=r"model\.onnx and tokenizer\.json"):
        read_text_encoder()


def test_any_name_will_do_where_sentence_transformers_is_installed(monkeypatch):
    monkeypatch.setattr("studio.environment.find_spec", lambda name: object())
    monkeypatch.setenv("TEXT_ENCODER", "some/name")
    assert read_text_encoder() == "some/name"
