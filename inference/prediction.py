"""Worker side of a prediction: the file in batches through the predictor into the result CSV."""

from pathlib import Path

from django.utils import timezone

from automl.prediction_file import BATCH_ROWS, write_predictions
from automl.predictor import Predictor
from automl.tables import open_table
from inference.models import InferenceResult
from models_app.large_files import LARGE_FILE_ROWS
from studio.files import local_path, sealed_path
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.text_encoders import text_encoders


def predict_file(run: JobRun) -> Finished:
    result = InferenceResult.all_objects.select_related("deployed_model").get(pk=run.subject_id)
    model = result.deployed_model
    assert model.predictor_file is not None
    assert result.upload_file is not None
    run.progress("Loading the model")
    path = sealed_path(model.predictor_file)
    predictor = Predictor.load(path, text_encoders=text_encoders())
    predictor.check_golden_rows()
    upload = local_path(result.upload_file)
    answered_by = choose_ensemble(result, predictor, upload)
    if answered_by == InferenceResult.AnsweredBy.SERVING:
        predictor = predictor.for_serving()
    target = run.folder / "result.csv"
    with open_table(upload, file_name=result.file_name) as table:
        n_rows = write_predictions(predictor, table, target, progress=run.progress)
        warnings = [w.to_json() for w in [*table.warnings, *predictor.value_warnings]]
    stored = run.put_file("results", target)

    def apply() -> None:
        pending = InferenceResult.all_objects.filter(
            pk=result.pk, status=InferenceResult.Status.PREDICTING
        )
        pending.update(
            status=InferenceResult.Status.READY,
            result_file=stored,
            answered_by=answered_by,
            n_rows=n_rows,
            warnings=warnings,
            finished_at=timezone.now(),
        )

    return Finished(apply)


def choose_ensemble(
    result: InferenceResult, predictor: Predictor, upload: Path
) -> InferenceResult.AnsweredBy:
    """The serving ensemble, where there is one, for a large file whose owner did not mind."""
    wants_full = predictor.serving is None or result.is_always_full
    if wants_full or not has_more_rows(upload, result.file_name, LARGE_FILE_ROWS):
        return InferenceResult.AnsweredBy.FULL
    return InferenceResult.AnsweredBy.SERVING


def has_more_rows(path: Path, file_name: str, limit: int) -> bool:
    """Rows are counted, not guessed from bytes; of a large file no more are read than needed."""
    n_rows = 0
    with open_table(path, file_name=file_name) as table:
        for batch in table.batches(BATCH_ROWS):
            n_rows += batch.num_rows
            if n_rows > limit:
                return True
    return False
