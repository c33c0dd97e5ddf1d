"""What the pages offer to be copied, run as it stands: by a shell, and with the official client."""

import html
import json
import os
import re
import subprocess
import time
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest

from .official_client import PROGRAMS

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("client")]
SNIPPET = re.compile(r'<h3>([^<]*)</h3><pre class="snippet"[^>]*><code>(.*?)</code>', re.DOTALL)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]*)"')
N_BOXES = 80


class Pages:
    """A signed-in session, and what its pages say can be run."""

    def __init__(self, url, key, folder):
        self.url, self.key, self.folder = url, key, folder
        self.session = build_opener(HTTPCookieProcessor(CookieJar()))

    def read(self, path, **fields):
        data = urlencode(fields).encode() if fields else None
        request = Request(self.url + path, data, {"Referer": self.url + path})
        return self.session.open(request).read().decode()

    def sign_in(self, email, password):
        token = TOKEN.search(self.read("/sign-in/")).group(1)
        self.read("/sign-in/", username=email, password=password, csrfmiddlewaretoken=token)

    def snippets(self, path):
        found = SNIPPET.findall(self.read(path))
        return {html.unescape(title): html.unescape(text) for title, text in found}

    def wait(self, path):
        """The row at this address of the API, once it is done."""
        request = Request(
            f"{self.url}/api/v1{path}", headers={"Authorization": f"Bearer {self.key}"}
        )
        while True:
            row = json.load(urlopen(request))
            if row["status"] in {"ready", "TRAINED"}:
                return row
            assert row["error"] is None, row
            time.sleep(0.5)

    def run(self, *command, **options):
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={
                "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "STUDIO_KEY": self.key,
            },
            capture_output=True,
            text=True,
            timeout=600,
            **options,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, text):
        return self.run("sh", input=text + "\n")

    def curl(self, text):
        return json.loads(self.shell(text))

    def python(self, text):
        return self.run("python", "-c", text)


@pytest.fixture
def pages(studio, api_key, tmp_path):
    """Of the account that the key belongs to."""
    made = Pages(studio.url, api_key, tmp_path)
    made.sign_in("script@example.org", "a long secret of scripts")
    return made


def bring_boxes(pages):
    lines = [
        f"{i + 0.5},{('red', 'blue')[i % 2]},{'big' if i > 40 else 'small'}" for i in range(N_BOXES)
    ]
    (pages.folder / "boxes.csv").write_text("\n".join(["size,colour,label", *lines]) + "\n")
    authorization = '-H "Authorization: Bearer $STUDIO_KEY"'
    brought = pages.curl(f"curl {authorization} -F file=@boxes.csv {pages.url}/api/v1/datasets")
    return pages.wait(f"/datasets/{brought['id']}")["id"]


def test_what_the_pages_show_does_what_they_do(pages):
    dataset = bring_boxes(pages)
    of_dataset = pages.snippets(f"/datasets/{dataset}/")
    by_client = pages.python(of_dataset["Python"]).split()[-1]
    project = pages.curl(of_dataset["curl"])["id"]
    names = {pages.wait(f"/projects/{each}")["name"] for each in (project, by_client)}
    assert names == {"boxes"}

    of_project = pages.snippets(f"/projects/{project}/")
    issues = pages.curl(of_project["curl: the likeliest label issues"])
    fixed = pages.curl(of_project["curl: take the suggestion for ten of them"])
    assert fixed["n_rows"] == min(issues["total"], 10)
    pages.shell(of_project["curl: the whole cleanset"])
    assert len((pages.folder / "cleanset.csv").read_text().splitlines()) == N_BOXES + 1
    assert "cleanlab_row_ID" in pages.python(of_project["Python"])
    model = pages.curl(of_project["curl: deploy a model"])["id"]
    pages.wait(f"/deployments/{model}")

    (pages.folder / "new.csv").write_text("size,colour\n1,red\n79,blue\n")
    shown = [pages.snippets(f"/models/{model}/{page}") for page in ("", "predict/", "details/")]
    assert shown[0] == shown[1] == shown[2]
    of_model = shown[0]
    assert "'small' 'big'" in pages.python(of_model["Python"])
    assert pages.curl(of_model["curl: how good it is"])["held_out_accuracy"] > 0.8
    result = pages.curl(of_model["curl: predict a file"])["id"]
    pages.wait(f"/predictions/{result}")

    of_result = pages.snippets(f"/results/{result}/")
    assert pages.curl(of_result["curl: how far it is, and what came out"])["n_rows"] == 2
    pages.shell(of_result["curl: the predictions"])
    assert len((pages.folder / "predictions.csv").read_text().splitlines()) == 3
    assert "'small' 'big'" in pages.python(of_result["Python: predict another file"])
