"""The review with the keyboard alone, from noisy labels to the next version and its export."""

import csv
import random

import pytest
from playwright.sync_api import expect

from ..running_studio import ROOT
from .conftest import JOB_TIMEOUT_MS
from .test_main_job import Kind, create_project, upload_dataset

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

N_ROWS = 400
KIND = Kind("noisy.csv", N_ROWS, "text", "multi-class", 1, "fast")


@pytest.fixture
def noisy(tmp_path):
    """Every twelfth label or so is another one."""
    chance = random.Random(0)
    with (ROOT / "samples" / "banking_questions.csv").open(newline="", encoding="utf-8") as source:
        rows = list(csv.DictReader(source))[:N_ROWS]
    classes = sorted({row["label"] for row in rows})
    path = tmp_path / "noisy.csv"
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["text", "label"])
        for row in rows:
            label = row["label"]
            if chance.random() < 1 / 12:
                label = chance.choice([name for name in classes if name != label])
            writer.writerow([row["text"], label])
    return path


def decide_by_keys(page):
    """Open the first row, then one key a row; what was decided and of which rows."""
    counts = page.locator("#review-counts")
    resolver = page.locator("#resolver")
    page.keyboard.press("j")
    expect(page.locator("tr.is-active")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(resolver).to_be_focused()
    decided = {}
    expected = (
        ("w", "1 corrected · 0 excluded · 0 kept"),
        ("q", "1 corrected · 0 excluded · 1 kept"),
        ("e", "1 corrected · 1 excluded · 1 kept"),
        ("1", "2 corrected · 1 excluded · 1 kept"),
    )
    for key, says in expected:
        row = resolver.get_attribute("data-row")
        decided[key] = int(row)
        page.keyboard.press(key)
        expect(counts).to_contain_text(says)
        expect(resolver).not_to_have_attribute("data-row", row)
        expect(resolver).to_be_focused()
    return decided


def type_a_new_class(page, row_id):
    """Enter labels the row, whatever other buttons there are; then back to it."""
    page.keyboard.press("c")
    expect(page.locator("[data-picker]")).to_be_focused()
    page.keyboard.type("brand new")
    page.keyboard.press("Enter")
    resolver = page.locator("#resolver")
    expect(resolver).not_to_have_attribute("data-row", str(row_id))
    expect(page.locator(f"#row-{row_id} .label--corrected")).to_have_text("brand new")
    expect(resolver).to_be_focused()
    page.keyboard.press("k")
    expect(resolver).to_have_attribute("data-row", str(row_id))


def test_noisy_labels_are_put_right_by_keys_and_become_version_2(page, noisy, console_errors):
    upload_dataset(page, noisy)
    create_project(page, KIND)
    page.get_by_role("link", name="Label issues").click()
    decided = decide_by_keys(page)

    page.keyboard.press("n")
    expect(page.locator("#resolver .chip--tag")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator("#resolver")).to_have_attribute("data-row", str(decided["1"]))
    page.keyboard.press("u")
    counts = page.locator("#review-counts")
    expect(counts).to_contain_text("1 corrected · 1 excluded · 1 kept")
    type_a_new_class(page, decided["1"])
    expect(counts).to_contain_text("2 corrected · 1 excluded · 1 kept")
    page.keyboard.press("u")
    expect(counts).to_contain_text("1 corrected · 1 excluded · 1 kept")
    page.keyboard.press("Escape")
    expect(page.locator("#resolver")).to_have_count(0)
    expect(page.locator(f"#row-{decided['1']}")).to_be_focused()

    page.locator("#id_k").fill("3")
    page.get_by_role("button", name="Clean", exact=True).press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Auto-fixed 3 rows.")
    expect(counts).to_contain_text("4 corrected")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.locator("#toasts")).to_contain_text("Undone for 3 rows.")
    expect(counts).to_contain_text("1 corrected · 1 excluded · 1 kept")

    page.get_by_role("button", name="Improve Issues Found").press("Enter")
    expect(page.get_by_role("link", name="Version 2")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="Deploy Model")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    rows = export_default(page)
    assert len(rows) == N_ROWS - 1
    assert decided["e"] not in rows
    assert rows[decided["w"]]["cleanlab_given_label"] != rows[decided["w"]]["label"]
    assert rows[decided["w"]]["cleanlab_is_previously_resolved"] == "true"
    assert rows[decided["q"]]["cleanlab_given_label"] == rows[decided["q"]]["label"]

    page.get_by_role("link", name="Version 1").click()
    expect(page.get_by_text("can only be read")).to_be_visible()
    expect(page.get_by_role("button", name="Keep")).to_have_count(0)
    assert console_errors == []


def export_default(page):
    page.get_by_role("link", name="Export Cleanset").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export Cleanset").press("Enter")
    with download.value.path().open(newline="", encoding="utf-8") as source:
        rows = {int(row["cleanlab_row_ID"]): row for row in csv.DictReader(source)}
    page.go_back()
    return rows


def test_keys_can_be_switched_off_and_never_act_while_somebody_types(page, noisy):
    upload_dataset(page, noisy)
    create_project(page, KIND)
    # Shown by the script that listens to keys.
    expect(page.locator("[data-show-keys]")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("tr.is-active")).to_have_count(1)
    page.keyboard.press("?")
    keys = page.locator("#review-keys")
    expect(keys).to_be_visible()
    keys.get_by_label("Switch single keys off").check()
    keys.get_by_role("button", name="Close").click()
    page.reload()
    expect(page.locator("[data-show-keys]")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("tr.is-active")).to_have_count(0)
    page.locator("[data-show-keys]").click()
    keys.get_by_label("Switch single keys off").uncheck()
    keys.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("jjwqe")
    expect(page.locator("#search")).to_have_value("jjwqe")
    expect(page.locator("#review-counts")).to_contain_text("0 corrected · 0 excluded · 0 kept")
