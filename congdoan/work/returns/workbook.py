"""A return as a workbook."""

from __future__ import annotations

from datetime import date

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from congdoan.kit.dates import format_date
from congdoan.kit.documents import ONE_DECIMAL, WHOLE, Sheets, row_height
from congdoan.work.returns.sheet import Sheet
from congdoan.work.returns.word import Heading, roman


def write_excel(heading: Heading, sheet: Sheet, *, made_on: date) -> bytes:
    """One return as a workbook: a table a section, with what the registers said where something else was reported."""
    widest = max(len(part.columns) for part in sheet.parts)
    widths = (6, 52, 14, *[14] * widest, 40)
    book = Sheets(title=heading.title, made_on=made_on)
    page, row = book.sheet(
        "Báo cáo",
        widths=widths,
        heading=(heading.superior, heading.unit, heading.title, f"Kỳ báo cáo: {heading.period}"),
        note=f"Từ ngày {format_date(heading.from_on)} đến hết ngày {format_date(heading.last_day)}. "
        f"Trạng thái: {heading.state}",
        footer=heading.unit,
    )
    bold = book.format(bold=True, border=0)
    head = book.format(bold=True, align="center", text_wrap=True, bg_color="#E8EEF6")
    plain, centred = book.format(text_wrap=True, indent=1), book.format(align="center")
    for place, part in enumerate(sheet.parts):
        page.write_string(row, 0, f"{roman(place)}. {part.title}", bold)
        row += 1
        # The note takes the room that a section of few columns leaves: every table ends at the same edge.
        note_at = 3 + len(part.columns)
        note_width = sum(widths[note_at:])
        for column, words in enumerate(("TT", "Nội dung", "ĐVT", *part.columns)):
            page.write_string(row, column, words, head)
        _across(page, row, note_at, len(widths) - 1, "Ghi chú", head)
        page.set_row(row, row_height([(words, 14) for words in part.columns]))
        row += 1
        for number, line in enumerate(part.lines, start=1):
            page.write_number(row, 0, number, centred)
            page.write_string(row, 1, line.title, plain)
            page.write_string(row, 2, line.unit, centred)
            notes = []
            for column, figure in enumerate(line.figures):
                if figure is None:
                    page.write_blank(row, 3 + column, None, plain)
                    continue
                is_whole = figure.value is None or figure.value == figure.value.to_integral_value()
                book.number(
                    page, row, 3 + column, figure.value, book.format(WHOLE if is_whole else ONE_DECIMAL)
                )
                if figure.computed:
                    notes.append(f"{figure.column}: theo sổ {figure.computed}; {figure.reason}")
            note = "\n".join(notes)
            _across(page, row, note_at, len(widths) - 1, note, plain)
            page.set_row(row, row_height([(line.title, 52), (note, note_width)]))
            row += 1
        row += 1
    for text in sheet.texts:
        page.write_string(row, 0, text["title"], bold)
        page.merge_range(
            row + 1, 0, row + 1, len(widths) - 1, text["text"], book.format(text_wrap=True, valign="top")
        )
        page.set_row(row + 1, max(30, row_height([(text["text"], sum(widths))])))
        row += 3
    return book.finish()


def _across(page: Worksheet, row: int, first: int, last: int, words: str, style: Format) -> None:
    """One text over several columns, or in one."""
    if first < last:
        page.merge_range(row, first, row, last, words, style)
    else:
        page.write_string(row, first, words, style)
