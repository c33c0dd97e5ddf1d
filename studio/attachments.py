"""Downloads: always attachments, never shown as a page of ours."""

from typing import TypeVar

from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

Response = TypeVar("Response", bound=HttpResponseBase)


def as_attachment(response: Response, name: str) -> Response:
    safe = "".join(c for c in name if c.isprintable() and c not in '/\\"')[:200]
    header = content_disposition_header(as_attachment=True, filename=safe or "download.csv")
    response.headers["Content-Disposition"] = header or "attachment"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
