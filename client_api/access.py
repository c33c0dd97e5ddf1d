"""The only way from an id in a request to a row of this app."""

from uuid import UUID

from django.http import Http404

from automl.errors import InputError
from client_api.models import PredictionQuery, Upload
from studio.access import AnyUser, dataset_for, row_for
from studio.models import Dataset


def query_for(user: AnyUser, query_id: UUID, *, write: bool = False) -> PredictionQuery:
    related = ("deployed_model__cleanset__project", "result")
    return row_for(PredictionQuery, user, query_id, write=write, related=related)


def query_of_link(query_id: UUID) -> PredictionQuery:
    """For an id that this server has signed: the signature is what lets in."""
    query = PredictionQuery.objects.filter(pk=query_id).select_related("workspace").first()
    if query is None:
        raise Http404("There is no prediction query with this address.")
    return query


def upload_for(user: AnyUser, upload_id: UUID, *, write: bool = False) -> Upload:
    return row_for(Upload, user, upload_id, write=write, related=("dataset",))


def upload_of_link(upload_id: UUID) -> Upload:
    """For an id that this server has signed: the signature is what lets in."""
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is None:
        raise Http404("There is no upload with this address.")
    return upload


def ready_dataset_for(user: AnyUser, dataset_id: UUID, *, write: bool = False) -> Dataset:
    """One that was read; of the others nothing is known yet."""
    dataset = dataset_for(user, dataset_id, write=write)
    if dataset.status != Dataset.Status.READY:
        raise InputError("NOT_READY", "This dataset is not ready: it is being read, or has failed.")
    return dataset
