"""The product's settings, with a folder, a queue and a key that belong to one test process."""

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path


def _make_folder() -> str:
    """One folder for the whole run, removed by the process that made it and by no fork of it."""
    made = tempfile.mkdtemp(prefix="cleanset-test-")
    owner = os.getpid()
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(made, ignore_errors=True))
    return made


_base = os.environ.get("CLEANSET_TEST_DIR") or _make_folder()
os.environ["CLEANSET_TEST_DIR"] = _base
os.environ["DATA_DIR"] = str(Path(_base) / os.environ.get("PYTEST_XDIST_WORKER", "main"))
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))

from studio.settings import *  # noqa: E402, F403
from studio.settings import DATA_DIR, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

STATIC_ROOT.mkdir(parents=True, exist_ok=True)

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if "DATABASE_URL" not in os.environ:
    # A file, not memory: worker processes started by tests open it through DATABASE_URL.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
JOB_LEASE_SECONDS = 4
JOB_BEAT_SECONDS = 1
