"""The one job mechanism: a row is the truth, a lease decides who works, the queue rings the bell.

`execution` is for worker processes only. Rules and reasons: docs/decisions/0003-jobs.md.
"""

from .kinds import Finished, JobFailure, Kind, Outcome, Split, get_kind, register
from .publishing import publish, publish_on_commit
from .stopping import ask_to_stop
from .transitions import (
    CANCELLED,
    STOPPED,
    cancel_children,
    cancel_subject,
    latest_job,
    start_job,
    subject_started_with,
)

__all__ = [
    "CANCELLED",
    "STOPPED",
    "Finished",
    "JobFailure",
    "Kind",
    "Outcome",
    "Split",
    "ask_to_stop",
    "cancel_children",
    "cancel_subject",
    "get_kind",
    "latest_job",
    "publish",
    "publish_on_commit",
    "register",
    "start_job",
    "subject_started_with",
]
