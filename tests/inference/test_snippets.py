"""Commands and programs that people copy, with whatever stands in the cells."""

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from inference.playground.snippets import of_example

MODEL_ID = "0" * 32
PATH = f"/api/v1/deployments/{MODEL_ID}/predict"
ENVIRONMENT = {"STUDIO_KEY": "cleanset_1_a b"}
HOSTILE = {
    "quotes": 'it\'s "quoted" `here` \'\'\' """',
    "line ends": "one\ntwo\r\nthree\rfour\u2028five",
    "backslashes": "\\ \\\\ \\n \\u0041 trailing\\",
    "unicode": "Zürich 東京 🦊 \u202eabc \x00 \x1b[31m",
    "substitution": "$(touch ran) ${HOME} $HOME `touch ran` !! %s {0} {{x}}",
    "commands": "'; touch ran; echo ' | touch ran & touch ran > ran",
    "here documents": "EOF\nEOF\n",
    "a name with 'quotes' $(touch ran)\n": "",
}
ROWS = [*({name: cell} for name, cell in HOSTILE.items()), HOSTILE]


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_sends_exactly_the_row(row, shell, tmp_path, settings):
    """By a `curl` that writes down what it was given."""
    command, _ = of_example(MODEL_ID, row)
    fake = tmp_path / "curl"
    fake.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    fake.chmod(0o700)
    done = subprocess.run(
        [shell],
        input=command.text + "\n",
        env=ENVIRONMENT | {"PATH": f"{tmp_path}:/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    url, *rest = json.loads(done.stdout)
    options = dict(zip(rest[-2::-2], rest[::-2], strict=True))
    headers = [value for name, value in zip(rest[::2], rest[1::2], strict=True) if name == "-H"]
    assert url == settings.SITE_URL + PATH
    assert json.loads(options["--data-binary"]) == {"rows": [row]}
    assert f"Authorization: Bearer {ENVIRONMENT['STUDIO_KEY']}" in headers
    assert [path.name for path in tmp_path.iterdir()] == ["curl"]


@pytest.fixture
def listener():
    """A server that keeps the last request it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.asked = dict(self.headers), json.loads(body)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"predictions": ["answered"]}')

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("row", ROWS)
def test_the_program_sends_exactly_the_row(row, listener, tmp_path, settings):
    settings.SITE_URL = f"http://127.0.0.1:{listener.server_port}"
    _, program = of_example(MODEL_ID, row)
    done = subprocess.run(
        [sys.executable, "-c", program.text],
        env=ENVIRONMENT | {"PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    headers, body = listener.asked
    assert done.stdout == "answered\n"
    assert body == {"rows": [row]}
    assert headers["Authorization"] == f"Bearer {ENVIRONMENT['STUDIO_KEY']}"
    assert list(tmp_path.iterdir()) == []


def test_snippets_are_plain_ascii_so_that_nothing_in_them_can_deceive():
    for snippet in of_example(MODEL_ID, HOSTILE):
        assert snippet.text.isascii()
        assert "\0" not in snippet.text
        assert "\x1b" not in snippet.text
