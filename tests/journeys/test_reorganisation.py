"""A province reorganises from an uploaded list: reads the balance, carries it out, finds the heir, takes it back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from tests.journeys.conftest import Visitor


def test_a_province_reorganises_and_takes_it_back(desk: Visitor, tmp_path: Path) -> None:
    page = desk.sign_in("lanhdao.hp")
    codes = _unions(desk, "HP", 3)
    path = tmp_path / "sap xep.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        rows = [
            ("Việc", "Mã đơn vị", "Mã đơn vị nhận", "Tên mới"),
            ("Sáp nhập", codes[0], codes[2], ""),
            ("Đổi tên", codes[1], "", "CĐCS Bến Mới"),
        ]
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(line, column, value)

    desk.go("/sap-xep/moi/")
    page.fill("input[name=title]", "Sắp xếp công đoàn cơ sở nhỏ")
    page.fill("input[name=effective_on]", f"{date.today():%d/%m/%Y}")
    page.get_by_role("button", name="Lập và thêm các bước").click()
    page.get_by_text("Chưa có bước nào").first.wait_for()
    decision = page.url.removeprefix(desk.site)

    desk.go(f"{decision}tai-len/")
    page.set_input_files("input[name=file]", path)
    page.get_by_role("button", name="Tải lên").click()
    page.get_by_text("2 bước, thực hiện theo thứ tự").wait_for()
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    page.get_by_text("khớp đến người cuối cùng").wait_for()
    assert "Không còn lỗi" in page.inner_text("main")
    before = _members(desk, codes[0]) + _members(desk, codes[2])

    desk.go(f"{decision}thuc-hien/")
    page.fill("input[name=number]", "15/QĐ-LĐLĐ")
    page.check("input[name=agreed]")
    page.get_by_role("button", name="Thực hiện", exact=True).click()
    page.get_by_text("Đã thực hiện.").wait_for()
    assert (_members(desk, codes[0]), _members(desk, codes[2])) == (0, before)
    assert "kế thừa bởi" in page.goto(f"{desk.site}/don-vi/{codes[0]}/").text()
    assert "Đơn vị đã kết thúc" in page.goto(f"{desk.site}/tim/?q={codes[0]}").text()

    desk.go(f"{decision}hoan-tac/")
    page.fill("input[name=reason]", "Ban hành nhầm ngày")
    page.get_by_role("button", name="Hoàn tác", exact=True).click()
    page.locator("#confirm-yes").click()
    page.get_by_text("Đã hoàn tác: Ban hành nhầm ngày").wait_for()
    assert _members(desk, codes[0]) > 0
    assert _members(desk, codes[0]) + _members(desk, codes[2]) == before


def _unions(desk: Visitor, above: str, count: int) -> list[str]:
    page = desk.go(f"/don-vi/danh-sach/?don_vi={above}")
    links: list[Any] = page.locator("#list-body tbody a.row-link").all()
    found = [str(link.get_attribute("href")).strip("/").split("/")[1] for link in links]
    # Unions with members at the front, so that a merger moves somebody.
    peopled = [code for code in found[:12] if _members(desk, code)]
    return peopled[:count]


def _members(desk: Visitor, code: str) -> int:
    """The members of a unit, as its page shows them."""
    page = desk.go(f"/don-vi/{code}/nguoi/")
    large = page.locator("main .figure-large")
    if not large.count():
        return 0
    return int(large.first.inner_text().split()[0].replace(".", ""))
