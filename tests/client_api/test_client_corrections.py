"""Scripts and command lines of users that download what was found and decided."""

import csv
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from .made_projects import DETAILS, OF_CLASSES
from .planted import N_TEXTS, write_reviews

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("client"),
]


class Review:
    """Row by row on the page of a cleanset, with keys."""

    def __init__(self, page, made, rows, column):
        self.page, self.rows, self.column = page, rows, column
        self.place = list(rows[0]).index(column)
        page.goto(f"/cleansets/{made.cleanset_id}")
        self.url = page.url.partition("?")[0]
        self.resolver = page.locator("#resolver")

    def open(self, row_id):
        cell = self.rows[row_id][self.column]
        asked = {"preset": "all", "column": self.place, "contains": cell, "whole": 1}
        self.page.goto(f"{self.url}?{urlencode(asked)}")
        expect(self.page.locator("tr[id^=row-]")).to_have_count(1)
        self.page.keyboard.press("j")
        self.page.keyboard.press("Enter")
        expect(self.resolver).to_have_attribute("data-row", str(row_id))
        expect(self.resolver).to_be_focused()

    def decide(self, row_id, key):
        self.open(row_id)
        self.page.keyboard.press(key)
        self.expect_decided(row_id, "true")

    def undo(self, row_id):
        self.open(row_id)
        self.page.keyboard.press("u")
        self.expect_decided(row_id, "false")

    def tag(self, row_id):
        self.open(row_id)
        self.page.keyboard.press("n")
        expect(self.resolver.locator(".chip--tag")).to_be_visible()

    def give(self, row_id, label):
        """By the digit beside the class."""
        self.open(row_id)
        key = self.resolver.locator(f'[name=chosen][value="{label}"]').get_attribute("data-key")
        self.page.keyboard.press(key)
        expect(self.page.locator(f"#row-{row_id} .label--corrected")).to_have_text(label)

    def expect_decided(self, row_id, value):
        expect(self.page.locator(f"#row-{row_id}")).to_have_attribute("data-decided", value)


@pytest.mark.slow
def test_labels_that_are_numbers_are_corrected_as_such(customers, page, run_client):
    before = list(csv.DictReader(customers.path.open()))
    turned = {i: str(1 - int(before[i]["leaves"])) for i in (2, 17)}
    review = Review(page, customers, before, "spent")
    for i, label in turned.items():
        review.give(i, label)
    ids = {"CLEANSET_ID": customers.cleanset_id, "DATA": str(customers.path)}
    cleaned = run_client("apply_corrections.py", **ids)["cleaned"]
    place = cleaned["columns"].index("leaves")
    expected = [int(turned.get(i, row["leaves"])) for i, row in enumerate(before)]
    assert [row[place] for row in cleaned["data"]] == expected


@pytest.mark.slow
def test_corrections_reach_the_right_rows_and_then_a_new_version(make_project, page, run_client):
    made = make_project("corrected", "text", write_reviews)
    before = list(csv.DictReader(made.path.open()))
    wrong = sorted(made.planted)
    columns = run_client("download_columns.py", CLEANSET_ID=made.cleanset_id)["rows"]
    fixed = next(i for i in wrong if columns[i]["is_label_issue"])
    kept, excluded, relabelled, undone, tagged = (i for i in range(N_TEXTS - 100, N_TEXTS - 95))
    review = Review(page, made, before, "message")
    for row_id, key in ((fixed, "w"), (kept, "q"), (excluded, "e"), (undone, "e")):
        review.decide(row_id, key)
    review.give(relabelled, "billing")
    review.tag(tagged)
    review.undo(undone)
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
    check_new_version(page, made, run_client, fixed, excluded, columns)


def check_new_version(page, made, run_client, fixed, excluded, columns):
    page.get_by_role("button", name="Improve Issues Found").click()
    expect(page.get_by_role("link", name="Version 2")).to_have_attribute("aria-current", "page")
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


def as_rows(frame, n_columns):
    return {i: tuple(row[:n_columns]) for i, row in zip(frame["index"], frame["data"], strict=True)}
