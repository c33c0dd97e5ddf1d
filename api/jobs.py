"""What is being done, and what was: the work behind datasets, projects, models and predictions."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from api.schemas import Failure, Id, LeftOut, Page, Paging, answers, failure_of, page_of
from studio.access import jobs_for
from studio.models import Job

router = Router(tags=["activity"])
StateName: Any = Literal[tuple(Job.State.values)]


class JobAnswered(Schema):
    id: Id
    kind: str
    state: str = Field(description="queued, running, waiting, succeeded, failed or cancelled")
    subject_id: Id = Field(description="Of the dataset, cleanset, model or file that it works on")
    parent_id: Id | None = Field(description="Of the job that it is a part of")
    step: str
    done: int
    total: int
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: Failure | None

    @staticmethod
    def resolve_error(job: Job) -> dict[str, Any] | None:
        return failure_of(job)


class JobFilters(Schema):
    state: LeftOut[StateName] = None
    subject_id: LeftOut[UUID] = None
    has_parts: bool = Field(False, description="Also the parts of jobs")


@router.get("", response=answers(Page[JobAnswered]), summary="List jobs, newest first")
def list_jobs(request: HttpRequest, paging: Query[Paging], filters: Query[JobFilters]) -> Any:
    jobs = jobs_for(request.user).order_by("-created_at")
    if filters.state is not None:
        jobs = jobs.filter(state=filters.state)
    if filters.subject_id is not None:
        jobs = jobs.filter(subject_id=filters.subject_id)
    return page_of(jobs if filters.has_parts else jobs.filter(parent=None), paging)


@router.get("/{hex:job_id}", response=answers(JobAnswered), summary="One job")
def get_job(request: HttpRequest, job_id: UUID) -> Any:
    job = jobs_for(request.user).filter(pk=job_id).first()
    if job is None:
        raise Http404("There is no job with this address.")
    return job
