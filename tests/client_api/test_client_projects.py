"""Scripts of users that make projects and look at what was found."""

from uuid import UUID

import psutil
import pytest

from .made_projects import DETAILS, OF_CLASSES, OF_TEXTS
from .planted import COPIES, N_TEXTS, UNLABELLED

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("client")]

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
def test_the_web_process_stays_free_of_pandas(customers, studio, run_client):
    run_client("download_columns.py", CLEANSET_ID=customers.cleanset_id)
    run_client("arrays.py", CLEANSET_ID=customers.cleanset_id)
    children = psutil.Process(studio.process.pid).children(recursive=True)
    web = [child for child in children if "studio.wsgi:application" in child.cmdline()]
    libraries = {each.path for child in web for each in child.memory_maps()}
    assert any("pyarrow" in path for path in libraries)
    assert not [path for path in libraries if "/pandas/" in path or "/sklearn/" in path]


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
