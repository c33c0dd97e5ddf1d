"""The same rows by the official client and by the page of a running product."""

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from ..browser.conftest import JOB_TIMEOUT_MS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("client"),
]


def test_both_give_the_same_bytes_until_they_are_deleted(page, official_client, trained):
    model = trained["words"]["model"]
    kept = official_client.run_script("keep_results.py", MODEL=model)
    by_client = (official_client.folder / "api.csv").read_bytes()
    assert predict_on_page(page, model, official_client.folder / "x.csv") == by_client
    assert fetch(kept["url"]) == by_client
    # Its last letter is another one.
    forged = kept["url"][:-2] + ("A/" if kept["url"][-2] != "A" else "Q/")
    assert fetch(forged) == 403
    page.goto(f"/models/{model}/")
    for name in ("x.csv", "API batch"):
        line = page.get_by_role("row").filter(has_text=name).first
        expect(line).to_contain_text("Ready for export")
        line.get_by_role("link", name="Delete").click()
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_text("Deleted the predictions for")).to_be_visible()
    assert fetch(kept["url"]) == 404


def predict_on_page(page, model, path):
    """What its export downloads."""
    page.goto(f"/models/{model}/")
    page.get_by_role("link", name="Predict New Labels").first.click()
    page.set_input_files("[type=file]", path)
    page.get_by_role("button", name="Upload").click()
    start = page.get_by_role("button", name="Predict New Labels")
    expect(start).to_be_visible(timeout=JOB_TIMEOUT_MS)
    start.click()
    expect(page.get_by_role("heading", name="Export")).to_be_visible(timeout=JOB_TIMEOUT_MS)
    form = page.locator("form").filter(has_text="Class probabilities")
    with page.expect_download() as download:
        form.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "x_pred_probs.csv"
    return download.value.path().read_bytes()


def fetch(url):
    """The bytes, or the status of a refusal."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        return error.code
