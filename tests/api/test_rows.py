"""Rows of a cleanset over the API: filtered, decided, tagged, taken back."""

from uuid import uuid4

import pytest

from studio.models import Cleanset

from ..factories import make_cleanset
from .conftest import error_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(cleanset):
    return f"/cleansets/{cleanset.pk.hex}"


def row_ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["row_id"] for row in answer.json()["items"]]


def test_rows_come_worst_first_with_all_that_is_known(api, path):
    listed = api.get(f"{path}/rows?limit=1")
    assert row_ids(listed) == [2]
    assert listed.json()["total"] == 6
    row = listed.json()["items"][0]
    assert row["cells"] == {"text": "fine", "label": "no"}
    assert (row["given_label"], row["suggested_label"]) == ("no", "yes")
    assert row["issues"] == ["Label issue"]
    assert row["facts"]["label_issue_score"] == 0.9
    assert (row["decision"], row["needs_review"]) == (None, False)
    assert api.get(f"{path}/rows/2").json() == row


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("preset=issues", [2]),
        ("preset=unlabelled", [5]),
        ("given=yes", [4, 0]),
        ("given=yes&given=no&limit=2&offset=1", [4, 3]),
        ("suggested=yes", [2]),
        ("search=OO", [3, 0]),
        ("column=text&contains=oo", [3, 0]),
        ("column=text&equals=fine", [2]),
        ("column=label&equals=", [5]),
        ("score=label_issue_score&min_score=0.3", [2, 4, 3]),
        ("score=label_issue_score&max_score=0.1", [0, 5]),
        ("sort=row_id&order=rising", [0, 1, 2, 3, 4, 5]),
        ("sort_column=text&order=rising&limit=2", [5, 1]),
        ("offset=100", []),
        ("offset=1000000000&limit=200", []),
    ],
)
def test_filters_and_orders_are_those_of_the_review(asked, found, api, path):
    assert row_ids(api.get(f"{path}/rows?{asked}")) == found


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("preset=all-of-them", "INVALID_REQUEST"),
        ("sort=nothing", "INVALID_REQUEST"),
        ("min_score=nan", "INVALID_REQUEST"),
        ("column=nowhere", "UNKNOWN_COLUMN"),
        ("contains=x", "COLUMN_MISSING"),
        ("min_score=1", "COLUMN_MISSING"),
        ("column=text&at_least=soon", "BAD_LIMIT"),
    ],
)
def test_what_is_not_understood_is_refused(asked, code, api, path):
    assert error_of(api.get(f"{path}/rows?{asked}"), 422) == code


def test_a_row_is_decided_and_taken_back(api, path, cleanset):
    decided = api.post(f"{path}/rows/2/decision", {"action": "auto-fix"}).json()
    assert (decided["decision"]["action"], decided["decision"]["label"]) == ("auto-fix", "yes")
    relabelled = api.post(f"{path}/rows/2/decision", {"action": "label", "label": " maybe "})
    assert relabelled.json()["decision"]["label"] == "maybe"
    assert api.post(f"{path}/rows/2/undo").json() == {"n_rows": 1, "batch_id": None}
    assert api.get(f"{path}/rows/2").json()["decision"]["label"] == "yes"
    for n_rows in (1, 0):
        assert api.post(f"{path}/rows/2/undo").json()["n_rows"] == n_rows
    assert not cleanset.decisions.exists()


def test_a_row_is_tagged_and_the_tag_is_taken_away(api, path):
    for wanted in (True, True, False):
        tagged = api.post(f"{path}/rows/1/tag", {"needs_review": wanted}).json()
        assert tagged["needs_review"] is wanted
        assert row_ids(api.get(f"{path}/rows?preset=needs-review")) == [1] * wanted


def test_many_rows_are_decided_at_once_and_taken_back_as_one(api, path, cleanset):
    changed = api.post(f"{path}/decisions", {"action": "keep", "row_ids": [0, 1, 1, 99]}).json()
    assert changed["n_rows"] == 2
    rest = {"action": "exclude", "filters": {"given": ["no"]}, "first": 1}
    assert api.post(f"{path}/decisions", rest).json()["n_rows"] == 1
    details = api.get(path).json()
    assert details["decided"] == {"all": 3, "corrected": 0, "excluded": 1, "kept": 2}
    assert api.post(f"{path}/undo", {"batch_id": changed["batch_id"]}).json()["n_rows"] == 2
    assert api.post(f"{path}/undo", {}).json()["n_rows"] == 1
    assert api.post(f"{path}/undo", {}).json()["n_rows"] == 0
    assert not cleanset.decisions.exists()
    lines = api.get(f"{path}/history").json()
    assert lines["total"] == 4
    assert [line["words"] for line in lines["items"]] == ["Undid", "Undid", "Excluded", "Kept"]


def test_all_rows_that_filters_let_through_are_tagged(api, path):
    changed = api.post(f"{path}/decisions", {"action": "needs-review"}).json()
    assert changed["n_rows"] == 6
    assert api.get(path).json()["n_needs_review"] == 6


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": "label"}, "LABEL_MISSING"),
        ({"action": "label", "label": "x" * 501}, "INVALID_REQUEST"),
        ({"action": "label", "label": "a\0b"}, "INVALID_REQUEST"),
        ({"action": "label", "label": "Suggested Label"}, "RESERVED_CLASS_NAME"),
        ({"action": "label", "label": 7}, "INVALID_REQUEST"),
        ({"action": "label", "label": None, "labels": None}, "LABEL_MISSING"),
        ({"action": "guess"}, "INVALID_REQUEST"),
        ({}, "INVALID_REQUEST"),
        ({"action": "keep", "row_id": 1}, "INVALID_REQUEST"),
    ],
)
def test_a_decision_that_cannot_be_meant_changes_nothing(body, code, api, path, cleanset):
    assert error_of(api.post(f"{path}/rows/2/decision", body), 422) == code
    assert not cleanset.decisions.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": "keep", "row_ids": []}, "INVALID_REQUEST"),
        ({"action": "keep", "row_ids": ["1"]}, "INVALID_REQUEST"),
        ({"action": "keep", "row_ids": [1], "first": 1}, "ROWS_TWICE"),
        ({"action": "keep", "filters": {"presett": "all"}}, "INVALID_REQUEST"),
        ({"action": "keep", "filters": {"column": "nowhere"}}, "UNKNOWN_COLUMN"),
    ],
)
def test_many_rows_that_cannot_be_meant_are_not_changed(body, code, api, path, cleanset):
    assert error_of(api.post(f"{path}/decisions", body), 422) == code
    assert not cleanset.decisions.exists()


def test_sets_of_labels_are_sent_as_lists(api, alice, tmp_path):
    path = f"/cleansets/{make_cleanset(alice, tmp_path, 'multi-label').pk.hex}"
    body = {"action": "label", "labels": ["b", "a, c", "b"]}
    decided = api.post(f"{path}/rows/0/decision", body).json()["decision"]
    assert api.get(f"{path}/rows/0").json()["decision"] == decided
    assert decided["label"] == '"a, c",b'


def test_a_row_or_batch_that_is_not_there_is_not_found(api, path):
    for row_id in (6, 10**30):
        assert error_of(api.get(f"{path}/rows/{row_id}"), 404) == "NOT_FOUND"
        body = {"action": "keep"}
        assert error_of(api.post(f"{path}/rows/{row_id}/decision", body), 404) == "NOT_FOUND"
    assert error_of(api.post(f"{path}/undo", {"batch_id": "x"}), 404) == "NOT_FOUND"
    assert api.post(f"{path}/undo", {"batch_id": str(uuid4())}).json()["n_rows"] == 0


def test_a_version_that_a_newer_one_replaced_is_only_read(api, path, cleanset):
    Cleanset.objects.create(
        workspace=cleanset.workspace, project=cleanset.project, version=2, status="analyzing"
    )
    assert api.get(path).json()["is_current"] is False
    for where, body in (
        ("rows/2/decision", {"action": "keep"}),
        ("rows/2/tag", {"needs_review": True}),
        ("rows/2/undo", None),
        ("decisions", {"action": "keep"}),
    ):
        assert error_of(api.post(f"{path}/{where}", body), 409) == "OLD_VERSION"


def test_a_reading_key_looks_and_does_not_decide(reader, path):
    assert row_ids(reader.get(f"{path}/rows"))
    refused = reader.post(f"{path}/rows/2/decision", {"action": "keep"})
    assert error_of(refused, 403) == "READ_ONLY_KEY"
