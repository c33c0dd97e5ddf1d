"""Which dataset the client means by a name: it sends files and frames under other ones."""

from pathlib import PurePosixPath

from django.db.models import Q

from automl.errors import InputError
from studio.access import AnyUser, rows_for
from studio.models import Dataset


def find_dataset(user: AnyUser, name: str) -> Dataset | None:
    """The newest of this name; None while there is none, or it is still being read.

    Raises
    ------
    InputError
        Where it could not be read: waiting longer would not help.
    """
    named = rows_for(Dataset, user).filter(_is_called(name))
    dataset = named.order_by("-created_at").first()
    if dataset is not None and dataset.status == Dataset.Status.FAILED:
        raise InputError(dataset.error_code, dataset.error_message)
    return dataset if dataset is not None and dataset.status == Dataset.Status.READY else None


def _is_called(name: str) -> Q:
    """A frame called `reviews` arrives as `reviews.json`, and one called `reviews.v2` too."""
    path = PurePosixPath(name)
    called = Q(name=name) | Q(file_name=name)
    return called | Q(file_name=path.with_suffix(".json").name) if path.name else called
