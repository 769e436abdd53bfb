"""Workbooks of imports: empty templates to fill in, and the refused rows to mend and bring again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from congdoan.foundation.imports import staging
from congdoan.foundation.imports.catalogue import ListKind, kind_of
from congdoan.foundation.imports.models import ImportRun
from congdoan.foundation.imports.queries import table_of
from congdoan.kit.text import nfc

REASON = "Lý do"
_TICKED = {"male", "female"}


def write_template(kind: ListKind, path: Path) -> None:
    """An empty list with all headings, and a sheet of notes."""
    with xlsxwriter.Workbook(str(path)) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#E4E8EE", "border": 1, "border_color": "#C9D1DB", "text_wrap": True,
             "valign": "vcenter", "align": "center"}
        )  # fmt: skip
        title = book.add_format({"bold": True, "font_size": 13})
        text = book.add_format({"num_format": "@"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Danh sách")
        sheet.write(0, 0, kind.name.upper(), title)
        # Two columns to tick are the old way of saying the sex; the template asks once.
        fields = [item for item in kind.fields if item.name not in _TICKED]
        sheet.write(2, 0, "STT", head)
        sheet.set_column(0, 0, 6)
        for column, item in enumerate(fields, 1):
            sheet.write(2, column, item.label + (" (*)" if item.required else ""), head)
            # Text, so that leading zeros and dates stay as they are typed.
            sheet.set_column(column, column, max(14, min(30, len(item.label) + 6)), text)
        sheet.set_row(2, 32)
        sheet.freeze_panes(3, 2)
        notes = book.add_worksheet("Hướng dẫn")
        notes.set_column(0, 0, 28)
        notes.set_column(1, 2, 60, wrap)
        notes.write(0, 0, "Cách ghi danh sách", title)
        row = 1
        for row, line in enumerate(kind.notes, 1):
            notes.write(row, 0, f"{row}.")
            notes.write(row, 1, line, wrap)
        row += 2
        for column, label in enumerate(("Cột", "Cách ghi", "Ví dụ")):
            notes.write(row, column, label, head)
        for item in fields:
            row += 1
            notes.write(row, 0, item.label + (" (*)" if item.required else ""))
            notes.write(row, 1, item.help, wrap)
            notes.write_string(row, 2, item.example)


def write_refused(run: ImportRun, path: Path) -> int:
    """The refused rows as they stood in the file, below its own headings, with a last column that says why.

    Bringing the mended workbook again imports just these rows. Returns how many rows were written.
    """
    waiting = staging.refused(run)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E4E8EE", "border": 1, "border_color": "#C9D1DB"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        reason_format = book.add_format({"font_color": "#B3261E"})
        sheet = book.add_worksheet("Cần sửa")
        written, line = 0, 0
        width = max((int(column["index"]) for column in run.columns), default=0) + 1
        sheet.set_column(0, width - 1, 18)
        sheet.set_column(width, width, 70)
        line = _headings(run, sheet, head, width)
        refused = next(waiting, None)
        for number, cells in _data_rows(run):
            while refused is not None and refused[0] < number:
                refused = next(waiting, None)
            if refused is None:
                break
            if refused[0] != number:
                continue
            for column, value in enumerate(cells[:width]):
                _write(sheet, line, column, value, day)
            sheet.write_string(line, width, _reasons(refused[1]), reason_format)
            line += 1
            written += 1
    return written


def _headings(run: ImportRun, sheet: Any, style: Any, width: int) -> int:
    """One row of headings, as they were understood: the two rows of a double heading come together again."""
    texts = {int(column["index"]): str(column["heading"]) for column in run.columns}
    labels = {index: name for name, index in run.mapping.items()}
    fields = {item.name: item.label for item in kind_of(run.kind).fields}
    for column in range(width):
        sheet.write_string(0, column, texts.get(column) or fields.get(labels.get(column, ""), ""), style)
    sheet.write_string(0, width, REASON, style)
    return 1


def _data_rows(run: ImportRun) -> Iterator[tuple[int, list[object]]]:
    for number, cells in table_of(run).rows():
        if number > run.header_end:
            yield number, cells


def _write(sheet: Any, line: int, column: int, value: object, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, (datetime, date)):
        sheet.write_datetime(line, column, value, day)
    elif isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, str(value)[:32_000])


def _reasons(messages: list[dict[str, str]]) -> str:
    return " ".join(
        f"[{item['column']}] {item['message']}" if item["column"] else nfc(item["message"])
        for item in messages
        if item["level"] == "error"
    )
