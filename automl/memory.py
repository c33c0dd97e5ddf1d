"""How much memory training takes, from sizes alone; nothing but a page depends on it.

Peaks of resident memory of a process that cross-validates and refits one family, measured on eight
data sets of 1,500 to 43,000 rows and rounded up. Meant to be within a factor of two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from automl.costs import Sizes

# A worker with all its libraries, before it has any data.
PROCESS_BYTES = 3e8
# A text encoder, and the vectors that it makes of each text while the others are made.
ENCODER_BYTES = 3e8
VECTOR_BYTES = 384 * 4
# A free text adds 256 hashed words and 48 numbers of its meaning to a table.
TEXT_WIDTH = 304
FLOAT_BYTES = 8
# Text columns as cells, as Arrow keeps them, and twice more for the rows that are taken.
CELL_COPIES = 3
# Of each probability while weights are chosen: as 8 bytes, its logarithm, and copies of both.
JOINED_BYTES = 32
# Trees have about so many leaves at most; of more rows, more share a leaf.
FOREST_ROWS = 20_000
# Terms of texts: a share of their characters, and never more than so many.
TERMS_PER_CHARACTER = 0.1
MAX_TERMS = 200_000


@dataclass(frozen=True)
class Memory:
    """Bytes of one family at its peak, beyond the process and the cells.

    Attributes
    ----------
    fixed : whatever the data are.
    per_row : for each row, however wide.
    per_number : copies, of 8 bytes, of each number of the table as estimators read it.
    per_character : of texts.
    per_output : for each row and class.
    per_tree_row : for each row that can have leaves of its own in all trees.
    per_weight : for each class and term, where a class has a weight for each term.
    """

    fixed: float = 0
    per_row: float = 0
    per_number: float = 0
    per_character: float = 0
    per_output: float = 0
    per_tree_row: float = 0
    per_weight: float = 0

    def peak_bytes(self, sizes: Sizes) -> float:
        n_rows, n_classes = sizes.n_rows, max(sizes.n_classes, 1)
        n_numbers = n_rows * (sizes.n_columns + TEXT_WIDTH * sizes.n_text_columns)
        n_characters = n_rows * sizes.n_characters
        n_terms = min(TERMS_PER_CHARACTER * n_characters, MAX_TERMS)
        return (
            self.fixed
            + self.per_row * n_rows
            + self.per_number * FLOAT_BYTES * n_numbers
            + self.per_character * n_characters
            + self.per_output * n_rows * n_classes
            + self.per_tree_row * min(n_rows, FOREST_ROWS)
            + self.per_weight * n_classes * n_terms
        )


_BOOSTED = Memory(per_number=10, per_output=120)
_CATBOOST = Memory(per_number=20, per_output=260)
_DENSE = Memory(per_number=12, per_output=24)
_NEIGHBORS = Memory(per_row=400, per_number=12)
_FOREST = Memory(per_number=4, per_tree_row=12_000)
_DEEP_FOREST = Memory(per_number=4, per_tree_row=30_000)
_WORDS = Memory(per_character=220, per_weight=16)
_NAIVE_BAYES = Memory(per_character=120, per_weight=16)
_MEANING = Memory(per_row=12_000, per_output=24)
_WORDS_AND_MEANING = Memory(per_row=17_000, per_character=220, per_weight=16)
_LITTLE = Memory(per_number=4)

FAMILY_MEMORY = {
    "text_linear_svm": _WORDS_AND_MEANING,
    "text_linear_svm_on_words": _WORDS,
    "text_naive_bayes": _NAIVE_BAYES,
    "text_logistic_regression": _MEANING,
    "text_neural_network": _MEANING,
    "text_nearest_neighbors": _MEANING,
    # Measured on 3,000 and on 10,000 texts: 2.2 and 3.7 GB.
    "text_transformer": Memory(fixed=1.3e9, per_row=220_000),
    "lightgbm": _BOOSTED,
    "lightgbm_extra_trees": _BOOSTED,
    "xgboost": _BOOSTED,
    "catboost": _CATBOOST,
    "extra_trees": _FOREST,
    "extra_trees_deep": _DEEP_FOREST,
    "random_forest": _FOREST,
    "tabular_logistic_regression": _DENSE,
    "tabular_neural_network": _DENSE,
    "tabular_nearest_neighbors": _NEIGHBORS,
    "majority": _LITTLE,
    "best_single_column": _LITTLE,
    "text_ridge": _WORDS_AND_MEANING,
    "text_ridge_on_meaning": _MEANING,
    "text_neural_network_regressor": _MEANING,
    "text_nearest_neighbors_regressor": _MEANING,
    "lightgbm_regressor": _BOOSTED,
    "lightgbm_extra_trees_regressor": _BOOSTED,
    "xgboost_regressor": _BOOSTED,
    "catboost_regressor": _CATBOOST,
    "extra_trees_regressor": _DEEP_FOREST,
    "extra_trees_deep_regressor": _DEEP_FOREST,
    "random_forest_regressor": _DEEP_FOREST,
    "tabular_ridge": _DENSE,
    "tabular_neural_network_regressor": _DENSE,
    "tabular_nearest_neighbors_regressor": _NEIGHBORS,
    "mean": _LITTLE,
    "best_single_column_regressor": _LITTLE,
}


def estimate_worker_bytes(families: Iterable[str], sizes: Sizes) -> float:
    """Resident memory of a worker at the costliest of what it does.

    It trains one family at a time, reads texts before that, and combines all of them after it.
    """
    families = list(families)
    cells = CELL_COPIES * sizes.n_rows * (sizes.n_characters + FLOAT_BYTES * sizes.n_columns)
    training = max((FAMILY_MEMORY[f].peak_bytes(sizes) for f in families), default=0.0)
    joining = JOINED_BYTES * len(families) * sizes.n_rows * max(sizes.n_classes, 1)
    reading = ENCODER_BYTES + 2 * VECTOR_BYTES * sizes.n_rows if sizes.n_text_columns else 0.0
    return PROCESS_BYTES + cells + max(training, joining, reading)
