"""The functions that the queue calls; only here are worker-side modules imported late."""

from typing import TYPE_CHECKING

from studio.jobs import Outcome

if TYPE_CHECKING:
    from studio.jobs.execution import JobRun


def join_parts(run: "JobRun") -> Outcome:
    from client_api import joining

    return joining.join_parts(run)
