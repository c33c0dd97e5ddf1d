"""A file with nothing but the header that a model needs."""

import csv
import io
from collections.abc import Iterable

from django.http import HttpResponse

from studio.attachments import as_attachment


def header_csv(names: Iterable[str], file_name: str) -> HttpResponse:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(names)
    return as_attachment(HttpResponse(buffer.getvalue(), content_type="text/csv"), file_name)
