"""Request side: which files a serving ensemble answers, and what it loses."""

from typing import Any

from models_app.models import DeployedModel

# Below it a full ensemble takes seconds, and nothing is worth losing.
LARGE_FILE_ROWS = 50_000


def serving_facts(model: DeployedModel) -> dict[str, Any] | None:
    """What models_app.serving found: titles, accuracy, log_loss_ratio, speed_up; or None."""
    deployed = model.candidates.filter(is_deployed=True).first()
    facts = (deployed.metrics if deployed else {}).get("serving")
    if not facts:
        return None
    return facts | {
        "large_file_rows": LARGE_FILE_ROWS,
        "names": _join_names(facts["titles"]),
        "log_loss_rise": facts["log_loss_ratio"] - 1,
    }


def _join_names(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
