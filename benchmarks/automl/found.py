"""What a way of finding wrong labels found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Found:
    """(N,) scores, 1 = worst, and flags; CPU seconds of finding them."""

    tool: str
    score: np.ndarray
    is_flagged: np.ndarray
    cpu_seconds: float
