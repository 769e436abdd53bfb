"""A return as a workbook."""

from __future__ import annotations

from datetime import date

from congdoan.kit.documents import ONE_DECIMAL, WHOLE, Sheets
from congdoan.work.returns.sheet import Sheet
from congdoan.work.returns.word import ROMAN, Heading


def write_excel(heading: Heading, sheet: Sheet, *, made_on: date) -> bytes:
    """One return as a workbook: a table a section, with what the registers said where something else was reported."""
    widest = max(len(part.columns) for part in sheet.parts)
    book = Sheets(title=heading.title, made_on=made_on)
    page, row = book.sheet(
        "Báo cáo",
        widths=(6, 52, 14, *[16] * widest, 34),
        heading=(heading.superior, heading.unit, heading.title, heading.period.capitalize()),
        note=f"Trạng thái: {heading.state}",
        footer=heading.unit,
    )
    bold = book.format(bold=True, border=0)
    head = book.format(bold=True, align="center", text_wrap=True, bg_color="#E8EEF6")
    plain, centred = book.format(text_wrap=True), book.format(align="center")
    for place, part in enumerate(sheet.parts):
        page.write_string(row, 0, f"{ROMAN[place]}. {part.title}", bold)
        row += 1
        for column, words in enumerate(("TT", "Nội dung", "ĐVT", *part.columns)):
            page.write_string(row, column, words, head)
        page.write_string(row, 3 + widest, "Ghi chú", head)
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
            page.write_string(row, 3 + widest, "; ".join(notes), plain)
            row += 1
        row += 1
    for text in sheet.texts:
        page.write_string(row, 0, text["title"], bold)
        page.merge_range(
            row + 1, 0, row + 1, 3 + widest, text["text"], book.format(text_wrap=True, valign="top")
        )
        page.set_row(row + 1, max(30, 16 * (1 + len(text["text"]) // 90 + text["text"].count("\n"))))
        row += 3
    return book.finish()
