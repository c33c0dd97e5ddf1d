"""Scripts and command lines of users, from a table to its corrected copy."""

import csv
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from .official_client import OfficialClient
from .planted import COPIES, N_TEXTS, UNLABELLED, write_customers, write_reviews

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("client")]

OF_CLASSES = [
    "cleanlab_row_ID",
    "corrected_label",
    "is_label_issue",
    "label_issue_score",
    "suggested_label",
    "suggested_label_confidence_score",
    "is_ambiguous",
    "ambiguous_score",
    "is_well_labeled",
    "is_near_duplicate",
    "near_duplicate_score",
    "near_duplicate_cluster_id",
    "is_outlier",
    "outlier_score",
    "is_initially_unlabeled",
    "has_rare_class",
]
OF_TEXTS = [
    "is_empty_text",
    "text_num_characters",
    "is_PII",
    "PII_score",
    "PII_types",
    "PII_items",
    "is_non_english",
    "non_english_score",
    "predicted_language",
]
DETAILS = [
    "action",
    "is_previously_resolved",
    "top_labels",
    "top_probs",
    "given_label",
    "p_given_label",
    "predicted_label",
    "p_predicted_label",
]
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


FAIL = """
from studio.jobs import JobFailure, latest_job
from studio.jobs.transitions import fail_job
from studio.models import Project
cleanset = Project.objects.get(pk="{project_id}").latest_cleanset
for _ in range(100):
    failure = JobFailure("WORKER_LOST", "The worker stopped 3 times.")
    if fail_job(latest_job(cleanset.pk), failure):
        break
"""
START = """
import json, os
from cleanlab_studio import Studio
studio = Studio(os.environ["API_KEY"])
made = studio.create_project(os.environ["DATASET_ID"], "Fails", "tabular", model_type="fast")
print(json.dumps(made))
"""
WAIT = """
import json, os
from cleanlab_studio import Studio
from cleanlab_studio.errors import CleansetHandledError
studio = Studio(os.environ["API_KEY"])
try:
    studio.wait_until_cleanset_ready(studio.get_latest_cleanset_id(os.environ["PROJECT_ID"]))
except CleansetHandledError as error:
    print(json.dumps(str(error)))
"""


@dataclass(frozen=True)
class Made:
    """A project that a script made, and the file that it is of."""

    path: Path
    dataset_id: str
    project_id: str
    cleanset_id: str
    planted: dict[int, str]


@pytest.fixture(scope="module")
def make_project(studio, api_key, tmp_path_factory):
    def make(name, modality, write):
        folder = tmp_path_factory.mktemp(name)
        path = folder / f"{name}.csv"
        planted = write(path)
        ids = OfficialClient(studio.url, api_key, folder).run_script(
            "make_project.py", DATA=str(path), NAME=name, MODALITY=modality
        )
        return Made(path, **ids, planted=planted)

    return make


@pytest.fixture(scope="module")
def reviews(make_project):
    return make_project("reviews", "text", write_reviews)


@pytest.fixture(scope="module")
def customers(make_project):
    return make_project("customers", "tabular", write_customers)


@pytest.mark.slow
def test_a_text_project_finds_planted_mistakes(reviews, run_client):
    for row_id in (reviews.dataset_id, reviews.project_id, reviews.cleanset_id):
        UUID(row_id)
    answer = run_client("download_columns.py", CLEANSET_ID=reviews.cleanset_id)
    rows = answer["rows"]
    assert list(answer["types"]) == OF_CLASSES + OF_TEXTS
    assert (answer["types"]["suggested_label"], answer["types"]["is_label_issue"]) == (
        "string",
        "bool",
    )
    assert [row["cleanlab_row_ID"] for row in rows] == list(range(N_TEXTS))
    found = [i for i in reviews.planted if rows[i]["is_label_issue"]]
    assert len(found) >= 0.6 * len(reviews.planted)
    right = [i for i in found if rows[i]["suggested_label"] == reviews.planted[i]]
    assert len(right) >= 0.8 * len(found)
    assert [i for i, row in enumerate(rows) if row["is_initially_unlabeled"]] == list(UNLABELLED)
    for row in rows:
        is_open = row["is_label_issue"] or row["is_initially_unlabeled"]
        assert (row["suggested_label"] is not None) == is_open
        scores = [value for name, value in row.items() if name.endswith("_score")]
        assert all(0 <= score <= 1 for score in scores if score is not None)


@pytest.mark.slow
def test_details_of_the_project_come_when_they_are_asked_for(reviews, run_client):
    rows = run_client("download_columns.py", CLEANSET_ID=reviews.cleanset_id)["details"]
    assert list(rows[0]) == [*OF_CLASSES, *OF_TEXTS, *DETAILS]
    for i, row in enumerate(rows):
        is_open = row["is_label_issue"] or row["is_initially_unlabeled"]
        assert row["action"] == ("unresolved" if is_open else None)
        assert row["p_predicted_label"] == pytest.approx(row["top_probs"][0], abs=1e-5)
        assert row["predicted_label"] == row["top_labels"][0]
        assert (row["p_given_label"] is None) == (i in UNLABELLED)
        if row["given_label"] in row["top_labels"]:
            place = row["top_labels"].index(row["given_label"])
            assert row["p_given_label"] == pytest.approx(row["top_probs"][place], abs=1e-5)


@pytest.mark.slow
def test_a_tabular_project_reads_all_columns_but_the_label(customers, studio, run_client):
    answer = run_client("download_columns.py", CLEANSET_ID=customers.cleanset_id)
    rows = answer["rows"]
    assert list(answer["types"]) == OF_CLASSES
    assert answer["types"]["suggested_label"] == "Int64"
    for copy, original in COPIES.items():
        clusters = {rows[i]["near_duplicate_cluster_id"] for i in (copy, original)}
        assert len(clusters - {None}) == 1
        assert rows[copy]["near_duplicate_score"] == pytest.approx(1)
    schema = studio.manage(
        "shell",
        "--no-imports",
        "-c",
        "from studio.models import Project;"
        f"print([c['name'] for c in Project.objects.get(pk='{customers.project_id}')"
        ".feature_schema])",
    )
    assert schema.strip() == str(["months", "spent", "plan", "is_business", "since"])


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
def test_what_cannot_be_a_project_ends_at_once_with_a_sentence(run_client):
    said = run_client("bad_configs.py")
    reasons = {
        "float label": "with decimals",
        "one class": "only one class",
        "no lists": "are no lists",
        "unknown column": "no column 'nothing'",
        "image": "no image projects",
        "reserved class": "may not be named",
        "words as numbers": "no numbers",
    }
    assert {name: reason in said[name] for name, reason in reasons.items()} == dict.fromkeys(
        reasons, True
    ), said


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
def test_the_web_process_stays_free_of_pandas(customers, studio, run_client):
    run_client("download_columns.py", CLEANSET_ID=customers.cleanset_id)
    run_client("arrays.py", CLEANSET_ID=customers.cleanset_id)
    children = psutil.Process(studio.process.pid).children(recursive=True)
    web = [child for child in children if "studio.wsgi:application" in child.cmdline()]
    libraries = {each.path for child in web for each in child.memory_maps()}
    assert any("pyarrow" in path for path in libraries)
    assert not [path for path in libraries if "/pandas/" in path or "/sklearn/" in path]


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


@pytest.mark.slow
def test_a_failed_analysis_ends_the_wait_with_its_reason(customers, studio, run_client):
    project_id = run_client(START, DATASET_ID=customers.dataset_id)
    studio.manage("shell", "--no-imports", "-c", FAIL.format(project_id=project_id))
    said = run_client(WAIT, PROJECT_ID=project_id)
    assert ("WORKER_LOST" in said, "stopped 3 times" in said) == (True, True)


@pytest.mark.slow
def test_a_deleted_project_is_gone_and_nobody_else_deletes_it(customers, run_client, other_key):
    said = run_client("delete_project.py", DATASET_ID=customers.dataset_id, OTHER_KEY=other_key)
    assert said[2] == "done"
    assert all("There is no" in text for text in said[:2] + said[3:]), said


@pytest.mark.slow
def test_classes_and_columns_keep_names_that_look_like_something_else(run_client):
    answer = run_client("odd_names.py")
    assert answer["ids"] == list(range(100, 160))
    assert answer["given"] == answer["expected"]
    assert answer["classes"] == ["007", "NA", "True"]


def decide(studio, made, **what):
    code = DECIDE.format(cleanset_id=made.cleanset_id, **what)
    studio.manage("shell", "--no-imports", "-c", code)


def as_rows(frame, n_columns):
    return {i: tuple(row[:n_columns]) for i, row in zip(frame["index"], frame["data"], strict=True)}
