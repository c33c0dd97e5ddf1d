"""What cross-validating a family costs, from sizes alone; decides what begins first, never scores.

The numbers are CPU seconds of one core of a current server, measured on eight data sets of 800 to
40,000 rows; expect a factor of two or three either way. What a project has measured goes first
(studio/estimates.py).
"""

from __future__ import annotations

from dataclasses import dataclass

USUAL_COLUMNS = 15
USUAL_CHARACTERS = 60


@dataclass(frozen=True)
class Sizes:
    """Of a training: rows, feature columns, classes or labels, folds, characters of a row, and
    how many of the columns are texts."""

    n_rows: int
    n_columns: int
    n_classes: int
    n_splits: int
    n_characters: float
    n_text_columns: int = 0


@dataclass(frozen=True)
class Cost:
    """Seconds of one fit: `fixed + per_row` for each row, times the classes where each has a fit
    of its own, times the width of a row: `is_wide` means its characters, else its columns."""

    fixed: float
    per_row: float
    is_by_class: bool = False
    is_wide: bool = False

    def fit_seconds(self, sizes: Sizes) -> float:
        # Two classes are one decision.
        n_fits = (sizes.n_classes if sizes.n_classes > 2 else 1) if self.is_by_class else 1
        if self.is_wide:
            width = (20 + sizes.n_characters) / (20 + USUAL_CHARACTERS)
        else:
            width = (10 + sizes.n_columns) / (10 + USUAL_COLUMNS)
        return n_fits * (self.fixed + self.per_row * sizes.n_rows * width)


COSTS = {
    "text_linear_svm": Cost(0.05, 2e-5, is_by_class=True, is_wide=True),
    "text_linear_svm_on_words": Cost(0.05, 1.5e-5, is_by_class=True, is_wide=True),
    "text_naive_bayes": Cost(0.05, 2e-5, is_wide=True),
    "text_logistic_regression": Cost(0.02, 7e-6, is_by_class=True),
    "text_neural_network": Cost(0.1, 5e-4),
    "text_nearest_neighbors": Cost(0.05, 1e-4),
    "text_transformer": Cost(20.0, 0.016, is_wide=True),
    "lightgbm": Cost(0.03, 5e-5, is_by_class=True),
    "lightgbm_extra_trees": Cost(0.03, 1e-4, is_by_class=True),
    "xgboost": Cost(0.05, 4e-5, is_by_class=True),
    "catboost": Cost(0.4, 1.5e-4, is_by_class=True),
    "extra_trees": Cost(0.6, 2.2e-4),
    "extra_trees_deep": Cost(0.6, 4e-4),
    "random_forest": Cost(0.7, 4.5e-4),
    "tabular_logistic_regression": Cost(0.02, 1e-5, is_by_class=True),
    "tabular_neural_network": Cost(0.4, 1.5e-4),
    "tabular_nearest_neighbors": Cost(0.02, 8e-5),
    "majority": Cost(0.02, 1e-6),
    "best_single_column": Cost(0.05, 2e-5),
    "text_ridge": Cost(0.05, 2e-5, is_wide=True),
    "text_ridge_on_meaning": Cost(0.02, 7e-6),
    "text_neural_network_regressor": Cost(0.1, 5e-4),
    "text_nearest_neighbors_regressor": Cost(0.05, 1e-4),
    "lightgbm_regressor": Cost(0.03, 5e-5),
    "lightgbm_extra_trees_regressor": Cost(0.03, 1e-4),
    "xgboost_regressor": Cost(0.05, 4e-5),
    "catboost_regressor": Cost(0.4, 3e-4),
    "extra_trees_regressor": Cost(0.6, 2.2e-4),
    "extra_trees_deep_regressor": Cost(0.6, 4e-4),
    "random_forest_regressor": Cost(0.7, 6e-4),
    "tabular_ridge": Cost(0.02, 1e-5),
    "tabular_neural_network_regressor": Cost(0.4, 1.5e-4),
    "tabular_nearest_neighbors_regressor": Cost(0.02, 8e-5),
    "mean": Cost(0.02, 1e-6),
    "best_single_column_regressor": Cost(0.05, 2e-5),
}


def estimate_cv_seconds(family: str, sizes: Sizes) -> float:
    """Every fold is left out once: `n_splits` fits on the other folds."""
    return COSTS[family].fit_seconds(sizes) * max(sizes.n_splits - 1, 1)
