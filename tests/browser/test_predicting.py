"""A file between its upload and its predictions, looked at by a person."""

import csv

import openpyxl
import pytest
from playwright.sync_api import expect

from ..running_studio import ROOT
from .conftest import JOB_TIMEOUT_MS
from .test_main_job import Kind, create_project, deploy, upload_dataset

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

N_TRAIN, N_NEW = 600, 120
KIND = Kind("churn.csv", N_TRAIN, "tabular", "multi-class", 2, "fast")


@pytest.fixture
def files(tmp_path):
    """Training rows, and others with a misspelt column, a renamed one, and an odd cell."""
    with (ROOT / "samples" / "telco_churn.csv").open(newline="", encoding="utf-8") as source:
        header, *rows = list(csv.reader(source))
    train, new = tmp_path / "churn.csv", tmp_path / "new.csv"
    write(train, header, rows[:N_TRAIN])
    odd = [row.copy() for row in rows[N_TRAIN : N_TRAIN + N_NEW]]
    odd[4][header.index("tenure")] = "a year"
    odd[5][header.index("contract")] = "Forever"
    names = {"monthly_charges": "Monthly_Charges", "total_charges": "sum"}
    write(new, [names.get(name, name) for name in header], odd)
    return train, new


def write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows([header, *rows])


def choose_columns(page):
    """One is proposed, one has to be chosen before anything is predicted."""
    expect(page.get_by_text("Another spelling")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    expect(page.get_by_label("Column of the file for monthly_charges")).to_have_value("18")
    page.get_by_label("Column of the file for total_charges").select_option(label="sum")
    expect(page.get_by_role("table", name="What was noticed in the rows")).to_contain_text("a year")
    expect(page.get_by_text("This file has the labels themselves")).to_be_visible()
    page.get_by_role("button", name="Predict New Labels").click()


def look_at_what_came_out(page):
    heading = page.get_by_role("heading", name="Export")
    expect(heading).to_be_visible(timeout=JOB_TIMEOUT_MS)
    expect(page.get_by_text("Accuracy on the labels of this file")).to_be_visible()
    expect(page.get_by_role("img", name="Reliability diagram")).to_be_visible()
    expect(page.get_by_role("heading", name="How many rows to look at")).to_be_visible()
    expect(page.get_by_role("heading", name="Compared with the training rows")).to_be_visible()
    noticed = page.get_by_role("table", name="What was noticed in the rows")
    expect(noticed).to_contain_text("a year")
    expect(noticed).to_contain_text("Forever")


def export_excel(page):
    form = page.locator("form").filter(has_text="With your columns")
    form.get_by_label("Format").select_option("xlsx")
    with page.expect_download() as download:
        form.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "new_predictions.xlsx"
    with download.value.path().open("rb") as file:
        rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    assert len(rows) == 1 + N_NEW
    warnings = rows[0].index("Warning")
    assert "is no number" in rows[5][warnings]
    assert "was never seen" in rows[6][warnings]


def look_at_rows(page):
    page.get_by_role("link", name="Look at the rows").click()
    page.get_by_label("Show", exact=True).select_option("warned")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("table.review tbody tr")).to_have_count(2)


def test_columns_are_chosen_and_what_came_out_is_looked_at(page, files, console_errors):
    train, new = files
    upload_dataset(page, train)
    create_project(page, KIND)
    deploy(page, "churn model")
    model = page.url.replace("/details/", "/")
    page.get_by_role("link", name="Predict New Labels").click()
    page.set_input_files("[type=file]", new)
    page.get_by_role("button", name="Upload").click()
    choose_columns(page)
    look_at_what_came_out(page)
    export_excel(page)
    look_at_rows(page)
    page.goto(model)
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No predictions yet")).to_be_visible()
    # What was chosen is remembered.
    page.get_by_role("link", name="Predict New Labels").first.click()
    page.set_input_files("[type=file]", new)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("As you chose last time").first).to_be_visible(timeout=JOB_TIMEOUT_MS)
    assert console_errors == []
