"""Worker side of a prediction: rows of the stored table through the predictor into Parquet.

A large file is cut into slices, each a job of its own, so that more workers make it faster and a
lost worker costs one slice.
"""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from automl.errors import InputError
from automl.prediction_table import RowsFound, encodable, predict_rows, warn_of_unread
from automl.predictor import Predictor
from inference.models import InferenceResult, PredictionSlice
from inference.notices import notify_predictions_ready
from inference.outcome import OutcomeCounts, describe_rows, store_evaluation
from inference.reading import GROUP_ROWS
from inference.slices import SLICE_ROWS, drop_slices
from models_app.large_files import LARGE_FILE_ROWS, serving_facts
from models_app.models import DeployedModel
from studio.files import local_path, purge_files_later, sealed_path
from studio.jobs import Finished, Outcome, Split
from studio.jobs.execution import JobRun
from studio.models import Job
from studio.parquet_reading import read_between, read_parts
from studio.parquet_writing import write_parts
from studio.text_encoders import text_encoders

Status = InferenceResult.Status
AnsweredBy = InferenceResult.AnsweredBy


def start_prediction(run: JobRun) -> Outcome:
    result = _load_result(run.subject_id)
    answered_by = choose_ensemble(result)
    InferenceResult.all_objects.filter(pk=result.pk).update(answered_by=answered_by)
    result.answered_by = answered_by
    modality = result.deployed_model.cleanset.project.modality
    slice_rows = SLICE_ROWS[modality].of(result.n_rows)
    if result.n_rows > slice_rows:
        return _cut(result, slice_rows)
    target, counts = run.folder / "predictions.parquet", OutcomeCounts(result)
    found = _predict(run, result, target, first=0, n_rows=result.n_rows, counts=counts)
    return _finish(run, result, target, found, counts)


def predict_slice(run: JobRun) -> Finished:
    piece = PredictionSlice.objects.get(pk=run.subject_id)
    result = _load_result(piece.result_id)
    target = run.folder / "slice.parquet"
    found = _predict(run, result, target, first=piece.first_row, n_rows=piece.n_rows)
    stored = run.put_file("results", target)

    def apply() -> None:
        still_there = PredictionSlice.objects.filter(pk=piece.pk)
        if not still_there.update(file=stored, found=found.to_json()):
            purge_files_later([stored])

    return Finished(apply)


def join_prediction(run: JobRun) -> Finished:
    """All slices, in order, as one file."""
    result = _load_result(run.subject_id)
    run.progress("Joining the parts")
    pieces = list(result.slices.order_by("number").select_related("file"))
    _check_whole(run.job, result, pieces)
    target, counts = run.folder / "predictions.parquet", OutcomeCounts(result)
    _join([local_path(piece.file) for piece in pieces if piece.file], target, counts)
    found = sum((RowsFound.from_json(piece.found) for piece in pieces), start=RowsFound())
    finished = _finish(run, result, target, found, counts)

    def apply() -> None:
        finished.apply()
        drop_slices(result.pk)

    return Finished(apply)


def choose_ensemble(result: InferenceResult) -> AnsweredBy:
    """The serving ensemble, where there is one, for a large file whose owner did not mind."""
    wants_full = result.is_always_full or result.n_rows <= LARGE_FILE_ROWS
    if wants_full or serving_facts(result.deployed_model) is None:
        return AnsweredBy.FULL
    return AnsweredBy.SERVING


def _load_result(pk: UUID) -> InferenceResult:
    rows = InferenceResult.all_objects.select_related("deployed_model__cleanset__project")
    return rows.get(pk=pk)


def _cut(result: InferenceResult, slice_rows: int) -> Split:
    pieces = [
        PredictionSlice(
            result=result,
            number=number,
            first_row=first,
            n_rows=min(slice_rows, result.n_rows - first),
        )
        for number, first in enumerate(range(0, result.n_rows, slice_rows))
    ]

    def apply() -> None:
        # Of an attempt that was lost after it had cut.
        result.slices.all().delete()
        PredictionSlice.objects.bulk_create(pieces)

    return Split(apply, [("prediction-slice", piece.pk) for piece in pieces])


def _predict(
    run: JobRun,
    result: InferenceResult,
    target: Path,
    *,
    first: int,
    n_rows: int,
    counts: OutcomeCounts | None = None,
) -> RowsFound:
    """Write the predictions of some rows; the answer is what was found of them."""
    predictor = load_predictor(run, result.deployed_model)
    if result.answered_by == AnsweredBy.SERVING:
        predictor = predictor.for_serving()
    done, found = 0, RowsFound()
    assert result.table_file is not None
    path = local_path(result.table_file)
    columns = encodable(predictor.schema, result.positions, result.label_position)
    encoded = [f"c{position}" for position in columns]
    with write_parts(target, GROUP_ROWS) as parts:
        for rows in read_between(path, first, n_rows, encoded):
            predicted, of_rows = predict_rows(
                predictor, rows, result.positions, label_position=result.label_position
            )
            parts.write(predicted)
            if counts is not None:
                counts.add(predicted)
            done, found = done + rows.num_rows, found + of_rows
            run.progress("Predicting", done, n_rows)
    return replace(found, unread=predictor.unread)


def load_predictor(run: JobRun, model: DeployedModel) -> Predictor:
    run.progress("Loading the model")
    assert model.predictor_file is not None
    predictor = Predictor.load(sealed_path(model.predictor_file), text_encoders=text_encoders())
    predictor.check_golden_rows()
    return predictor


def _finish(
    run: JobRun, result: InferenceResult, target: Path, found: RowsFound, counts: OutcomeCounts
) -> Finished:
    run.progress("Counting")
    stored = run.put_file("results", target)
    facts = counts.facts() | describe_rows(result, found)
    evaluation = store_evaluation(run, result, target)
    warnings = [warning.to_json() for warning in warn_of_unread(found.unread)]

    def apply() -> None:
        pending = InferenceResult.all_objects.filter(pk=result.pk, status=Status.PREDICTING)
        changed = pending.update(
            status=Status.READY,
            result_file=stored,
            facts=facts,
            evaluation_file=evaluation,
            warnings=[*result.warnings, *warnings],
            finished_at=timezone.now(),
        )
        if changed:
            notify_predictions_ready(InferenceResult.all_objects.get(pk=result.pk))

    return Finished(apply)


def _check_whole(job: Job, result: InferenceResult, pieces: list[PredictionSlice]) -> None:
    """A slice that failed has said why; without all of them there is no answer."""
    # The others were cancelled for its sake.
    failed = job.children.filter(state=Job.State.FAILED).first()
    if failed is not None:
        raise InputError(failed.error_code, failed.error_message)
    if sum(piece.n_rows for piece in pieces if piece.file) != result.n_rows:
        raise InputError(
            "PARTS_MISSING", "Some rows were not predicted. Predict the labels of this file again."
        )


def _join(paths: list[Path], target: Path, counts: OutcomeCounts) -> None:
    with write_parts(target, GROUP_ROWS) as parts:
        for path in paths:
            for part in read_parts(path, GROUP_ROWS):
                parts.write(part)
                counts.add(part)
