"""A real browser in front of data, columns and classes that are code, and of a thousand classes."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

CODE = "<script>window.ran = 1; alert(1)</script><img src=x onerror='window.ran = 1'>"
MAKE = f"""
import tempfile
from pathlib import Path
from tests.factories import TEXTS, make_cleanset, write_table
from studio.decisions import decide_row
from studio.files import local_path
from studio.models import User

code = {CODE!r}
user = User.objects.get()
with tempfile.TemporaryDirectory() as folder:
    cleanset = make_cleanset(user, Path(folder))
    project, dataset = cleanset.project, cleanset.project.dataset
    columns = {{"c0": [code, "=1+1", "x" * 200_000, *TEXTS[3:]], "c1": [code] * 6}}
    path = write_table(Path(folder), columns)
    local_path(dataset.table_file).write_bytes(path.read_bytes())
dataset.profiles[0]["name"] = project.feature_schema[0]["name"] = code
dataset.profiles[1]["name"] = project.label_column = "label " + code
dataset.name = project.name = "hostile " + code
dataset.save()
project.save()
cleanset.classes = sorted(["no", "yes", code, *(f"class {{i:04}}" for i in range(1000))])
cleanset.save()
decide_row(cleanset=cleanset, row_id=1, action="label", label=code, user=user)
print(project.pk.hex, cleanset.pk.hex)
"""


@pytest.fixture(scope="module")
def hostile(studio):
    """Addresses of a project and of its cleanset, both full of code."""
    project, cleanset = studio.manage("shell", "-v", "0", "-c", MAKE).split()[-2:]
    return f"/projects/{project}/", f"/cleansets/{cleanset}/"


def test_code_in_data_and_names_is_shown_and_never_run(page, hostile, console_errors):
    project, cleanset = hostile
    paths = [f"{project}?preset=all", "/projects/", "/datasets/", "/"]
    paths += [f"{cleanset}{name}/" for name in ("analytics", "history", "export", "rows/0")]
    for path in paths:
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("window.ran") is None, path
        assert page.locator("main img, main script").count() == 0
    expect(page.locator(".resolver__data")).to_contain_text(CODE)
    assert console_errors == []


def test_a_class_among_a_thousand_is_picked_by_keys(page, hostile, console_errors):
    project, _ = hostile
    page.goto(f"{project}?preset=all")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    resolver = page.locator("#resolver")
    expect(resolver).to_be_focused()
    row_id = resolver.get_attribute("data-row")
    page.keyboard.press("c")
    page.keyboard.type("class 0777")
    page.keyboard.press("Enter")
    expect(page.locator(f"#row-{row_id} .label--corrected")).to_have_text("class 0777")
    page.keyboard.press("k")
    expect(resolver).to_have_attribute("data-row", row_id)
    page.keyboard.press("c")
    page.keyboard.type("Class  0777")
    page.keyboard.press("Enter")
    notice = resolver.get_by_role("status")
    expect(notice).to_contain_text("New class “Class 0777”. It differs from “class 0777” only by")
    expect(resolver).to_have_attribute("data-row", row_id)
    page.keyboard.press("u")
    expect(page.locator(f"#row-{row_id} .label--corrected")).to_have_text("class 0777")
    assert console_errors == []


def test_rows_are_filtered_by_a_class_among_a_thousand(page, hostile, console_errors):
    project, _ = hostile
    page.goto(f"{project}?preset=all")
    page.locator(".filters summary").click()
    page.get_by_label("Given label").fill("no")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.locator("table.review tbody tr")).to_have_count(3)
    chosen = page.get_by_role("checkbox", name="no", exact=True)
    expect(chosen).to_be_checked()
    chosen.uncheck()
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.locator("table.review tbody tr")).to_have_count(6)
    assert console_errors == []
