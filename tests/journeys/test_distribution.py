"""A plan is made known: sent to all below, reminded of, read on a phone, seen as read."""

from __future__ import annotations

import re

import pytest

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def test_a_plan_is_made_known_and_read(desk: Visitor, phone: Visitor) -> None:
    above = desk.sign_in("lanhdao.hp")
    desk.go("/ke-hoach/hai-phong-2026/")
    above.get_by_role("link", name="Phổ biến", exact=True).click()
    above.get_by_role("heading", name="Đã phổ biến, ai đã đọc").wait_for()
    desk.inspect()
    above.get_by_role("button", name="Phổ biến đến mọi đơn vị bên dưới").click()
    above.locator("dialog").get_by_role("button", name="Phổ biến").click()
    above.get_by_text(re.compile(r"Đã phổ biến đến \d+ đơn vị")).first.wait_for()
    desk.inspect()
    newest = above.locator("main tbody tr").first
    assert newest.locator("[data-label='Đã đọc']").inner_text() == "0"
    newest.get_by_role("button", name="Nhắc người chưa đọc").click()
    above.get_by_text(re.compile(r"Đã nhắc \d+ người chưa đọc")).first.wait_for()

    page = phone.sign_in("bch.coso")
    phone.go("/thong-bao/")
    page.get_by_role("link", name=re.compile("^Nhắc đọc: ")).first.click()
    phone.inspect()
    page.get_by_role("link", name="Mở việc này").click()
    page.wait_for_url(re.compile(r"/ke-hoach/hai-phong-2026/"))

    desk.go("/ke-hoach/hai-phong-2026/?muc=pho-bien")
    newest = above.locator("main tbody tr").first
    assert newest.locator("[data-label='Đã đọc']").inner_text() == "1"
    newest.locator("a.row-link").click()
    above.get_by_text("đã đọc").first.wait_for()
    desk.inspect()
