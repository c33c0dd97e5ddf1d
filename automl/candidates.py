"""Cross-validating a family on the project's folds, and fitting what is shipped."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from automl.calibration import Calibration, calibrate_by_fold, fit_calibration
from automl.families import get_baseline, get_family
from automl.families.base import Estimator
from automl.features.embeddings import Embeddings
from automl.features.spaces import Encoder, Space, load_encoder, prepare_space
from automl.features.text_encoders import TextEncoders
from automl.problem import REGRESSION, are_values, labelled_rows
from automl.progress import Progress, ignore_progress
from automl.schema import Schema

# Part of the key under which runs are stored: raise it when numbers change.
CODE_VERSION = "5"
REFIT_ROUNDS_FACTOR = 1.1
ENCODER = "encoder"


@dataclass(frozen=True)
class TrainingData:
    """Rows to learn from.

    Attributes
    ----------
    table : columns c0.. of text in the order of `schema`.
    classes : names, in the order of the columns of every matrix of probabilities; regression: none,
        and such a matrix is one column of predicted numbers.
    y : (N,) class indices or (N, K) sets, -1 = unlabelled, or (N,) numbers, NaN = unlabelled (see
        problem.encode_labels).
    folds : (N,) fold of each row.
    embeddings : of the texts of `table`; None: made where a family asks for them.
    """

    table: pa.Table
    schema: Schema
    modality: str
    problem_type: str
    classes: list[str]
    y: np.ndarray
    folds: np.ndarray
    embeddings: Embeddings | None = None

    @property
    def n_outputs(self) -> int:
        """K, the columns of what estimators predict."""
        return 1 if self.problem_type == REGRESSION else len(self.classes)

    def space(self) -> Space:
        embeddings = self.embeddings or Embeddings(
            self.table, encoders=TextEncoders().of(self.schema)
        )
        return prepare_space(self.modality, self.table, self.schema, embeddings)


@dataclass(frozen=True)
class CrossValidation:
    """Honest predictions of every row, and what a refit must repeat.

    Attributes
    ----------
    oof_pred_probs : (N, K) float32, numbers float64; each row by an estimator, and a calibration,
        of other folds.
    fit_seconds, predict_seconds : wall time summed over folds, features included.
    plan : calibration and, where training stops early, the rounds.
    """

    oof_pred_probs: np.ndarray
    fit_seconds: float
    predict_seconds: float
    plan: dict[str, Any]


@dataclass(frozen=True)
class Member:
    """One refitted family, ready to predict."""

    family: str
    encoder: Encoder
    estimator: Estimator
    calibration: Calibration

    def predict_proba(self, features: Any) -> np.ndarray:
        return self.calibration.apply(self.estimator.predict_logits(features))

    def save(self, folder: Path) -> None:
        about = {"family": self.family, "calibration": self.calibration.to_json()}
        (folder / "member.json").write_text(json.dumps(about))
        (folder / ENCODER).mkdir()
        self.encoder.save(folder / ENCODER)
        self.estimator.save(folder)


def load_member(modality: str, folder: Path, *, encoder: Encoder | None = None) -> Member:
    """Read a saved member; with `encoder` it shares one that was read before."""
    about = json.loads((folder / "member.json").read_text())
    return Member(
        family=about["family"],
        encoder=encoder or load_encoder(modality, folder / ENCODER),
        estimator=get_family(about["family"]).estimator.load(folder),
        calibration=Calibration.from_json(about["calibration"]),
    )


def cross_validate(
    family: str, data: TrainingData, *, seed: int, progress: Progress = ignore_progress
) -> CrossValidation:
    """Predict every row by an estimator that was trained on the other folds.

    Unlabelled rows are predicted and never trained on. Where a family stops early, the fold
    that is watched for it is the one it predicts, but with the median number of rounds of the
    *other* folds, so that no row decides over its own score.
    """
    title = get_family(family).title
    progress(f"{title}: preparing", 0, 0)
    started = time.perf_counter()
    space = data.space()
    prepare_seconds = time.perf_counter() - started
    labelled = labelled_rows(data.y)
    fits, fit_seconds, predict_seconds = [], 0.0, 0.0
    names = np.unique(data.folds)
    for i, fold in enumerate(names):
        step = _part(progress, f"{title}: fold {i + 1} of {len(names)}", i, len(names))
        started = time.perf_counter()
        fit = _fit_fold(family, space, data, labelled, data.folds == fold, seed, step)
        fitted = time.perf_counter()
        fits.append(fit if fit.has_rounds else fit.predicted())
        # Before the next one is fitted: a forest, or weights for each class and term, is large.
        del fit
        fit_seconds += fitted - started
        predict_seconds += time.perf_counter() - fitted
    started = time.perf_counter()
    rounds = [fit.n_rounds for fit in fits]
    logits = _predict_folds(fits, rounds, data)
    pred_probs = calibrate_by_fold(logits, data.y, data.folds)
    predict_seconds += time.perf_counter() - started
    return CrossValidation(
        # Probabilities need no more digits; numbers such as seconds since 1970 do.
        oof_pred_probs=pred_probs if are_values(data.y) else pred_probs.astype(np.float32),
        fit_seconds=prepare_seconds + fit_seconds,
        predict_seconds=prepare_seconds + predict_seconds,
        plan=_plan(rounds, logits[labelled], data.y[labelled]),
    )


def refit(
    family: str,
    data: TrainingData,
    plan: dict[str, Any],
    *,
    seed: int,
    progress: Progress = ignore_progress,
) -> Member:
    """Fit on all labelled rows with the rounds and the calibration of cross-validation."""
    rows = labelled_rows(data.y)
    encoder, features = data.space().fit_encoder(rows)
    estimator = get_family(family).estimator(seed=seed, n_rounds=plan.get("rounds"))
    estimator.progress = _part(progress, f"{get_family(family).title}: training on all rows", 0, 1)
    estimator.fit(features, data.y[rows], n_classes=data.n_outputs, watched=None)
    return Member(family, encoder, estimator, Calibration.from_json(plan["calibration"]))


def _part(progress: Progress, step: str, i: int, n_parts: int) -> Progress:
    """Tells of part `i` of all; how far a fit is moves within it, under the same words."""
    progress(step, i, n_parts)

    def tell(_: str, done: int, total: int) -> None:
        progress(step, i * total + done, n_parts * total)

    return tell


@dataclass(frozen=True)
class _FoldFit:
    """What predicts a fold; kept only where its rounds come from other folds."""

    test: np.ndarray
    estimator: Estimator
    test_features: Any

    @property
    def has_rounds(self) -> bool:
        return self.estimator.has_rounds

    @property
    def n_rounds(self) -> int | None:
        return self.estimator.n_rounds_

    def logits(self, n_rounds: int | None) -> np.ndarray:
        return self.estimator.predict_logits(self.test_features, n_rounds=n_rounds)

    def predicted(self) -> _FoldLogits:
        return _FoldLogits(self.test, self.logits(None))


@dataclass(frozen=True)
class _FoldLogits:
    """What was predicted of a fold by an estimator that is gone."""

    test: np.ndarray
    made: np.ndarray
    n_rounds: None = None

    def logits(self, n_rounds: int | None) -> np.ndarray:
        return self.made


def _fit_fold(
    family: str,
    space: Space,
    data: TrainingData,
    labelled: np.ndarray,
    test: np.ndarray,
    seed: int,
    progress: Progress,
) -> _FoldFit:
    train = labelled & ~test
    X_train, X_test = space.split(train, test)
    # A cleanset of which little is left may have all its rows in one fold.
    kind = get_family(family) if train.any() else get_baseline(data.problem_type)
    estimator = kind.estimator(seed=seed)
    estimator.progress = progress
    watched = (
        (X_test.take(labelled[test]), data.y[test & labelled]) if (estimator.has_rounds) else None
    )
    estimator.fit(X_train, data.y[train], n_classes=data.n_outputs, watched=watched)
    return _FoldFit(test, estimator, X_test)


def _predict_folds(
    fits: list[_FoldFit | _FoldLogits], rounds: list[int | None], data: TrainingData
) -> np.ndarray:
    """Lets go of each estimator that has predicted."""
    logits = np.empty((len(data.folds), data.n_outputs))
    for i in range(len(fits)):
        fit = fits.pop(0)
        others = [n for n in rounds[:i] + rounds[i + 1 :] if n]
        n_rounds = int(np.median(others)) if others else None
        logits[fit.test] = fit.logits(n_rounds)
    return logits


def _plan(rounds: list[int | None], logits: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    plan: dict[str, Any] = {"calibration": fit_calibration(logits, y).to_json()}
    known = [n for n in rounds if n]
    if known:
        # All rows are a little more data than a training fold: allow a little more rounds.
        plan["rounds"] = max(1, round(REFIT_ROUNDS_FACTOR * float(np.mean(known))))
    return plan
