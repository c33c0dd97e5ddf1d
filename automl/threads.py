"""How many threads one fit or prediction may use; linear algebra takes it from the environment."""

from __future__ import annotations

import os
from contextlib import suppress

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def thread_count() -> int:
    """What `OMP_NUM_THREADS` says, else one: equal numbers ask for an equal number of threads."""
    with suppress(ValueError):
        return max(int(os.environ.get(VARIABLES[0], "1")), 1)
    return 1


def thread_environment(n_threads: int) -> dict[str, str]:
    """For a process that will fit or predict: OpenMP and BLAS read it when they are loaded.

    Waiting threads sleep: spinning ones on shared cores cost LightGBM a factor of ten and more.
    """
    return {name: str(n_threads) for name in VARIABLES} | {"OMP_WAIT_POLICY": "PASSIVE"}
