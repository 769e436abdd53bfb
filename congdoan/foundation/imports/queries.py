"""Reads of imports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.files.queries import path_of
from congdoan.foundation.imports import staging
from congdoan.foundation.imports.catalogue import Context, kind_of
from congdoan.foundation.imports.headings import Headings, columns_found, find_headings
from congdoan.foundation.imports.models import ColumnMemory, ImportRow, ImportRun
from congdoan.foundation.imports.reading import FileRefused, Table, open_table
from congdoan.foundation.imports.rules import RUN
from congdoan.foundation.units.models import Unit


def visible_runs(actor: Actor) -> QuerySet[ImportRun]:
    """Imports at the units where the actor may bring lists in."""
    return ImportRun.objects.filter(scope(actor, RUN).filter("unit"))


def visible_rows(actor: Actor) -> QuerySet[ImportRow]:
    """Rows of imports the actor may see."""
    return ImportRow.objects.filter(scope(actor, RUN).filter("run__unit"))


def memory_of(kind: str, unit: Unit) -> dict[str, str]:
    """How headings were understood before at a unit: heading key → field name ('' leaves the column out)."""
    rows = ColumnMemory.objects.filter(kind=kind, unit=unit)
    return dict(rows.values_list("heading_key", "field"))


def table_of(run: ImportRun, *, total: int | None = None) -> Table:
    """The stored file of a run, opened (``total``: see open_table). Raises FileRefused, FileNotFoundError."""
    return open_table(
        path_of(run.file), limit_bytes=settings.UPLOAD_LIMIT_BYTES, sheet=run.sheet, total=total
    )


def look_at(path: Path, *, kind: str, unit: Unit, sheet: str = "", at: int = 0) -> tuple[Table, Headings]:
    """Open a file and find its headings (``Headings.row`` 0 when there are none). Raises FileRefused.

    Without a named sheet the first sheet that has headings is taken: a cover or a page of notes may come before.
    """
    fields, memory = kind_of(kind).fields, memory_of(kind, unit)
    table = open_table(path, limit_bytes=settings.UPLOAD_LIMIT_BYTES, sheet=sheet)
    headings = find_headings(table.rows(), fields, memory, at=at)
    if not headings.row and not sheet and not at:
        for name in table.sheets[:10]:
            if name == table.sheet:
                continue
            try:
                other = open_table(path, limit_bytes=settings.UPLOAD_LIMIT_BYTES, sheet=name)
            except FileRefused:
                continue
            found = find_headings(other.rows(), fields, memory)
            if found.row:
                return other, found
    return table, headings


def columns_of(table: Table, headings: Headings, kind: str) -> list[dict[str, Any]]:
    """The columns of a table for a person to look over."""
    return columns_found(headings, table.rows(), kind_of(kind).fields)


def first_rows(run: ImportRun, count: int = 15) -> list[tuple[int, list[str]]]:
    """The top of the file as text, for choosing the heading row by hand."""
    rows = []
    for number, cells in table_of(run).rows():
        rows.append((number, ["" if value is None else str(value) for value in cells[:20]]))
        if len(rows) == count:
            break
    return rows


def context_of(run: ImportRun, actor: Actor) -> Context:
    """What a kind of list is told about a run."""
    headings = {str(column["index"]): str(column["heading"]) for column in run.columns}
    return Context(
        actor=actor,
        unit=run.unit,
        on=run.on,
        options=run.options,
        run_id=run.pk,
        decision=run.decision,
        batch=run.batch,
        headings={name: headings.get(str(index), "") for name, index in run.mapping.items()},
    )


def result(run: ImportRun) -> dict[str, Any]:
    """The answer of ``congdoan import --json``: what would happen after a preview, what happened after a commit.

    {"import_id", "rows", "created", "updated", "unchanged", "doubtful", "refused": [{"row", "column", "message"}]}
    """
    counts = run.counts
    is_written = "created" in counts
    return {
        "import_id": run.pk,
        "rows": counts.get("rows", 0),
        "created": counts.get("created", 0) if is_written else counts.get("create", 0),
        "updated": counts.get("updated", 0) if is_written else counts.get("update", 0),
        "unchanged": counts.get("unchanged", 0),
        "doubtful": counts.get("doubtful", 0),
        "refused": list(refused_cells(run)),
    }


def refused_cells(run: ImportRun) -> Iterator[dict[str, Any]]:
    """One entry for each reason a row was refused for."""
    for number, messages in staging.refused(run):
        for item in messages:
            if item["level"] == "error":
                yield {"row": number, "column": item["column"], "message": item["message"]}
