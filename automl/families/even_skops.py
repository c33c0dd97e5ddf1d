"""Storing scikit-learn estimators so that equal ones give equal bytes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import skops.io

FIXED_DATE = (2020, 1, 1, 0, 0, 0)
SCHEMA = "schema.json"
_ID = re.compile(r'("__id__": |")(\d+)(\.\w+"|)')


def dump_evenly(estimator: Any, path: Path) -> None:
    """Like `skops.io.dump`, whose entries carry the time and are named by memory addresses.

    Addresses become 1, 2, ... in order of appearance, times a fixed date.
    """
    buffer = io.BytesIO()
    skops.io.dump(estimator, buffer)
    numbers: dict[str, str] = {}

    def renumber(match: re.Match[str]) -> str:
        before, address, after = match.groups()
        if before == '"' and not after:
            return match.group(0)
        return before + numbers.setdefault(address, str(len(numbers) + 1)) + after

    with zipfile.ZipFile(buffer) as given, zipfile.ZipFile(path, "w") as even:
        schema = _ID.sub(renumber, given.read(SCHEMA).decode())
        contents = {SCHEMA: schema.encode()}
        for name in given.namelist():
            if name != SCHEMA:
                stem, dot, suffix = name.partition(".")
                contents[numbers[stem] + dot + suffix] = given.read(name)
        for name in sorted(contents):
            even.writestr(zipfile.ZipInfo(name, FIXED_DATE), contents[name])
