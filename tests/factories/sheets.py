"""Lists as offices send them, written for tests."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

#: Invented people: name, birth, sex, citizen id.
PEOPLE = [
    ("Nguyễn Thị An", "08/03/1990", "Nữ", "001190000123"),
    ("Trần Văn Bình", "15/07/1985", "Nam", "031085004567"),
    ("Lê Thị Đào", "20/11/2001", "Nữ", "040301000789"),
]
HEADINGS = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD"]


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], *, merged_title: bool = False) -> Path:
    """A workbook with these rows on its first sheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Danh sách")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for line, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if hasattr(value, "year"):
                    sheet.write_datetime(line, column, value, day)
                elif value not in ("", None):
                    sheet.write(line, column, value)
        if merged_title:
            sheet.merge_range(0, 0, 0, 4, "LIÊN ĐOÀN LAO ĐỘNG HUYỆN BẮC A")
    return path


def write_csv(path: Path, rows: Sequence[Sequence[Any]], *, encoding: str, delimiter: str) -> Path:
    """A text file with separators."""
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def members(extra: Sequence[Sequence[Any]] = (), *, titles: bool = True) -> list[list[Any]]:
    """A members list: title lines, headings, PEOPLE, and further rows."""
    top: list[list[Any]] = [["LIÊN ĐOÀN LAO ĐỘNG HUYỆN BẮC A"], ["DANH SÁCH ĐOÀN VIÊN MỚI KẾT NẠP"], []]
    rows = [[number, *person] for number, person in enumerate(PEOPLE, 1)]
    return [*(top if titles else []), HEADINGS, *rows, *[list(row) for row in extra]]
