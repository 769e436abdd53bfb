"""Sample lists as offices send them: title lines above the table, headings of their own, some rows that need a look.

Written as workbooks under CONGDOAN_HOME/mau/ and brought in by the real import; anybody may open and import them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

from congdoan.config.demo.bodies import PROVINCES, Province, short_place
from congdoan.config.demo.companies import CompanyNames, tax_code
from congdoan.config.demo.names import DemoPerson, PeopleMaker
from congdoan.config.demo.story import DemoUnion, Story


@dataclass(frozen=True)
class SampleList:
    """A list in a file: what kind it is, for which unit, and of which day it speaks."""

    path: Path
    kind: str
    unit: str
    on: date


def write_samples(story: Story, folder: Path) -> list[SampleList]:
    """Write the sample lists for the last days of a story. Same story, same lists."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(f"samples {story.until}")
    made: list[SampleList] = []
    for code, sector in (("HP", "fdi"), ("LC", "non_state")):
        province = next(province for province in PROVINCES if province.code == code)
        union = _union(story, code, sector)
        on = max(union.founded_on + timedelta(days=1), story.until - timedelta(days=9))
        path = folder / f"doan-vien-moi-{union.code}.xlsx"
        _members(path, story, union, province, rng, on)
        made.append(SampleList(path, "members", union.code, on))
    path = folder / "doanh-nghiep-moi-HP.xlsx"
    _enterprises(path, rng, story.until)
    made.append(SampleList(path, "enterprises", "HP", story.until))
    return made


def _union(story: Story, province: str, sector: str) -> DemoUnion:
    """The union of middle size a list is sent for."""
    alive = sorted(
        (union for union in story.unions if union.province == province and union.ended_on is None),
        key=lambda union: (union.sector != sector, -len(union.members), union.index),
    )
    same = [union for union in alive if union.sector == sector] or alive
    return same[len(same) // 4]


def _members(path: Path, story: Story, union: DemoUnion, province: Province, rng: Random, on: date) -> None:
    maker = PeopleMaker(rng)
    # Numbers that no member of the story has.
    maker.skip(len(story.people) + 1000 * (1 + union.index))
    people = maker.make(
        36,
        province=province.code,
        women_share=union.women_share,
        ages=union.ages,
        on=on,
        address=short_place(province),
    )
    rows: list[Sequence[object]] = [
        _member_row(number, person, on) for number, person in enumerate(people, start=1)
    ]
    # What lists really hold: only a year of birth, a day that does not exist, a missing name, somebody twice,
    # somebody who is a member already.
    rows[4] = [*rows[4][:2], people[4].birth_on.year, *rows[4][3:]]
    rows[11] = [*rows[11][:2], "31/02/1994", *rows[11][3:]]
    rows[17] = [rows[17][0], "", *rows[17][2:]]
    rows.append([37, *rows[2][1:]])
    if union.members:
        rows.append(_member_row(38, story.people[union.members[0]], on))
    head = ["TT", "Họ và tên", "Ngày tháng năm sinh", "Nam/Nữ", "Số CCCD", "Dân tộc", "SĐT", "Ngày kết nạp"]
    _sheet(
        path,
        [
            f"CÔNG ĐOÀN CƠ SỞ {union.name.removeprefix('CĐCS ').upper()}",
            "DANH SÁCH ĐỀ NGHỊ KẾT NẠP ĐOÀN VIÊN",
            f"(Dữ liệu mẫu, kèm theo đề nghị ngày {on:%d/%m/%Y})",
        ],
        head,
        rows,
    )


def _member_row(number: int, person: DemoPerson, on: date) -> list[object]:
    return [
        number,
        person.full_name.upper() if number % 9 == 0 else person.full_name,
        f"{person.birth_on:%d/%m/%Y}" if number % 2 else person.birth_on,
        "Nữ" if person.sex == "f" else "Nam",
        person.citizen_id,
        person.ethnicity,
        person.phone,
        on,
    ]


def _enterprises(path: Path, rng: Random, on: date) -> None:
    names = CompanyNames(rng)
    rows: list[Sequence[object]] = []
    for number in range(1, 13):
        trade = names.trade("non_state")
        workers = rng.choice((4, 8, 12, 18, 24, 36, 60))
        rows.append(
            [
                number,
                f"{names.name('non_state', trade)} (mới)",
                tax_code(100_000 + number),
                f"Số {rng.randint(1, 90)}, An Biên, TP Hải Phòng",
                "Ngoài nhà nước",
                workers,
                round(workers * trade.women),
                f"0900{900_000 + number}",
            ]
        )
    # One tax code with a wrong last figure, one headcount that is no number.
    rows[5] = [*rows[5][:2], "9900000000", *rows[5][3:]]
    rows[8] = [*rows[8][:5], "khoảng hai mươi", *rows[8][6:]]
    _sheet(
        path,
        ["DANH SÁCH DOANH NGHIỆP MỚI RÀ SOÁT", f"(Dữ liệu mẫu, ngày {on:%d/%m/%Y})"],
        [
            "STT",
            "Tên doanh nghiệp",
            "Mã số thuế",
            "Địa chỉ",
            "Loại hình",
            "Tổng số lao động",
            "Lao động nữ",
            "Điện thoại",
        ],
        rows,
    )


def _sheet(path: Path, titles: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Danh sách")
    bold = book.add_format({"bold": True})
    framed = book.add_format({"bold": True, "border": 1, "text_wrap": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for at, title in enumerate(titles):
        sheet.write_string(at, 0, title, bold)
    top = len(titles) + 1
    sheet.write_row(top, 0, head, framed)
    for below, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(top + below, column, value, day)
            else:
                sheet.write(top + below, column, value)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, len(head) - 1, 22)
    book.close()
