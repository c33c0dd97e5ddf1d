"""What a large upload by the official client costs the web server: `make bench-upload`.

A product of its own is started in a temporary folder. The client, in its own environment, uploads a
CSV of a gigabyte (BENCH_MB=1024) and waits until it is read; meanwhile the memory of the web server
is looked at again and again. Prints, never asserts.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import django

from benchmarks import smoke

ROOT = Path(__file__).resolve().parent.parent
MEGABYTES = int(os.environ.get("BENCH_MB") or 1024)
GOAL_MB = 50
LOOK_SECONDS = 0.2
EMAIL = "upload@example.org"
SCRIPT = """
import json, os, time
from cleanlab_studio.internal import upload_helpers
from cleanlab_studio.internal.dataset_source import FilepathDatasetSource
from cleanlab_studio.internal.api import api
from pathlib import Path
key, times = os.environ["API_KEY"], [time.time()]
source = FilepathDatasetSource(filepath=Path(os.environ["FILE"]))
upload_id = upload_helpers.upload_dataset_file(key, source)
times.append(time.time())
api.confirm_upload(key, upload_id, None)
api.poll_ingestion_progress(key, upload_id, "Reading")
times.append(time.time())
print(json.dumps(times))
"""


class Watch:
    """The most that the web server ever held while this was looking."""

    def __init__(self, process):
        self.process = process
        self.largest = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.stop.wait(LOOK_SECONDS):
            self.largest = max(self.largest, smoke.web_megabytes(self.process))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="cleanset-bench-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {"DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "studio.settings", "MAX_UPLOAD_MB": "102400"}
    _, process = smoke.start(port)
    try:
        django.setup()
        key = make_key()
        # What the first requests load is no part of it.
        upload(write_csv(folder / "small.csv", 1), port, key)
        measure(write_csv(folder / "large.csv", MEGABYTES), port, key, process)
    finally:
        smoke.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def make_key():
    from studio.api_keys import create_key
    from studio.models import User

    return create_key(user=User.objects.create_user(EMAIL), name="upload", scope="write")[1]


def write_csv(path, megabytes):
    words = "a review of a film that is neither long nor short and says what it says " * 7
    lines = "".join(f'"{i} {words}",{("good", "bad")[i % 2]},{i % 5}\n' for i in range(1_000))
    with path.open("w") as file:
        file.write("text,label,stars\n")
        while file.tell() < megabytes * 1024**2:
            file.write(lines)
    return path


def measure(path, port, key, process):
    before = smoke.web_megabytes(process)
    with Watch(process) as watch:
        begun, sent, read = upload(path, port, key)
    print(f"file: {path.stat().st_size / 1024**2:,.0f} MB")
    smoke.report("sent in parts and completed", sent - begun)
    smoke.report("put together and read", read - sent)
    print(f"web server before: {before:.0f} MB, at most: {watch.largest:.0f} MB")
    print(f"growth (at most {GOAL_MB} MB): {watch.largest - before:.0f} MB")


def upload(path, port, key):
    done = subprocess.run(
        [ROOT / ".venv/client/bin/python", "-c", SCRIPT],
        env=os.environ
        | {
            "CLEANLAB_API_BASE_URL": f"http://localhost:{port}/api",
            "API_KEY": key,
            "FILE": str(path),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
