"""Worker side: the labels of all rows, each different one once."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow.compute as pc

from automl.problem import clean_labels
from studio.files import local_path
from studio.models import Cleanset
from studio.parquet_reading import read_columns

NONE = 0


@dataclass
class RowLabels:
    """Attributes
    ----------
    texts : the different labels, None first.
    own, given : (n_rows,) places in `texts`: of the dataset's own label, and of the one that this
        version gives the row.
    is_there : (n_rows,) rows that this version has.
    """

    own: np.ndarray
    given: np.ndarray
    is_there: np.ndarray
    texts: list[str | None] = field(default_factory=lambda: [None])
    _places: dict[str, int] = field(default_factory=dict)

    def code_of(self, text: str | None) -> int:
        if text is None:
            return NONE
        if text not in self._places:
            self._places[text] = len(self.texts)
            self.texts.append(text)
        return self._places[text]

    def code_all(self, column: Any, problem_type: str) -> np.ndarray:
        """A column of cells, cleaned."""
        encoded = pc.dictionary_encode(column).combine_chunks()
        texts = clean_labels(encoded.dictionary.to_pylist(), problem_type)
        codes = np.array([*map(self.code_of, texts), NONE], dtype=np.int32)
        places = pc.fill_null(encoded.indices, len(texts))
        return codes[places.to_numpy(zero_copy_only=False)]


def read_row_labels(cleanset: Cleanset) -> RowLabels:
    project = cleanset.project
    n_rows = project.dataset.n_rows
    assert project.dataset.table_file is not None
    assert cleanset.issues_file is not None
    zeros = np.zeros(n_rows, dtype=np.int32)
    labels = RowLabels(zeros, zeros.copy(), np.zeros(n_rows, dtype=bool))
    columns = ["row_id", "given_label"] if project.has_labels else ["row_id"]
    issues = read_columns(local_path(cleanset.issues_file), columns)
    row_ids = issues.column("row_id").to_numpy()
    labels.is_there[row_ids] = True
    if project.has_labels:
        name = f"c{project.label_position}"
        own = read_columns(local_path(project.dataset.table_file), [name])
        labels.own = labels.code_all(own.column(0), project.problem_type)
        given = labels.code_all(issues.column("given_label"), project.problem_type)
        labels.given[row_ids] = given
    return labels
