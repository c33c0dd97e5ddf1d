"""Worker side: how long candidates will take here, from what is known and what was measured."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from django.conf import settings

from automl.costs import Sizes, estimate_cv_seconds
from automl.families import families_for
from automl.folds import count_splits
from automl.memory import estimate_worker_bytes
from automl.schema import TEXT, Schema
from studio.models import CandidateRun, Project

PRESETS = ("fast", "regular", "best")
# Shorter runs say little about how fast this machine is.
MIN_TELLING_SECONDS = 0.5
JOINING_SECONDS = 5.0
# Texts take about a third of their size in the stored table.
COMPRESSION = 3


class Estimates:
    """Of one project; runs that were made in it tell how fast the machine is."""

    def __init__(self, project: Project, n_classes: int) -> None:
        dataset = project.dataset
        assert dataset.table_file is not None
        self.project, n_rows = project, max(dataset.n_rows or 0, 1)
        self.sizes = Sizes(
            n_rows=n_rows,
            n_columns=len(project.feature_schema),
            n_classes=n_classes,
            n_splits=count_splits(n_rows),
            n_characters=COMPRESSION * dataset.table_file.size_bytes / n_rows,
            n_text_columns=sum(c["kind"] == TEXT for c in project.feature_schema),
        )
        ready = CandidateRun.objects.filter(project=project, status=CandidateRun.Status.READY)
        self.measured = {r.family: r.fit_seconds + r.predict_seconds for r in ready}
        self.factor = self._machine_factor()

    def cv_seconds(self, family: str) -> float:
        known = self.measured.get(family)
        return known if known is not None else self.factor * self._modelled(family)

    def candidate_seconds(self, family: str, *, n_cross_validations: int) -> float:
        """So many cross-validations and a fit on all rows."""
        per_cv = self.cv_seconds(family)
        return per_cv * n_cross_validations + per_cv / max(self.sizes.n_splits - 1, 1)

    def deployments(self) -> dict[str, Any]:
        """By preset: seconds from the button to the model, on this machine's workers, and the
        memory that each of them takes at most."""
        return {preset: self._deployment(self._families(preset)) for preset in PRESETS}

    def _families(self, preset: str) -> list[str]:
        families = families_for(
            self.project.modality,
            self.project.problem_type,
            schema=Schema.from_json(self.project.feature_schema),
            n_rows=self.sizes.n_rows,
            n_classes=self.sizes.n_classes,
            preset=preset,
        )
        return [family.key for family in families]

    def _deployment(self, families: list[str]) -> dict[str, float]:
        return {
            "seconds": self._deployment_seconds(families),
            "bytes": estimate_worker_bytes(families, self.sizes),
        }

    def _deployment_seconds(self, families: list[str]) -> float:
        each = [
            self.candidate_seconds(f, n_cross_validations=1 if f in self.measured else 2)
            for f in families
        ]
        longest = max(each, default=0.0)
        return max(sum(each) / settings.WORKERS["training"], longest) + JOINING_SECONDS

    def _modelled(self, family: str) -> float:
        return estimate_cv_seconds(family, self.sizes)

    def _machine_factor(self) -> float:
        ratios = [
            seconds / self._modelled(family)
            for family, seconds in self.measured.items()
            if seconds >= MIN_TELLING_SECONDS
        ]
        return median(ratios) if ratios else 1.0


def estimate_candidate(estimates: Estimates, runs: Sequence[CandidateRun]) -> float:
    """What is left to do for a candidate whose runs, held out and original, may be there."""
    missing = {run.pk for run in runs if run.status != CandidateRun.Status.READY}
    return estimates.candidate_seconds(runs[0].family, n_cross_validations=len(missing))
