"""The export of the list of members to .xlsx, beside bare XlsxWriter writing the same cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from congdoan.config.bench.figures import Watch
from congdoan.config.bench.world import LEADER, TODAY
from congdoan.kit.lists import ListContext, get_list, plain_rows, shown_columns, write_workbook


@dataclass(frozen=True)
class Exported:
    """Rows, columns, seconds of the export and of the bare writer, peak bytes of the exporting process."""

    rows: int
    columns: int
    seconds: float
    bare_seconds: float
    memory: int


def export_members(folder: str) -> Exported:
    """Write everybody the leader sees, as the screen's export does; then the same cells by the writer alone."""
    from congdoan.config.bench.apart import peak_memory
    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.accounts.models import User

    actor = Actor(user=User.objects.get(username=LEADER), today=TODAY)
    spec = get_list("membership.members")
    watch = Watch()
    rows = write_workbook(
        spec,
        ListContext(actor=actor, as_of=TODAY),
        Path(folder) / "export.xlsx",
        holds=actor.has_anywhere,
        heading="",
    )
    seconds = watch.seconds
    memory = peak_memory()
    columns = shown_columns(spec, actor.has_anywhere, export=True)
    cells = list(plain_rows(spec, ListContext(actor=actor, as_of=TODAY), columns))
    return Exported(rows, len(columns), seconds, _bare(cells, Path(folder) / "bare.xlsx"), memory)


def _bare(cells: list[list[Any]], path: Path) -> float:
    import xlsxwriter

    watch = Watch()
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        number = book.add_format({"num_format": "#,##0"})
        for line, values in enumerate(cells):
            for place, value in enumerate(values):
                if value is None or value == "":
                    continue
                if isinstance(value, str):
                    sheet.write_string(line, place, value)
                elif isinstance(value, (date, datetime)):
                    sheet.write_datetime(line, place, value, day)
                else:
                    sheet.write_number(line, place, value, number)
    return watch.seconds
