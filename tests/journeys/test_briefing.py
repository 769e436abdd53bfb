"""A task given at a briefing: found on the home page, answered, and seen as done in the meeting."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def test_a_task_is_done_and_the_meeting_to_come_is_prepared(desk: Any) -> None:
    page = desk.sign_in("canbo.hp")
    page.get_by_role("link", name="Tổng hợp khó khăn của các đơn vị chậm tiến độ").first.click()
    page.get_by_label("Kết quả đã làm được").fill("Đã tổng hợp và báo cáo Ban Thường vụ.")
    page.get_by_role("button", name="Đã xong").click()
    page.get_by_text("Đã báo kết quả.").first.wait_for()
    assert desk.overflow() <= 1
    page.get_by_role("navigation").get_by_role("link", name="Giao ban quý III năm 2026").click()
    page.get_by_role("heading", name="Giao ban quý III năm 2026").wait_for()
    assert "Đã tổng hợp và báo cáo Ban Thường vụ." in page.content()
    with page.expect_download() as paper:
        page.get_by_role("link", name="Thông báo kết luận").first.click()
    assert paper.value.suggested_filename == "thong-bao-ket-luan_HP_2026-Q3.docx"

    page.get_by_role("link", name="Giao ban, kết luận").first.click()
    page.locator("tbody").get_by_role("link").first.click()
    boxes = page.locator("input[name=goi-y]")
    before = page.locator(".agenda li").count()
    boxes.first.check()
    page.get_by_role("button", name="Đưa vào chương trình").click()
    page.get_by_text("Đã đưa 1 nội dung vào chương trình.").first.wait_for()
    assert page.locator(".agenda li").count() == before + 1
    page.get_by_role("link", name="Sửa, xếp thứ tự").click()
    more = page.get_by_role("button", name="Thêm nội dung")
    more.wait_for()
    rows = page.get_by_role("group")
    number = rows.count()
    more.click()
    # The new row comes from the server, with what had been typed by then.
    rows.nth(number).wait_for()
    page.get_by_role("group").last.get_by_label("Nội dung", exact=True).fill("Công tác Tết 2027")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_text("Công tác Tết 2027").first.wait_for()


def test_a_meeting_on_a_phone(phone: Any) -> None:
    phone.sign_in("lanhdao.hp")
    page = phone.go("/giao-ban/")
    for name in ("Giao ban quý III năm 2026",):
        page.get_by_role("link", name=name).first.click()
        page.get_by_role("heading", name=name).wait_for()
        assert phone.overflow() <= 1
    phone.go("/giao-ban/viec/?cua_toi=1&trang_thai=open")
    assert "Làm việc với Ban Quản lý Khu kinh tế" in page.content()
