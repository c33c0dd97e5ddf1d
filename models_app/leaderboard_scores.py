"""Worker side: the honest figures of each candidate and of their ensemble."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl.decision_rules import Decision
from automl.ensemble import Ensemble, fit_ensemble
from automl.errors import InputError
from automl.metrics import CandidateScore, correct_rows, paired_difference, score_candidate
from automl.problem import encode_labels
from models_app.models import CandidateModel, DeployedModel
from studio.candidate_runs import read_oof
from studio.models import CandidateRun
from studio.project_data import read_folds, read_labels


@dataclass
class Scored:
    """One line of the leaderboard: trained on the cleanset, and on the original labels.

    `serving` is what large files are answered by, if it is deployed and there is something
    cheaper.
    """

    held_out: Ensemble
    score: CandidateScore
    original_score: CandidateScore | None
    naive_score: CandidateScore | None
    cleaned_on_original: CandidateScore | None
    gain: dict[str, float] | None
    serving: dict[str, Any] | None = None

    def as_fields(self) -> dict[str, Any]:
        original, naive = self.original_score, self.naive_score
        return {
            "held_out_accuracy": self.score.accuracy,
            "held_out_low": self.score.low,
            "held_out_high": self.score.high,
            "original_accuracy": original.accuracy if original else None,
            "naive_original_accuracy": naive.accuracy if naive else None,
            "metrics": {
                "held_out": self.score.to_json(),
                "original": original.to_json() if original else None,
                "naive": naive.to_json() if naive else None,
                "gain": self.gain,
                "receipt": self._receipt(),
                "serving": self.serving,
            },
        }

    def _receipt(self) -> dict[str, Any] | None:
        """Accuracy by what was trained on and which labels it is scored against, same rows."""
        if not (self.original_score and self.naive_score and self.cleaned_on_original):
            return None
        return {
            "trained_on_original": {
                "scored_on_original": self.naive_score.accuracy,
                "scored_on_cleanset": self.original_score.accuracy,
            },
            "trained_on_cleanset": {
                "scored_on_original": self.cleaned_on_original.accuracy,
                "scored_on_cleanset": self.score.accuracy,
            },
        }


class Board:
    """The frozen rows of a deployment, their labels and folds, and the candidates on them.

    `replayed`: out-of-fold probabilities by family, to be used in place of the stored ones.
    """

    def __init__(
        self, model: DeployedModel, replayed: Mapping[str, np.ndarray] | None = None
    ) -> None:
        project = model.cleanset.project
        assert model.training_file is not None
        self.problem_type, self.seed = project.problem_type, project.seed
        self.classes: list[str] = model.classes
        self.decision = Decision(model.decision, model.decision_threshold or 0.5)
        self.row_ids, self.labels = read_labels(model.training_file)
        self.y = encode_labels(self.labels, self.classes, self.problem_type)
        self.folds = read_folds(project)[self.row_ids]
        self.candidates = _ready_candidates(model)
        self.contenders = [c for c in self.candidates if c.role != CandidateModel.Role.BASELINE]
        if not self.contenders:
            raise InputError(
                "NO_CANDIDATE",
                "None of the candidate models could be trained on this cleanset. Each one says "
                "why under Model Details.",
            )
        self._original = self._read_original_labels()
        self._replayed = replayed or {}

    def score(self, candidates: list[CandidateModel]) -> Scored:
        """One candidate by itself, or several combined, cross-fitted on the project's folds."""
        held_out = self.combine_held_out(candidates)
        score = self.score_held_out(held_out)
        runs = [c.original_run for c in candidates]
        if any(run is None or run.status != CandidateRun.Status.READY for run in runs):
            return Scored(held_out, score, None, None, None, None)
        # Trained on the original labels: combined on those, then scored on the cleanset's.
        original = self._combine(candidates, runs, self._original)
        return Scored(
            held_out,
            score,
            self._score(original, self.y),
            self._score(original, self._original),
            self._score(held_out, self._original),
            self._gain(held_out, original),
        )

    def combine_held_out(self, candidates: list[CandidateModel]) -> Ensemble:
        oof = {c.family: self.held_out_probs(c) for c in candidates}
        return self._fit(oof, self.y)

    def held_out_probs(self, candidate: CandidateModel) -> np.ndarray:
        if candidate.family in self._replayed:
            return self._replayed[candidate.family]
        assert candidate.held_out_run is not None
        return read_oof(candidate.held_out_run, self.row_ids, self.classes)

    def score_held_out(self, ensemble: Ensemble) -> CandidateScore:
        return self._score(ensemble, self.y)

    def _combine(
        self,
        candidates: list[CandidateModel],
        runs: list[CandidateRun | None],
        y: np.ndarray,
    ) -> Ensemble:
        return self._fit(self.read_oof(candidates, runs), y)

    def read_oof(
        self, candidates: list[CandidateModel], runs: list[CandidateRun | None]
    ) -> dict[str, np.ndarray]:
        """Out-of-fold probabilities of the frozen rows, by family."""
        return {
            candidate.family: read_oof(run, self.row_ids, self.classes)
            for candidate, run in zip(candidates, runs, strict=True)
            if run is not None
        }

    def _fit(self, oof: dict[str, np.ndarray], y: np.ndarray) -> Ensemble:
        return fit_ensemble(
            oof, y, self.folds, problem_type=self.problem_type, decision=self.decision
        )

    def _score(self, ensemble: Ensemble, y: np.ndarray) -> CandidateScore:
        return score_candidate(ensemble.oof_pred_probs, y, predicted=ensemble.oof_predicted)

    def _gain(self, held_out: Ensemble, original: Ensemble) -> dict[str, float]:
        """How many more of the same rows are right, with a paired bootstrap interval."""
        return paired_difference(
            correct_rows(held_out.oof_predicted, self.y),
            correct_rows(original.oof_predicted, self.y),
            seed=self.seed,
        )

    def _read_original_labels(self) -> np.ndarray:
        """The dataset's own labels of the frozen rows.

        A class that no longer occurs in the cleanset has no column: its rows count as
        unlabelled here. Original Accuracy still scores them, against the cleanset's labels.
        """
        run = self.contenders[0].original_run
        assert run is not None
        assert run.labels_file is not None
        row_ids, labels = read_labels(run.labels_file)
        by_row = dict(zip(row_ids.tolist(), labels, strict=True))
        kept = [by_row.get(row_id) for row_id in self.row_ids.tolist()]
        return encode_labels(kept, self.classes, self.problem_type)


def _ready_candidates(model: DeployedModel) -> list[CandidateModel]:
    ready = model.candidates.filter(
        status=CandidateModel.Status.READY, held_out_run__status=CandidateRun.Status.READY
    )
    return list(ready.select_related("held_out_run", "original_run").order_by("family"))
