"""Worker side of a project: cross-validate on the data as given, then find its label issues."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from automl.families import families_for, get_family
from automl.issues.rows import duplicate_clusters
from automl.problem import class_names
from automl.pruning import MIN_ROWS, left_out_families
from automl.schema import Schema
from studio.candidate_runs import LabelVersion, ensure_run, write_pred_probs
from studio.cleanset_labels import VersionLabels, read_version
from studio.estimates import Estimates
from studio.feature_files import FeatureFiles, make_feature_files
from studio.issue_facts import Found, count_flags, find_issues
from studio.jobs import Finished, Split
from studio.jobs.execution import JobRun
from studio.models import CandidateRun, Cleanset, Project, RowDecision, StoredFile
from studio.notices import notify_analysis_ready
from studio.project_data import (
    Labels,
    hash_labels,
    make_project_folds,
    read_given_labels,
    write_folds,
    write_labels,
)
from studio.row_facts import ensure_row_facts
from studio.time_limits import default_limit_seconds
from studio.training_data import build_training_data

# A page of the review reads the groups that its 50 rows are in, which may all be different ones.
ISSUE_GROUP_ROWS = 2_500
# Share of rows up to which a version is nearly the one before.
FEW_CHANGED = 0.05


def start_analysis(run: JobRun) -> Split:
    cleanset = _load_cleanset(run)
    project = cleanset.project
    run.progress("Preparing data")
    given = read_version(cleanset)
    features = make_feature_files(run, project)
    rows = ensure_row_facts(run, project, features)
    runs = _plan_runs(run, cleanset, given, rows, features) if project.has_labels else []
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
    run.progress("Finding issues")
    found = find_issues(cleanset)
    issues_file = _store_issues(run, found)
    counts = count_flags(found.issues)
    pred_probs_file = _store_pred_probs(run, found)
    source = cleanset.source | found.source
    if project.has_classes:
        source["deployments"] = Estimates(project, len(found.classes)).deployments()

    def apply() -> None:
        ready = Cleanset.all_objects.filter(pk=cleanset.pk, status=Cleanset.Status.ANALYZING)
        ready.update(
            status=Cleanset.Status.READY,
            issues_file=issues_file,
            pred_probs_file=pred_probs_file,
            classes=found.classes,
            n_rows=len(found.row_ids),
            n_issues=counts.get("is_label_issue", 0),
            n_unlabelled=counts.get("is_initially_unlabeled", 0),
            flag_counts=counts,
            source=source,
        )
        notify_analysis_ready(Cleanset.all_objects.get(pk=cleanset.pk))

    return Finished(apply)


def _plan_runs(
    run: JobRun, cleanset: Cleanset, given: VersionLabels, rows: pa.Table, features: FeatureFiles
) -> list[CandidateRun]:
    """Which families are cross-validated on this version's labels."""
    project = cleanset.project
    _ensure_folds(run, project, rows)
    version = store_labels(run, given.row_ids, given.labels)
    families = pick_families(project, given.labels, project.preset)
    families = without_useless(families, cleanset)
    left_out = find_left_out(run, project, version, families, features)
    return [ensure_run(project, family, version) for family in families if family not in left_out]


def without_useless(families: list[str], cleanset: Cleanset) -> list[str]:
    """Where few rows have changed since the version before: families that its ensemble had a use
    for, and baselines. Everything else would be trained again to be given no weight again."""
    previous = cleanset.previous
    if previous is None or not previous.source.get("weights"):
        return families
    changed = previous.decisions.exclude(action=RowDecision.Action.KEEP).count()
    if changed > FEW_CHANGED * previous.n_rows:
        return families
    used = {family for family, weight in previous.source["weights"].items() if weight > 0}
    return [f for f in families if f in used or get_family(f).is_baseline]


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


def _store_issues(run: JobRun, found: Found) -> StoredFile:
    """One row a dataset row, worst first: a page of the review is a slice of this file."""
    order: Sequence[tuple[str, str]] = [("label_issue_score", "descending")]
    if "label_issue_score" not in found.issues.column_names:
        order = [("outlier_score", "descending")]
    table = found.issues.sort_by([*order, ("row_id", "ascending")])
    path = run.folder / "issues.parquet"
    pq.write_table(table, path, compression="zstd", row_group_size=ISSUE_GROUP_ROWS)
    return run.put_file("cleansets", path)


def _store_pred_probs(run: JobRun, found: Found) -> StoredFile | None:
    if found.pred_probs is None:
        return None
    path = run.folder / "pred_probs.parquet"
    write_pred_probs(found.row_ids, found.pred_probs.astype(np.float32), path)
    return run.put_file("cleansets", path)
