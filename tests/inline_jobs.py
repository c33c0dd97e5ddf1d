"""The jobs of the product, run one after the other in the process of the test."""

from uuid import uuid4

from inference.prediction_export import read_export
from inference.starting import confirm_columns
from studio.datasets import create_dataset
from studio.jobs.execution import execute
from studio.models import Cleanset, Job
from studio.projects import create_project
from studio.table_formats import write_csv


def run_all_jobs():
    while job := Job.objects.filter(state=Job.State.QUEUED).order_by("created_at").first():
        execute(job.pk, has_heartbeat=False)


def predict_file(result):
    """From an upload to its predictions; columns are taken as they were found or proposed."""
    run_all_jobs()
    result.refresh_from_db()
    if result.status == result.Status.CHECKED:
        confirm_columns(result=result, positions=result.positions, is_always_full=False)
        run_all_jobs()
        result.refresh_from_db()
    return result


def read_predictions(result, kind="plain"):
    """The lines of the export, the header first."""
    return b"".join(write_csv(read_export(result, kind))).decode().splitlines()


def analyse_file(user, path, setup):
    """From a file to a cleanset whose issues are found, or could not be."""
    dataset = create_dataset(
        user=user,
        workspace=user.workspaces.get(),
        name=path.stem,
        file_name=path.name,
        path=path,
    )
    run_all_jobs()
    dataset.refresh_from_db()
    project = create_project(
        user=user,
        dataset=dataset,
        name=path.stem,
        setup=setup,
        idempotency_key=uuid4().hex,
    )
    run_all_jobs()
    return Cleanset.objects.get(project_id=project.pk)
