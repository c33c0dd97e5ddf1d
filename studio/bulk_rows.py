"""Very many small rows at once: `bulk_create` takes five times as long, and a database that has
one writer lets nobody else write in the meantime."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models


def insert_rows(
    row_class: type[models.Model],
    same: Mapping[str, Any],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    unique: Sequence[str] = (),
) -> None:
    """Rows with the values of `same` and, for the fields `names`, their own: numbers, texts, None.

    With `unique`, a row that has the same values there is replaced.
    """
    fields: list[Any] = [row_class._meta.get_field(name) for name in (*same, *names)]
    shared = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, same.values(), strict=False)
    ]
    statement = _write_insert(row_class, fields, unique)
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(*shared, *row) for row in rows])


def _write_insert(
    row_class: type[models.Model], fields: Sequence[Any], unique: Sequence[str]
) -> str:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in fields]
    statement = (
        f"INSERT INTO {quote(row_class._meta.db_table)} ({', '.join(columns)}) "  # noqa: S608
        f"VALUES ({', '.join(['%s'] * len(columns))})"
    )
    if not unique:
        return statement
    keys = [quote(field.column) for field in fields if field.name in unique]
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name not in keys)
    return f"{statement} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
