import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.automl.data_sets import read_data_sets
from benchmarks.automl.results import ResultStore, RunKey
from benchmarks.automl.run import time_limit

NONE = Path("none.jsonl")
KEY = RunKey("flaml", "2.7.0", "iris", "s1", 0, {"metric": "accuracy", "time_limit": 30.0})


def write_set(folder, name, *, rows="a,yes\nb,no\n", **meta):
    place = folder / name
    place.mkdir(parents=True)
    (place / "train.csv").write_text("x,label\n" + rows)
    (place / "test.csv").write_text("x,label\na, yes \n")
    known = {"name": name, "task": "multi-class", "modality": "tabular", "label_column": "label"}
    (place / "meta.json").write_text(json.dumps(known | meta))


@pytest.mark.parametrize(
    "change",
    [
        {"tool": "flaml-logloss"},
        {"version": "2.7.1"},
        {"data_set": "wine"},
        {"split": "s2"},
        {"seed": 1},
        {"options": {"metric": "accuracy", "time_limit": 42.0}},
        {"cores": 2},
        {"harness": 99},
    ],
)
def test_every_part_of_the_key_makes_another_run(change, tmp_path):
    store = ResultStore(tmp_path, NONE)
    store.add(KEY, {"status": "ok"})
    assert store.find(KEY)["status"] == "ok"
    assert store.find(replace(KEY, **change)) is None


def with_limit(seconds):
    return replace(KEY, options=KEY.options | {"time_limit": seconds})


@pytest.mark.parametrize(("wanted", "is_found"), [(29.0, True), (15.0, True), (14.0, False)])
def test_a_peer_that_had_more_time_need_not_run_again(wanted, is_found, tmp_path):
    store = ResultStore(tmp_path, NONE)
    store.add(KEY, {"status": "ok"})
    assert (store.find(with_limit(wanted)) is not None) == is_found


def test_a_peer_that_had_less_time_runs_again(tmp_path):
    store = ResultStore(tmp_path, NONE)
    store.add(KEY, {"status": "ok"})
    assert store.find(with_limit(31.0)) is None


def test_a_failure_with_more_time_is_tried_with_less(tmp_path):
    store = ResultStore(tmp_path, NONE)
    store.add(KEY, {"status": "failed", "error": "no memory"})
    assert store.find(KEY)["status"] == "failed"
    assert store.find(with_limit(29.0)) is None


def test_published_results_of_peers_are_found_by_others(tmp_path):
    published = tmp_path / "published.jsonl"
    store = ResultStore(tmp_path / "one", published)
    store.add(KEY, {"status": "ok"})
    store.add(replace(KEY, tool="ours-fast"), {"status": "ok"})
    store.add(replace(KEY, seed=1), {"status": "failed", "error": "no memory"})
    assert store.publish() == store.publish() == 1
    other = ResultStore(tmp_path / "two", published)
    assert other.find(KEY)["status"] == "ok"
    assert [result["key"]["tool"] for result in other.all()] == ["flaml"]


def test_the_order_of_options_does_not_matter():
    turned = dict(reversed(KEY.options.items()))
    assert replace(KEY, options=turned).digest() == KEY.digest()


def test_a_result_keeps_its_key(tmp_path):
    store = ResultStore(tmp_path, NONE)
    store.add(KEY, {"status": "failed", "error": "no memory"})
    (found,) = store.all()
    assert found["key"]["split"] == "s1"
    assert found["error"] == "no memory"


def test_one_other_training_row_is_another_split(tmp_path):
    for folder, rows in (("one", "a,yes\nb,no\n"), ("same", "a,yes\nb,no\n"), ("two", "a,yes\n")):
        write_set(tmp_path / folder, "iris", rows=rows)
    one, same, two = (
        read_data_sets(tmp_path / name, "tabular")[0].hash_split()
        for name in ("one", "same", "two")
    )
    assert one == same != two


def test_another_ignored_column_is_another_split(tmp_path):
    write_set(tmp_path / "one", "iris")
    write_set(tmp_path / "two", "iris", id_column="x")
    one, two = (read_data_sets(tmp_path / n, "tabular")[0] for n in ("one", "two"))
    assert two.ignored == ("x",)
    assert one.hash_split() != two.hash_split()


def test_each_set_belongs_to_one_suite(tmp_path):
    write_set(tmp_path, "table")
    write_set(tmp_path, "price", task="regression")
    write_set(tmp_path, "mixed", modality="text+tabular")
    write_set(tmp_path, "mails", modality="text")
    write_set(tmp_path, "tags", modality="text", task="multi-label")
    found = {
        suite: sorted(each.name for each in read_data_sets(tmp_path, suite))
        for suite in ("tabular", "text", "multilabel", "regression", "scale")
    }
    assert found == {
        "tabular": ["mixed", "table"],
        "text": ["mails"],
        "multilabel": ["tags"],
        "regression": ["price"],
        "scale": [],
    }


def test_a_set_that_is_not_there_is_named(tmp_path):
    write_set(tmp_path, "table")
    with pytest.raises(SystemExit, match="called wine"):
        read_data_sets(tmp_path, "tabular", ["table", "wine"])


def test_test_labels_are_trimmed(tmp_path):
    write_set(tmp_path, "table")
    (data_set,) = read_data_sets(tmp_path, "tabular")
    assert data_set.read_test_labels() == ["yes"]


def test_a_peer_gets_at_least_what_ours_took_and_half_a_minute():
    assert time_limit(3.0, 1.0) == 30.0
    assert time_limit(30.0, 1.0) == 30.0
    assert [time_limit(seconds, 1.0) for seconds in (31.0, 42.0, 43.0)] == [42.0, 42.0, 60.0]
    assert time_limit(40.0, 3.0) == 120.0


def test_a_small_change_of_our_time_keeps_the_peers_limit():
    assert time_limit(70.0, 1.0) == time_limit(80.0, 1.0)
