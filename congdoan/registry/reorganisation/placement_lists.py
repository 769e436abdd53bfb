"""The list of a divided unit's members, to be filled in with who takes each of them: written, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from congdoan.foundation.imports.catalogue import Field
from congdoan.foundation.imports.cells import getter, is_closing_line, text_of
from congdoan.foundation.imports.headings import find_headings
from congdoan.foundation.imports.reading import FileRefused, open_table
from congdoan.kit.dates import format_date, parse_date
from congdoan.kit.documents import Sheets
from congdoan.kit.text import nfc, search_key
from congdoan.registry.membership.queries import Placed
from congdoan.registry.reorganisation.queries import Division

FIELDS = (
    Field("number", "Mã người", ("Mã số người", "Mã"), help="Có sẵn trong danh sách tải về; đừng sửa"),
    Field("full_name", "Họ và tên", ("Họ tên", "Tên đoàn viên"), required=True),
    Field("birth_on", "Ngày sinh", ("Ngày tháng năm sinh",)),
    Field("workplace", "Nơi làm việc", ("Doanh nghiệp",)),
    Field(
        "to",
        "Về đơn vị (mã)",
        ("Mã đơn vị nhận", "Về đơn vị", "Đơn vị nhận", "Chuyển về"),
        required=True,
        help="Mã đơn vị nhận; để trống thì theo quy tắc của bước",
    ),
)


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in a row of the file."""

    row: int
    message: str


@dataclass
class Placement:
    """What a list says: {person: code of the unit, '' to leave them to the rules}, its problems and how many rows."""

    people: dict[int, str] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    rows: int = 0


def write_placement(division: Division, people: Sequence[Placed], *, made_on: date) -> bytes:
    """The members in the order of their names, with who takes each by name, and by which rule otherwise."""
    book = Sheets(title=f"Xếp đoàn viên: {division.unit.name}", made_on=made_on)
    text = book.format(text_wrap=True)
    codes = division.codes
    takers = "; ".join(f"{code}: {name}" for code, name in division.heirs.items())
    page, row = book.sheet(
        "Danh sách",
        widths=[12, 30, 13, 40, 20, 44],
        heading=["XẾP ĐOÀN VIÊN KHI CHIA TÁCH", division.unit.name],
        note=f"Ghi mã đơn vị nhận vào cột “Về đơn vị (mã)” ({takers}). Để trống thì theo quy tắc của bước.",
    )
    row = book.header_row(page, row, [*(item.label for item in FIELDS), "Nếu để trống thì về"])
    for person in people:
        by_rule = RULE_WORDS[person.rule]
        name = division.heirs.get(codes.get(person.into or 0, ""), "")
        cells = (
            str(person.person_id),
            person.full_name,
            format_date(person.birth_on) if person.birth_on else "",
            person.workplace,
            codes.get(person.into or 0, "") if person.rule == "people" else "",
            "" if person.rule == "people" else f"{name} ({by_rule})" if name else "chưa có nơi đến",
        )
        for column, word in enumerate(cells):
            page.write_string(row, column, word, text)
        row += 1
    return book.finish()


#: Why a member goes somewhere (membership.queries.Placed.rule).
RULE_WORDS = {
    "people": "nêu tên",
    "employers": "theo nơi làm việc",
    "territories": "theo xã, phường nơi làm việc",
    "rest": "phần còn lại",
    "": "chưa có nơi đến",
}


def read_placement(
    path: Path, division: Division, people: Sequence[Placed], *, limit_bytes: int = 20 * 1024 * 1024
) -> Placement:
    """Read a filled list. Raises FileRefused for a file that is none, or has no headings. A person is found by the number,
    else by name and day of birth; the name must agree with the number."""
    table = open_table(path, limit_bytes=limit_bytes)
    headings = find_headings(table.rows(), FIELDS, {})
    if not headings.row:
        raise FileRefused(
            "Không tìm thấy dòng tiêu đề có cột “Họ và tên” và “Về đơn vị (mã)”. Hãy dùng danh sách tải về từ trang này."
        )
    get = {item.name: getter(headings.mapping, item.name) for item in FIELDS}
    by_number = {str(person.person_id): person for person in people}
    by_name: dict[str, list[Placed]] = {}
    for person in people:
        by_name.setdefault(search_key(person.full_name), []).append(person)
    named = {search_key(name): code for code, name in division.heirs.items()}
    found = Placement()
    for number, cells in table.rows():
        if number <= headings.end:
            continue
        value = {name: read(cells) if read else "" for name, read in get.items()}
        name = text_of(value["full_name"])
        if not name or is_closing_line(name):
            continue
        found.rows += 1
        try:
            person = _person(value, name, by_number, by_name)
            to = nfc(value["to"])
            code = to if to in division.heirs else named.get(search_key(to), "")
            if to and not code:
                raise ValueError(
                    f"“{to}” không nhận phần nào ở bước này. Hãy ghi một trong: {', '.join(division.heirs)}."
                )
            if person.person_id in found.people:
                raise ValueError(f"{person.full_name} đã có ở một dòng trên. Hãy bỏ một dòng.")
            found.people[person.person_id] = code
        except ValueError as error:
            found.problems.append(RowProblem(number, str(error)))
    if not found.rows:
        raise FileRefused("Danh sách không có dòng nào dưới tiêu đề. Hãy kiểm tra lại tệp.")
    return found


def _person(
    value: dict[str, object], name: str, by_number: dict[str, Placed], by_name: dict[str, list[Placed]]
) -> Placed:
    number = text_of(value["number"]).removesuffix(".0")
    if number:
        person = by_number.get(number)
        if person is None:
            raise ValueError(f"Mã người {number} không phải là đoàn viên của đơn vị chia tách vào ngày đó.")
        if search_key(person.full_name) != search_key(name):
            raise ValueError(
                f"Mã người {number} là {person.full_name}, dòng này ghi {name}. Hãy sửa một trong hai."
            )
        return person
    same = by_name.get(search_key(name), [])
    born = parse_date(value["birth_on"]) if value["birth_on"] else None
    if len(same) > 1 and born is not None:
        same = [person for person in same if person.birth_on == born]
    if len(same) == 1:
        return same[0]
    if same:
        raise ValueError(f"Có {len(same)} người tên {name}. Hãy ghi mã người, hoặc đúng ngày sinh.")
    raise ValueError(f"Không có đoàn viên {name} ở đơn vị chia tách vào ngày đó.")
