"""The Playground in Chromium, and a product whose serving process dies."""

import psutil
import pytest
from playwright.sync_api import expect

from .conftest import ADMIN, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="package")
def playground(small_model):
    return f"{small_model}playground/"


def test_an_example_is_predicted_and_explained_where_it_stands(page, playground, console_errors):
    page.goto(playground)
    page.get_by_role("link", name="Fill in an example").click()
    expect(page.get_by_text("of the dataset. The model may have")).to_be_visible()
    address = page.url
    page.get_by_label("size").fill("9.5")
    page.get_by_label("colour").select_option("red")
    page.get_by_label("What if").select_option(label="size")
    page.get_by_role("button", name="Predict").click()
    result = page.locator("#playground-result")
    expect(result.get_by_role("status")).to_contain_text("large")
    expect(result.get_by_role("heading", name="Top reasons")).to_be_visible()
    expect(result.get_by_role("heading", name="What if size were")).to_be_visible()
    # Only the result was swapped.
    assert page.url == address
    expect(page.get_by_label("size")).to_have_value("9.5")
    result.get_by_text("Copy as curl and Python").click()
    expect(result.locator("pre").first).to_contain_text("/predict")
    page.get_by_role("link", name="Another example").click()
    expect(result).to_contain_text("Nothing predicted yet")
    assert console_errors == []


def test_the_playground_works_without_javascript_and_fits_a_phone(studio, chromium, playground):
    context = chromium.new_context(
        base_url=studio.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    sign_in(page, *ADMIN)
    page.goto(playground)
    page.get_by_role("link", name="Fill in an example").click()
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_role("heading", name="Top reasons")).to_be_visible()
    expect(page.get_by_text("Suggested label", exact=True)).to_be_visible()
    box = page.locator("main").bounding_box()
    assert box["x"] + box["width"] <= 390
    context.close()


def test_a_serving_process_that_is_killed_is_started_again(page, studio, playground):
    page.goto(f"{playground}?row=1")
    [master] = [p for p in family(studio) if is_serving(p) and not is_serving(p.parent())]
    master.kill()
    result = page.locator("#playground-result")
    for _ in range(60):
        page.get_by_role("button", name="Predict").click()
        expect(result.get_by_role("status").or_(result.get_by_role("alert"))).to_be_visible()
        if result.get_by_role("status").count():
            break
        expect(result.get_by_role("alert")).to_contain_text("Try again in a moment.")
        page.wait_for_timeout(500)
    expect(result.get_by_role("status")).to_contain_text("Suggested label")


def family(studio):
    return psutil.Process(studio.process.pid).children(recursive=True)


def is_serving(process):
    return "inference.serving_wsgi" in process.cmdline()
