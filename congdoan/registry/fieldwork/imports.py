"""Reading an outside list of employers: tax code, name, headcount; title lines above the table do no harm."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from congdoan.foundation.imports.catalogue import Field
from congdoan.foundation.imports.cells import getter, is_closing_line, text_of
from congdoan.foundation.imports.headings import find_headings
from congdoan.foundation.imports.reading import open_table
from congdoan.kit.identifiers import check_tax_code
from congdoan.kit.numbers import NumberError, parse_number
from congdoan.registry.fieldwork.actions import FieldworkError, OutsideLine

FIELDS = (
    Field(
        "name",
        "Tên doanh nghiệp",
        ("Tên đơn vị", "Doanh nghiệp", "Tên công ty", "Đơn vị", "Tên người nộp thuế", "Tên cơ sở", "Công ty"),
        required=True,
    ),
    Field("tax_code", "Mã số thuế", ("MST", "Mã số doanh nghiệp", "Mã DN", "Mã số DN", "Mã đơn vị")),
    Field(
        "workers",
        "Số lao động",
        (
            "Lao động",
            "Tổng số lao động",
            "Số LĐ",
            "Tổng lao động",
            "Số người tham gia",
            "Số lao động đóng BHXH",
        ),
    ),
)
_HIGHEST = 1_000_000


def read_outside(path: Path) -> list[OutsideLine]:
    """The lines of a file. Raises FileRefused for what is no list, FieldworkError when its headings are not found."""
    table = open_table(path, limit_bytes=settings.UPLOAD_LIMIT_BYTES)
    headings = find_headings(table.rows(), FIELDS, {})
    if not headings.row:
        raise FieldworkError(
            "Không thấy dòng tiêu đề. Danh sách cần một dòng có “Tên doanh nghiệp” và “Mã số thuế” hoặc “Số lao động”."
        )
    columns = [getter(headings.mapping, item.name) for item in FIELDS]
    found: list[OutsideLine] = []
    for number, cells in table.rows():
        if number <= headings.end:
            continue
        name, code, workers = (column(cells) if column else "" for column in columns)
        if not text_of(name) and not text_of(code):
            continue
        if not text_of(code) and is_closing_line(text_of(name)):
            break
        found.append(_line(number, text_of(name), code, workers))
    return found


def _line(number: int, name: str, code: object, workers: object) -> OutsideLine:
    checked = check_tax_code(code)
    problems: list[str] = []
    count: int | None = None
    try:
        value = parse_number(workers)
    except NumberError as error:
        problems.append(str(error))
    else:
        if value is not None and (value != value.to_integral_value() or not 0 <= value <= _HIGHEST):
            problems.append(f"Số lao động “{text_of(workers)}” phải là số nguyên từ 0 đến 1.000.000.")
        elif value is not None:
            count = int(value)
    if not name and not checked.value:
        problems.append("Dòng không có tên và mã số thuế.")
    return OutsideLine(number, checked.value, name, count, " ".join(problems)[:300])
