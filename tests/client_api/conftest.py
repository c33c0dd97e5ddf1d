"""A running product, and the official client in an environment of its own that talks to it.

Tests with these fixtures are marked `xdist_group("client")`: one product serves all of them.
"""

import pytest
from django.core.cache import cache
from playwright.sync_api import sync_playwright

from client_api import uploads

from ..browser.conftest import FLAGS, sign_in
from ..browser.install_chromium import find_chromium
from ..factories import make_cleanset, store, write_table
from ..inference.conftest import small_model, small_predictor  # noqa: F401
from ..running_studio import Studio
from .asking import Asking
from .made_projects import Made
from .official_client import OfficialClient
from .planted import write_customers, write_reviews
from .uploading import PART_BYTES, Uploading

ACCOUNT, PASSWORD = "script@example.org", "a long secret of scripts"


@pytest.fixture(scope="package")
def studio(tmp_path_factory):
    running = Studio(
        tmp_path_factory.mktemp("data"),
        UPLOAD_FROM_URL="true",
        OUTGOING_ALLOWED_HOSTS="127.0.0.1,localhost",
    )
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="package")
def api_key(studio):
    """Of the user whose scripts run here."""
    return make_account(studio, ACCOUNT)


@pytest.fixture(scope="package")
def other_key(studio):
    """Of a user who has nothing to do with the first."""
    return make_account(studio, "other@example.org")


@pytest.fixture(scope="package")
def official_client_of(studio, tmp_path_factory):
    """With any key, and longer than for one test."""
    return lambda key: OfficialClient(studio.url, key, tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="package")
def make_project(studio, api_key, tmp_path_factory):
    def make(name, modality, write):
        folder = tmp_path_factory.mktemp(name)
        path = folder / f"{name}.csv"
        planted = write(path)
        ids = OfficialClient(studio.url, api_key, folder).run_script(
            "make_project.py", DATA=str(path), NAME=name, MODALITY=modality
        )
        return Made(path, **ids, planted=planted)

    return make


@pytest.fixture(scope="package")
def reviews(make_project):
    return make_project("reviews", "text", write_reviews)


@pytest.fixture(scope="package")
def customers(make_project):
    return make_project("customers", "tabular", write_customers)


@pytest.fixture
def official_client(studio, api_key, tmp_path):
    return OfficialClient(studio.url, api_key, tmp_path)


@pytest.fixture
def page(studio):
    """Signed in as the user whose scripts run here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_page(base_url=studio.url, accept_downloads=True)
        page.set_default_timeout(30_000)
        sign_in(page, ACCOUNT, PASSWORD)
        yield page
        browser.close()


@pytest.fixture
def run_client(official_client):
    return official_client.run_script


@pytest.fixture
def run_cli(official_client):
    return official_client.run_cli


@pytest.fixture(scope="package")
def trained(official_client_of, api_key):
    """Ids of what the client itself has made, by table of `scripts/made_tables.py`, each once."""
    return official_client_of(api_key).run_script("train_models.py", TABLES="texts words")


def make_account(studio, email):
    studio.make_user(email, PASSWORD)
    return studio.make_key(email)


@pytest.fixture
def ask(client, alice):
    return Asking(client, alice)


@pytest.fixture
def cleanset(alice, tmp_path):
    """Of six rows, with probabilities."""
    made = make_cleanset(alice, tmp_path)
    columns = {"row_id": list(range(6)), "p0": [0.25] * 6, "p1": [0.75] * 6}
    made.pred_probs_file = store(made.workspace, "cleansets", write_table(tmp_path, columns))
    made.save()
    return made


@pytest.fixture
def uploader(client, alice, monkeypatch, tmp_path, settings):
    """In small parts."""
    cache.clear()
    monkeypatch.setattr(uploads, "PART_BYTES", PART_BYTES)
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    return Uploading(client, alice)
