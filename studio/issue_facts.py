"""Worker side: what an analysis says of each row, by the kind of labels (docs/issues.md)."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.ensemble import fit_ensemble
from automl.errors import InputError
from automl.issues.auto_labels import confidence_curve
from automl.issues.clarity import judge_clarity
from automl.issues.labels import find_label_issues
from automl.issues.rare_classes import find_rare_classes
from automl.issues.rows import (
    NEIGHBOR_DISTANCES,
    NEIGHBOR_IDS,
    count_kept_together,
    join_columns,
)
from automl.issues.values import find_value_issues
from automl.metrics import score_candidate
from automl.problem import REGRESSION, class_names, encode_labels, labelled_rows
from automl.value_ensemble import fit_value_ensemble
from automl.value_metrics import score_values
from studio.auto_labels import CURVE
from studio.candidate_runs import read_oof
from studio.cleanset_labels import read_version
from studio.models import CandidateRun, Cleanset
from studio.project_data import Labels, read_folds, read_labels
from studio.row_facts import read_row_facts

TOP_CLASSES = 9


@dataclass(frozen=True)
class Found:
    """Attributes
    ----------
    issues : one row a row of the version, all generated columns but those of decisions.
    pred_probs : (N, K) out-of-fold probabilities; None where labels are no classes.
    source : what the analysis rests on, and how good that was on the given labels.
    """

    row_ids: np.ndarray
    issues: pa.Table
    classes: list[str] = field(default_factory=list)
    pred_probs: np.ndarray | None = None
    source: dict[str, Any] = field(default_factory=dict)


def find_issues(cleanset: Cleanset) -> Found:
    project = cleanset.project
    if not project.has_labels:
        return _judge_rows(cleanset)
    runs = ready_runs(cleanset)
    assert runs[0].labels_file is not None
    row_ids, labels = read_labels(runs[0].labels_file)
    judge = _judge_values if project.problem_type == REGRESSION else _judge_classes
    found = judge(cleanset, runs, row_ids, labels)
    kept = count_kept_together(found.issues, read_folds(project)[row_ids])
    found.source["kept_together"] = dict(zip(("rows", "clusters"), kept, strict=True))
    return found


def _judge_rows(cleanset: Cleanset) -> Found:
    row_ids = read_version(cleanset).row_ids
    return Found(row_ids, _with_rows(cleanset, row_ids, []))


def _judge_classes(
    cleanset: Cleanset, runs: list[CandidateRun], row_ids: np.ndarray, labels: Labels
) -> Found:
    problem_type = cleanset.project.problem_type
    classes = class_names(labels, problem_type)
    y = encode_labels(labels, classes, problem_type)
    oof = {r.family: read_oof(r, row_ids, classes) for r in runs}
    folds = read_folds(cleanset.project)[row_ids]
    ensemble = fit_ensemble(oof, y, folds, problem_type=problem_type)
    pred_probs, predicted = ensemble.oof_pred_probs, ensemble.oof_predicted
    score = score_candidate(pred_probs, y, predicted=predicted)
    parts = [
        find_label_issues(pred_probs, y, classes, problem_type=problem_type, predicted=predicted),
        judge_clarity(pred_probs, y),
        find_rare_classes(y),
        _top_classes(pred_probs, classes),
        _given(labels),
        *_given_probability(pred_probs, y),
    ]
    source = {
        "weights": ensemble.weights,
        "rule": ensemble.rule,
        "score": score.to_json(),
        CURVE: _confidence_curve(parts[0], predicted, y),
    }
    return Found(row_ids, _with_rows(cleanset, row_ids, parts), classes, pred_probs, source)


def _judge_values(
    cleanset: Cleanset, runs: list[CandidateRun], row_ids: np.ndarray, labels: Labels
) -> Found:
    project = cleanset.project
    y = encode_labels(labels, [], project.problem_type)
    oof = {r.family: read_oof(r, row_ids, []) for r in runs}
    ensemble = fit_value_ensemble(oof, y, read_folds(project)[row_ids])
    parts = [find_value_issues(ensemble.oof_values, y, labels), _given(labels)]
    score = score_values(ensemble.oof_values, y, seed=project.seed)
    source = {"weights": ensemble.weights, "score": score.to_json()}
    return Found(row_ids, _with_rows(cleanset, row_ids, parts), source=source)


def _confidence_curve(
    of_labels: pa.Table, predicted: np.ndarray, y: np.ndarray
) -> list[tuple[float, int, int]]:
    labelled = labelled_rows(y)
    right = (predicted == y) if y.ndim == 1 else (predicted == y).all(axis=1)
    confidence = of_labels.column("suggested_label_confidence_score").to_numpy()
    return confidence_curve(confidence[labelled], right[labelled])


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


def _with_rows(cleanset: Cleanset, row_ids: np.ndarray, parts: list[pa.Table]) -> pa.Table:
    """What was found of the labels, and what was of the rows without them."""
    rows = read_row_facts(cleanset.project).drop_columns([NEIGHBOR_IDS, NEIGHBOR_DISTANCES])
    resolved = np.isin(row_ids, list(read_version(cleanset).resolved))
    known = pa.table({"row_id": row_ids, "is_previously_resolved": resolved})
    return join_columns([known, *parts, rows.take(pa.array(row_ids))])


def _given(labels: Labels) -> pa.Table:
    return pa.table({"given_label": pa.array(labels, pa.string())})


def _given_probability(pred_probs: np.ndarray, y: np.ndarray) -> list[pa.Table]:
    """Of sets of labels there is no such number."""
    if y.ndim == 2:
        return []
    given = pred_probs[np.arange(len(y)), np.maximum(y, 0)].round(6)
    return [pa.table({"p_given_label": pa.array(given, mask=~labelled_rows(y))})]


def _top_classes(pred_probs: np.ndarray, classes: list[str]) -> pa.Table:
    order = np.argsort(-pred_probs, axis=1, kind="stable")[:, :TOP_CLASSES]
    probs = np.take_along_axis(pred_probs, order, axis=1).round(6).tolist()
    names = [[classes[k] for k in row] for row in order]
    return pa.table(
        {
            "top_labels": pa.array(names, pa.list_(pa.string())),
            "top_probs": pa.array(probs, pa.list_(pa.float64())),
        }
    )


def count_flags(issues: pa.Table) -> dict[str, int]:
    flags = [column.name for column in issues.schema if column.type == pa.bool_()]
    return {flag: int(pc.sum(issues.column(flag)).as_py() or 0) for flag in flags}
