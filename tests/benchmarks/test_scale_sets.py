import json

import numpy as np
import pandas as pd

from benchmarks.automl import scale_sets
from benchmarks.automl.data_sets import read_data_sets


def rng():
    return np.random.default_rng(0)


def test_made_up_tables_have_twenty_columns_and_are_the_same_every_time():
    table = scale_sets.make_table(300, rng())
    assert table.shape == (300, 21)
    assert set(table["label"]) == {"low", "middle", "high"}
    pd.testing.assert_frame_equal(table, scale_sets.make_table(300, rng()))


def test_made_up_texts_of_a_topic_share_words_that_others_lack():
    texts = scale_sets.make_texts(2000, rng())
    assert texts["text"].str.split().str.len().between(8, 32).all()
    words = texts.assign(word=texts["text"].str.split()).explode("word")
    topics = words.groupby("word")["label"].nunique()
    counts = words["word"].value_counts()
    telling = topics[(topics == 1) & (counts.reindex(topics.index) >= 3)]
    assert len(telling) > 100


def test_scale_sets_are_written_once(tmp_path, monkeypatch):
    for name in ("N_TABULAR", "N_TABULAR_TEST", "N_TEXTS", "N_TEXTS_TEST"):
        monkeypatch.setattr(scale_sets, name, 40)
    scale_sets.write_scale_sets(tmp_path)
    found = read_data_sets(tmp_path, "scale")
    assert {each.name for each in found} == {"scale_tabular", "scale_text"}
    assert all(len(each.read_test_labels()) == 40 for each in found)
    about = tmp_path / "scale_text" / "meta.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"name": "kept"}))
    scale_sets.write_scale_sets(tmp_path)
    assert json.loads(about.read_text())["name"] == "kept"
