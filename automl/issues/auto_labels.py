"""How far suggestions can be trusted where there is no label, judged by the rows that have one."""

from __future__ import annotations

import numpy as np

N_STEPS = 100


def confidence_curve(confidence: np.ndarray, is_right: np.ndarray) -> list[tuple[float, int, int]]:
    """For each of 101 confidences from 0 to 1: rows at least as sure, and how many are right.

    Parameters
    ----------
    confidence : (N,) of labelled rows, out of fold. is_right : (N,) bool, the prediction is the
        given label (of sets: the whole set).
    """
    steps = np.arange(N_STEPS + 1) / N_STEPS
    order = np.argsort(confidence, kind="stable")
    first = np.searchsorted(confidence[order], steps, side="left")
    right_from = np.append(np.cumsum(is_right[order][::-1])[::-1], 0)
    return [
        (float(step), int(len(confidence) - place), int(right_from[place]))
        for step, place in zip(steps, first, strict=True)
    ]
