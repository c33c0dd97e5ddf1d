"""Worker side of a project: cross-validate on the data as given, then find its label issues."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils import timezone

from automl.ensemble import Ensemble, fit_ensemble
from automl.errors import InputError
from automl.families import families_for, get_family
from automl.issues.clarity import judge_clarity
from automl.issues.labels import find_label_issues
from automl.issues.rare_classes import find_rare_classes
from automl.issues.rows import (
    NEIGHBOR_DISTANCES,
    NEIGHBOR_IDS,
    duplicate_clusters,
    join_columns,
)
from automl.metrics import score_candidate
from automl.problem import class_names, encode_labels
from automl.pruning import MIN_ROWS, left_out_families
from automl.schema import Schema
from studio.candidate_runs import LabelVersion, ensure_run, read_oof, write_pred_probs
from studio.cleanset_labels import read_version
from studio.estimates import Estimates
from studio.feature_files import FeatureFiles, make_feature_files
from studio.jobs import Finished, Split
from studio.jobs.execution import JobRun
from studio.models import CandidateRun, Cleanset, Project, StoredFile
from studio.notices import notify_analysis_ready
from studio.project_data import (
    Labels,
    hash_labels,
    make_project_folds,
    read_folds,
    read_given_labels,
    read_labels,
    write_folds,
    write_labels,
)
from studio.row_facts import ensure_row_facts, read_row_facts
from studio.time_limits import default_limit_seconds
from studio.training_data import build_training_data

TOP_CLASSES = 9
# A page of the review reads the groups that its 50 rows are in, which may all be different ones.
ISSUE_GROUP_ROWS = 2_500


def start_analysis(run: JobRun) -> Split:
    cleanset = _load_cleanset(run)
    project = cleanset.project
    run.progress("Preparing data")
    given = read_version(cleanset)
    features = make_feature_files(run, project)
    rows = ensure_row_facts(run, project, features)
    _ensure_folds(run, project, rows)
    version = store_labels(run, given.row_ids, given.labels)
    families = pick_families(project, given.labels, project.preset)
    left_out = find_left_out(run, project, version, families, features)
    runs = [ensure_run(project, family, version) for family in families if family not in left_out]
    pending = [r for r in runs if r.status != CandidateRun.Status.READY]

    def apply() -> None:
        features.name()
        Cleanset.all_objects.filter(pk=cleanset.pk).update(
            source={"runs": [r.pk.hex for r in runs if not get_family(r.family).is_baseline]}
        )
        Project.all_objects.filter(pk=project.pk).update(
            folds_file=project.folds_file, row_facts_file=project.row_facts_file
        )

    limit = timedelta(seconds=default_limit_seconds(project.preset, len(given.labels)))
    children = [("candidate-run", r.pk) for r in pending]
    return Split(apply, children, stop_early_at=timezone.now() + limit)


def join_analysis(run: JobRun) -> Finished:
    cleanset = _load_cleanset(run)
    project = cleanset.project
    runs = ready_runs(cleanset)
    run.progress("Finding label issues")
    assert runs[0].labels_file is not None
    row_ids, labels = read_labels(runs[0].labels_file)
    classes = class_names(labels, project.problem_type)
    y = encode_labels(labels, classes, project.problem_type)
    ensemble = fit_ensemble(
        {r.family: read_oof(r, row_ids, classes) for r in runs},
        y,
        read_folds(project)[row_ids],
        problem_type=project.problem_type,
    )
    issues = _find_issues(cleanset, row_ids, y, ensemble, classes)
    issues_file = _store_issues(run, issues, row_ids, labels, ensemble, classes)
    counts = _count_flags(issues)
    pred_probs_path = run.folder / "pred_probs.parquet"
    write_pred_probs(row_ids, ensemble.oof_pred_probs, pred_probs_path)
    pred_probs_file = run.put_file("cleansets", pred_probs_path)
    score = score_candidate(ensemble.oof_pred_probs, y, predicted=ensemble.oof_predicted)
    deployments = Estimates(project, len(classes)).deployments()

    def apply() -> None:
        ready = Cleanset.all_objects.filter(pk=cleanset.pk, status=Cleanset.Status.ANALYZING)
        ready.update(
            status=Cleanset.Status.READY,
            issues_file=issues_file,
            pred_probs_file=pred_probs_file,
            classes=classes,
            n_rows=len(row_ids),
            n_issues=counts["is_label_issue"],
            n_unlabelled=counts["is_initially_unlabeled"],
            flag_counts=counts,
            source=cleanset.source
            | {"weights": ensemble.weights, "rule": ensemble.rule, "score": score.to_json()}
            | {"deployments": deployments},
        )
        notify_analysis_ready(Cleanset.all_objects.get(pk=cleanset.pk))

    return Finished(apply)


def ready_runs(cleanset: Cleanset) -> list[CandidateRun]:
    """The runs that the analysis rests on; failed ones aside."""
    runs = list(cleanset.find_ready_runs().order_by("family"))
    if not runs:
        raise InputError(
            "NO_CANDIDATE",
            "None of the candidate models could be trained on this data. Check that the label "
            "and feature columns are the right ones.",
        )
    return runs


def store_labels(run: JobRun, row_ids: np.ndarray, labels: Labels) -> LabelVersion:
    path = write_labels(row_ids, labels, run.folder / f"{hash_labels(row_ids, labels)}.parquet")
    return LabelVersion(row_ids, labels, run.put_file("labels", path))


def pick_families(project: Project, labels: Labels, preset: str) -> list[str]:
    families = families_for(
        project.modality,
        project.problem_type,
        schema=Schema.from_json(project.feature_schema),
        n_rows=len(labels),
        n_classes=len(class_names(labels, project.problem_type)),
        preset=preset,
    )
    return [family.key for family in families]


def find_left_out(
    run: JobRun,
    project: Project,
    version: LabelVersion,
    families: list[str],
    features: FeatureFiles,
) -> dict[str, str]:
    """With very many rows: what a sample says is not worth training, and why."""
    if len(version.row_ids) <= MIN_ROWS:
        return {}
    classes = class_names(version.labels, project.problem_type)
    data = build_training_data(
        project, version.row_ids, version.labels, classes, made=features.made
    )
    return left_out_families(families, data, seed=project.seed, progress=run.progress)


def _load_cleanset(run: JobRun) -> Cleanset:
    rows = Cleanset.all_objects.select_related("project__dataset", "project__workspace")
    return rows.get(pk=run.subject_id)


def _ensure_folds(run: JobRun, project: Project, rows: pa.Table) -> None:
    """From the dataset's own labels, whatever the version: folds are made once."""
    if project.folds_file is None:
        labels = read_given_labels(project)
        folds = make_project_folds(project, labels, duplicate_clusters(rows))
        path = write_folds(folds, run.folder / "folds.parquet")
        project.folds_file = run.put_file("folds", path)


def _find_issues(
    cleanset: Cleanset, row_ids: np.ndarray, y: np.ndarray, ensemble: Ensemble, classes: list[str]
) -> pa.Table:
    """All generated columns but those of decisions, in row order (docs/issues.md)."""
    project = cleanset.project
    of_labels = find_label_issues(
        ensemble.oof_pred_probs,
        y,
        classes,
        problem_type=project.problem_type,
        predicted=ensemble.oof_predicted,
    )
    clarity = judge_clarity(ensemble.oof_pred_probs, y)
    rows = read_row_facts(project).drop_columns([NEIGHBOR_IDS, NEIGHBOR_DISTANCES])
    resolved = np.isin(row_ids, list(read_version(cleanset).resolved))
    parts = [of_labels, clarity, rows.take(pa.array(row_ids)), find_rare_classes(y)]
    return join_columns([*parts, pa.table({"is_previously_resolved": resolved})])


def _count_flags(issues: pa.Table) -> dict[str, int]:
    flags = [field.name for field in issues.schema if field.type == pa.bool_()]
    return {flag: int(pc.sum(issues.column(flag)).as_py() or 0) for flag in flags}


def _store_issues(
    run: JobRun,
    issues: pa.Table,
    row_ids: np.ndarray,
    labels: Labels,
    ensemble: Ensemble,
    classes: list[str],
) -> StoredFile:
    """One row a dataset row, worst first: a page of the review is a slice of this file."""
    names, probs = _top_classes(ensemble.oof_pred_probs, classes)
    table = (
        issues.append_column("row_id", pa.array(row_ids, pa.int64()))
        .append_column("given_label", pa.array(labels, pa.string()))
        .append_column("top_labels", pa.array(names, pa.list_(pa.string())))
        .append_column("top_probs", pa.array(probs, pa.list_(pa.float64())))
    )
    table = table.sort_by([("label_issue_score", "descending"), ("row_id", "ascending")])
    path = run.folder / "issues.parquet"
    pq.write_table(table, path, compression="zstd", row_group_size=ISSUE_GROUP_ROWS)
    return run.put_file("cleansets", path)


def _top_classes(
    pred_probs: np.ndarray, classes: list[str]
) -> tuple[list[list[str]], list[list[float]]]:
    order = np.argsort(-pred_probs, axis=1, kind="stable")[:, :TOP_CLASSES]
    probs = np.take_along_axis(pred_probs, order, axis=1)
    return [[classes[k] for k in row] for row in order], probs.round(6).tolist()
