"""Worker side of an import: the file is checked whole, then its decisions are made as one batch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from automl.errors import InputError
from automl.tables import open_table
from studio.correction_columns import CorrectionColumns, find_columns
from studio.correction_plan import CorrectionPlan, Line
from studio.decisions import apply_changes, check_open
from studio.files import local_path, purge_files_later
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.models import Cleanset, DecisionImport
from studio.row_labels import read_row_labels
from studio.tags import tag_rows

BATCH_ROWS = 10_000
Status = DecisionImport.Status


def import_decisions(run: JobRun) -> Finished:
    rows = DecisionImport.all_objects.select_related("cleanset__project__dataset", "created_by")
    asked = rows.get(pk=run.subject_id)
    check_open(asked.cleanset)
    plan, n_lines = _read(run, asked)
    is_refused = plan.n_unfit > 0 and not asked.imports_what_fits
    run.progress("Writing the decisions", n_lines, n_lines)

    def apply() -> None:
        done = _refusal(plan, n_lines) if is_refused else _carry_out(asked, plan)
        found = {"n_lines": n_lines, "n_unfit": plan.n_unfit, "problems": plan.problems}
        waiting = DecisionImport.all_objects.filter(pk=asked.pk, status=Status.READING)
        waiting.update(**found | done)
        purge_files_later([asked.upload_file])

    return Finished(apply)


def _read(run: JobRun, asked: DecisionImport) -> tuple[CorrectionPlan, int]:
    assert asked.upload_file is not None
    run.progress("Reading the file")
    path = local_path(asked.upload_file)
    with open_table(path, file_name=asked.file_name) as table:
        columns = find_columns(table.columns, asked.cleanset.project)
        if columns.is_patch and asked.excludes_left_out:
            raise InputError(
                "PATCH_LEAVES_OUT",
                "This is a patch: the rows that it leaves out were not decided. Import it without "
                "excluding them.",
            )
        plan = CorrectionPlan(
            asked.cleanset,
            read_row_labels(asked.cleanset),
            first_row_id=0 if columns.is_patch else asked.first_row_id,
            is_patch=columns.is_patch,
        )
        # As programs for tables count: the header is line 1.
        number = 2 if table.file_format in {"csv", "xlsx"} else 1
        for batch in table.batches(BATCH_ROWS):
            for place, line in enumerate(_read_lines(batch, columns), start=number):
                plan.add(place, line)
            number += batch.num_rows
            run.progress("Checking the rows", table.n_rows)
    if asked.excludes_left_out:
        plan.exclude_unseen()
    return plan, table.n_rows


def _read_lines(batch: pa.RecordBatch, columns: CorrectionColumns) -> Iterator[Line]:
    """A cell that is null counts as empty."""
    places = (
        columns.row_id,
        columns.new,
        columns.action,
        columns.old,
        columns.column,
        columns.needs_review,
    )
    cells: list[Any] = [
        [None] * batch.num_rows
        if place is None
        else [cell or "" for cell in batch.column(place).to_pylist()]
        for place in places
    ]
    return (Line(*line) for line in zip(*cells, strict=True))


def _refusal(plan: CorrectionPlan, n_lines: int) -> dict[str, Any]:
    return {
        "status": Status.FAILED,
        "error_code": "ROWS_DO_NOT_FIT",
        "error_message": f"{plan.n_unfit:,} of {n_lines:,} rows do not fit this cleanset. "
        "Correct the file, or import the rows that fit.",
    }


def _carry_out(asked: DecisionImport, plan: CorrectionPlan) -> dict[str, Any]:
    """In the transaction that ends the job: what was decided by then is what counts."""
    cleanset = Cleanset.objects.select_for_update().filter(pk=asked.cleanset_id).first()
    if cleanset is None:
        raise InputError("CLEANSET_GONE", "The project was deleted while the file was read.")
    check_open(cleanset)
    row_ids = np.flatnonzero(plan.actions)
    n_meant = len(row_ids)
    if not asked.replaces_decided:
        decided = cleanset.decisions.values_list("row_id", flat=True)
        row_ids = np.setdiff1d(row_ids, np.fromiter(decided.iterator(), dtype=np.int64))
    batch_id = None
    if len(row_ids):
        changes = plan.read_changes(row_ids)
        batch_id = apply_changes(cleanset=cleanset, changes=changes, user=asked.created_by)
    n_tagged, tag_batch = tag_rows(
        cleanset=cleanset,
        row_ids=np.flatnonzero(plan.needs_review).tolist(),
        is_tagged=True,
        user=asked.created_by,
        batch_id=batch_id,
    )
    return {
        "status": Status.DONE,
        "n_decided": len(row_ids),
        "n_left": n_meant - len(row_ids),
        "n_tagged": n_tagged,
        "batch_id": tag_batch if n_tagged else batch_id,
    }
