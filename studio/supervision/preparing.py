"""What must stand before anything starts: the storage, the schema and the static files."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from studio.storage_check import find_fault


def prepare() -> None:
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True, mode=0o700)
    if fault := find_fault():
        raise CommandError(fault)
    migrate_if_needed()
    collect_static_if_needed()


def migrate_if_needed() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def collect_static_if_needed() -> None:
    """Collecting and compressing takes seconds: only when something has changed."""
    stamp_file = Path(settings.STATIC_ROOT) / ".stamp"
    stamp = _static_stamp()
    if stamp_file.is_file() and stamp_file.read_text() == stamp:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp_file.write_text(stamp)


def _static_stamp() -> str:
    digest = hashlib.sha256()
    for package in ("django", "django-htmx", "django-ninja", "django-rq", "whitenoise"):
        digest.update(f"{package}={version(package)}".encode())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(folder)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
