"""Scripts and command lines of users that download what was found and decided."""

import csv

import pytest

from .made_projects import DETAILS, OF_CLASSES
from .planted import N_TEXTS, write_reviews

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("client")]

DECIDE = """
from studio.decisions import decide_row
from studio.models import Cleanset
from studio.tags import toggle_needs_review
from studio.undo import undo_row
cleanset = Cleanset.objects.get(pk="{cleanset_id}")
user = cleanset.created_by
for row_id, action, label in {decisions}:
    decide_row(cleanset=cleanset, row_id=row_id, action=action, label=label, user=user)
for row_id in {undone}:
    assert undo_row(cleanset=cleanset, row_id=row_id, user=user)
for row_id in {tagged}:
    toggle_needs_review(cleanset=cleanset, row_id=row_id, user=user)
"""
IMPROVE = """
from studio.models import Cleanset
from studio.versions import create_version
cleanset = Cleanset.objects.get(pk="{cleanset_id}")
create_version(cleanset=cleanset, user=cleanset.created_by)
"""


@pytest.mark.slow
def test_labels_that_are_numbers_are_corrected_as_such(customers, studio, run_client):
    before = list(csv.DictReader(customers.path.open()))
    turned = {i: str(1 - int(before[i]["leaves"])) for i in (2, 17)}
    decisions = [(i, "label", label) for i, label in turned.items()]
    decide(studio, customers, decisions=decisions, undone=[], tagged=[])
    ids = {"CLEANSET_ID": customers.cleanset_id, "DATA": str(customers.path)}
    cleaned = run_client("apply_corrections.py", **ids)["cleaned"]
    place = cleaned["columns"].index("leaves")
    expected = [int(turned.get(i, row["leaves"])) for i, row in enumerate(before)]
    assert [row[place] for row in cleaned["data"]] == expected


@pytest.mark.slow
def test_corrections_reach_the_right_rows_and_then_a_new_version(make_project, studio, run_client):
    made = make_project("corrected", "text", write_reviews)
    before = list(csv.DictReader(made.path.open()))
    wrong = sorted(made.planted)
    columns = run_client("download_columns.py", CLEANSET_ID=made.cleanset_id)["rows"]
    fixed = next(i for i in wrong if columns[i]["is_label_issue"])
    kept, excluded, relabelled, undone, tagged = (i for i in range(N_TEXTS - 100, N_TEXTS - 95))
    decisions = [
        (fixed, "auto-fix", columns[fixed]["suggested_label"]),
        (kept, "keep", None),
        (excluded, "exclude", None),
        (relabelled, "label", "billing"),
        (undone, "exclude", None),
    ]
    decide(studio, made, decisions=decisions, undone=[undone], tagged=[tagged])
    answer = run_client("apply_corrections.py", CLEANSET_ID=made.cleanset_id, DATA=str(made.path))
    expected = {i: (row["message"], row["topic"] or None) for i, row in enumerate(before)}
    expected[fixed] = (expected[fixed][0], columns[fixed]["suggested_label"])
    expected[relabelled] = (expected[relabelled][0], "billing")
    assert as_rows(answer["kept"], 2) == expected
    actions = dict(
        zip(answer["kept"]["index"], (r[2] for r in answer["kept"]["data"]), strict=True)
    )
    del expected[excluded]
    assert as_rows(answer["cleaned"], 2) == expected
    assert answer["cleaned"]["columns"] == ["message", "topic"]
    open_row = next(i for i in wrong if i != fixed and columns[i]["is_label_issue"])
    shown = {row["cleanlab_row_ID"]: row["action"] for row in answer["details"]}
    for i, action in (
        (fixed, "auto-fix"),
        (kept, "keep"),
        (excluded, "exclude"),
        (relabelled, "label"),
        (open_row, "unresolved"),
    ):
        assert (shown[i], actions[i]) == (action, action)
    check_new_version(studio, made, run_client, fixed, excluded, columns)


def check_new_version(studio, made, run_client, fixed, excluded, columns):
    studio.manage("shell", "--no-imports", "-c", IMPROVE.format(cleanset_id=made.cleanset_id))
    answer = run_client("new_version.py", PROJECT_ID=made.project_id, CLEANSET_ID=made.cleanset_id)
    assert answer["cleanset_id"] != made.cleanset_id
    assert answer["n_before"] == N_TEXTS
    rows = {row["cleanlab_row_ID"]: row for row in answer["details"]}
    assert set(rows) == set(range(N_TEXTS)) - {excluded}
    assert rows[fixed]["given_label"] == columns[fixed]["suggested_label"]
    assert (rows[fixed]["is_previously_resolved"], rows[fixed]["corrected_label"]) == (True, None)
    assert sum(row["is_previously_resolved"] for row in rows.values()) == 3


@pytest.mark.slow
def test_probabilities_and_embeddings_have_a_row_a_row(reviews, customers, run_client):
    of_texts = run_client("arrays.py", CLEANSET_ID=reviews.cleanset_id)
    assert of_texts["columns"] == ["account", "billing", "delivery", "quality"]
    assert of_texts["shape"] == [N_TEXTS, 4]
    assert of_texts["sums"] == pytest.approx([1, 1], abs=1e-5)
    assert of_texts["with_id"] == ["cleanlab_row_ID", *of_texts["columns"]]
    assert of_texts["ids"] == list(range(N_TEXTS))
    n_rows, n_dimensions, kind = of_texts["embeddings"]
    assert (n_rows, n_dimensions > 100, kind) == (N_TEXTS, True, "float64")
    of_tables = run_client("arrays.py", CLEANSET_ID=customers.cleanset_id)
    assert "text projects only" in of_tables["embeddings"]


@pytest.mark.slow
def test_the_command_line_writes_columns_alone_or_beside_the_users_own(
    customers, run_cli, api_key, tmp_path
):
    assert run_cli("login", "--key", api_key).code == 0
    download = ("cleanset", "download", "--id", customers.cleanset_id, "-a")
    done = run_cli(*download, "-o", "out.csv")
    assert done.code == 0, done.errors
    alone = list(csv.DictReader((tmp_path / "out.csv").open()))
    assert list(alone[0]) == [*OF_CLASSES, *(name for name in DETAILS if name != "action")]
    assert [row["cleanlab_row_ID"] for row in alone] == [str(i) for i in range(len(alone))]
    with_ids = [
        row | {"cleanlab_row_ID": i} for i, row in enumerate(csv.DictReader(customers.path.open()))
    ]
    with (tmp_path / "mine.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, with_ids[0])
        writer.writeheader()
        writer.writerows(with_ids[5:60])
    done = run_cli(*download, "-f", "mine.csv", "-o", "merged.csv")
    assert done.code == 0, done.errors
    merged = list(csv.DictReader((tmp_path / "merged.csv").open()))
    assert (len(merged), merged[0]["cleanlab_row_ID"]) == (55, "5")
    assert merged[0]["months"] == str(with_ids[5]["months"])
    assert merged[0]["label_issue_score"][:8] == alone[5]["label_issue_score"][:8]


def decide(studio, made, **what):
    code = DECIDE.format(cleanset_id=made.cleanset_id, **what)
    studio.manage("shell", "--no-imports", "-c", code)


def as_rows(frame, n_columns):
    return {i: tuple(row[:n_columns]) for i, row in zip(frame["index"], frame["data"], strict=True)}
