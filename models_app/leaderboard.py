"""The order of Model Details: the deployed one first, then by held-out accuracy."""

from models_app.models import CandidateModel, DeployedModel


def candidates_in_order(model: DeployedModel) -> list[CandidateModel]:
    """Without the baselines, which stand in the footer; failed ones last."""
    lines = model.candidates.exclude(role=CandidateModel.Role.BASELINE)
    return sorted(lines, key=_rank)


def baselines_of(model: DeployedModel) -> list[CandidateModel]:
    return list(model.candidates.filter(role=CandidateModel.Role.BASELINE).order_by("title"))


def _rank(candidate: CandidateModel) -> tuple[bool, bool, float, str]:
    accuracy = candidate.held_out_accuracy
    return (not candidate.is_deployed, accuracy is None, -(accuracy or 0), candidate.title)
