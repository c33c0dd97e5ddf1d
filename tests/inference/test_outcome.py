"""What came out: compared with labels of the file, counted, and looked at row by row."""

import csv
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from django.urls import reverse

from automl import batch_evaluation
from automl.problem import MULTI_LABEL
from inference import prediction, result_rows
from inference.batches import create_batch
from inference.result_rows import RowQuery, find_rows
from inference.review_budget import choose_line, read_budget
from inference.row_findings import list_findings
from inference.slices import SliceRows
from inference.starting import confirm_columns
from studio.files import local_path
from studio.parquet_reading import read_columns

from ..factories import store
from ..inline_jobs import predict_file, read_predictions, run_all_jobs
from .conftest import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [i % 100 / 10 for i in range(5, 95)]
GIVEN = ["large" if size > 5 else "small" for size in SIZES]


def make_file(given):
    lines = [f"{size},red,{label}" for size, label in zip(SIZES, given, strict=True)]
    return "\n".join(["size,colour,label", *lines])


@pytest.fixture
def given():
    """Every tenth label is the other one, two rows have none, and one has a class of its own."""
    given = [
        ("small" if g == "large" else "large") if i % 10 == 3 else g for i, g in enumerate(GIVEN)
    ]
    given[0] = given[1] = ""
    given[2] = "huge"
    return given


@pytest.fixture
def labelled(bring, given):
    return bring(make_file(given))


@pytest.fixture
def page(alice_client):
    def page(name, result, **query):
        response = alice_client.get(reverse(f"inference:{name}", args=[result.pk]), query)
        assert response.status_code == 200
        return response.content.decode()

    return page


def predicted(result):
    return [line[-1] for line in csv.reader(read_predictions(result)[1:])]


def test_accuracy_is_that_of_the_rows_that_have_a_label(labelled, given):
    labels = predicted(labelled)
    right = [p == g for p, g in zip(labels, given, strict=True) if g]
    facts = labelled.facts["right"]
    assert (facts["n_labelled"], facts["n_right"]) == (len(given) - 2, sum(right))
    assert facts["accuracy"] == pytest.approx(sum(right) / len(right))
    assert facts["low"] < facts["accuracy"] < facts["high"]


def test_a_class_that_the_model_does_not_know_counts_as_wrong_and_is_named(labelled, page):
    assert labelled.facts["unknown"] == {"n_names": 1, "names": ["huge"]}
    assert "unknown to the model" in page("result_detail", labelled)


def test_the_evaluation_is_about_rows_with_known_labels(labelled, given):
    facts = json.loads(local_path(labelled.evaluation_file).read_text())
    known = [g for g in given if g in {"large", "small"}]
    assert facts["n_rows"] == len(known)
    lines = {line["name"]: line for line in facts["per_class"]}
    assert lines["large"]["support"] == known.count("large")
    wrong = {error["row_id"] for error in facts["worst_errors"]}
    labels = predicted(labelled)
    assert wrong == {i for i, g in enumerate(given) if g in lines and labels[i] != g}


def test_the_page_compares_with_what_was_promised(labelled, page):
    shown = page("result_detail", labelled)
    assert "Accuracy on the labels of this file" in shown
    assert "Held-out Accuracy promised" in shown
    assert "labelled rows" in shown
    assert "Worst errors" in shown


def test_without_labels_nothing_is_compared(bring, page):
    result = bring("size,colour\n9,red\n1,green\n")
    assert (result.label_position, result.evaluation_file) == (None, None)
    assert "Accuracy on the labels" not in page("result_detail", result)


def test_a_column_of_labels_without_a_label_is_no_evaluation(bring, page):
    result = bring(make_file([""] * len(SIZES)))
    assert result.evaluation_file is None
    assert result.facts["right"]["n_labelled"] == 0
    assert page("result_detail", result)


def test_of_very_many_rows_some_are_looked_at_and_all_are_counted(bring, given, monkeypatch):
    monkeypatch.setattr(batch_evaluation, "MAX_ROWS", 40)
    result = bring(make_file(given))
    facts = json.loads(local_path(result.evaluation_file).read_text())
    assert facts["n_rows"] <= 40
    assert result.facts["right"]["n_labelled"] == len(given) - 2


def test_the_label_mix_adds_up(labelled):
    labels = predicted(labelled)
    assert dict(map(tuple, labelled.facts["mix"])) == {n: labels.count(n) for n in set(labels)}


def test_wrong_rows_are_shown_least_sure_first(labelled, given, page):
    places = find_rows(labelled, RowQuery("wrong", order="rising"))
    labels = predicted(labelled)
    assert sorted(places) == [i for i, g in enumerate(given) if g and labels[i] != g]
    probs = [max(map(float, line.split(",")[:2])) for line in read_predictions(labelled)[1:]]
    assert [probs[i] for i in places] == sorted(probs[i] for i in places)
    shown = page("result_rows", labelled, show="wrong", order="rising")
    assert shown.count("not what was predicted") == len(places)


def test_pages_of_rows_are_in_the_order_of_the_file(labelled, page):
    second = page("result_rows", labelled, page="2")
    assert "51–90 of 90" in second
    assert "99" not in page("result_rows", labelled, page="99").split("51–90")[0][-20:]


@pytest.mark.parametrize(
    "query",
    [
        {"show": "x", "below": "many", "order": "<b>", "page": "-3"},
        {"show": "unsure", "below": "nan"},
        {"show": "warned", "below": "7"},
        {"page": "9" * 30},
    ],
)
def test_strange_queries_are_answered(labelled, page, query):
    assert "Rows" in page("result_rows", labelled, **query)


def test_the_budget_counts_the_rows_of_this_file(labelled, page, small_model, tmp_path):
    coverage = [
        {"min_confidence": 0.9, "accuracy": 0.99, "low": 0.97, "high": 0.995},
        {"min_confidence": 0.0, "accuracy": 0.9, "low": 0.85, "high": 0.93},
    ]
    probs = [max(map(float, line.split(",")[:2])) for line in read_predictions(labelled)[1:]]
    sure, every = read_budget(labelled, coverage)
    assert sure.n_accepted == sum(p >= 0.9 for p in probs)
    assert (every.n_accepted, every.n_left) == (len(probs), 0)
    unsure = find_rows(labelled, RowQuery("unsure", 0.9))
    assert len(unsure) == sure.n_left


@pytest.mark.parametrize("part_rows", [7, 1000])
@pytest.mark.parametrize(("order", "sign"), [("rising", 1), ("falling", -1), ("file", 0)])
@pytest.mark.parametrize("show", ["all", "unsure", "wrong", "warned"])
def test_rows_are_found_part_by_part_in_the_order_that_is_asked_for(
    show, order, sign, part_rows, labelled, monkeypatch
):
    monkeypatch.setattr(result_rows, "PART_ROWS", part_rows)
    rows = read_columns(local_path(labelled.result_file)).to_pylist()
    is_shown = {
        "all": lambda row: True,
        "unsure": lambda row: row["confidence"] < 0.9,
        "wrong": lambda row: row["is_right"] is False,
        "warned": lambda row: row["warning"] is not None,
    }[show]
    expected = [i for i, row in enumerate(rows) if is_shown(row)]
    expected.sort(key=lambda i: sign * np.float32(rows[i]["confidence"]))
    assert list(find_rows(labelled, RowQuery(show, 0.9, order))) == expected


def test_looking_for_rows_loads_nothing_heavy(labelled):
    code = f"""
import sys
from types import SimpleNamespace
import django
django.setup()
from inference import result_rows
result_rows._path = lambda result: {str(local_path(labelled.result_file))!r}
result = SimpleNamespace(n_rows={labelled.n_rows})
for show in result_rows.SHOWN:
    result_rows.find_rows(result, result_rows.RowQuery(show, order="rising"))
print(result_rows.count_below(result, [0.0, 2.0]))
print([name for name in ("pandas", "sklearn", "scipy") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [f"[0, {labelled.n_rows}]", "[]"]


def test_the_budget_is_on_the_page_where_the_model_has_an_evaluation(labelled, page, small_model):
    path = local_path(labelled.evaluation_file)
    small_model.evaluation_file = store(small_model.workspace, "evaluations", path)
    small_model.save()
    labelled.refresh_from_db()
    assert "How many rows to look at" in page("result_detail", labelled)
    assert "held-out rows at least so sure were right in" in page(
        "result_detail", labelled, accuracy="0"
    )
    for strange in ("nan", "-1", "many", "9" * 400):
        assert 'value="0.95"' in page("result_detail", labelled, accuracy=strange)


def test_the_fewest_rows_are_left_that_an_accuracy_allows(labelled):
    coverage = [
        {"min_confidence": c, "accuracy": a, "low": a, "high": a}
        for c, a in ((0.99, 0.98), (0.8, 0.96), (0.0, 0.9))
    ]
    lines = read_budget(labelled, coverage)
    assert choose_line(lines, 0.95) == lines[1]
    assert choose_line(lines, 0.5) == lines[2]
    assert choose_line(lines, 0.99) is None


def test_sets_of_labels_are_compared_as_sets(trained, alice, tmp_path, page):
    model = trained(problem_type=MULTI_LABEL)
    given = ["even,large", "large", "", "even, large", "small"]
    path = tmp_path / "sets.csv"
    lines = [f'9,red,"{labels}"' for labels in given]
    path.write_text("\n".join(["size,colour,label", *lines]))
    result = predict_file(
        create_batch(
            user=alice, model=model, file_name="sets.csv", path=path, idempotency_key="sets"
        )
    )
    assert result.status == "ready", result.error_message
    labels = next(csv.DictReader(read_predictions(result)))["Suggested Label"]
    # An empty cell is the set without labels.
    same = [set(own.replace(" ", "").split(",")) == set(labels.split(",")) for own in given]
    facts = result.facts["right"]
    assert (facts["n_labelled"], facts["n_right"]) == (5, sum(same))
    shown = page("result_detail", result)
    assert "Accuracy on the labels of this file" in shown
    assert "Per class" in shown or "Per label" in shown


def test_hostile_cells_and_labels_are_text(bring, page):
    result = bring('size,colour,label\n9,"<img src=x onerror=alert(1)>","<script>x</script>"\n')
    for name in ("result_detail", "result_rows"):
        shown = page(name, result)
        assert "<script>x" not in shown
        assert "<img src=x" not in shown


# --- What is noticed of rows ---------------------------------------------------------------------

ODD = "size,colour\n9,red\noops,purple\n,\n3,purple\n"


def test_odd_cells_are_told_before_and_after_and_by_row(bring_profiled, page):
    result = bring_profiled(ODD, asks_first=True)
    before = page("result_detail", result)
    assert "values that were never seen in training" in before
    assert "<code>purple</code>" in before
    confirm_columns(result=result, positions=result.positions, is_always_full=False)
    run_all_jobs()
    result.refresh_from_db()
    after = page("result_detail", result)
    assert "cells that are no numbers" in after
    header, *lines = csv.reader(read_predictions(result, "with-columns"))
    warnings = [line[header.index("Warning")] for line in lines]
    assert warnings[0] == ""
    assert "is no number" in warnings[1]
    assert "was never seen" in warnings[1]
    assert "every cell is empty" in warnings[2]
    assert result.facts["warnings"]["n_warned_rows"] == 3


@pytest.mark.parametrize(
    ("text", "places", "words"),
    [
        ("size,colour\n1,red\nx,red\n2,red\ny,red\n", ["3", "5"], "with their lines"),
        ('size,colour\n1,"red\n"\nx,red\n2,red\ny,red\n', ["2", "4"], "with their rows"),
    ],
)
def test_odd_cells_are_told_by_line_where_each_row_is_one(text, places, words, bring, page):
    result = bring(text, asks_first=True)
    shown = page("result_detail", result)
    assert words in shown
    confirm_columns(result=result, positions=[0, 1], is_always_full=False)
    run_all_jobs()
    table = page("result_rows", result, show="warned")
    assert re.findall(r'<td class="num">(\d+)</td>', table) == places
    (finding,) = [f for f in list_findings(result, result.facts["ahead"]) if f.column == "size"]
    assert [str(place) for _, rows in finding.examples for place in rows] == places


def test_warned_rows_can_be_looked_at(bring_profiled):
    result = bring_profiled(ODD)
    assert list(find_rows(result, RowQuery("warned"))) == [1, 2, 3]


def test_a_batch_that_is_like_no_training_row_is_told_from_one_that_is(bring_profiled, page):
    like = "\n".join(["size,colour", *(f"{i % 100 / 10},red" for i in range(300))])
    unlike = "\n".join(["size,colour", *(f"{900 + i},red" for i in range(300))])
    usual, far = bring_profiled(like, key="like"), bring_profiled(unlike, key="unlike")
    assert usual.facts["n_novel"] < far.facts["n_novel"] == 300
    of_size = {drift["name"]: drift for drift in far.facts["drift"]}["size"]
    assert of_size["verdict"] in {"much", "too few rows"}
    shown = page("result_detail", far)
    assert "Compared with the training rows" in shown
    assert len(find_rows(far, RowQuery("novel"))) == 300


def test_a_column_that_is_missing_is_no_news_of_each_row(bring_profiled, page):
    result = bring_profiled("size,shade\n9,red\n", asks_first=True)
    confirm_columns(result=result, positions=[0, None], is_always_full=False)
    run_all_jobs()
    result.refresh_from_db()
    assert [drift["name"] for drift in result.facts["drift"]] == ["size"]
    assert "What was noticed" not in page("result_detail", result)


def test_slices_find_what_one_job_finds(bring_profiled, monkeypatch):
    text = ODD + "5,red\n" * 50 + "many,green\n"
    whole = bring_profiled(text, key="whole")
    monkeypatch.setattr(prediction, "SLICE_ROWS", {"tabular": SliceRows(9, 9)})
    sliced = bring_profiled(text, key="sliced")
    assert sliced.facts == whole.facts
    assert read_predictions(sliced, "with-columns") == read_predictions(whole, "with-columns")
