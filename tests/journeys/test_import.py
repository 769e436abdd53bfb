"""An officer brings in a list on screen: upload, columns, preview, commit, the refused rows as Excel, undo."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from tests.factories.sheets import write_xlsx
from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

HEADINGS = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Ngày kết nạp"]
ROWS = [
    [1, "Nguyễn Thị Hànhtrình An", "08/03/1990", "Nữ", "02/11/2026"],
    [2, "Trần Văn Hànhtrình Bình", "15/07/1985", "Nam", "02/11/2026"],
    [3, "", "20/11/2001", "Nữ", "02/11/2026"],
    [4, "Lê Thị Hànhtrình Đào", "31/02/1994", "Nữ", "02/11/2026"],
]


def figure_of(page: object, label: str) -> int:
    """The figure beside a word in the summary of an import."""
    text = page.locator("main").inner_text()  # type: ignore[attr-defined]
    found = re.search(rf"{label}\s+([\d.]+)", text)
    assert found, text
    return int(found.group(1).replace(".", ""))


def test_a_list_is_brought_in_and_taken_back(desk: Visitor, tmp_path: Path) -> None:
    page = desk.sign_in("canbo.hp")
    union = desk.grassroots_union("HP")
    path = write_xlsx(tmp_path / "doan-vien-hanh-trinh.xlsx", [["DANH SÁCH KẾT NẠP"], [], HEADINGS, *ROWS])
    desk.go(f"/nhap-danh-sach/?loai=members&don-vi={union}")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Tải lên và xem các cột").click()
    page.get_by_role("heading", name="Mỗi cột là gì?").wait_for()
    assert page.get_by_label("Họ và tên").evaluate("box => box.selectedOptions[0].text") == "Họ và tên"
    page.get_by_role("button", name="Đọc tệp và xem trước").click()

    commit = page.get_by_role("button", name=re.compile("^Ghi 2 dòng"))
    commit.wait_for()
    assert (figure_of(page, "Sẽ thêm"), figure_of(page, "Không nhận")) == (2, 2)
    page.get_by_role("link", name=re.compile("^Không nhận")).click()
    refused = page.locator("table.data").inner_text()
    assert "Lê Thị Hànhtrình Đào" in refused
    assert "ngày sinh" in refused.lower()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải các dòng không nhận để sửa").click()
    saved = tmp_path / "can-sua.xlsx"
    waiting.value.save_as(saved)
    cells = [cell for row in openpyxl.load_workbook(saved).active.iter_rows(values_only=True) for cell in row]
    assert "Lê Thị Hànhtrình Đào" in cells
    assert "Trần Văn Hànhtrình Bình" not in cells

    commit.click()
    page.get_by_text("Đã ghi vào sổ").wait_for()
    address = page.url
    assert figure_of(page, "Đã thêm") == 2
    found = "/doan-vien/?q=hanhtrinh"
    desk.go(found)
    assert page.locator("#list-body tbody tr").count() == 2

    page.goto(address)
    page.get_by_text("Hoàn tác lần nhập này").click()
    page.get_by_role("button", name=re.compile("^Hoàn tác 2 dòng thêm")).click()
    page.get_by_text("Đã hoàn tác lúc").wait_for()
    desk.go(found)
    assert page.locator("#list-body tbody tr").count() == 0


def test_a_file_that_is_no_list_is_refused_in_words(phone: Visitor, tmp_path: Path) -> None:
    page = phone.sign_in("canbo.hp")
    path = tmp_path / "anh.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00" * 40)
    phone.go(f"/nhap-danh-sach/?loai=members&don-vi={phone.grassroots_union('HP')}")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Tải lên và xem các cột").click()
    page.get_by_text("Đây không phải là bảng tính").first.wait_for()
    phone.inspect()
