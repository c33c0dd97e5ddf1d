"""Request side: links that download one export for a while without signing in, being signed."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from automl.errors import InputError
from inference.models import InferenceResult
from inference.prediction_export import PLAIN

SALT = "inference.export-link"


@dataclass(frozen=True)
class ExportLink:
    result_id: UUID
    what: str
    form: str


def make_link(result: InferenceResult, what: str = PLAIN, form: str = "csv") -> str:
    """A path on this server."""
    token = signing.dumps([result.pk.hex, what, form], salt=SALT)
    return reverse("inference:export_download", args=[token])


def read_link(token: str) -> ExportLink:
    """What the link names, as this server has signed it.

    Raises
    ------
    InputError
        `LINK_EXPIRED` or `LINK_INVALID`.
    """
    try:
        result_id, what, form = signing.loads(
            token, salt=SALT, max_age=settings.EXPORT_LINK_SECONDS
        )
    except signing.SignatureExpired as error:
        raise InputError(
            "LINK_EXPIRED",
            "This link was good for a while only, and that is over. Open the predictions and "
            "export them again.",
        ) from error
    except signing.BadSignature as error:
        raise InputError(
            "LINK_INVALID",
            "This link is not one that this server has made, or a part of it is missing. Copy it "
            "again, whole.",
        ) from error
    return ExportLink(UUID(result_id), what, form)
