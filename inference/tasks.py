"""The functions that jobs of this app run; worker-side modules are imported late."""

from typing import TYPE_CHECKING

from studio.jobs import Outcome

if TYPE_CHECKING:
    from studio.jobs.execution import JobRun


def read_file(run: "JobRun") -> Outcome:
    from inference import reading

    return reading.read_file(run)


def look_at_rows(run: "JobRun") -> Outcome:
    from inference import looking

    return looking.look_at_rows(run)


def start_prediction(run: "JobRun") -> Outcome:
    from inference import prediction

    return prediction.start_prediction(run)


def predict_slice(run: "JobRun") -> Outcome:
    from inference import prediction

    return prediction.predict_slice(run)


def join_prediction(run: "JobRun") -> Outcome:
    from inference import prediction

    return prediction.join_prediction(run)
