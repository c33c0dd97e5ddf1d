"""Which libraries made a predictor, and which of them are other ones now."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from automl.threads import thread_count

LIBRARIES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "lightgbm",
    "xgboost",
    "xgboost-cpu",
    "catboost",
    "pyarrow",
    "onnxruntime",
    "tokenizers",
)


def library_versions() -> dict[str, str]:
    """Of this process, by name, and its threads; what is not installed here is left out."""
    return _installed() | {"threads": str(thread_count())}


def changed_versions(then: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Libraries by name, with the version of `then` and the one of now, where these differ.

    What one of them does not know is no change: older predictors name fewer libraries.
    """
    now = library_versions()
    return {
        name: (then[name], now[name])
        for name in sorted(then.keys() & now.keys())
        if then[name] != now[name]
    }


@cache
def _installed() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
