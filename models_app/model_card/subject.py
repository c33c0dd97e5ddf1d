"""All that a model card tells of."""

from dataclasses import dataclass
from typing import Any

from automl.portable.contents import PredictorFacts
from models_app.models import CandidateModel, DeployedModel
from studio.models import Project

SETS = Project.ProblemType.MULTI_LABEL


@dataclass(frozen=True)
class Subject:
    """All that the card tells of."""

    model: DeployedModel
    project: Project
    facts: PredictorFacts
    deployed: CandidateModel | None
    evaluation: dict[str, Any] | None

    @property
    def scores(self) -> dict[str, Any]:
        """Held-out ones of what is deployed."""
        if self.deployed is None:
            return {}
        found = self.deployed.metrics.get("held_out") or {}
        return found | {"accuracy": self.deployed.held_out_accuracy}
