"""The functions that jobs of this app run; worker-side modules are imported late."""

from typing import TYPE_CHECKING

from studio.jobs import Outcome

if TYPE_CHECKING:
    from studio.jobs.execution import JobRun


def predict_file(run: "JobRun") -> Outcome:
    from inference import prediction

    return prediction.predict_file(run)
