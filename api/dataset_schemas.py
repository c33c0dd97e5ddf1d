from typing import Any

from ninja import Schema
from pydantic import Field

from api.schemas import Answered, Body, Progress, Text, Warned, progress_of
from studio.models import Dataset
from studio.outgoing_targets import MAX_URL_CHARS


class UrlUpload(Body):
    url: Text = Field(max_length=MAX_URL_CHARS, examples=["https://example.org/reviews.csv"])
    name: Text | None = Field(None, max_length=255)


class DatasetSummary(Answered):
    name: str
    file_name: str
    status: str = Field(description="ingesting, ready or failed")
    n_rows: int


class ColumnProfile(Schema):
    name: str
    kind: str = Field(description="text, categorical, numeric, datetime, identifier, …")
    note: str = ""
    n_missing: int | None = None
    n_distinct: int | None = None
    examples: list[str] = []


class DatasetDetails(DatasetSummary):
    source_url: str = Field(description="Where it was fetched from; empty for an upload")
    file_format: str
    encoding: str
    delimiter: str
    columns: list[ColumnProfile]
    warnings: list[Warned]
    progress: Progress | None

    @staticmethod
    def resolve_source_url(dataset: Dataset) -> str:
        return dataset.shown_source

    @staticmethod
    def resolve_columns(dataset: Dataset) -> Any:
        return dataset.profiles

    @staticmethod
    def resolve_progress(dataset: Dataset) -> Any:
        is_pending = dataset.status == Dataset.Status.INGESTING
        return progress_of(dataset.pk) if is_pending else None
