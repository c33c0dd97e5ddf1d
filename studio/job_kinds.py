"""The kinds of job of this app, and what their states mean for the rows they work on."""

from datetime import timedelta

from studio import tasks
from studio.files import purge_files_later
from studio.jobs import JobFailure, Kind, register
from studio.models import CandidateRun, Cleanset, Dataset, DecisionImport, Job
from studio.notices import notify_analysis_failed


def fail_dataset(job: Job, failure: JobFailure) -> None:
    Dataset.objects.filter(pk=job.subject_id, status=Dataset.Status.INGESTING).update(
        status=Dataset.Status.FAILED, **failure.as_fields()
    )


def _fail_cleanset(job: Job, failure: JobFailure) -> None:
    failed = Cleanset.objects.filter(pk=job.subject_id, status=Cleanset.Status.ANALYZING)
    if failed.update(status=Cleanset.Status.FAILED, **failure.as_fields()):
        notify_analysis_failed(Cleanset.objects.get(pk=job.subject_id))


def _fail_import(job: Job, failure: JobFailure) -> None:
    waiting = DecisionImport.objects.filter(pk=job.subject_id, status=DecisionImport.Status.READING)
    if waiting.update(status=DecisionImport.Status.FAILED, **failure.as_fields()):
        purge_files_later([DecisionImport.objects.get(pk=job.subject_id).upload_file])


def _has_ready_run(job: Job) -> bool:
    return Cleanset.all_objects.get(pk=job.subject_id).find_ready_runs().exists()


def _fail_candidate_run(job: Job, failure: JobFailure) -> None:
    CandidateRun.objects.filter(pk=job.subject_id, status=CandidateRun.Status.PENDING).update(
        status=CandidateRun.Status.FAILED
    )


register(
    Kind(
        key="ingestion",
        queue="io",
        deadline=timedelta(hours=2),
        run=tasks.ingest_dataset,
        on_fail=fail_dataset,
    )
)
register(
    Kind(
        key="url-upload",
        queue="io",
        deadline=timedelta(hours=2),
        run=tasks.fetch_upload,
        on_fail=fail_dataset,
    )
)
register(
    Kind(
        key="decision-import",
        queue="io",
        deadline=timedelta(hours=2),
        run=tasks.import_decisions,
        on_fail=_fail_import,
    )
)
register(
    Kind(
        key="analysis",
        queue="training",
        deadline=timedelta(hours=12),
        run=tasks.start_analysis,
        join=tasks.join_analysis,
        on_fail=_fail_cleanset,
        has_enough=_has_ready_run,
    )
)
register(
    Kind(
        key="candidate-run",
        queue="training",
        deadline=timedelta(hours=8),
        run=tasks.run_candidate,
        on_fail=_fail_candidate_run,
    )
)
