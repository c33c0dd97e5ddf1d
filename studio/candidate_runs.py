"""Worker side: cross-validating one family once for each version of the labels."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from automl.candidates import CODE_VERSION, cross_validate
from automl.problem import REGRESSION, class_names
from studio.files import local_path
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.models import CandidateRun, Project, StoredFile
from studio.parquet_reading import read_columns
from studio.project_data import Labels, hash_labels, read_labels
from studio.training_data import build_training_data


@dataclass(frozen=True)
class LabelVersion:
    """One version of a project's labels: which rows, which labels, and where they are stored."""

    row_ids: np.ndarray
    labels: Labels
    stored: StoredFile


def ensure_run(project: Project, family: str, version: LabelVersion) -> CandidateRun:
    """The run of this family on these labels: an earlier one with equal inputs, or a new row."""
    defaults = {
        "workspace": project.workspace,
        "family": family,
        "labels_file": version.stored,
        "classes": class_names(version.labels, project.problem_type),
    }
    run, _ = CandidateRun.objects.get_or_create(
        project=project, key=_run_key(project, family, version), defaults=defaults
    )
    if run.status == CandidateRun.Status.FAILED or run.labels_file_id is None:
        # An attempt that was lost may have taken its file of labels with it.
        run.status, run.labels_file = CandidateRun.Status.PENDING, version.stored
        run.save(update_fields=["status", "labels_file"])
    return run


def run_candidate(run: JobRun) -> Finished:
    candidate_run = CandidateRun.objects.select_related("project__dataset").get(pk=run.subject_id)
    return Finished(compute_run(run, candidate_run))


def compute_run(run: JobRun, candidate_run: CandidateRun) -> Callable[[], None]:
    """Cross-validate if nobody has; the answer writes the result in the ending transaction."""
    if candidate_run.status == CandidateRun.Status.READY:
        return lambda: None
    assert candidate_run.labels_file is not None
    project = candidate_run.project
    row_ids, labels = read_labels(candidate_run.labels_file)
    data = build_training_data(project, row_ids, labels, candidate_run.classes)
    result = cross_validate(candidate_run.family, data, seed=project.seed, progress=run.progress)
    path = run.folder / f"{candidate_run.pk.hex}.parquet"
    write_pred_probs(row_ids, result.oof_pred_probs, path)
    stored = run.put_file("candidate-runs", path)

    def apply() -> None:
        CandidateRun.objects.filter(pk=candidate_run.pk).update(
            status=CandidateRun.Status.READY,
            oof_file=stored,
            plan=result.plan,
            fit_seconds=result.fit_seconds,
            predict_seconds=result.predict_seconds,
        )

    candidate_run.plan = result.plan
    return apply


def write_pred_probs(row_ids: np.ndarray, pred_probs: np.ndarray, path: Path) -> None:
    columns = {"row_id": pa.array(row_ids, pa.int64())}
    for k in range(pred_probs.shape[1]):
        columns[f"p{k}"] = pa.array(pred_probs[:, k])
    pq.write_table(pa.table(columns), path, compression="zstd")


def read_oof(run: CandidateRun, row_ids: np.ndarray, classes: list[str]) -> np.ndarray:
    """Out-of-fold probabilities of the given rows, in the columns of `classes`; where labels are
    numbers, one column of them.

    A class that the run did not know has probability 0; rows must all be in the run.
    """
    assert run.oof_file is not None
    table = read_columns(local_path(run.oof_file))
    known = table.column("row_id").to_numpy()
    order = np.argsort(known)
    places = order[np.searchsorted(known, row_ids, sorter=order)]
    if run.project.problem_type == REGRESSION:
        return table.column("p0").to_numpy()[places, None]
    pred_probs = np.zeros((len(row_ids), len(classes)), dtype=np.float32)
    for k, name in enumerate(run.classes):
        if name in classes:
            pred_probs[:, classes.index(name)] = table.column(f"p{k}").to_numpy()[places]
    return pred_probs


def _run_key(project: Project, family: str, version: LabelVersion) -> str:
    assert project.folds_file is not None
    assert project.dataset.table_file is not None
    inputs = {
        "code": CODE_VERSION,
        "dataset": project.dataset.table_file.sha256,
        "family": family,
        "features": project.feature_schema,
        "folds": project.folds_file.sha256,
        "labels": hash_labels(version.row_ids, version.labels),
        "problem_type": project.problem_type,
        "seed": project.seed,
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
