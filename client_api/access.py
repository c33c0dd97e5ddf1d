"""The only way from an id in a request to a row of this app."""

from uuid import UUID

from django.http import Http404

from client_api.models import PredictionQuery
from studio.access import AnyUser, row_for


def query_for(user: AnyUser, query_id: UUID, *, write: bool = False) -> PredictionQuery:
    related = ("deployed_model__cleanset__project", "result")
    return row_for(PredictionQuery, user, query_id, write=write, related=related)


def query_of_link(query_id: UUID) -> PredictionQuery:
    """For an id that this server has signed: the signature is what lets in."""
    query = PredictionQuery.objects.filter(pk=query_id).select_related("workspace").first()
    if query is None:
        raise Http404("There is no prediction query with this address.")
    return query
