"""The same as `issues` where labels are numbers: which of them are wrong."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
from cleanlab.regression.rank import get_label_quality_scores
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import PredefinedSplit, cross_val_predict

from automl.candidates import TrainingData, cross_validate
from automl.families import get_family
from automl.issues.values import find_value_issues
from automl.value_ensemble import fit_value_ensemble
from benchmarks.automl import ours
from benchmarks.automl.data_sets import DataSet
from benchmarks.automl.found import Found

# Of cleanlab's Datalab: a label is an issue below this share of the median quality.
OUTRE_SHARE = 0.05


def read_wrong(data_set: DataSet, truth_file: Path) -> np.ndarray:
    """(N,) bool for the training rows; the truth is named by the sets' row number."""
    truth = pd.read_csv(truth_file)
    wrong = truth["is_error"].astype(bool)
    ids = pd.read_csv(data_set.train_file, usecols=["id"])["id"]
    return wrong.set_axis(truth["id"]).loc[ids].to_numpy()


def find_ours(tool: str, data: TrainingData, preset: str) -> Found:
    started = time.process_time()
    families = [f for f in ours.pick_families(data, preset, 0) if not get_family(f).is_baseline]
    oof = {family: cross_validate(family, data, seed=0).oof_pred_probs for family in families}
    values = fit_value_ensemble(oof, data.y, data.folds).oof_values
    labels: list[str | None] = [repr(float(number)) for number in data.y]
    found = find_value_issues(values, data.y, labels)
    score, flags = (
        found.column(name).to_numpy() for name in ("label_issue_score", "is_label_issue")
    )
    return Found(tool, score, flags, time.process_time() - started)


def find_by_cleanlab(data_set: DataSet, data: TrainingData) -> Found:
    """Histogram gradient boosting, and OUTRE as its Datalab uses it."""
    started = time.process_time()
    table = pd.read_csv(data_set.train_file)
    X = table.drop(columns=[data_set.label_column, *data_set.ignored])
    estimator = HistGradientBoostingRegressor(random_state=0)
    values = cross_val_predict(estimator, X, data.y, cv=PredefinedSplit(data.folds))
    quality = get_label_quality_scores(data.y, values)
    flags = quality < OUTRE_SHARE * np.median(quality)
    return Found("cleanlab, plain estimator", 1 - quality, flags, time.process_time() - started)
