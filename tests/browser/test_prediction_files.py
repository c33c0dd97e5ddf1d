"""What is done with a file and its predictions: mapped, compared, exported, cancelled, deleted."""

import csv
import io
import json

import openpyxl
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from .conftest import JOB_TIMEOUT_MS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

SIZES = [f"{i % 100 / 10}" for i in range(60)]
# Every tenth label is the other one.
GIVEN = ["large" if (float(size) > 5) != (i % 10 == 0) else "small" for i, size in enumerate(SIZES)]
LABELLED = "size,colour,label\n" + "".join(
    f"{size},red,{label}\n" for size, label in zip(SIZES, GIVEN, strict=True)
)
CLASSES = ["large", "small"]
FOUND = ["Suggested Label", "Confidence", "Novelty percentile", "Warning"]


def bring(page, model, content, name="new.csv"):
    page.goto(f"{model}predict/")
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    page.set_input_files("[type=file]", file)
    page.get_by_role("button", name="Upload").click()
    button = page.get_by_role("button", name="Predict New Labels")
    expect(button).to_be_visible(timeout=JOB_TIMEOUT_MS)
    return button


@pytest.fixture
def labelled(page, small_model):
    """The page of a file with labels that was predicted."""
    bring(page, small_model, LABELLED).click()
    heading = page.get_by_role("heading", name="Export")
    expect(heading).to_be_visible(timeout=JOB_TIMEOUT_MS)
    return page


def test_a_proposed_mapping_is_changed_and_a_missing_column_is_said_to_be_missing(
    page, small_model, console_errors
):
    predict = bring(page, small_model, "Size,other size,shade\nhuge,9,red\n2,1,green\n")
    proposed = page.get_by_label("Column of the file for size")
    expect(proposed.locator("option:checked")).to_have_text("Size")
    noticed = page.get_by_role("table", name="What was noticed in the rows")
    expect(noticed).to_contain_text("cells that are no numbers")
    proposed.select_option(label="other size")
    predict.click()
    # A choice that is left open is asked for before anything is sent.
    colour = page.get_by_label("Column of the file for colour")
    assert colour.evaluate("field => field.matches(':invalid')")
    expect(proposed.locator("option:checked")).to_have_text("other size")
    colour.select_option(label="Not in this file: treat as missing")
    page.get_by_role("button", name="Look at the rows first").click()
    expect(page.get_by_text("Nothing odd was noticed")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    expect(proposed.locator("option:checked")).to_have_text("other size")
    predict.click()
    heading = page.get_by_role("heading", name="Export")
    expect(heading).to_be_visible(timeout=JOB_TIMEOUT_MS)
    page.get_by_role("link", name="Look at the rows").click()
    rows = page.locator("table.review tbody tr")
    expect(rows.nth(0)).to_contain_text("large")
    expect(rows.nth(1)).to_contain_text("small")
    assert console_errors == []


def test_a_file_with_labels_is_compared_with_them(labelled, console_errors):
    page = labelled
    expect(page.get_by_text("Accuracy on the labels of this file")).to_be_visible()
    expect(page.get_by_text("Held-out Accuracy promised")).to_be_visible()
    expect(page.get_by_text("54 of 60 labelled rows,")).to_be_visible()
    for name in ("Per class", "Confusion", "Reliability", "Worst errors"):
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    page.get_by_role("link", name="Look at the rows").click()
    page.get_by_label("Show", exact=True).select_option("wrong")
    page.get_by_label("Order").select_option("falling")
    page.get_by_role("button", name="Show").click()
    rows = page.locator("table.review tbody tr")
    expect(rows.first).to_contain_text("not what was predicted")
    shown = [float(text.rstrip("%")) for text in rows.locator("td:nth-child(3)").all_inner_texts()]
    assert len(shown) >= 3
    assert shown == sorted(shown, reverse=True)
    assert console_errors == []


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def read_excel(content):
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [list(row) for row in rows]


def read_parquet(content):
    table = pq.read_table(io.BytesIO(content))
    return [table.column_names, *(list(row.values()) for row in table.to_pylist())]


def read_json_lines(content):
    rows = [json.loads(line) for line in content.decode().splitlines()]
    return [list(rows[0]), *(list(row.values()) for row in rows)]


FORMATS = {
    "csv": (".csv", read_csv),
    "spreadsheet": (".csv", read_csv),
    "xlsx": (".xlsx", read_excel),
    "parquet": (".parquet", read_parquet),
    "jsonl": (".jsonl", read_json_lines),
}
KINDS = {
    "Class probabilities": ("new_pred_probs", [*CLASSES, "Suggested Label"]),
    "With your columns": ("new_predictions", ["size", "colour", "label", *FOUND, *CLASSES]),
}


def export(page, title, form):
    line = page.locator("form").filter(has_text=title)
    line.get_by_label("Format").select_option(form)
    with page.expect_download() as download:
        line.get_by_role("button", name="Export").click()
    return download.value


def test_every_form_of_export_has_every_row_and_goes_with_the_predictions(labelled, console_errors):
    page = labelled
    offered = page.locator("form").filter(has_text="Class probabilities").locator("option")
    assert offered.evaluate_all("all => all.map(each => each.value)") == list(FORMATS)
    for title, (stem, header) in KINDS.items():
        for form, (ending, read) in FORMATS.items():
            download = export(page, title, form)
            assert download.suggested_filename == stem + ending
            names, *rows = read(download.path().read_bytes())
            assert (names, len(rows)) == (header, len(SIZES))
            if "size" in names:
                assert [str(row[0]) for row in rows] == SIZES
    link = download.url
    assert page.request.get(link).status == 200
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted the predictions for “new.csv”.")).to_be_visible()
    assert page.request.get(link).status == 404
    assert console_errors == []


LARGE = "size,colour\n" + "9,red\n1,green\n" * 600_000


def test_a_running_prediction_is_cancelled(page, small_model, console_errors):
    bring(page, small_model, LARGE, "large.csv").click()
    expect(page.get_by_text("of 1,200,000 rows")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("This prediction was cancelled")).to_be_visible()
    expect(page.get_by_role("heading", name="Export")).to_have_count(0)
    assert console_errors == []


def test_who_watches_a_prediction_that_somebody_deletes_is_told(page, small_model):
    bring(page, small_model, LARGE, "watched.csv").click()
    expect(page.get_by_text("of 1,200,000 rows")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    other = page.context.new_page()
    other.goto(page.url + "delete/")
    other.get_by_role("button", name="Delete").click()
    expect(other.get_by_text("Deleted the predictions")).to_be_visible()
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
