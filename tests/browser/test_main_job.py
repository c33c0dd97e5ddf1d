"""The whole job in a real browser, as a newcomer does it, for each kind of project."""

import csv
import re
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from playwright.sync_api import expect

from automl.predictor import Predictor
from automl.tables import open_table
from studio.reconciler import TIDY_SECONDS

from ..running_studio import ROOT
from .conftest import JOB_TIMEOUT_MS, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

OTHER = ("other@example.org", "another long secret")


@dataclass(frozen=True)
class Kind:
    sample: str
    rows: int
    modality: str
    problem_type: str
    features: int
    preset: str


KINDS = {
    "text": Kind("banking_questions.csv", 500, "text", "multi-class", 1, "regular"),
    "tabular": Kind("telco_churn.csv", 500, "tabular", "multi-class", 19, "fast"),
    "multi-label": Kind("reddit_emotions.csv", 600, "text", "multi-label", 1, "fast"),
}


def cut_sample(kind, folder):
    with (ROOT / "samples" / kind.sample).open(newline="", encoding="utf-8") as source:
        rows = list(csv.reader(source))[: kind.rows + 1]
    path = folder / kind.sample
    with path.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows(rows)
    return path


def upload_dataset(page, path):
    page.goto("/datasets/new/")
    expect(page.locator("[data-upload-progress]")).to_be_hidden()
    page.set_input_files("[type=file]", path)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("How it was read")).to_be_visible(timeout=JOB_TIMEOUT_MS)


def create_project(page, kind):
    page.get_by_role("link", name="Create Project").first.click()
    expect(page.locator(f"[name=modality][value={kind.modality}]")).to_be_checked()
    expect(page.locator(f"[name=problem_type][value={kind.problem_type}]")).to_be_checked()
    page.locator(f"[name=preset][value={kind.preset}]").check()
    page.get_by_role("button", name="Find issues").click()
    expect(page.get_by_role("link", name="Deploy Model")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    expect(page.get_by_text("Ready for review")).to_be_visible()


def show_rows(page, name):
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "true")


def review(page):
    """Keep, use a suggestion, relabel, exclude, undo, and a bulk auto-fix."""
    show_rows(page, "All rows")
    counts = page.locator("#review-counts")
    rows = page.locator("table.review tbody tr")
    rows.nth(0).get_by_role("button", name="Keep").click()
    expect(counts).to_contain_text("1 kept")
    rows.nth(1).get_by_role("button", name="Exclude").click()
    expect(counts).to_contain_text("1 excluded")
    label = page.locator("#classes option").first.get_attribute("value")
    rows.nth(2).get_by_placeholder("Other label").fill(label)
    rows.nth(2).get_by_role("button", name="Relabel").click()
    expect(counts).to_contain_text("1 corrected")
    rows.nth(1).get_by_role("button", name="Undo").click()
    expect(counts).to_contain_text("0 excluded")
    rows.nth(1).get_by_role("button", name="Exclude").click()
    expect(counts).to_contain_text("1 excluded")
    show_rows(page, "Label issues")
    if page.get_by_role("button", name="Use suggestion").count():
        page.locator("#id_k").fill("3")
        page.get_by_role("button", name="Clean", exact=True).click()
        expect(page.locator("#toasts")).to_contain_text("Auto-fixed")


def deploy(page, name):
    page.get_by_role("link", name="Deploy Model").click()
    page.get_by_label("Model name").fill(name)
    page.get_by_role("button", name="Deploy Model").click()
    expect(page.locator("#toasts")).to_contain_text("Your model has started deployment.")
    page.goto("/models/")
    line = page.get_by_role("row").filter(has_text=name)
    line.get_by_role("link", name="View model").click(timeout=JOB_TIMEOUT_MS)


def read_details(page):
    page.get_by_role("link", name="Model Details").click()
    leaderboard = page.get_by_role("table", name="Models that were trained")
    expect(leaderboard).to_be_visible()
    heads = leaderboard.locator("thead th").all_inner_texts()
    assert heads == [
        "Model",
        "Held-out Accuracy",
        "Original Accuracy",
        "Inference Time",
        "Training Time",
    ]
    lines = leaderboard.locator("tbody tr").all_inner_texts()
    assert sum("Ensemble Predictor" in line for line in lines) == 1
    assert "Deployed" in lines[0]
    assert len(lines) >= 4
    expect(leaderboard.locator("tfoot")).to_contain_text("Majority class")
    expect(page.get_by_role("img", name="Reliability diagram")).to_be_visible()
    expect(page.get_by_role("heading", name="What the model looks at")).to_be_visible()


def predict(page, path):
    model = page.url
    page.get_by_role("link", name="Predict New Labels").click()
    page.set_input_files("[type=file]", path)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Columns")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    page.get_by_role("button", name="Predict New Labels").click()
    expect(page.get_by_text("Ready for export")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    expect(page.get_by_role("button", name="Export").first).to_be_visible()
    page.goto(model.replace("/details/", "/"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert download.value.suggested_filename == f"{path.stem}_pred_probs.csv"
    return Path(download.value.path())


def load_predictor(studio, name):
    with sqlite3.connect(studio.data_dir / "studio.sqlite3") as database:
        (key,) = database.execute(
            "SELECT f.key FROM models_app_deployedmodel m "
            "JOIN studio_storedfile f ON f.id = m.predictor_file_id WHERE m.name = ?",
            [name],
        ).fetchone()
    return Predictor.load(studio.data_dir / "files" / key)


def predict_directly(predictor, path):
    with open_table(path, file_name=path.name) as table:
        cells = pa.Table.from_batches(list(table.batches()))
        positions = predictor.schema.require(table.columns)
    columns = [cells.column(positions[name]) for name in predictor.schema.names]
    features = pa.table(columns, names=[f"c{i}" for i in range(len(columns))])
    probs = predictor.predict_proba(features)
    return probs, predictor.suggested_labels(probs)


def refuses_a_file_without_the_needed_column(page, studio, chromium, tmp_path):
    page.get_by_role("link", name="Predict New Labels").click()
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("comment\nhello\n")
    page.set_input_files("[type=file]", wrong)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("The file has no column 'text'")


def hides_everything_from_a_second_user(page, studio, chromium, tmp_path):
    links = set()
    for start in ("/datasets/", "/projects/", "/models/", page.url):
        page.goto(start)
        page.wait_for_load_state("networkidle")
        links |= {
            link
            for anchor in page.locator("main a[href]").all()
            if re.search("[0-9a-f]{32}", link := anchor.get_attribute("href") or "")
        }
    model = next(link for link in links if re.fullmatch("/models/[0-9a-f]{32}/", link))
    links |= {f"{model}details/", f"{model}predict/", f"{model}template/", f"{model}state/"}
    assert any("/export/" in link for link in links)
    studio.manage(
        "shell",
        "-c",
        f"from studio.models import User; User.objects.create_user({OTHER[0]!r}, {OTHER[1]!r})",
    )
    context = chromium.new_context(base_url=studio.url)
    sign_in(context.new_page(), *OTHER)
    statuses = {link: context.request.get(link).status for link in links}
    context.close()
    assert set(statuses.values()) == {404}, statuses


def comes_out_identical_when_it_is_trained_once_more(page, studio, chromium, tmp_path):
    page.get_by_role("link", name="Model Details").click()
    page.get_by_role("button", name="Re-run to verify").click()
    result = page.locator("#verification")
    expect(result).to_contain_text("byte for byte", timeout=JOB_TIMEOUT_MS)


def offers_retraining_with_one_click(page, studio, chromium, tmp_path):
    page.locator("main .meta a").first.click()
    show_rows(page, "All rows")
    page.locator("table.review tbody tr").nth(5).get_by_role("button", name="Exclude").click()
    expect(page.locator("#review-counts")).to_contain_text("2 excluded")
    page.goto("/models/")
    page.get_by_role("row").filter(has_text="tabular model").get_by_role(
        "link", name="View model"
    ).click()
    expect(page.get_by_text("The cleanset has changed since")).to_be_visible()
    page.get_by_role("button", name="Re-train").click()
    expect(page.get_by_text("Re-trained from")).to_be_visible()
    expect(page.get_by_text("No predictions yet")).to_be_visible(timeout=JOB_TIMEOUT_MS)


def deletes_predictions_with_their_files(page, studio, chromium, tmp_path):
    with sqlite3.connect(studio.data_dir / "studio.sqlite3") as database:
        query = (
            "SELECT f.key FROM inference_inferenceresult r JOIN studio_storedfile f "
            "ON f.id = r.result_file_id WHERE r.file_name = 'reddit_emotions.csv'"
        )
        ((key,),) = database.execute(query).fetchall()
    stored = studio.data_dir / "files" / key
    assert stored.exists()
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No predictions yet")).to_be_visible()
    deadline = time.monotonic() + 3 * TIDY_SECONDS
    while stored.exists() and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert not stored.exists()


AFTERWARDS = {
    "text": [hides_everything_from_a_second_user, refuses_a_file_without_the_needed_column],
    "tabular": [
        comes_out_identical_when_it_is_trained_once_more,
        offers_retraining_with_one_click,
    ],
    "multi-label": [deletes_predictions_with_their_files],
}


@pytest.mark.parametrize("name", KINDS)
def test_from_upload_to_export(name, page, studio, chromium, tmp_path, console_errors):
    kind = KINDS[name]
    path = cut_sample(kind, tmp_path)
    upload_dataset(page, path)
    create_project(page, kind)
    review(page)
    deploy(page, f"{name} model")
    read_details(page)
    exported = predict(page, path)

    predictor = load_predictor(studio, f"{name} model")
    probs, labels = predict_directly(predictor, path)
    with exported.open(newline="", encoding="utf-8") as source:
        header, *rows = list(csv.reader(source))
    assert header == [*sorted(predictor.classes), "Suggested Label"]
    assert len(rows) == kind.rows
    assert [row[-1] for row in rows] == labels
    found = np.array([row[:-1] for row in rows], dtype=float)
    np.testing.assert_allclose(found, probs, rtol=0, atol=1e-12)
    if kind.problem_type == "multi-label":
        assert all(" " not in label for label in labels)
    else:
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-9)
    assert console_errors == []
    for step in AFTERWARDS[name]:
        step(page, studio, chromium, tmp_path)


def test_the_pages_fit_a_phone_and_obey_the_content_security_policy(page, console_errors):
    page.set_viewport_size({"width": 360, "height": 740})
    for address in ("/", "/datasets/", "/datasets/new/", "/projects/", "/models/", "/account/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        width = page.locator("body").evaluate("body => body.scrollWidth")
        assert width <= 360, address
    assert console_errors == []


def test_the_essential_works_without_javascript(studio, chromium, tmp_path):
    context = chromium.new_context(base_url=studio.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "admin@example.org", "correct horse battery")
    path = tmp_path / "plain.csv"
    path.write_text("text,label\n" + "".join(f"row number {i},{i % 2}\n" for i in range(30)))
    page.goto("/datasets/new/")
    expect(page.locator("[data-upload-progress]")).to_be_hidden()
    page.set_input_files("[type=file]", path)
    page.get_by_role("button", name="Upload", exact=True).click()
    # A reload before the answer is there would call the upload off.
    page.wait_for_url(lambda url: "/datasets/new" not in url)
    for _ in range(100):
        page.reload()
        if page.get_by_text("How it was read").count():
            break
        page.wait_for_timeout(200)
    expect(page.get_by_text("How it was read")).to_be_visible()
    context.close()
