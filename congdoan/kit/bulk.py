"""Many rows at once: ids reserved beforehand, rows sent by binary COPY, the collector of cycles held back."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql

_CHUNK_ROWS = 5_000


_holding = threading.Lock()
_held = 0
_usual_thresholds = gc.get_threshold()


@contextmanager
def many_rows() -> Iterator[None]:
    """While rows are made and dropped by the thousand, Python looks for cycles rarely: rows have none, and each look
    goes over everything the process holds, which took a third of an import. For all threads of the process, until
    the last that asked for it is done."""
    global _held, _usual_thresholds
    with _holding:
        if not _held:
            _usual_thresholds = gc.get_threshold()
            gc.set_threshold(100_000, 20, 20)
        _held += 1
    try:
        yield
    finally:
        with _holding:
            _held -= 1
            if not _held:
                gc.set_threshold(*_usual_thresholds)


def reserved_ids(table: str, count: int) -> list[int]:
    """``count`` fresh ids of a table, so that rows sent by COPY are known without reading them back."""
    with connection.cursor() as cursor:
        # The sequence is looked up once, not for every number.
        cursor.execute(
            """WITH found AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence)
               SELECT nextval(sequence) FROM found, generate_series(1, %s)""",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def insert_parts(row: Model) -> tuple[str, str, list[Any]]:
    """The columns, the marks and the values of a fresh row, for an INSERT that Django's own cannot say."""
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key]
    return (
        ", ".join(f'"{field.column}"' for field in fields),
        ", ".join(["%s"] * len(fields)),
        [field.get_db_prep_save(field.pre_save(row, add=True), connection=connection) for field in fields],
    )


def copy_rows(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Send rows by binary COPY, in the caller's transaction; ``columns`` are {name: PostgreSQL type}, in the order
    of the rows' values. Binary COPY asks for the types, and spares the server reading numbers from text."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    waiting = iter(rows)
    with connection.cursor() as cursor:
        while chunk := list(islice(waiting, _CHUNK_ROWS)):
            # Django's own errors, as every other statement raises them.
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                copy.set_types(list(columns.values()))
                for row in chunk:
                    copy.write_row(row)
