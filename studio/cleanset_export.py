"""Request side: which tables a cleanset is exported as."""

from collections.abc import Iterator

import pyarrow as pa

from studio.cleanset_tables import read_all, read_pred_probs, read_view
from studio.models import Cleanset
from studio.patch_export import read_patch
from studio.review_query import ReviewQuery

PRED_PROBS = "pred-probs"
PATCH = "patch"
KINDS = ("default", "view", "everything", PATCH, PRED_PROBS)


def read_tables(cleanset: Cleanset, kind: str, query: ReviewQuery) -> Iterator[pa.Table]:
    if kind == PRED_PROBS:
        return read_pred_probs(cleanset)
    if kind == PATCH:
        return read_patch(cleanset)
    if kind == "view":
        return read_view(cleanset, query)
    return read_all(cleanset, with_excluded=kind == "everything")
