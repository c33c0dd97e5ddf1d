"""Intervals of shares; light enough for the web process."""

from __future__ import annotations

import math

Z_95 = 1.959964
Z_99_9 = 3.290527


def wilson_interval(n_right: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """Interval of a share; of 95 % unless another `z` is asked for."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = n_right / n, z**2
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, center - half), min(1.0, center + half)
