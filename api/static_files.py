"""Swagger UI, as ninja ships it, among the static files; what else it ships is not needed."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage

UNUSED = ["redoc*", "favicon*", "*-init.js"]


class SwaggerFinder(FileSystemFinder):
    def __init__(self, *args: Any, **options: Any) -> None:
        # Found without importing it: see api/urls.py.
        spec = find_spec("ninja")
        assert spec is not None
        assert spec.submodule_search_locations is not None
        root = str(Path(spec.submodule_search_locations[0]) / "static" / "ninja")
        storage: Any = FileSystemStorage(location=root)
        storage.prefix = "swagger"
        self.locations = [("swagger", root)]
        self.storages = {root: storage}

    def check(self, **options: Any) -> list[Any]:
        return []

    def list(self, ignore_patterns: Any) -> Iterator[Any]:
        return iter(super().list([*(ignore_patterns or []), *UNUSED]))
