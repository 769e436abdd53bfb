"""Writes the sample lists beside this file. Every name and number is made up: ``python examples/lists/make.py``."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).parent

#: The first of ENTERPRISES below; found once that list was brought in and the union is said to work there.
_WORK = "Công ty TNHH May mặc Hoa Ban"
MEMBERS = [
    ("Nguyễn Thị Hoài An", "08/03/1990", "Nữ", "001190000123", "0912 000 101", "15/05/2026", _WORK, "Công nhân may",
     "Không xác định thời hạn"),
    ("Trần Văn Bình", "15/07/1985", "Nam", "031085004567", "0912 000 102", "15/05/2026", _WORK, "Thợ cơ điện",
     "Không xác định thời hạn"),
    ("Lê Thị Đào", "20/11/2001", "Nữ", "040301000789", "0912 000 103", "15/05/2026", _WORK, "Công nhân may", "12 tháng"),
    ("Phạm Quốc Giang", "02/09/1979", "Nam", "012079000456", "", "15/05/2026", _WORK, "Bảo vệ", ""),
    ("ĐỖ THỊ HẠNH", "1988", "Nữ", "074188000321", "0912 000 105", "", "0100112437", "Tổ trưởng may", "36 tháng"),
    ("Hoàng Văn Khôi", "30/04/1995", "Nam", "031095000654", "", "", "", "", ""),
    ("Vàng A Lềnh", "12/12/1999", "Nam", "012099000777", "0912 000 107", "", "", "", ""),
    ("Bùi Thị Mận", "05/06/1992", "Nữ", "", "0912 000 108", "", "", "", ""),
    # To be mended: no such day; nobody's name; a sex that is none; a number twice.
    ("Vũ Thị Nga", "31/02/1993", "Nữ", "031193000888", "", "", "", "", ""),
    ("", "14/02/1987", "Nam", "001087000999", "", "", "", "", ""),
    ("Ngô Văn Phúc", "19/08/1990", "N/A?", "001090000555", "", "", "", "", ""),
    ("Nguyễn Thị Hoài An", "08/03/1990", "Nữ", "001190000123", "0912 000 101", "", "", "", ""),
]  # fmt: skip
ENTERPRISES = [
    ("Công ty TNHH May mặc Hoa Ban", "0100112437", "FDI", "C", "Lô A1, khu công nghiệp mẫu", 1250, 980, 2012),
    ("Công ty cổ phần Gỗ Sơn Dương", "", "Ngoài nhà nước", "C", "Số 2 đường Cây Xanh", 142, 60, 2008),
    ("Hợp tác xã Rau sạch Bản Mới", "", "Hợp tác xã", "A", "Thôn 3", 18, 11, 2019),
    ("Công ty TNHH MTV Thủy nông Sông Bạc", "", "Nhà nước", "E", "Số 10 phố Bờ Đê", 96, 31, 1996),
    (
        "Công ty TNHH Vận tải Đường Xa",
        "0100112438",
        "Ngoài nhà nước",
        "H",
        "Số 5 đường Vành đai",
        37,
        6,
        2015,
    ),
    # To be mended: more women than workers; a number of workers in words.
    ("Công ty TNHH Cơ khí Búa Vàng", "", "Ngoài nhà nước", "C", "Số 7 ngõ Lò Rèn", 20, 35, 2017),
    (
        "Công ty TNHH Bánh kẹo Mật Ngọt",
        "",
        "Ngoài nhà nước",
        "C",
        "Số 9 phố Đường Mía",
        "khoảng trăm",
        "",
        2020,
    ),
]


def _book(
    name: str, title: list[str], headings: list[str], rows: list[tuple[object, ...]], foot: list[str]
) -> None:
    with xlsxwriter.Workbook(str(FOLDER / name)) as book:
        bold = book.add_format({"bold": True, "align": "center"})
        head = book.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
        )
        cell = book.add_format({"border": 1})
        sheet = book.add_worksheet("Danh sách")
        width = len(headings)
        for line, text in enumerate(title):
            sheet.merge_range(line, 0, line, width - 1, text, bold)
        top = len(title) + 1
        for column, text in enumerate(headings):
            sheet.write(top, column, text, head)
            sheet.set_column(column, column, max(6, min(40, len(text) + 8)))
        for line, row in enumerate(rows, 1):
            for column, value in enumerate((line, *row)):
                sheet.write(top + line, column, value, cell)
        for line, text in enumerate(foot, top + len(rows) + 2):
            sheet.write(line, width - 2, text, bold)


def main() -> None:
    _book(
        "danh-sach-doan-vien.xlsx",
        [
            "CÔNG ĐOÀN CƠ SỞ CÔNG TY MẪU",
            "DANH SÁCH ĐOÀN VIÊN MỚI KẾT NẠP THÁNG CÔNG NHÂN",
            "(Kèm theo Quyết định số 15/QĐ-CĐCS)",
        ],
        [
            "STT",
            "Họ và tên",
            "Ngày, tháng, năm sinh",
            "Giới tính",
            "Số CCCD/CMND",
            "Số điện thoại",
            "Ngày kết nạp",
            "Nơi làm việc",
            "Công việc",
            "Loại hợp đồng",
        ],
        [tuple(row) for row in MEMBERS],
        ["NGƯỜI LẬP BIỂU"],
    )
    _book(
        "danh-sach-doanh-nghiep.xlsx",
        ["LIÊN ĐOÀN LAO ĐỘNG MẪU", "DANH SÁCH DOANH NGHIỆP TRÊN ĐỊA BÀN"],
        ["TT", "Tên doanh nghiệp", "Mã số thuế", "Loại hình", "Ngành", "Địa chỉ", "Tổng số lao động",
         "Trong đó nữ", "Năm thành lập"],
        [tuple(row) for row in ENTERPRISES],
        ["NGƯỜI LẬP BIỂU"],
    )  # fmt: skip


if __name__ == "__main__":
    main()
