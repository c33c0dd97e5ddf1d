"""Finding issues in many rows: `python -m benchmarks.automl.issues_at_scale`.

100,000 made-up rows of 20 classes with given probabilities and vectors of 384 numbers; wall time,
processor time and the largest resident memory of the steps. `OMP_NUM_THREADS` gives the threads.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from automl.issues.clarity import judge_clarity
from automl.issues.labels import find_label_issues
from automl.issues.near_duplicates import cluster_duplicates, find_near_duplicates
from automl.issues.outliers import find_outliers
from automl.issues.rare_classes import find_rare_classes
from automl.issues.thresholds import NEAR_DUPLICATE_TEXT
from automl.neighbors import find_neighbors
from automl.threads import thread_count

N_ROWS, N_CLASSES, N_DIMENSIONS, N_CENTERS = 100_000, 20, 384, 2_000


def main() -> None:
    vectors, pred_probs, y = make_rows()
    classes = [f"class {k}" for k in range(N_CLASSES)]
    limit = float(np.sqrt(2 * NEAR_DUPLICATE_TEXT))
    exact = np.arange(N_ROWS)
    begun = time.perf_counter()
    print(f"| step, {N_ROWS:,} rows, {thread_count()} threads | wall s | CPU-s |")
    print("| --- | --- | --- |")
    neighbors = timed("neighbours", lambda: find_neighbors(vectors, seed=0))
    clusters = timed("duplicates", lambda: cluster_duplicates(neighbors, exact, limit))
    timed("their scores", lambda: find_near_duplicates(neighbors, exact, clusters, limit))
    timed("outliers", lambda: find_outliers(neighbors))
    timed(
        "label issues",
        lambda: find_label_issues(
            pred_probs,
            y,
            classes,
            problem_type="multi-class",
            predicted=pred_probs.argmax(axis=1),
        ),
    )
    timed("clarity, rare classes", lambda: (judge_clarity(pred_probs, y), find_rare_classes(y)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"\nall: {time.perf_counter() - begun:.1f} s (at most 60); largest resident memory "
        f"{peak:,.0f} MB, the made-up rows included (at most 2,000)"
    )


def make_rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(N_CENTERS, N_DIMENSIONS)).astype(np.float32)
    vectors = centers[rng.integers(0, N_CENTERS, N_ROWS)]
    vectors += 0.8 * rng.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    y = rng.integers(0, N_CLASSES, N_ROWS)
    logits = rng.normal(size=(N_ROWS, N_CLASSES))
    logits[np.arange(N_ROWS), y] += np.where(rng.random(N_ROWS) < 0.9, 4, -2)
    odds = np.exp(logits)
    return vectors, odds / odds.sum(axis=1, keepdims=True), y


def timed(name: str, step: Callable[[], Any]) -> Any:
    wall, cpu = time.perf_counter(), time.process_time()
    found = step()
    print(
        f"| {name} | {time.perf_counter() - wall:.1f} | {time.process_time() - cpu:.1f} |",
        flush=True,
    )
    return found


if __name__ == "__main__":
    main()
