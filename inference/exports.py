"""Files with predictions, or with nothing but a header, to download."""

import csv
import io
from collections.abc import Iterable

from django.http import FileResponse, HttpResponse

from inference.models import InferenceResult
from studio.attachments import as_attachment
from studio.files import open_file


def export_csv(result: InferenceResult) -> FileResponse:
    assert result.result_file is not None
    response = FileResponse(open_file(result.result_file), content_type="text/csv")
    response.headers["Content-Length"] = str(result.result_file.size_bytes)
    return as_attachment(response, result.export_name)


def header_csv(names: Iterable[str], file_name: str) -> HttpResponse:
    """A file with nothing but the header that a model needs."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(names)
    return as_attachment(HttpResponse(buffer.getvalue(), content_type="text/csv"), file_name)
