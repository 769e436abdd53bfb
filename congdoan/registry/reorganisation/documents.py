"""The balance sheet of a reorganisation as a workbook."""

from __future__ import annotations

from datetime import date

from congdoan.kit.dates import format_date
from congdoan.kit.documents import WHOLE, Sheets, row_height
from congdoan.registry.reorganisation.choices import FATE_WORDS, PROBLEM_LEVELS, UNIT_CHANGES
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.queries import Balance


def balance_workbook(found: Reorganisation, sheet: Balance, *, conclusion: str, made_on: date) -> bytes:
    """Four sheets: what there is before and after by kind of thing, what becomes of each unit, from where to where, and
    what is to be mended or looked at. ``conclusion`` is the sentence about the totals."""
    book = Sheets(title=f"Bảng cân đối: {found.title}", made_on=made_on)
    heading = [
        found.authority.name.upper(),
        f"BẢNG CÂN ĐỐI SẮP XẾP TỔ CHỨC{f' (kèm quyết định số {found.number})' if found.number else ''}",
        found.title,
    ]
    note = f"Có hiệu lực từ ngày {format_date(found.effective_on)}. {conclusion}"
    text, number = book.format(text_wrap=True), book.format(WHOLE)

    labels = [
        "Nội dung",
        "Trước",
        "Về đơn vị khác",
        "Giữ nguyên",
        "Kết thúc",
        "Ra khỏi tổ chức",
        "Chưa có nơi đến",
        "Sau",
        "Theo quy tắc",
    ]
    page, row = book.sheet(
        "Tổng hợp", widths=[34, 12, 14, 12, 12, 14, 14, 12, 44], heading=heading, note=note
    )
    row = book.header_row(page, row, labels)
    for line in sheet.lines:
        page.write_string(row, 0, line.label, text)
        figures = (line.before, line.passes, line.keeps, line.ends, line.leaves, line.homeless)
        for column, n in enumerate(figures, 1):
            book.number(page, row, column, n, number)
        book.formula(page, row, 7, f"=B{row + 1}-E{row + 1}-F{row + 1}-G{row + 1}", number, line.after)
        page.write_string(row, 8, line.rule.capitalize(), text)
        page.set_row(row, row_height([(line.label, 34), (line.rule, 44)]))
        row += 1

    page, row = book.sheet("Đơn vị", widths=[16, 48, 20, 48, 48, 8], heading=heading)
    row = book.header_row(page, row, ["Mã", "Đơn vị", "Thay đổi", "Trước", "Sau", "Bước"])
    for unit in sheet.units:
        words = (unit.code, unit.name, UNIT_CHANGES.get(unit.what, unit.what), unit.was, unit.becomes)
        for column, word in enumerate(words):
            page.write_string(row, column, word, text)
        book.number(page, row, 5, unit.step, number)
        page.set_row(row, row_height([(unit.name, 48), (unit.was, 48), (unit.becomes, 48)]))
        row += 1

    page, row = book.sheet("Đi về đâu", widths=[30, 16, 46, 20, 16, 46, 12], heading=heading)
    row = book.header_row(
        page, row, ["Nội dung", "Mã", "Từ đơn vị", "Kết quả", "Mã mới", "Về đơn vị", "Số lượng"]
    )
    for line in sheet.lines:
        for flow in line.flows:
            cells = (
                line.label,
                flow.unit,
                flow.unit_name,
                FATE_WORDS.get(flow.fate, flow.fate),
                flow.to,
                flow.to_name,
            )
            for column, word in enumerate(cells):
                page.write_string(row, column, word, text)
            book.number(page, row, 6, flow.n, number)
            row += 1

    page, row = book.sheet("Cần xem", widths=[14, 8, 8, 110], heading=heading)
    row = book.header_row(page, row, ["Mức", "Bước", "Dòng", "Nội dung"])
    levels = dict(PROBLEM_LEVELS)
    for problem in sheet.problems:
        page.write_string(row, 0, levels.get(problem.level, problem.level).capitalize(), text)
        book.number(page, row, 1, problem.step, number)
        book.number(page, row, 2, problem.row, number)
        page.write_string(row, 3, problem.message, text)
        page.set_row(row, row_height([(problem.message, 110)]))
        row += 1
    return book.finish()
