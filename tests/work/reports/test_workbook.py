"""The Excel file: live formulas whose kept values are right, sheets ready to print, definitions in words."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from congdoan.work.reports.workbook import write_xlsx
from tests.work.reports import samples


def both(**changes: Any) -> tuple[Any, Any]:
    """The workbook twice: with formulas, and with the values a viewer shows that does not calculate."""
    data = write_xlsx(samples.report(**changes))
    return openpyxl.load_workbook(io.BytesIO(data)), openpyxl.load_workbook(io.BytesIO(data), data_only=True)


def row_of(sheet: Any, text: str) -> int:
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith(text):
                return int(cell.row)
    raise AssertionError(f"không thấy {text}")


def test_four_sheets_landscape_a4_with_heading_and_repeated_head() -> None:
    book, _ = both()
    assert book.sheetnames == ["Chỉ tiêu", "Thực tăng", "Đơn vị trực thuộc", "Ghi chú"]
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape" and int(sheet.page_setup.paperSize) == 9
        # One page wide is Excel's own default, as high as it takes is not.
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows
        assert "THÀNH" in sheet["A2"].value
        assert any(
            cell.value == "Số liệu tính đến hết ngày 30/09/2026, theo cơ cấu tổ chức tại thời điểm đó"
            for row in sheet.iter_rows()
            for cell in row
        )


def test_percent_and_missing_are_formulas_with_their_values() -> None:
    formulas, values = both()
    sheet, shown = formulas["Chỉ tiêu"], values["Chỉ tiêu"]
    row = row_of(sheet, "Đoàn viên thực tăng năm 2026")
    assert sheet.cell(row, 13).value.startswith("=IF(") and f"L{row}/F{row}" in sheet.cell(row, 13).value
    assert shown.cell(row, 13).value == pytest.approx(1012 / 1900)
    assert shown.cell(row, 16).value == 888
    assert shown.cell(row, 9).value == 45
    assert sheet.cell(row, 6).number_format.endswith("#,##0")


def test_a_ratio_is_worked_out_from_its_parts() -> None:
    formulas, values = both()
    row = row_of(formulas["Chỉ tiêu"], "Doanh nghiệp ổn định")
    assert formulas["Chỉ tiêu"].cell(row, 12).value == f'=IF(K{row}=0,"",J{row}/K{row}*100)'
    assert values["Chỉ tiêu"].cell(row, 12).value == pytest.approx(1250 / 1447 * 100)


def test_nothing_known_is_empty_and_not_zero() -> None:
    formulas, values = both()
    row = row_of(formulas["Chỉ tiêu"], "Đoàn viên ưu tú")
    assert values["Chỉ tiêu"].cell(row, 12).value is None
    assert values["Chỉ tiêu"].cell(row, 13).value in (None, "")
    assert values["Chỉ tiêu"].cell(row, 17).value == "Chưa có số liệu"


def test_reconciliation_sums_itself() -> None:
    formulas, values = both()
    sheet, shown = formulas["Thực tăng"], values["Thực tăng"]
    opening, net, closing = (
        row_of(sheet, text) for text in ("Đoàn viên đầu kỳ", "Thực tăng", "Đoàn viên cuối kỳ")
    )
    assert sheet.cell(net, 3).value == f"=SUM(C{opening + 1}:C{net - 1})"
    assert sheet.cell(closing, 3).value == f"=C{opening}+C{net}+SUM(C{net + 1}:C{closing - 1})"
    for column in (3, 4):
        inner = [shown.cell(row, column).value for row in range(opening + 1, net)]
        assert shown.cell(net, column).value == sum(inner)
        apart = [shown.cell(row, column).value for row in range(net + 1, closing)]
        assert shown.cell(closing, column).value == shown.cell(opening, column).value + sum(inner) + sum(
            apart
        )


@pytest.mark.parametrize("count", [1, 40])
def test_children_add_up_by_formula(count: int) -> None:
    children = tuple(samples.child(i, 10 + 3 * i, (7 * i) % 45) for i in range(1, count + 1))
    formulas, values = both(children=children, child_remainders=(Decimal(12), Decimal(0)))
    sheet, shown = formulas["Đơn vị trực thuộc"], values["Đơn vị trực thuộc"]
    total = row_of(sheet, "Cộng")
    first = total - count - 1
    for column, letter in ((4, "D"), (6, "F"), (7, "G"), (10, "J")):
        assert sheet.cell(total, column).value == f"=SUM({letter}{first}:{letter}{total - 1})"
        inner = [shown.cell(row, column).value or 0 for row in range(first, total)]
        assert shown.cell(total, column).value == sum(inner)
    assert shown.cell(total, 9).value == 1
    assert sheet.cell(first, 9).value.endswith(f"G{first}/$G${total})")
    shares = [shown.cell(row, 9).value for row in range(first, total)]
    assert sum(shares) == pytest.approx(1)


def test_no_children_says_so() -> None:
    formulas, _ = both(children=())
    assert row_of(formulas["Đơn vị trực thuộc"], "Không có đơn vị trực thuộc.")


def test_members_alone_when_no_target_adds_up() -> None:
    from dataclasses import replace

    plain = tuple(replace(child, targets=()) for child in samples.report().children)
    formulas, values = both(children=plain, child_targets=(), child_remainders=())
    total = row_of(formulas["Đơn vị trực thuộc"], "Cộng")
    assert values["Đơn vị trực thuộc"].cell(total, 4).value == sum(child.members or 0 for child in plain)


def test_notes_define_every_target_and_say_what_is_open() -> None:
    book, _ = both(gaps=("Chưa biết địa danh.",))
    text = "\n".join(str(cell.value) for row in book["Ghi chú"].iter_rows() for cell in row if cell.value)
    for target in samples.report().targets:
        assert f"{target.code}. {target.name}" in text
    assert "Số đoàn viên cuối kỳ trừ số đầu kỳ" in text
    assert "Căn cứ: 000 §II.1 L39." in text
    assert "Chưa biết địa danh." in text and "ví dụ dựng để trình diễn" in text
