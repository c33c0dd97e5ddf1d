"""The command of a bundle: `predict.py INPUT OUTPUT`, `predict.py --self-test`."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from automl.errors import InputError
from automl.features.text_encoders import TextEncoders
from automl.portable.names import ABOUT, PREDICTOR
from automl.prediction_file import write_predictions
from automl.prediction_table import warn_of_unread
from automl.predictor import Predictor
from automl.tables import open_table
from automl.versions import changed_versions

DESCRIPTION = """\
Predicts the rows of a table, on this computer alone.

INPUT is CSV, Excel, JSON or JSON Lines (also as .gz, or a zip with one table), with the columns
that MODEL_CARD.md lists; they are found by name, others are ignored. OUTPUT is a CSV file: a column
for each class with its probability, then 'Suggested Label'; one line for each row, in the same
order."""
EPILOG = """\
Exit codes: 0 done, 1 the self-test failed, 2 anything else that is wrong, which is said in a
sentence. One processor core is used; OMP_NUM_THREADS=4 before the command allows four."""
# Other processors and builds of libraries are 1e-9 apart for tables, 2e-4 where texts are read.
TOLERANCE = 1e-3
CHUNK_BYTES = 2**20


def main(folder: Path, arguments: list[str]) -> int:
    """Run a command of the bundle in `folder`; the answer is the exit code."""
    parser = _make_parser()
    asked = parser.parse_args(arguments)
    if not asked.self_test and asked.output is None:
        parser.error("name an INPUT and an OUTPUT, or ask for --self-test")
    try:
        return _self_test(folder, asked) if asked.self_test else _predict(folder, asked)
    except InputError as error:
        _complain(error.message)
    except OSError as error:
        _complain(f"{error.strerror or error}: {error.filename or 'a file of this bundle'}.")
    except KeyboardInterrupt:
        _complain("Stopped; there is no output.")
    return 1 if asked.self_test else 2


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="predict.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("input", nargs="?", type=Path, metavar="INPUT")
    parser.add_argument("output", nargs="?", type=Path, metavar="OUTPUT")
    parser.add_argument(
        "--fast",
        action="store_true",
        help="answer by the serving ensemble, where there is one: fewer members, a little less "
        "accurate (see MODEL_CARD.md)",
    )
    parser.add_argument(
        "--self-test", action="store_true", help="predict the golden rows and compare"
    )
    parser.add_argument(
        "--text-encoder",
        default="",
        metavar="FOLDER",
        help="only where MODEL_CARD.md asks for it: what reads the texts",
    )
    return parser


def _predict(folder: Path, asked: argparse.Namespace) -> int:
    source, target = asked.input, asked.output
    if target.exists() and target.samefile(source):
        raise InputError("SAME_FILE", "INPUT and OUTPUT are the same file; name another OUTPUT.")
    predictor = _load(folder, asked.text_encoder)
    _check_golden_rows(predictor)
    if asked.fast and predictor.serving is None:
        _warn("There is no serving ensemble; the full one answers.")
    predictor = predictor.for_serving() if asked.fast else predictor
    partial = target.with_name(f".{target.name}.part")
    try:
        with open_table(source, file_name=source.name) as table:
            n_rows = write_predictions(predictor, table, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    for warning in [*table.warnings, *warn_of_unread(predictor.unread)]:
        _warn(warning.message)
    sys.stdout.write(f"{n_rows:,} rows were predicted: {target}\n")
    return 0


def _self_test(folder: Path, asked: argparse.Namespace) -> int:
    predictor = _load(folder, asked.text_encoder)
    golden = predictor.golden
    if golden is None:
        raise InputError(
            "NO_GOLDEN_ROWS", "This predictor is from before golden rows were kept: no self-test."
        )
    now = predictor.predict_proba(golden.table)
    difference = golden.difference(lambda _: now)
    then = predictor.suggested_labels(golden.pred_probs)
    n_other = sum(a != b for a, b in zip(then, predictor.suggested_labels(now), strict=True))
    is_passed = difference <= TOLERANCE and n_other == 0
    sys.stdout.write(
        f"{len(then)} golden rows; largest difference of a probability: {difference:.3g} (at most "
        f"{TOLERANCE} is allowed); {n_other} labels differ: {'passed' if is_passed else 'FAILED'}\n"
    )
    if not is_passed:
        _name_versions(predictor)
    return 0 if is_passed else 1


def _load(folder: Path, text_encoder: str) -> Predictor:
    """
    Raises
    ------
    InputError
        With a sentence for who has nothing but the bundle.
    """
    about = _read_about(folder)
    path = folder / PREDICTOR
    if not path.is_file() or _hash(path) != about["predictor_sha256"]:
        raise _damaged(PREDICTOR)
    for name in about["modules"]:
        _import(name)
    try:
        return Predictor.load(path, text_encoders=TextEncoders(text_encoder))
    except InputError as error:
        if error.code == "OTHER_TEXT_ENCODER":
            raise InputError(
                error.code,
                "What reads the texts of this predictor is not here. MODEL_CARD.md says where to "
                "get it; then use --text-encoder FOLDER.",
            ) from error
        raise


def _read_about(folder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        about = json.loads((folder / ABOUT).read_text())
        if isinstance(about, dict) and {"predictor_sha256", "modules"} <= about.keys():
            return about
    raise _damaged(ABOUT)


def _damaged(name: str) -> InputError:
    return InputError(
        "BUNDLE_DAMAGED", f"{name} is missing or damaged. Unpack or download the bundle again."
    )


def _import(name: str) -> None:
    """Estimators are loaded when they are used; that a library is missing is said before."""
    try:
        import_module(name)
    except (ImportError, OSError) as error:
        raise InputError(
            "LIBRARY_MISSING",
            f"A library cannot be loaded ({error}). Run: python -m pip install -r requirements.txt",
        ) from error


def _check_golden_rows(predictor: Predictor) -> None:
    if predictor.golden is None:
        return
    if predictor.golden.difference(predictor.predict_proba) > TOLERANCE:
        _name_versions(predictor)
        raise InputError(
            "PREDICTS_OTHERWISE",
            "On this computer the predictor does not say what it said when it was made, so it is "
            "not used. See: predict.py --self-test",
        )
    predictor.unread.clear()


def _name_versions(predictor: Predictor) -> None:
    for name, (then, now) in changed_versions(predictor.versions).items():
        _warn(f"{name}: made with {then}, here {now}.")


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _complain(message: str) -> None:
    sys.stderr.write(f"predict.py: error: {message}\n")


def _warn(message: str) -> None:
    sys.stderr.write(f"predict.py: {message}\n")
