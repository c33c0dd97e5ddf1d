"""The functions that jobs of this app run; worker-side modules are imported late."""

from typing import TYPE_CHECKING

from studio.jobs import Outcome

if TYPE_CHECKING:
    from studio.jobs.execution import JobRun


def start_training(run: "JobRun") -> Outcome:
    from models_app import training

    return training.start_training(run)


def join_training(run: "JobRun") -> Outcome:
    from models_app import training

    return training.join_training(run)


def verify_model(run: "JobRun") -> Outcome:
    from models_app import replaying

    return replaying.verify_model(run)


def train_candidate(run: "JobRun") -> Outcome:
    from models_app import candidate_training

    return candidate_training.train_candidate(run)
