"""The only way from an id in a request to a row of this app."""

from uuid import UUID

from django.http import Http404

from inference.models import InferenceResult
from studio.access import AnyUser, row_for


def result_for(user: AnyUser, result_id: UUID, *, write: bool = False) -> InferenceResult:
    return row_for(InferenceResult, user, result_id, write=write)


def result_of_link(result_id: UUID) -> InferenceResult:
    """For an id that this server has signed: the signature is what lets in."""
    result = InferenceResult.objects.filter(pk=result_id).first()
    if result is None:
        raise Http404("These predictions were deleted.")
    return result
