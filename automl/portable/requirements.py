"""What a bundle asks pip for: the libraries that its predictor needs, as they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version

from automl.features.built_in import USE_MODULE, USE_PACKAGE

# Names of packages by what is imported; one of several is installed, by platform.
PACKAGES = {
    "catboost": ("catboost",),
    "defusedxml": ("defusedxml",),
    "lightgbm": ("lightgbm",),
    "numpy": ("numpy",),
    "onnxruntime": ("onnxruntime",),
    "pandas": ("pandas",),
    "pyarrow": ("pyarrow",),
    "scipy": ("scipy",),
    "sklearn": ("scikit-learn",),
    "tokenizers": ("tokenizers",),
    USE_MODULE: (USE_PACKAGE,),
    "xgboost": ("xgboost", "xgboost-cpu"),
}
# As in pyproject.toml.
PLATFORMS = {"xgboost": "sys_platform != 'linux'", "xgboost-cpu": "sys_platform == 'linux'"}
_LOCKED = re.compile(r"^([\w.-]+)==([^\s;]+)(?: ; ([^\\\n]+?))? *\\?$", re.MULTILINE)
_NAME = re.compile(r"[\w.-]+")


def pin_requirements(libraries: Iterable[str], made_with: Mapping[str, str], lock: str) -> str:
    """Lines for pip, each with one exact version.

    Parameters
    ----------
    libraries : names by which they are imported.
    made_with : versions of packages that made the predictor; of others, the installed ones count.
    lock : requirements of this installation with their markers (see `make lock`).

    Raises
    ------
    KeyError
        For a library of which no package is known.
    """
    pins = [_pin(PACKAGES[library], made_with) for library in sorted(libraries)]
    direct = {name: number for names, number in pins for name in names}
    wanted = direct | _pin_others(direct)
    locked: dict[str, dict[str, str]] = {}
    for name, number, marker in _LOCKED.findall(lock):
        locked.setdefault(name, {})[number] = marker
    lines = [line for name in sorted(wanted) for line in _lines(name, wanted[name], locked)]
    return "".join(f"{line}\n" for line in lines)


def _pin(names: tuple[str, ...], made_with: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """Packages of one library have the same versions."""
    known = [made_with.get(name) or _installed(name) for name in names]
    return names, next(number for number in known if number)


def _pin_others(direct: Mapping[str, str]) -> dict[str, str]:
    """What the packages themselves need, as installed here: if they too are those of here."""
    found: dict[str, str] = {}
    waiting = [name for name, number in direct.items() if number == _installed(name)]
    while waiting:
        for other in _needed_by(waiting.pop()):
            number = _installed(other)
            if number and other not in found and other not in direct:
                found[other] = number
                waiting.append(other)
    return found


def _needed_by(name: str) -> Iterator[str]:
    for requirement in requires(name) or []:
        match = _NAME.match(requirement)
        if match and "extra ==" not in requirement:
            yield match.group().lower().replace("_", "-")


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _lines(name: str, number: str, locked: Mapping[str, Mapping[str, str]]) -> list[str]:
    """A version that is for new Pythons has another one beside it, for older ones.

    One that is for old ones runs on new ones as well.
    """
    if name in PLATFORMS:
        return [f"{name}=={number} ; {PLATFORMS[name]}"]
    versions = locked.get(name, {})
    if ">=" in versions.get(number, ""):
        return [f"{name}=={other} ; {marker}" for other, marker in versions.items()]
    return [f"{name}=={number}"]
