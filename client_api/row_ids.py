"""How the client finds a row again: `apply_corrections` joins ids to the column of this name, or,
where the user's data has none, to the place of a row, which counts from 0."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from studio.cleanset_tables import ROW_ID, make_unique
from studio.dataset_cells import read_text
from studio.models import Cleanset


def id_column(cleanset: Cleanset) -> str:
    """A dataset's column of that name that cannot tell rows apart keeps its name; ours is
    numbered."""
    if find_own_ids(cleanset) is not None:
        return ROW_ID
    return make_unique([*cleanset.project.dataset.column_names, ROW_ID])[-1]


def find_own_ids(cleanset: Cleanset) -> Any | None:
    """The dataset's own ids in the order of its rows, if it has some: whole numbers, each once."""
    profiles = cleanset.project.dataset.profiles
    own = next((profile for profile in profiles if profile["name"] == ROW_ID), None)
    if own is None or own["n_missing"] or own["label_type"] != "integer":
        return None
    cells = read_text(cleanset, own["position"])
    try:
        ids = pc.cast(pc.utf8_trim_whitespace(cells), pa.int64())
    except pa.ArrowInvalid:
        return None
    return ids if pc.count_distinct(ids).as_py() == len(ids) else None
