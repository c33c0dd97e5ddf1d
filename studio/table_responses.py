"""Request side: the answer that downloads a table in one of the formats."""

from collections.abc import Iterator
from itertools import chain

import pyarrow as pa
from django.http import FileResponse, StreamingHttpResponse

from studio.attachments import as_attachment
from studio.table_formats import FORMATS, write_csv, write_jsonl, write_parquet, write_xlsx


def download_table(
    tables: Iterator[pa.Table], form: str, stem: str
) -> FileResponse | StreamingHttpResponse:
    """The first part is made before the answer begins: a missing file is still a page."""
    first = next(tables)
    tables = chain([first], tables)
    response: FileResponse | StreamingHttpResponse
    if form in {"parquet", "xlsx"}:
        write = write_parquet if form == "parquet" else write_xlsx
        response = FileResponse(write(tables), content_type=FORMATS[form].content_type)
    else:
        parts = (
            write_jsonl(tables)
            if form == "jsonl"
            else write_csv(tables, for_spreadsheets=form == "spreadsheet")
        )
        response = StreamingHttpResponse(parts, content_type=FORMATS[form].content_type)
    return as_attachment(response, f"{stem}.{FORMATS[form].ending}")
