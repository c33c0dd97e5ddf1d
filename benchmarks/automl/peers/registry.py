"""Which peers there are: adapter, environment, options, and how long each may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Peer:
    """A tool to compare with.

    Attributes
    ----------
    module : adapter in benchmarks.automl.peers; package: whose version names the tool's.
    environment : its virtual environment, made from requirements/<environment>.txt.
    time_factor : share of our Regular CPU seconds that it gets.
    suites : what it can do without help; sets of labels are learned label by label.
    """

    module: str
    package: str
    environment: str
    options: dict[str, Any] = field(default_factory=dict)
    time_factor: float = 1.0
    suites: tuple[str, ...] = ("tabular", "multilabel", "scale")


ALSO_TEXT = ("tabular", "text", "multilabel", "scale")
# Of two that differ in the metric for classes, one predicts numbers.
NUMBERS = "regression"


def _autogluon(preset: str, metric: str, time_factor: float = 1.0) -> Peer:
    options = {"preset": f"{preset}_quality", "metric": metric}
    suites = (*ALSO_TEXT, NUMBERS) if metric == "accuracy" else ALSO_TEXT
    return Peer("autogluon", "autogluon.tabular", "autogluon", options, time_factor, suites)


PEERS: dict[str, Peer] = {
    "autogluon-medium": _autogluon("medium", "accuracy"),
    "autogluon-medium-logloss": _autogluon("medium", "log_loss"),
    "autogluon-good": _autogluon("good", "accuracy"),
    "autogluon-good-logloss": _autogluon("good", "log_loss"),
    "autogluon-best": _autogluon("best", "accuracy", time_factor=3),
    "autogluon-best-logloss": _autogluon("best", "log_loss", time_factor=3),
    "flaml": Peer(
        "flaml",
        "flaml",
        "flaml",
        {"metric": "accuracy"},
        suites=("tabular", "multilabel", "scale", NUMBERS),
    ),
    "flaml-logloss": Peer("flaml", "flaml", "flaml", {"metric": "log_loss"}),
    "mljar": Peer(
        "mljar",
        "mljar-supervised",
        "mljar",
        {"metric": "accuracy"},
        suites=(*ALSO_TEXT, NUMBERS),
    ),
    "mljar-logloss": Peer(
        "mljar", "mljar-supervised", "mljar", {"metric": "logloss"}, suites=ALSO_TEXT
    ),
    "h2o": Peer("h2o", "h2o", "h2o", suites=("tabular", "multilabel", "scale", NUMBERS)),
}
