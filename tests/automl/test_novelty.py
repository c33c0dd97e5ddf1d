"""How unlike anything in training a row is."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from automl import novelty, row_places
from automl.features.embeddings import Embeddings
from automl.features.spaces import TabularEncoder
from automl.features.tabular import TableEncoder
from automl.novelty import NoveltyReference, choose_reference_rows
from automl.predictor import Predictor
from automl.schema import CATEGORICAL, CONSTANT, NUMERIC, Column, Schema

from .test_predictor import make_predictor

SCHEMA = Schema(
    (Column("size", NUMERIC, 0), Column("weight", NUMERIC, 1), Column("colour", CATEGORICAL, 2))
)


def draw(n_rows, seed, *, times=1.0, colours=("red", "green", "blue")):
    rng = np.random.default_rng(seed)
    sizes = rng.normal(10, 1, n_rows)
    weights = 3 * sizes + rng.normal(0, 0.3, n_rows)
    return pa.table(
        {
            "c0": (sizes * times).round(4).astype(str),
            "c1": weights.round(4).astype(str),
            "c2": rng.choice(colours, n_rows),
        }
    )


def fit(table, schema=SCHEMA, seed=0):
    encoder = TabularEncoder(TableEncoder(schema).fit(table), {})
    rows = table.take(pa.array(choose_reference_rows(table.num_rows, seed=seed)))
    return NoveltyReference.fit(encoder, rows, Embeddings(rows), seed=seed)


def rate(reference, table):
    return reference.percentiles(table, Embeddings(table))


@pytest.fixture(scope="module")
def reference():
    return fit(draw(3_000, 0))


def test_rows_like_those_of_training_are_spread_evenly(reference):
    percentiles = rate(reference, draw(3_000, 1))
    assert percentiles.shape == (3_000,)
    deciles = np.quantile(percentiles, np.arange(1, 10) / 10)
    assert np.abs(deciles - np.arange(10, 100, 10)).max() < 5


def test_values_far_off_unusual_pairs_and_unseen_categories_are_novel(reference):
    assert rate(reference, draw(100, 1, times=10)).min() > 99
    assert np.median(rate(reference, draw(500, 1, colours=["pink"]))) > 95
    usual = draw(2_000, 1)
    apart = usual.set_column(1, "c1", usual["c1"].take(pa.array(np.arange(2_000)[::-1])))
    assert np.median(rate(reference, apart)) > 75


def test_copies_of_reference_rows_are_not_novel_whatever_is_rounded():
    table = draw(200, 0)
    copies = pa.concat_tables([table] * 10)
    assert (rate(fit(copies), table) == 0).all()


def test_rows_do_not_influence_each_other(reference, monkeypatch):
    table = draw(100, 2)
    whole = rate(reference, table)
    parts = [rate(reference, table.slice(i, 7)) for i in range(0, 100, 7)]
    assert np.concatenate(parts) == pytest.approx(whole, abs=0.2)
    monkeypatch.setattr(novelty, "CHUNK_ROWS", 30)
    monkeypatch.setattr(novelty, "COMPARED_ROWS", 11)
    assert rate(reference, table) == pytest.approx(whole, abs=0.2)


def test_odd_rows_have_a_percentile_as_well(reference):
    odd = pa.table(
        {
            "c0": ["", None, "x", "1e300"],
            "c1": ["inf", "", "", "-1e300"],
            "c2": ["", None, "?", "?"],
        }
    )
    percentiles = rate(reference, odd)
    assert ((percentiles >= 0) & (percentiles <= 100)).all()
    assert rate(reference, odd.slice(0, 0)).shape == (0,)


def test_few_rows_are_no_reference_and_equal_ones_tell_nothing_apart():
    assert fit(draw(19, 0)) is None
    table = pa.table({"c0": ["x"] * 30})
    reference = fit(table, Schema((Column("a", CONSTANT, 0),)))
    assert (rate(reference, table) == 0).all()


def test_reference_rows_are_drawn_by_the_seed():
    chosen = choose_reference_rows(10_000, seed=1)
    assert len(set(chosen.tolist())) == len(chosen) == 2_000
    assert np.array_equal(chosen, choose_reference_rows(10_000, seed=1))
    assert not np.array_equal(chosen, choose_reference_rows(10_000, seed=2))
    assert choose_reference_rows(5, seed=0).tolist() == [0, 1, 2, 3, 4]


def with_reference(modality):
    predictor, table = make_predictor(modality)
    predictor.keep_reference_rows(table, Embeddings(table), seed=0)
    return predictor, table


@pytest.mark.parametrize("modality", ["text", "tabular"])
def test_a_predictor_keeps_it_and_gives_it_with_its_predictions(modality, tmp_path):
    predictor, table = with_reference(modality)
    predictor.save(tmp_path / "one.zip", info={})
    with_reference(modality)[0].save(tmp_path / "two.zip", info={})
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    loaded = Predictor.load(tmp_path / "one.zip")
    expected = rate(predictor.novelty, table)
    pred_probs, percentiles = loaded.predict_with_novelty(table)
    assert np.array_equal(pred_probs, loaded.predict_proba(table))
    assert np.array_equal(percentiles, expected)
    assert np.array_equal(loaded.for_serving().predict_with_novelty(table)[1], expected)
    assert loaded.predict_with_novelty(table.slice(0, 0))[1].shape == (0,)


def test_texts_are_read_once_for_both(monkeypatch):
    predictor, table = with_reference("text")
    fewer = replace(predictor, members=predictor.members[-1:], weights=[1.0])
    n_read = []
    column = Embeddings.column
    monkeypatch.setattr(
        Embeddings,
        "column",
        lambda self, i: (i in self._made or n_read.append(i), column(self, i))[1],
    )
    fewer.predict_with_novelty(table)
    assert n_read == [0]


def test_predictors_without_it_have_no_percentiles(tmp_path):
    predictor, table = make_predictor()
    predictor.save(tmp_path / "p.zip", info={})
    loaded = Predictor.load(tmp_path / "p.zip")
    assert loaded.novelty is None
    assert loaded.predict_with_novelty(table)[1] is None


def test_where_a_seed_draws_other_directions_there_is_no_reference(tmp_path, monkeypatch):
    names = [f"c{i}" for i in range(50)]
    values = np.random.default_rng(0).normal(size=(100, 50)).astype(str)
    table = pa.table({name: values[:, i] for i, name in enumerate(names)})
    schema = Schema(tuple(Column(name, NUMERIC, i) for i, name in enumerate(names)))
    wide = fit(table, schema)
    assert wide.vectors.shape == (100, 64)
    wide.save(tmp_path)
    again = NoveltyReference.load(tmp_path, encoder=wide.encoder)
    assert np.array_equal(rate(again, table), rate(wide, table))
    drawn = np.random.default_rng
    monkeypatch.setattr(row_places.np.random, "default_rng", lambda seed: drawn(seed + 1))
    assert NoveltyReference.load(tmp_path, encoder=wide.encoder) is None
