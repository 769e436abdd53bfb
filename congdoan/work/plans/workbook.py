"""The table of bodies below as a workbook: what the screen shows, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.lists import STRUCTURE_WORDS
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import TargetProgress


def write_children(
    path: Path,
    *,
    plan: Plan,
    unit: Unit,
    as_of: date,
    structure: str,
    leading: TargetProgress,
    beside: Sequence[str],
    children: Sequence[dict[str, Any]],
    remainder: str,
) -> None:
    """Write the bodies below for a target, those behind first, with a line for the unit as a whole. ``structure``
    ("then" or "today") is said beside the day."""
    percent_sign = '"%"' if leading.unit_name == "%" else ""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Đơn vị trực thuộc")
        title = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#E8EEF6", "text_wrap": True, "valign": "top"}
        )
        number = book.add_format({"num_format": f"#,##0.##{percent_sign}" if percent_sign else "#,##0"})
        share = book.add_format({"num_format": "0.0%"})
        total = book.add_format(
            {"bold": True, "top": 1, "num_format": "#,##0" if not percent_sign else '0.0"%"'}
        )
        bold = book.add_format({"bold": True, "top": 1})
        sheet.write_string(0, 0, plan.title, title)
        sheet.write_string(1, 0, f"{leading.target.code} {leading.target.name}: {unit.name}")
        sheet.write_string(
            2,
            0,
            f"Số liệu đến hết ngày {format_date(as_of)}, {STRUCTURE_WORDS[structure]}; đơn vị chậm đứng trước",
        )
        heads = ["Đơn vị", "Mã", "Chỉ tiêu", "Đã đạt", "Tỷ lệ", "Đóng góp", "Dự báo", *beside, "Tình trạng"]
        for column, words in enumerate(heads):
            sheet.write_string(4, column, words, head)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, len(heads) - 1, 15)
        sheet.freeze_panes(5, 1)
        line = 5
        for row in children:
            sheet.write_string(line, 0, row["name"])
            sheet.write_string(line, 1, row["unit"].code)
            values = [
                (row["demand_number"], number),
                (row["value_number"], number),
                (row["percent"], share),
                (row["share"], share),
                (row["forecast_number"], number),
                *[(other["number"], number) for other in row["others"]],
            ]
            for column, (value, form) in enumerate(values, 2):
                if value is not None:
                    sheet.write_number(line, column, float(value), form)
            sheet.write_string(line, len(heads) - 1, row["state_text"])
            line += 1
        sheet.write_string(line, 0, unit.name, bold)
        for column, value in ((2, leading.demand), (3, leading.value)):
            if value is not None:
                sheet.write_number(line, column, float(value), total)
        sheet.write_string(line, len(heads) - 1, leading.state_words, bold)
        if remainder:
            sheet.write_string(line + 1, 0, remainder)
