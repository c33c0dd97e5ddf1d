"""The only way from an id in a request to a row of this app."""

from uuid import UUID

from inference.models import InferenceResult
from studio.access import AnyUser, row_for


def result_for(user: AnyUser, result_id: UUID, *, write: bool = False) -> InferenceResult:
    return row_for(InferenceResult, user, result_id, write=write)
