"""A folder as one zip that anyone may inspect: every byte of it is accounted for."""

from __future__ import annotations

import hashlib
import io
import json
import mmap
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from automl.file_comparison import Comparison

MANIFEST = "manifest.json"
FIXED_DATE = (2020, 1, 1, 0, 0, 0)
# What reading a damaged zip or its entries raises.
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,  # an entry that claims to be encrypted or packed in an unknown way
    zipfile.BadZipFile,
    zlib.error,
)


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Last: it holds the hashes of all that is in the folder, and of itself."""
    entries = {
        path.relative_to(folder).as_posix(): hash_bytes(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    whole = content | {"entries": entries}
    manifest = whole | {"self": _hash_manifest(whole)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))


def read_bundle(path: Path, folder: Path) -> dict[str, Any]:
    """Unpack into an empty folder and check every byte; the answer is the manifest.

    Raises
    ------
    Any of `DAMAGE`.
    """
    unzip_flat(path, folder)
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    _check_entries(folder, manifest)
    _check_container(folder, path)
    return manifest


def write_zip(folder: Path, target: Path | io.RawIOBase) -> None:
    """Uncompressed, sorted, with fixed dates: equal contents give equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), FIXED_DATE)
                archive.writestr(entry, path.read_bytes())


def unzip_flat(path: Path, folder: Path) -> None:
    """Unpack a zip of our own making; names that lead elsewhere are damage."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename)
            if name.is_absolute() or ".." in name.parts:
                raise ValueError("an entry leads outside")
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(entry))


def _check_entries(folder: Path, manifest: dict[str, Any]) -> None:
    content = {key: value for key, value in manifest.items() if key != "self"}
    if manifest["self"] != _hash_manifest(content):
        raise ValueError("the manifest was changed")
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    if found != {MANIFEST, *manifest["entries"]}:
        raise ValueError("entries are missing or were added")
    for name, digest in manifest["entries"].items():
        if hash_bytes((folder / name).read_bytes()) != digest:
            raise ValueError("an entry was changed")


def _check_container(folder: Path, path: Path) -> None:
    """Also the bytes between the entries are as `write_zip` writes them."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        comparison = Comparison(content)
        write_zip(folder, comparison)
        if not comparison.is_equal:
            raise ValueError("the archive was changed")


def _hash_manifest(content: dict[str, Any]) -> str:
    return hash_bytes(json.dumps(content, sort_keys=True).encode())


def hash_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
