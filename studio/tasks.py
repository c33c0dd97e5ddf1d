"""The functions that the queue calls; only here are worker-side modules imported late."""

from typing import TYPE_CHECKING
from uuid import UUID

from studio.jobs import Outcome

if TYPE_CHECKING:
    from studio.jobs.execution import JobRun


def run_job(job_hex: str) -> None:
    from studio.jobs.execution import execute

    execute(UUID(job_hex))


def ingest_dataset(run: "JobRun") -> Outcome:
    from studio import ingestion

    return ingestion.ingest(run)


def fetch_upload(run: "JobRun") -> Outcome:
    from studio import url_fetching

    return url_fetching.fetch_upload(run)


def import_decisions(run: "JobRun") -> Outcome:
    from studio import importing

    return importing.import_decisions(run)


def start_analysis(run: "JobRun") -> Outcome:
    from studio import analysis

    return analysis.start_analysis(run)


def join_analysis(run: "JobRun") -> Outcome:
    from studio import analysis

    return analysis.join_analysis(run)


def run_candidate(run: "JobRun") -> Outcome:
    from studio import candidate_runs

    return candidate_runs.run_candidate(run)
