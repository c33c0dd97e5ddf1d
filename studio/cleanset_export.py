"""Request side: which tables a cleanset is exported as."""

from collections.abc import Iterator

import pyarrow as pa
from django.http import FileResponse, StreamingHttpResponse

from automl.errors import InputError
from studio.cleanset_tables import read_all, read_pred_probs, read_view
from studio.models import Cleanset
from studio.patch_export import read_patch
from studio.review_query import ReviewQuery
from studio.table_formats import FORMATS, fits_excel
from studio.table_responses import download_table

PRED_PROBS = "pred-probs"
PATCH = "patch"
KINDS = ("default", "view", "everything", PATCH, PRED_PROBS)
# Of the dataset and of ours, at most.
MAX_COLUMNS = 2_000
ENDINGS = {PATCH: " patch", PRED_PROBS: " pred_probs"}


def download_cleanset(
    cleanset: Cleanset, kind: str, form: str, query: ReviewQuery
) -> FileResponse | StreamingHttpResponse:
    """Raises InputError `NO_SUCH_EXPORT`; FileMissingError where storage has lost a file."""
    has_none = kind == PRED_PROBS and cleanset.pred_probs_file is None
    if kind not in KINDS or form not in FORMATS or has_none or not fits(cleanset, form):
        raise InputError("NO_SUCH_EXPORT", "There is no such export of this cleanset.")
    stem = f"{cleanset.project.name[:80]} v{cleanset.version}{ENDINGS.get(kind, '')}"
    return download_table(read_tables(cleanset, kind, query), form, stem)


def fits(cleanset: Cleanset, form: str) -> bool:
    return form != "xlsx" or fits_excel(cleanset.n_rows, len(cleanset.classes) + MAX_COLUMNS)


def read_tables(cleanset: Cleanset, kind: str, query: ReviewQuery) -> Iterator[pa.Table]:
    if kind == PRED_PROBS:
        return read_pred_probs(cleanset)
    if kind == PATCH:
        return read_patch(cleanset)
    if kind == "view":
        return read_view(cleanset, query)
    return read_all(cleanset, with_excluded=kind == "everything")
