"""Downloads: always attachments, never shown as a page of ours."""

import csv
import io
from collections.abc import Iterable
from typing import TypeVar

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from inference.models import InferenceResult
from studio.files import open_file

Response = TypeVar("Response", FileResponse, HttpResponse)


def export_csv(result: InferenceResult) -> FileResponse:
    assert result.result_file is not None
    response = FileResponse(open_file(result.result_file), content_type="text/csv")
    response.headers["Content-Length"] = str(result.result_file.size_bytes)
    return _as_attachment(response, result.export_name)


def header_csv(names: Iterable[str], file_name: str) -> HttpResponse:
    """A file with nothing but the header that a model needs."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(names)
    return _as_attachment(HttpResponse(buffer.getvalue(), content_type="text/csv"), file_name)


def _as_attachment(response: Response, name: str) -> Response:
    safe = "".join(c for c in name if c.isprintable() and c not in '/\\"')[:200]
    header = content_disposition_header(as_attachment=True, filename=safe or "download.csv")
    response.headers["Content-Disposition"] = header or "attachment"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
