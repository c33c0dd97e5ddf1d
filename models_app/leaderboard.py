"""The order of Model Details: the deployed one first, then by held-out accuracy."""

from models_app.models import CandidateModel, DeployedModel


def candidates_in_order(model: DeployedModel) -> list[CandidateModel]:
    """Without the baseline, which stands in the footer; failed ones last."""
    lines = model.candidates.exclude(role=CandidateModel.Role.BASELINE)
    return sorted(lines, key=_rank)


def baseline_of(model: DeployedModel) -> CandidateModel | None:
    return model.candidates.filter(role=CandidateModel.Role.BASELINE).first()


def _rank(candidate: CandidateModel) -> tuple[bool, bool, float, str]:
    accuracy = candidate.held_out_accuracy
    return (not candidate.is_deployed, accuracy is None, -(accuracy or 0), candidate.title)
