"""The bell and what stands behind it, at a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def follow_the_bell(visitor: Any) -> None:
    page = visitor.sign_in("canbo.hp")
    page.get_by_role("link", name="Thông báo").first.click()
    page.get_by_role("heading", name="Thông báo", exact=True).wait_for()
    assert "Việc được giao tại giao ban quý III năm 2026" in page.content()
    assert visitor.overflow() <= 1
    page.get_by_role("link", name="Cách nhận thông báo").last.click()
    group = page.get_by_role("group", name="Nhắc việc đến hạn")
    group.get_by_label("Trong phần mềm").uncheck()
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("Đã lưu cách nhận thông báo.").first.wait_for()
    assert not group.get_by_label("Trong phần mềm").is_checked()
    group.get_by_label("Trong phần mềm").check()
    page.get_by_role("button", name="Lưu").click()
    assert group.get_by_label("Trong phần mềm").is_checked()
    assert visitor.overflow() <= 1


def test_the_bell_at_a_desk(desk: Any) -> None:
    follow_the_bell(desk)


def test_the_bell_on_a_phone(phone: Any) -> None:
    follow_the_bell(phone)


def test_the_log_of_deliveries(desk: Any) -> None:
    desk.sign_in("quantri")
    page = desk.go("/thong-bao/nhat-ky-gui/")
    assert "Chưa gửi tin nào" in page.content()
