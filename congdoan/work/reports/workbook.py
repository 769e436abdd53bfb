"""A report as an Excel file: targets, reconciliation, bodies below, notes. Totals and shares are live formulas."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from congdoan.kit.dates import format_date
from congdoan.kit.documents import ONE_DECIMAL, SHARE, SIGNED, TWO_DECIMALS, WHOLE, Sheets, row_height
from congdoan.work.plans.rules import citation_words
from congdoan.work.reports import prose
from congdoan.work.reports.figures import ChildFigure, PlanReport, TargetFigure
from congdoan.work.reports.word import REMAINDER, in_full

TARGETS, LEDGER, CHILDREN, NOTES = "Chỉ tiêu", "Thực tăng", "Đơn vị trực thuộc", "Ghi chú"


def write_xlsx(report: PlanReport) -> bytes:
    """The .xlsx of a report. Every formula carries the value it comes to, so that any viewer shows it."""
    sheets = Sheets(title=prose.subject(report), made_on=report.as_of)
    _targets(sheets, report)
    _ledger(sheets, report)
    _children(sheets, report)
    _notes(sheets, report)
    return sheets.finish()


def _heading(report: PlanReport, title: str) -> list[str]:
    return [in_full(report.superior) or " ", in_full(report.unit_name), title, prose.subject(report)]


def _sheet(
    sheets: Sheets, report: PlanReport, name: str, title: str, widths: Sequence[float]
) -> tuple[Worksheet, int]:
    return sheets.sheet(
        name,
        widths=widths,
        heading=_heading(report, title),
        note=f"Số liệu tính đến hết ngày {format_date(report.as_of)}{prose.in_structure(report)}",
        footer=f"{report.unit_short}, số liệu tính đến {format_date(report.as_of)}",
    )


def _number_format(target: TargetFigure) -> str:
    """As many decimals as the indicator has; percentages always show one."""
    places = max(target.decimals, 1 if target.unit_name == "%" else 0)
    return {0: WHOLE, 1: ONE_DECIMAL}.get(places, TWO_DECIMALS)


# --------------------------------------------------------------------------------------------------
# Targets
# --------------------------------------------------------------------------------------------------

_TARGET_COLUMNS = (
    ("STT", 4.5),
    ("Mã", 7.0),
    ("Chỉ tiêu", 30.0),
    ("Đơn vị tính", 9.0),
    ("Mức giao (theo kế hoạch)", 15.0),
    ("Mức giao (số)", 8.5),
    ("Trong kỳ báo cáo", 8.5),
    ("Cùng kỳ năm trước", 8.5),
    ("So với cùng kỳ", 8.0),
    ("Tử số", 8.0),
    ("Mẫu số", 8.0),
    ("Lũy kế / hiện tại", 8.5),
    ("Tỷ lệ thực hiện", 8.5),
    ("Cần đạt đến nay", 8.5),
    ("Dự báo cuối kỳ", 8.5),
    ("Còn thiếu", 8.5),
    ("Đánh giá", 10.5),
    ("Căn cứ", 9.0),
)


def _targets(sheets: Sheets, report: PlanReport) -> None:
    widths = [width for _, width in _TARGET_COLUMNS]
    sheet, row = _sheet(sheets, report, TARGETS, "BIỂU 1. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU", widths)
    row = sheets.header_row(sheet, row, [label for label, _ in _TARGET_COLUMNS])
    for place, target in enumerate(report.scored, start=1):
        _target(sheets, sheet, row, place, target, report)
        row += 1


def _target(
    sheets: Sheets, sheet: Worksheet, row: int, place: int, target: TargetFigure, report: PlanReport
) -> None:
    figure = sheets.format(_number_format(target))
    words, middle = sheets.format(text_wrap=True), sheets.format(text_wrap=True, align="center")
    sheet.write_number(row, 0, place, middle)
    sheet.write_string(row, 1, target.code, middle)
    sheet.write_string(row, 2, target.name, words)
    sheet.write_string(row, 3, target.unit_name, middle)
    sheet.write_string(row, 4, target.demand, middle)
    sheets.number(sheet, row, 5, target.target_value, figure)
    in_period = target.period_value if target.adds_up else None
    sheets.number(sheet, row, 6, in_period, figure)
    sheets.number(sheet, row, 7, target.same_last_year, figure)
    cell = {name: xl_rowcol_to_cell(row, column) for name, column in _PLACES.items()}
    change = (
        in_period - target.same_last_year
        if in_period is not None and target.same_last_year is not None
        else None
    )
    sheets.formula(
        sheet,
        row,
        8,
        f'=IF(OR({cell["period"]}="",{cell["last"]}=""),"",{cell["period"]}-{cell["last"]})',
        sheets.format(SIGNED),
        change,
    )
    plain = sheets.format(WHOLE)
    sheets.number(sheet, row, 9, target.numerator, plain)
    sheets.number(sheet, row, 10, target.denominator, plain)
    is_share = target.numerator is not None and target.denominator is not None and bool(target.denominator)
    if is_share and target.indicator_kind in {"ratio", "average"}:
        factor = "*100" if target.indicator_kind == "ratio" else ""
        text = f'=IF({cell["below"]}=0,"",{cell["above"]}/{cell["below"]}{factor})'
        sheets.formula(sheet, row, 11, text, figure, target.value)
    else:
        sheets.number(sheet, row, 11, target.value, figure)
    sheets.number(sheet, row, 13, target.expected_by_now, figure)
    sheets.number(sheet, row, 14, target.forecast, figure)
    if not target.target_value or target.operator not in _SCORED or target.is_milestone:
        # A word, or a figure the plan does not hold to ("khoảng"): a formula would invent a pass mark.
        sheet.write_blank(row, 12, None, sheets.format(SHARE))
        sheet.write_blank(row, 15, None, figure)
    else:
        value = target.value
        gap = None if value is None else target.target_value - value
        missing = None if gap is None else max(-gap if target.operator == "le" else gap, Decimal(0))
        sheets.formula(
            sheet,
            row,
            12,
            f'=IF(OR({cell["value"]}="",N({cell["demand"]})=0),"",{cell["value"]}/{cell["demand"]})',
            sheets.format(SHARE),
            None if value is None else value / target.target_value,
        )
        ends = (cell["demand"], cell["value"])
        sides = ends[::-1] if target.operator == "le" else ends
        sheets.formula(
            sheet,
            row,
            15,
            f'=IF(OR({cell["value"]}="",N({cell["demand"]})=0),"",MAX({sides[0]}-{sides[1]},0))',
            figure,
            missing,
        )
    sheet.write_string(row, 16, prose.state_words(target), middle)
    sheet.write_string(row, 17, citation_words(target.citation), middle)
    sheet.set_row(row, row_height([(target.name, 30), (target.demand, 15), (target.unit_name, 9)]))


_SCORED = frozenset({"eq", "ge", "gt", "le"})
#: Where the formulas of a row look.
_PLACES = {"demand": 5, "period": 6, "last": 7, "above": 9, "below": 10, "value": 11}


# --------------------------------------------------------------------------------------------------
# Reconciliation
# --------------------------------------------------------------------------------------------------


def _ledger(sheets: Sheets, report: PlanReport) -> None:
    figures = report.reconciliations
    widths = (6.0, 62.0, *([24.0] * max(len(figures), 1)))
    sheet, row = _sheet(sheets, report, LEDGER, "BIỂU 2. CÂN ĐỐI ĐOÀN VIÊN VÀ THỰC TĂNG", widths)
    labels = [f"{item.title[0].upper()}{item.title[1:]}" for item in figures]
    row = sheets.header_row(sheet, row, ["STT", "Nội dung", *labels], height=36)
    lines = prose.ledger_rows(figures)
    growth = [row + place for place, line in enumerate(lines) if line.role == "growth"]
    apart = [row + place for place, line in enumerate(lines) if line.role == "apart"]
    opening, net = row, row + next(place for place, line in enumerate(lines) if line.role == "sum")
    number = 0
    for place, line in enumerate(lines):
        at = row + place
        strong = line.role in {"level", "sum"}
        traits: dict[str, Any] = {"bold": True, "bg_color": "#F5F7FA"} if strong else {}
        number += 0 if strong else 1
        sheet.write(at, 0, "" if strong else number, sheets.format(align="center", **traits))
        label = f"{line.label} (ghi riêng, không tính vào thực tăng)" if line.role == "apart" else line.label
        sheet.write_string(at, 1, label, sheets.format(text_wrap=True, **traits))
        for index, value in enumerate(line.values):
            letter = xl_col_to_name(2 + index)
            style = sheets.format(WHOLE if line.role == "level" else SIGNED, **traits)
            if line.role == "sum":
                text = f"=SUM({letter}{growth[0] + 1}:{letter}{growth[-1] + 1})" if growth else "=0"
                sheets.formula(sheet, at, 2 + index, text, style, value)
            elif line.role == "level" and at != opening:
                beside = f"+SUM({letter}{apart[0] + 1}:{letter}{apart[-1] + 1})" if apart else ""
                text = f"={letter}{opening + 1}+{letter}{net + 1}{beside}"
                sheets.formula(sheet, at, 2 + index, text, style, value)
            else:
                sheet.write_number(at, 2 + index, value, style)
        sheet.set_row(at, 20)
    said = (
        "Thực tăng = kết nạp + chuyển đến − chuyển đi − thôi, xoá tên, khai trừ − nghỉ hưu, từ trần. "
        "Đoàn viên cuối kỳ = đầu kỳ + thực tăng + các dòng ghi riêng."
    )
    last = max(1 + len(figures), 2)
    sheet.merge_range(
        row + len(lines) + 1, 0, row + len(lines) + 1, last, said, sheets.format(border=0, italic=True)
    )


# --------------------------------------------------------------------------------------------------
# Bodies below
# --------------------------------------------------------------------------------------------------


def _children(sheets: Sheets, report: PlanReport) -> None:
    chosen = [report.target(code) for code in report.child_targets]
    widths = [5.0, 12.0, 46.0, 12.0, 10.0, *([11.0, 11.0, 9.5, 10.0] * len(chosen))]
    sheet, row = _sheet(sheets, report, CHILDREN, "BIỂU 3. KẾT QUẢ CỦA CÁC ĐƠN VỊ TRỰC THUỘC", widths)
    if not report.children:
        sheet.merge_range(
            row, 0, row, len(widths) - 1, "Không có đơn vị trực thuộc.", sheets.format(border=0)
        )
        return
    labels = ["STT", "Mã", "Đơn vị", "Đoàn viên hiện có", "Tỷ trọng đoàn viên"]
    groups = []
    for index, target in enumerate(chosen):
        groups.append((5 + 4 * index, 8 + 4 * index, target.name))
        labels += ["Mức giao", "Kết quả", "Tỷ lệ", "Tỷ trọng kết quả"]
    row = sheets.header_row(sheet, row, labels, height=36, groups=groups)
    ordered = prose.slowest_first(report.children)
    rests = [
        report.child_remainders[index] if index < len(report.child_remainders) else None
        for index in range(len(chosen))
    ]
    has_rest = any(rests)
    first, total = row, row + len(ordered) + (1 if has_rest else 0)
    members_sum = Decimal(sum(child.members or 0 for child in ordered))
    sums = [
        (
            sum((child.targets[index].given or Decimal(0) for child in ordered), Decimal(0)),
            sum((child.targets[index].value or Decimal(0) for child in ordered), rests[index] or Decimal(0)),
        )
        for index in range(len(chosen))
    ]
    for place, child in enumerate(ordered, start=1):
        _child(sheets, sheet, row, place, child, chosen, total, members_sum, sums)
        row += 1
    if has_rest:
        words = sheets.format(text_wrap=True, italic=True)
        sheet.write_blank(row, 0, None, words)
        sheet.write_blank(row, 1, None, words)
        sheet.write_string(row, 2, REMAINDER, words)
        sheet.write_blank(row, 3, None, words)
        sheet.write_blank(row, 4, None, words)
        for index, target in enumerate(chosen):
            column = 5 + 4 * index
            sheet.write_blank(row, column, None, words)
            sheets.number(sheet, row, column + 1, rests[index], sheets.format(_number_format(target)))
            sheet.write_blank(row, column + 2, None, words)
            _part(sheets, sheet, row, column + 3, column + 1, total, rests[index], sums[index][1])
        row += 1
    bold: dict[str, Any] = {"bold": True, "bg_color": "#F5F7FA"}
    for column in (0, 1):
        sheet.write_blank(row, column, None, sheets.format(**bold))
    sheet.write_string(row, 2, "Cộng", sheets.format(**bold))
    _sum(sheets, sheet, row, 3, first, sheets.format(WHOLE, **bold), members_sum)
    _part(sheets, sheet, row, 4, 3, total, members_sum, members_sum, bold)
    for index, target in enumerate(chosen):
        column = 5 + 4 * index
        style = sheets.format(_number_format(target), **bold)
        given, value = sums[index]
        _sum(sheets, sheet, row, column, first, style, given)
        _sum(sheets, sheet, row, column + 1, first, style, value)
        _reached(sheets, sheet, row, column, given, value, bold)
        _part(sheets, sheet, row, column + 3, column + 1, total, value, value, bold)


def _child(
    sheets: Sheets,
    sheet: Worksheet,
    row: int,
    place: int,
    child: ChildFigure,
    chosen: Sequence[TargetFigure],
    total: int,
    members_sum: Decimal,
    sums: Sequence[tuple[Decimal, Decimal]],
) -> None:
    words = sheets.format(text_wrap=True)
    sheet.write_number(row, 0, place, sheets.format(align="center"))
    sheet.write_string(row, 1, child.code, sheets.format(text_wrap=True, font_size=9))
    sheet.write_string(row, 2, child.name, words)
    sheets.number(sheet, row, 3, child.members, sheets.format(WHOLE))
    members = None if child.members is None else Decimal(child.members)
    _part(sheets, sheet, row, 4, 3, total, members, members_sum)
    for index, (target, found) in enumerate(zip(chosen, child.targets, strict=True)):
        column = 5 + 4 * index
        style = sheets.format(_number_format(target))
        sheets.number(sheet, row, column, found.given, style)
        sheets.number(sheet, row, column + 1, found.value, style)
        _reached(sheets, sheet, row, column, found.given, found.value)
        _part(sheets, sheet, row, column + 3, column + 1, total, found.value, sums[index][1])
    sheet.set_row(row, row_height([(child.name, 46), (child.code, 13)]))


def _sum(
    sheets: Sheets, sheet: Worksheet, row: int, column: int, first: int, style: Any, value: Decimal
) -> None:
    letter = xl_col_to_name(column)
    sheets.formula(sheet, row, column, f"=SUM({letter}{first + 1}:{letter}{row})", style, value)


def _reached(
    sheets: Sheets,
    sheet: Worksheet,
    row: int,
    column: int,
    given: Decimal | None,
    value: Decimal | None,
    traits: dict[str, Any] | None = None,
) -> None:
    """What is reached of what was given: the two cells to the left."""
    goal, found = xl_rowcol_to_cell(row, column), xl_rowcol_to_cell(row, column + 1)
    sheets.formula(
        sheet,
        row,
        column + 2,
        f'=IF(OR({found}="",N({goal})=0),"",{found}/{goal})',
        sheets.format(SHARE, **(traits or {})),
        value / given if given and value is not None else None,
    )


def _part(
    sheets: Sheets,
    sheet: Worksheet,
    row: int,
    column: int,
    of_column: int,
    total: int,
    value: Decimal | None,
    whole: Decimal,
    traits: dict[str, Any] | None = None,
) -> None:
    """The share of a cell in its column's total."""
    here, sum_cell = (
        xl_rowcol_to_cell(row, of_column),
        xl_rowcol_to_cell(total, of_column, row_abs=True, col_abs=True),
    )
    sheets.formula(
        sheet,
        row,
        column,
        f'=IF(OR({here}="",{sum_cell}=0),"",{here}/{sum_cell})',
        sheets.format(SHARE, **(traits or {})),
        value / whole if value is not None and whole else None,
    )


# --------------------------------------------------------------------------------------------------
# Notes
# --------------------------------------------------------------------------------------------------


def _notes(sheets: Sheets, report: PlanReport) -> None:
    sheet, row = _sheet(sheets, report, NOTES, "GHI CHÚ VÀ CÁCH TÍNH", (34.0, 118.0))
    row = sheets.header_row(sheet, row, ["Nội dung", "Giải thích"], height=22)
    for label, text in _note_lines(report):
        sheet.write_string(row, 0, label, sheets.format(text_wrap=True, valign="top"))
        sheet.write_string(row, 1, text, sheets.format(text_wrap=True, valign="top"))
        sheet.set_row(row, row_height([(label, 34), (text, 118)]))
        row += 1


def _note_lines(report: PlanReport) -> list[tuple[str, str]]:
    lines = [
        ("Đơn vị báo cáo", f"{report.unit_name} ({report.unit_code})"),
        ("Kế hoạch", f"{report.plan_title} ({report.plan_code}), {report.plan_issuer}"),
        (
            "Kỳ báo cáo",
            f"{report.period.name}: từ {format_date(report.period.from_on)} đến {format_date(report.as_of)}",
        ),
        ("Số liệu tính đến", f"hết ngày {format_date(report.as_of)}"),
        ("Cơ cấu tổ chức", prose.structure_note(report)),
    ]
    if report.is_invented:
        lines.append(("Lưu ý", "Kế hoạch là ví dụ dựng để trình diễn, không phải văn bản của cơ quan nào."))
    for target in report.scored:
        said = [target.explanation] if target.explanation else []
        said.append(
            f"Mức giao: {target.demand}." + (f" Nguyên văn: “{target.wording}”." if target.wording else "")
        )
        if target.citation:
            said.append(f"Căn cứ: {target.citation}.")
        if target.by_hand:
            said.append(
                f"Số do cán bộ báo cáo, nguồn: {target.hand_source or 'chưa ghi'}"
                + (f", ngày {format_date(target.hand_on)}." if target.hand_on else ".")
            )
        elif target.notice:
            said.append(target.notice)
        if target.forecast is not None and target.forecast_reason:
            said.append(f"Dự báo: {target.forecast_reason}")
        if target.note:
            said.append(target.note)
        said += [f"Điểm kế hoạch còn bỏ ngỏ: {point}" for point in target.open_points]
        lines.append((f"{target.code}. {target.name}", "\n".join(said)))
    lines += [("Điểm còn bỏ ngỏ", point) for point in report.open_points]
    lines += [("Cần bổ sung", gap) for gap in report.gaps]
    lines.append(
        (
            "Công thức",
            "Ô tổng, tỷ lệ, tỷ trọng và còn thiếu là công thức; sửa số gốc thì các ô này tính lại. Ô trống là chưa có "
            "số liệu, không phải số 0.",
        )
    )
    return lines
