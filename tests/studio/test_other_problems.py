"""Projects whose labels are numbers, and projects without labels, from the file to the export."""

import csv
import io
import random
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from automl.errors import InputError
from studio.clean_top import clean_top
from studio.decisions import decide_row
from studio.files import local_path
from studio.models import Cleanset, DecisionImport
from studio.projects import Setup
from studio.review_query import ReviewQuery
from studio.versions import create_version

from ..inline_jobs import analyse_file, run_all_jobs

N_ROWS = 240
WRONG, UNLABELLED, COPY = 7, 9, 11
# As Cleanlab Studio answers for numbers and without labels (docs/issues.md).
OF_NUMBERS = [
    "corrected_label",
    "is_label_issue",
    "label_issue_score",
    "suggested_label",
    "is_near_duplicate",
    "near_duplicate_score",
    "near_duplicate_cluster_id",
    "is_outlier",
    "outlier_score",
    "is_initially_unlabeled",
]


def write_prices(path):
    chance = random.Random(3)
    rows = []
    for _ in range(N_ROWS):
        size, floor = chance.uniform(20, 120), chance.randint(0, 9)
        rows.append([f"{size:.1f}", str(floor), f"{1000 * size + 50 * floor:.0f}"])
    rows[WRONG][2], rows[UNLABELLED][2], rows[COPY] = "250000", "", list(rows[COPY - 1])
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["size", "floor", "price"], *rows])


@pytest.fixture(scope="module")
def prices_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("prices") / "prices.csv"
    write_prices(path)
    return path


@pytest.fixture
def prices(alice, prices_path, db):
    features = ["size", "floor"]
    setup = Setup("regression", "tabular", "price", feature_columns=features, preset="fast")
    return analyse_file(alice, prices_path, setup)


@pytest.fixture
def texts(alice, tmp_path, db):
    lines = [f"question {i} about {'cards' if i % 2 else 'loans'} and more" for i in range(40)]
    path = tmp_path / "texts.csv"
    path.write_text("text\n" + "\n".join([*lines, lines[0], "write to jo@example.org"]))
    return analyse_file(alice, path, Setup("unsupervised", "text", text_column="text"))


def facts_of(cleanset):
    rows = pq.read_table(local_path(cleanset.issues_file)).to_pylist()
    return {row["row_id"]: row for row in rows}


def page_of(client, cleanset, **params):
    url = reverse("studio:project_detail", args=[cleanset.project_id])
    response = client.get(url, params)
    assert response.status_code == 200
    return response.content.decode()


def export(client, cleanset, **params):
    url = reverse("studio:cleanset_export", args=[cleanset.pk])
    response = client.get(url, {"rows": "everything", "format": "csv"} | params)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(response).decode())))


def bring_back(client, cleanset, **params):
    """Export, take everything back, import; what is decided then."""
    url = reverse("studio:cleanset_export", args=[cleanset.pk])
    content = b"".join(client.get(url, {"rows": "everything", "format": "csv"} | params))
    before = {d.row_id: (d.action, d.corrected_label) for d in cleanset.decisions.all()}
    cleanset.decisions.all().delete()
    fields = {"replaces_decided": "no", "first_row_id": "0", "idempotency_key": uuid4().hex}
    fields["file"] = SimpleUploadedFile("corrections.csv", content)
    client.post(reverse("studio:import_create", args=[cleanset.pk]), fields)
    run_all_jobs()
    made = DecisionImport.objects.get()
    assert (made.status, made.n_unfit) == ("done", 0), (made.error_message, made.problems)
    after = {d.row_id: (d.action, d.corrected_label) for d in cleanset.decisions.all()}
    return before, after


class TestNumbers:
    def test_a_wrong_number_is_found_and_a_number_suggested(self, prices):
        assert prices.status == Cleanset.Status.READY
        facts = facts_of(prices)
        worst = max(facts.values(), key=lambda fact: fact["label_issue_score"])
        assert worst["row_id"] == WRONG
        assert 10_000 < float(worst["suggested_label"]) < 150_000
        assert facts[UNLABELLED]["suggested_label"] is not None
        assert facts[COPY]["is_near_duplicate"]
        assert prices.source["score"]["r2"] > 0.5

    def test_the_page_speaks_of_numbers_and_not_of_classes(self, prices, alice_client):
        page = page_of(alice_client, prices, preset="all")
        assert "R²" in page
        assert "250000" in page
        assert "Deploy Model" not in page
        url = reverse("studio:row_detail", args=[prices.pk, WRONG])
        panel = alice_client.get(url).content.decode()
        assert "Another number" in panel
        assert "Classes by likelihood" not in panel

    def test_given_numbers_are_sorted_as_numbers(self, prices, alice_client):
        page = page_of(alice_client, prices, preset="all", sort="given_label", order="falling")
        first = page.index('id="row-')
        assert page[first:].startswith(f'id="row-{WRONG}"')

    def test_a_correction_is_a_number(self, prices, alice):
        with pytest.raises(InputError, match="number"):
            decide_row(cleanset=prices, row_id=1, action="label", user=alice, label="cheap")
        with pytest.raises(InputError, match="number"):
            decide_row(cleanset=prices, row_id=1, action="label", user=alice, label="1e400")
        decide_row(cleanset=prices, row_id=1, action="label", user=alice, label=" 50000 ")
        assert prices.decisions.get().corrected_label == "50000"

    def test_the_export_has_the_columns_of_the_reference(self, prices, alice, alice_client):
        decide_row(cleanset=prices, row_id=WRONG, action="label", user=alice, label="61000")
        rows = export(alice_client, prices)
        names = [n.removeprefix("cleanlab_") for n in rows[0] if n.startswith("cleanlab_")]
        assert names[0] == "row_ID"
        assert names[1 : names.index("action")] == OF_NUMBERS
        assert "top_labels" not in names
        assert rows[WRONG]["cleanlab_corrected_label"] == "61000"
        assert [row["price"] for row in rows][WRONG] == "250000"

    @pytest.mark.parametrize("rows", ["everything", "patch"])
    def test_corrections_come_back_from_a_file(self, prices, alice, alice_client, rows):
        decide_row(cleanset=prices, row_id=WRONG, action="label", user=alice, label="61000.5")
        decide_row(cleanset=prices, row_id=3, action="exclude", user=alice)
        decide_row(cleanset=prices, row_id=4, action="keep", user=alice)
        before, after = bring_back(alice_client, prices, rows=rows)
        assert after == before

    def test_a_new_version_starts_from_the_corrections(self, prices, alice):
        decide_row(cleanset=prices, row_id=WRONG, action="label", user=alice, label="61000")
        decide_row(cleanset=prices, row_id=3, action="exclude", user=alice)
        version = create_version(cleanset=prices, user=alice)
        run_all_jobs()
        version.refresh_from_db()
        facts = facts_of(version)
        assert facts[WRONG]["given_label"] == "61000"
        assert facts[WRONG]["is_previously_resolved"]
        assert 3 not in facts
        assert version.source["score"]["r2"] > prices.source["score"]["r2"]

    def test_analytics_know_no_classes(self, prices, alice_client):
        response = alice_client.get(reverse("studio:cleanset_analytics", args=[prices.pk]))
        page = response.content.decode()
        assert "Label issues of each class" not in page
        assert "Near duplicates" in page

    def test_a_model_cannot_be_deployed_and_the_answer_says_so(self, prices, alice_client):
        url = reverse("models_app:model_create", args=[prices.pk])
        response = alice_client.get(url, follow=True)
        assert "cannot be deployed" in response.content.decode()

    def test_a_label_that_is_no_number_fails_with_its_row(self, alice, tmp_path, db):
        path = tmp_path / "prices.csv"
        write_prices(path)
        lines = path.read_text().splitlines()
        lines[200] = lines[200].rsplit(",", 1)[0] + ",unknown"
        path.write_text("\n".join(lines))
        setup = Setup("regression", "tabular", "price", feature_columns=["size"], preset="fast")
        cleanset = analyse_file(alice, path, setup)
        assert cleanset.status == Cleanset.Status.FAILED
        assert "Row 200 has the label 'unknown'" in cleanset.error_message


class TestWithoutLabels:
    def test_rows_are_judged_without_training(self, texts):
        assert texts.status == Cleanset.Status.READY
        facts = facts_of(texts)
        assert facts[0]["near_duplicate_score"] == 1.0
        assert facts[41]["is_PII"]
        assert not {"given_label", "label_issue_score", "is_initially_unlabeled"} & set(facts[0])
        assert texts.source["runs"] == []

    def test_the_page_has_no_word_of_labels(self, texts, alice_client):
        page = page_of(alice_client, texts, preset="all")
        assert "Near duplicates" in page
        assert "Deploy Model" not in page
        assert "Suggested" not in page
        assert "Issue score" not in page
        panel = alice_client.get(reverse("studio:row_detail", args=[texts.pk, 41]))
        assert "jo@example.org" in panel.content.decode()

    def test_rows_can_be_excluded_and_kept_but_not_labelled(self, texts, alice):
        decide_row(cleanset=texts, row_id=40, action="exclude", user=alice)
        decide_row(cleanset=texts, row_id=0, action="keep", user=alice)
        with pytest.raises(InputError, match="no labels"):
            decide_row(cleanset=texts, row_id=1, action="label", user=alice, label="x")

    def test_clean_top_keeps_what_no_flag_speaks_against(self, texts, alice):
        query = ReviewQuery(preset="near-duplicates")
        n_rows, _ = clean_top(cleanset=texts, query=query, k=2, action="auto-fix", user=alice)
        assert n_rows == 2
        assert set(texts.decisions.values_list("action", flat=True)) <= {"keep", "exclude"}

    def test_the_export_has_the_columns_of_the_reference(self, texts, alice, alice_client):
        decide_row(cleanset=texts, row_id=40, action="exclude", user=alice)
        assert len(export(alice_client, texts, rows="default")) == 41
        names = [
            name.removeprefix("cleanlab_")
            for name in export(alice_client, texts)[0]
            if name.startswith("cleanlab_")
        ]
        assert names[:6] == ["row_ID", *OF_NUMBERS[4:9]]
        assert "is_PII" in names
        assert "corrected_label" not in names

    @pytest.mark.parametrize("rows", ["everything", "patch"])
    def test_decisions_come_back_from_a_file(self, texts, alice, alice_client, rows):
        decide_row(cleanset=texts, row_id=40, action="exclude", user=alice)
        decide_row(cleanset=texts, row_id=0, action="keep", user=alice)
        before, after = bring_back(alice_client, texts, rows=rows)
        assert after == before

    def test_a_new_version_leaves_excluded_rows_out(self, texts, alice, alice_client):
        decide_row(cleanset=texts, row_id=40, action="exclude", user=alice)
        version = create_version(cleanset=texts, user=alice)
        run_all_jobs()
        version.refresh_from_db()
        assert (version.status, version.n_rows) == ("ready", 41)
        assert "Version 2" in page_of(alice_client, version, preset="all")


@pytest.mark.parametrize(
    ("posted", "answer"),
    [
        ({"problem_type": "regression", "label_column": ""}, "Choose the column with the labels"),
        ({"problem_type": "regression", "label_column": "0"}, "cells that are no numbers"),
        ({"problem_type": "unsupervised", "label_column": "1"}, None),
    ],
)
def test_the_form_asks_for_labels_only_where_there_are_any(
    alice, alice_client, tmp_path, db, posted, answer
):
    path = tmp_path / "prices.csv"
    path.write_text("town,price\n" + "\n".join(f"Bern {i % 7},{i}" for i in range(30)))
    dataset = analyse_file(
        alice, path, Setup("unsupervised", "tabular", feature_columns=["town"])
    ).project.dataset
    url = f"{reverse('studio:project_create')}?dataset={dataset.pk.hex}"
    usual = {"name": "prices", "modality": "tabular", "feature_columns": ["1"]}
    usual |= {"text_column": "", "preset": "fast", "idempotency_key": "k"}
    if posted["label_column"] == "1":
        usual["feature_columns"] = ["0", "1"]
    response = alice_client.post(url, usual | posted)
    if answer:
        assert response.status_code == 422
        assert answer in response.content.decode()
    else:
        assert response.status_code == 302
