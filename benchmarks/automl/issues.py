"""How well wrong labels are found: `python -m benchmarks.automl.issues`.

For every set of BENCH_DATA that has a `label_truth.csv` beside its training rows. Printed beside
ours, on the same folds: cleanlab with the plain estimator that its own tutorials take, and our
candidates trained on the true labels, which is what can be reached with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from cleanlab.filter import find_label_issues as cleanlab_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from automl.candidates import TrainingData, cross_validate
from automl.ensemble import fit_ensemble
from automl.families import get_family
from automl.issues.labels import find_label_issues
from automl.problem import MULTI_LABEL, REGRESSION
from benchmarks.automl import ours, value_issues
from benchmarks.automl.data_sets import SUITES, DataSet, read_data_sets
from benchmarks.automl.found import Found
from benchmarks.automl.report import make_table
from benchmarks.automl.settings import Settings, read_settings

TRUTH = "label_truth.csv"
TITLES = ("data set", "tool", "AUROC", "average precision", "flagged", "precision", "recall")


def main() -> None:
    settings = read_settings()
    if settings.data is None:
        raise SystemExit("Name the folder of data sets with BENCH_DATA=…")
    rows = [row for data_set in _noisy_sets(settings) for row in measure(data_set, settings)]
    print(make_table([*TITLES, "CPU-s"], rows))


def _noisy_sets(settings: Settings) -> list[DataSet]:
    assert settings.data is not None
    found = [each for suite in SUITES for each in read_data_sets(settings.data, suite)]
    return [
        each
        for each in found
        if (each.folder / TRUTH).exists() and (not settings.sets or each.name in settings.sets)
        if each.problem_type != MULTI_LABEL
    ]


def measure(data_set: DataSet, settings: Settings) -> list[list[str]]:
    """A line for each way of finding wrong labels."""
    data = ours.prepare(data_set.make_job(settings.out))
    if data.problem_type == REGRESSION:
        return _measure_values(data_set, data, settings)
    truth = _read_truth(data_set, data)
    is_wrong = truth != data.y
    ways: list[Callable[[], Found]] = [
        *(partial(_ours, f"ours-{preset}", data, preset, data.y) for preset in settings.presets),
        partial(_cleanlab, data_set, data),
        partial(_ours, "ours-regular, trained on true labels", data, "regular", truth),
    ]
    return [_describe(data_set.name, way(), is_wrong) for way in ways]


def _measure_values(data_set: DataSet, data: TrainingData, settings: Settings) -> list[list[str]]:
    is_wrong = value_issues.read_wrong(data_set, data_set.folder / TRUTH)
    found = [value_issues.find_ours(f"ours-{p}", data, p) for p in settings.presets]
    found.append(value_issues.find_by_cleanlab(data_set, data))
    return [_describe(data_set.name, each, is_wrong) for each in found]


def _read_truth(data_set: DataSet, data: TrainingData) -> np.ndarray:
    """(N,) class indices, rows of the file stand in the same order."""
    table = pd.read_csv(data_set.folder / TRUTH, dtype=str, keep_default_na=False)
    column = next(name for name in table.columns if "true" in name or "gold" in name)
    index = {name: k for k, name in enumerate(data.classes)}
    return np.array([index[label.strip()] for label in table[column]])


def _ours(tool: str, data: TrainingData, preset: str, y: np.ndarray) -> Found:
    """Candidates learn from the labels `y`; judged are the given ones."""
    started = time.process_time()
    pred_probs, predicted = _out_of_fold(replace(data, y=y), preset)
    found = find_label_issues(
        pred_probs, data.y, data.classes, problem_type=data.problem_type, predicted=predicted
    )
    seconds = time.process_time() - started
    score, flags = (
        found.column(name).to_numpy() for name in ("label_issue_score", "is_label_issue")
    )
    return Found(tool, score, flags, seconds)


def _out_of_fold(data: TrainingData, preset: str) -> tuple[np.ndarray, np.ndarray]:
    families = [f for f in ours.pick_families(data, preset, 0) if not get_family(f).is_baseline]
    oof = {family: cross_validate(family, data, seed=0).oof_pred_probs for family in families}
    joined = fit_ensemble(oof, data.y, data.folds, problem_type=data.problem_type)
    return joined.oof_pred_probs, joined.oof_predicted


def _cleanlab(data_set: DataSet, data: TrainingData) -> Found:
    """TF-IDF with logistic regression for texts, histogram gradient boosting for tables."""
    started = time.process_time()
    table = pd.read_csv(data_set.train_file, keep_default_na=False)
    X = table.drop(columns=[data_set.label_column, *data_set.ignored])
    estimator = _text_estimator() if data.modality == "text" else _table_estimator(X)
    rows = X.iloc[:, 0].astype(str) if data.modality == "text" else X
    split = PredefinedSplit(data.folds)
    pred_probs = cross_val_predict(estimator, rows, data.y, cv=split, method="predict_proba")
    score = 1 - get_label_quality_scores(data.y, pred_probs, method="normalized_margin")
    flags = cleanlab_issues(data.y, pred_probs, filter_by="low_normalized_margin", n_jobs=1)
    return Found("cleanlab, plain estimator", score, flags, time.process_time() - started)


def _text_estimator() -> Pipeline:
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=10, max_iter=300))


def _table_estimator(X: pd.DataFrame) -> Pipeline:
    names = X.columns[[not pd.api.types.is_numeric_dtype(dtype) for dtype in X.dtypes]]
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = make_column_transformer((codes, list(names)), remainder="passthrough")
    return make_pipeline(columns, HistGradientBoostingClassifier(random_state=0))


def _describe(name: str, found: Found, is_wrong: np.ndarray) -> list[str]:
    figures = (
        roc_auc_score(is_wrong, found.score),
        average_precision_score(is_wrong, found.score),
    )
    flags = found.is_flagged
    return [
        name,
        found.tool,
        *(f"{figure:.4f}" for figure in figures),
        f"{flags.sum():,} of {is_wrong.sum():,} wrong",
        f"{precision_score(is_wrong, flags, zero_division=0):.1%}",
        f"{recall_score(is_wrong, flags):.1%}",
        f"{found.cpu_seconds:.1f}",
    ]


if __name__ == "__main__":
    main()
