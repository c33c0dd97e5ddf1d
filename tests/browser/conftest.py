"""A running product, and a real Chromium in front of it."""

import pytest
from playwright.sync_api import expect, sync_playwright

from ..running_studio import Studio
from .install_chromium import find_chromium

ADMIN = ("admin@example.org", "correct horse battery")
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]
JOB_TIMEOUT_MS = 240_000
MAKE_MODEL = """
import tempfile
from pathlib import Path
from automl.training_profile import TrainingProfile
from tests.automl.test_predictor import make_predictor
from tests.factories import make_cleanset, make_model, store
from tests.inference.conftest import fill_dataset
from studio.models import User

user = User.objects.get(email="admin@example.org")
predictor, table = make_predictor()
predictor.keep_golden_rows(table.slice(0, 10))
predictor.profile = TrainingProfile.of(table, predictor.schema, [None] * table.num_rows)
schema = predictor.schema.to_json()
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    predictor.save(folder / "predictor.zip", info={})
    cleanset = make_cleanset(user, folder)
    project = cleanset.project
    project.feature_schema, project.modality = schema, "tabular"
    project.save()
    fill_dataset(project.dataset, schema, folder)
    model = make_model(cleanset, folder)
    model.predictor_file = store(model.workspace, "predictors", folder / "predictor.zip")
    model.classes = predictor.classes
    model.save()
print(model.pk.hex)
"""
# A shared machine may be busy: what is right but late must not fail.
expect.set_options(timeout=30_000)


# Playwright's event loop runs until this ends, and Django refuses its database beside one: tests
# that follow on the same worker must not meet it, so it ends with this package, not the session.
@pytest.fixture(scope="package")
def chromium():
    with sync_playwright() as playwright:
        path = find_chromium()
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def studio(tmp_path_factory, chromium):
    """A product with its first administrator, made through the printed link."""
    running = Studio(tmp_path_factory.mktemp("data"))
    try:
        make_first_admin(chromium, running.start().first_admin_link)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def small_model(studio):
    """The address of a model that reads `size`, a number, and `colour`: `large` or `small`."""
    model = studio.manage("shell", "-v", "0", "-c", MAKE_MODEL).split()[-1]
    return f"/models/{model}/"


def make_first_admin(chromium, link):
    page = chromium.new_page()
    page.goto(link)
    page.get_by_label("E-mail").fill(ADMIN[0])
    page.get_by_label("Password", exact=True).fill(ADMIN[1])
    page.get_by_role("button", name="Create administrator").click()
    expect(page.get_by_role("navigation").first).to_be_visible()
    page.close()


@pytest.fixture
def console_errors():
    return []


@pytest.fixture
def page(studio, chromium, console_errors):
    """A signed-in page; whatever the browser complains about ends up in `console_errors`."""
    context = chromium.new_context(base_url=studio.url, accept_downloads=True)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("console", lambda m: console_errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    page.on("dialog", lambda dialog: console_errors.append(f"dialog: {dialog.message}"))
    sign_in(page, *ADMIN)
    yield page
    context.close()


def sign_in(page, email, password):
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
