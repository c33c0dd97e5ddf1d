"""Whether a batch is like the training rows, by the size of the difference."""

import json

import numpy as np
import pyarrow as pa
import pytest

from automl.drift import (
    MUCH,
    NONE,
    SOME,
    TOO_FEW_ROWS,
    BatchProfile,
    judge_drift,
    judge_label_mix,
)
from automl.problem import MULTI_CLASS, MULTI_LABEL, REGRESSION
from automl.schema import CATEGORICAL, CONSTANT, DATETIME, NUMERIC, TEXT, Column, Schema
from automl.training_profile import TrainingProfile

KINDS = {"size": NUMERIC, "colour": CATEGORICAL, "note": TEXT, "day": DATETIME}
SCHEMA = Schema(tuple(Column(name, kind, i) for i, (name, kind) in enumerate(KINDS.items())))
COLOURS, SHARES = [f"k{i}" for i in range(40)], np.arange(40, 0, -1) / 820


def draw(n_rows, seed, *, shift=0.0, longer=1, shares=SHARES, days=0, missing=0.03):
    rng = np.random.default_rng(seed)
    sizes = (rng.normal(size=n_rows) + shift).round(4).astype(str)
    sizes[rng.random(n_rows) < missing] = ""
    lengths = rng.geometric(0.05, n_rows) * longer
    moments = np.datetime64("2024-01-01", "D") + rng.integers(0, 365, n_rows) + days
    return pa.table(
        {
            "c0": sizes,
            "c1": rng.choice(COLOURS, n_rows, p=shares),
            "c2": ["x" * int(n) for n in lengths],
            "c3": moments.astype(str),
        }
    )


@pytest.fixture(scope="module")
def profile():
    return TrainingProfile.of(draw(5_000, 0), SCHEMA, [])


def judge(profile, table):
    return judge_drift(profile, BatchProfile.of(table, profile))


def test_without_drift_nearly_no_batch_is_accused(profile):
    drifts = [judge(profile, draw(500, seed)) for seed in range(1, 201)]
    for column in range(4):
        verdicts = [found[column].verdict for found in drifts]
        assert verdicts.count(NONE) >= 198
    mean = np.mean([[drift.psi for drift in found] for found in drifts], axis=0)
    assert (mean < 0.01).all()


def test_what_chance_gives_is_taken_off_rightly(profile):
    """The mean of the index as it is agrees with the expectation that is taken off."""
    found = [judge(profile, draw(2_000, seed))[0] for seed in range(1, 101)]
    raw = np.mean([drift.psi + drift.expected_psi for drift in found])
    assert raw == pytest.approx(found[0].expected_psi, rel=0.35)


def test_a_mean_that_moved_by_one_standard_deviation_is_much(profile):
    drifts = judge(profile, draw(500, 1, shift=1))
    assert [drift.verdict for drift in drifts] == [MUCH, NONE, NONE, NONE]
    assert drifts[0].psi > 0.5
    assert 0.2 < drifts[0].js_distance < 1
    assert drifts[0].moved.share_now > 0.2 > drifts[0].moved.share_then


def test_a_small_shift_is_some():
    profile = TrainingProfile.of(draw(20_000, 0), SCHEMA, [])
    assert judge(profile, draw(20_000, 1, shift=0.4))[0].verdict == SOME


def test_each_kind_of_column_tells_what_moved(profile):
    reversed_shares = SHARES[::-1]
    found = judge(profile, draw(1_000, 1, longer=9, shares=reversed_shares, days=400, missing=0.6))
    assert [drift.verdict for drift in found] == [MUCH] * 4
    assert found[0].moved.bin == "empty"
    assert found[0].moved.share_now == pytest.approx(0.6, abs=0.05)
    assert found[3].moved.bin == "above 2024-12-30"
    assert found[3].moved.share_now == 1
    assert [drift.name for drift in found] == list(KINDS)


def test_new_categories_and_words_for_numbers_are_seen(profile):
    table = draw(1_000, 1)
    odd = pa.table(
        {"c0": ["n/a"] * 1000, "c1": ["new"] * 1000, "c2": table["c2"], "c3": table["c3"]}
    )
    size, colour, *_ = judge(profile, odd)
    assert size.moved.bin == "no number"
    assert colour.moved.bin == "values that training did not have"
    assert colour.moved.share_now == 1
    assert colour.verdict == MUCH


def test_few_rows_have_no_verdict(profile):
    assert {drift.verdict for drift in judge(profile, draw(150, 1, shift=3))} == {TOO_FEW_ROWS}
    assert {drift.verdict for drift in judge(profile, draw(150, 1).slice(0, 0))} == {TOO_FEW_ROWS}
    small = TrainingProfile.of(draw(120, 0), SCHEMA, [])
    assert judge(small, draw(5_000, 1))[0].verdict == TOO_FEW_ROWS


def test_slices_together_are_the_batch(profile):
    table = draw(1_000, 1)
    labels = ["a", "b"] * 500
    labelled = TrainingProfile.of(draw(5_000, 0), SCHEMA, ["a"] * 5_000)
    whole = BatchProfile.of(table, labelled, labels)
    parts = [
        BatchProfile.of(table.slice(i, 300), labelled, labels[i : i + 300])
        for i in (900, 0, 600, 300)
    ]
    joined = parts[0] + parts[1] + parts[2] + parts[3]
    assert joined == whole
    assert BatchProfile.from_json(json.loads(json.dumps(whole.to_json()))) == whole


def test_a_few_new_categories_are_no_drift_where_many_were_met_only_once():
    schema = Schema((Column("a", CATEGORICAL, 0),))
    counted = [f"k{min(rank, 400)}" for rank in np.random.default_rng(0).zipf(1.7, 20_000)]
    profile = TrainingProfile.of(pa.table({"c0": counted[:400]}), schema, [])
    batches = [pa.table({"c0": counted[i : i + 500]}) for i in range(1_000, 20_000, 500)]
    verdicts = [judge(profile, batch)[0].verdict for batch in batches]
    assert verdicts.count(NONE) >= 0.95 * len(verdicts)
    new = pa.table({"c0": counted[1_000:1_400] + ["new"] * 200})
    assert judge(profile, new)[0].verdict == MUCH


def test_columns_without_anything_do_no_harm():
    schema = Schema(
        (Column("a", NUMERIC, 0), Column("b", CONSTANT, 1), Column("c", CATEGORICAL, 2))
    )
    empty = pa.table({name: [""] * 500 for name in ("c0", "c1", "c2")})
    profile = TrainingProfile.of(empty, schema, [])
    assert [drift.verdict for drift in judge(profile, empty)] == [NONE] * 3
    full = pa.table({"c0": ["7"] * 500, "c1": ["x"] * 500, "c2": ["x"] * 500})
    assert [drift.verdict for drift in judge(profile, full)] == [MUCH] * 3


def mix(labels, predicted, problem_type=MULTI_CLASS, held_out=()):
    table = pa.table({"c0": ["1"] * len(labels)})
    schema = Schema((Column("a", NUMERIC, 0),))
    profile = TrainingProfile.of(
        table, schema, labels, problem_type=problem_type, predicted=held_out
    )
    batch = pa.table({"c0": ["1"] * len(predicted)})
    return judge_label_mix(profile, BatchProfile.of(batch, profile, predicted))


def test_the_mix_of_predicted_labels_is_compared_with_training():
    labels = ["a", "b"] * 500
    assert mix(labels, ["a"] * 260 + ["b"] * 240).verdict == NONE
    drift = mix(labels, ["a"] * 450 + ["b"] * 50)
    assert drift.verdict == MUCH
    assert drift.moved.bin == "“b”"
    assert (drift.moved.share_then, drift.moved.share_now) == (0.5, 0.1)


def test_with_what_was_predicted_of_it_where_that_is_known():
    """A classifier that sees a third of the rare class is no drift."""
    labels, held_out = ["a"] * 700 + ["b"] * 300, ["a"] * 900 + ["b"] * 100
    assert mix(labels, ["a"] * 450 + ["b"] * 50).verdict == MUCH
    assert mix(labels, ["a"] * 450 + ["b"] * 50, held_out=held_out).verdict == NONE


def test_of_sets_the_label_that_moved_most_is_judged():
    labels = ["a,b", "b", "", "b,c"] * 250
    drift = mix(labels, ["a,b", "b,c", "b,c", "b,c"] * 125, MULTI_LABEL)
    assert drift.verdict == MUCH
    assert (drift.moved.bin, drift.moved.share_then, drift.moved.share_now) == ("“b”", 0.75, 1)
    assert mix(labels, labels, MULTI_LABEL).verdict == NONE


def test_predicted_numbers_have_no_mix():
    assert mix(["1", "2"] * 200, ["1"] * 400, REGRESSION) is None
