"""The vectors of a text project's texts, in the order of the rows of a cleanset."""

from collections.abc import Iterator

import numpy as np

from automl.errors import InputError
from studio.cleanset_tables import read_row_ids
from studio.feature_keys import found_features
from studio.files import local_path
from studio.models import Cleanset, Project

PART_ROWS = 1_000
# More than 16-bit floats between -1 and 1 have.
DECIMALS = 7


def read_embeddings(cleanset: Cleanset) -> Iterator[list[list[float]]]:
    if cleanset.project.modality != Project.Modality.TEXT:
        raise InputError("NO_EMBEDDINGS", "Embeddings are made of text projects only.")
    found = list(found_features(cleanset.project).values())
    if not found:
        raise InputError("NO_EMBEDDINGS", "There are no embeddings of this project.")
    _, stored = found[0]
    vectors = np.load(local_path(stored), mmap_mode="r", allow_pickle=False)
    row_ids = read_row_ids(cleanset)
    for start in range(0, len(row_ids), PART_ROWS):
        part = vectors[row_ids[start : start + PART_ROWS]]
        yield part.astype(np.float64).round(DECIMALS).tolist()
