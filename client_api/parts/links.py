"""Addresses that take one part of one upload for a while, being signed; no key comes with it."""

from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from automl.errors import InputError
from client_api.models import Upload

SALT = "client_api.part-link"


def make_link(upload: Upload, number: int, request: HttpRequest) -> str:
    """On the host that the client speaks to."""
    token = signing.dumps([upload.pk.hex, number], salt=SALT)
    return request.build_absolute_uri(reverse("client_api:upload_part", args=[token]))


def read_link(token: str) -> tuple[UUID, int]:
    """The id of an upload, and the number of the part."""
    try:
        upload_id, number = signing.loads(token, salt=SALT, max_age=Upload.RECEIVE_WITHIN)
    except signing.BadSignature as error:
        raise InputError(
            "LINK_INVALID", "This address takes no part: it is too old or not complete."
        ) from error
    return UUID(upload_id), number
