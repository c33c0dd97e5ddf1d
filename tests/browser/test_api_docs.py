"""The page that documents the API: Swagger UI under a policy without inline code."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]


def test_the_api_is_read_and_tried_by_whoever_is_signed_in(page, console_errors):
    page.goto("/account/")
    page.get_by_role("link", name="All operations of the API").click()
    listing = page.locator("#operations-datasets-list_datasets")
    listing.get_by_role("button").first.click()
    listing.get_by_role("button", name="Try it out").click()
    listing.get_by_role("button", name="Execute").click()
    answer = listing.locator(".live-responses-table .response-col_status").last
    expect(answer).to_contain_text("200")
    # Without the token of the session this would be a 403.
    fetching = page.locator("#operations-datasets-fetch_dataset")
    fetching.get_by_role("button").first.click()
    fetching.get_by_role("button", name="Try it out").click()
    fetching.get_by_role("button", name="Execute").click()
    expect(fetching.locator(".live-responses-table")).to_contain_text("URL_UPLOADS_OFF")
    refusals = [error for error in console_errors if "status of 403" not in error]
    assert refusals == []
