"""Right and wrong, class by class: the table of classes and the confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from automl.intervals import wilson_interval

MAX_LISTED_CLASSES = 200
MAX_MATRIX_CLASSES = 50
MAX_PAIRS = 20


def count_pairs(predicted: np.ndarray, y: np.ndarray, n_classes: int) -> np.ndarray:
    """(K, K) int64 confusion matrix: rows are given classes, columns predicted ones.

    Parameters
    ----------
    predicted, y : (N,) class indices, all from 0.
    """
    cells = np.bincount(y.astype(np.int64) * n_classes + predicted, minlength=n_classes**2)
    return cells.reshape(n_classes, n_classes)


class ClassCounts:
    """How often each class (or label of a set) was given, predicted, and both at once.

    Attributes
    ----------
    given, predicted, both : (K,) int64
    """

    def __init__(self, predicted: np.ndarray, y: np.ndarray, n_classes: int) -> None:
        if y.ndim == 2:
            self.given, self.predicted = _sum_labels(y), _sum_labels(predicted)
            self.both = _sum_labels(y * predicted)
        else:
            self.given = np.bincount(y, minlength=n_classes)
            self.predicted = np.bincount(predicted, minlength=n_classes)
            self.both = np.bincount(y[y == predicted], minlength=n_classes)

    @property
    def precision(self) -> np.ndarray:
        """(K,) both / predicted; NaN for a class that was never predicted."""
        return _ratio(self.both, self.predicted)

    @property
    def recall(self) -> np.ndarray:
        """(K,) both / given; NaN for a class without rows."""
        return _ratio(self.both, self.given)

    @property
    def f1(self) -> np.ndarray:
        """(K,) harmonic mean of precision and recall, 2 both / (given + predicted).

        0 where a class is given but never predicted; NaN where it is neither.
        """
        return _ratio(2 * self.both, self.given + self.predicted)

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the classes that were given or predicted at all."""
        return _mean_known(self.f1)

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that have rows (Brodersen et al., 2010)."""
        return _mean_known(self.recall)


def list_classes(counts: ClassCounts, names: Sequence[str]) -> list[dict[str, Any]]:
    """One line a class, lowest F1 first, the recall with its 95 % Wilson interval (1927).

    Of more than 200 classes the 200 with the most errors (missed or wrongly predicted) are kept.
    `index` is the class's place in `names`; figures that a class has no rows for are None.
    """
    errors = counts.given + counts.predicted - 2 * counts.both
    kept = np.sort(np.argsort(-errors, kind="stable")[:MAX_LISTED_CLASSES])
    order = kept[np.argsort(counts.f1[kept], kind="stable")]
    precision, recall, f1 = counts.precision, counts.recall, counts.f1
    lines = []
    for k in order.tolist():
        n = int(counts.given[k])
        low, high = wilson_interval(int(counts.both[k]), n)
        lines.append(
            {
                "index": k,
                "name": names[k],
                "support": n,
                "n_predicted": int(counts.predicted[k]),
                "precision": _figure(precision[k]),
                "recall": _figure(recall[k]),
                "recall_low": round(low, 6) if n else None,
                "recall_high": round(high, 6) if n else None,
                "f1": _figure(f1[k]),
            }
        )
    return lines


def describe_confusion(matrix: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    """The confusion matrix of at most 50 classes, and the 20 most frequent errors of all.

    Where there are more classes, those of the most frequent errors are kept, then the largest.
    """
    pairs = _confused_pairs(matrix)
    kept = _choose_classes(matrix, pairs)
    return {
        "classes": [names[k] for k in kept],
        "counts": matrix[np.ix_(kept, kept)].tolist(),
        "n_left_out": len(names) - len(kept),
        "pairs": [
            {
                "given": names[i],
                "predicted": names[j],
                "count": int(matrix[i, j]),
                "share_of_given": round(float(matrix[i, j] / matrix[i].sum()), 6),
            }
            for i, j in pairs[:MAX_PAIRS]
        ],
    }


def _confused_pairs(matrix: np.ndarray) -> list[tuple[int, int]]:
    """Cells off the diagonal by falling count, as many as can matter for choosing classes."""
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong.ravel(), kind="stable")[: MAX_MATRIX_CLASSES**2]
    cells = [divmod(int(cell), len(matrix)) for cell in order]
    return [(i, j) for i, j in cells if wrong[i, j]]


def _choose_classes(matrix: np.ndarray, pairs: list[tuple[int, int]]) -> list[int]:
    """The first MAX_MATRIX_CLASSES in the order of need, sorted."""
    largest = np.argsort(-matrix.sum(axis=1), kind="stable").tolist()
    needed = dict.fromkeys([k for pair in pairs for k in pair] + largest)
    return sorted(list(needed)[:MAX_MATRIX_CLASSES])


def _sum_labels(sets: np.ndarray) -> np.ndarray:
    return np.asarray(sets.sum(axis=0, dtype=np.int64))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _mean_known(figures: np.ndarray) -> float:
    known = figures[~np.isnan(figures)]
    return float(known.mean()) if len(known) else 0.0


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
