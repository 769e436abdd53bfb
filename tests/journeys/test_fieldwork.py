"""Ten employers are surveyed without a network and arrive once; what somebody else wrote meanwhile is shown beside."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def _answer(page: Any, place: int) -> str:
    """Fill the form of the employer at a place of the list; its name."""
    row = page.locator("[data-rows] button").nth(place)
    name = str(row.locator("strong").inner_text())
    row.click()
    page.fill("input[name=workers]", "50")
    page.fill("input[name=women]", "60")
    page.get_by_role("button", name="Lưu phiếu").click()
    page.get_by_text("lớn hơn tổng số lao động").wait_for()
    page.fill("input[name=workers]", str(1000 + place))
    page.select_option("select[name=wages]", "on_time")
    page.fill("textarea[name=contacts]", "Chị Lan, nhân sự")
    page.get_by_role("button", name="Lưu phiếu").click()
    page.locator("[data-list]").wait_for()
    return name


def test_ten_employers_without_a_network_arrive_once(phone: Visitor, desk: Visitor) -> None:
    office = desk.sign_in("canbo.hp")
    desk.go("/khao-sat/")
    desk.inspect()
    office.get_by_role("link", name="Mở đợt").click()
    office.fill("input[name=title]", "Khảo sát doanh nghiệp quý IV")
    office.get_by_role("button", name="Mở đợt").click()
    office.get_by_text("Đã mở đợt").wait_for()
    desk.inspect()
    office.fill("input[name=most]", "10")
    office.get_by_label(re.compile("Cán Bộ Mẫu")).first.check()
    office.get_by_role("button", name="Giao").click()
    office.get_by_text("Đã giao 10 doanh nghiệp").wait_for()
    desk.inspect()
    address = office.url.removeprefix(desk.site)

    page = phone.sign_in("canbo.hp")
    phone.go("/khao-sat/cua-toi/")
    page.get_by_text("Còn 10 trên 10 doanh nghiệp").wait_for()
    phone.inspect()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.get_by_text("Còn 10 trên 10 doanh nghiệp").wait_for()

    phone.context.set_offline(True)
    before = len(phone.complaints)
    page.reload()
    page.get_by_text("Còn 10 trên 10 doanh nghiệp").wait_for()
    names = [_answer(page, place) for place in range(10)]
    assert len(set(names)) == 10
    page.get_by_text("10 phiếu trên máy chờ gửi").wait_for()
    page.reload()
    page.get_by_text("10 phiếu trên máy chờ gửi").wait_for()
    # Without a network the browser complains about what it could not fetch.
    phone.complaints[before:] = [said for said in phone.complaints[before:] if "ERR_INTERNET" not in said]

    # Meanwhile somebody else writes down how many work at the first.
    leader = desk.context.browser.new_context(viewport={"width": 1440, "height": 1000}, locale="vi-VN")
    other = leader.new_page()
    other.goto(f"{desk.site}/tai-khoan/dang-nhap/")
    other.fill("input[name=login]", "lanhdao.hp")
    other.fill("input[name=password]", "congdoan-demo-2026")
    other.get_by_role("button", name="Đăng nhập", exact=True).click()
    other.wait_for_url(f"{desk.site}/")
    other.goto(desk.site + address)
    other.locator("tbody a").first.click()
    other.get_by_role("link", name=names[0]).first.click()
    other.get_by_role("link", name="Ghi số lao động").click()
    other.fill("input[name=workers]", "777")
    other.get_by_role("button", name="Ghi", exact=True).click()
    other.get_by_text("777").first.wait_for()

    phone.context.set_offline(False)
    page.get_by_text("Còn 0 trên 10 doanh nghiệp").wait_for()
    page.get_by_text("Có khác biệt").wait_for()
    page.reload()
    page.get_by_text("Còn 0 trên 10 doanh nghiệp").wait_for()
    phone.inspect()

    desk.go(f"/khao-sat/phieu/?dot={address.strip('/').split('/')[-1]}")
    assert office.locator("#list-body tbody tr").count() == 10
    desk.inspect()
    desk.go(address)
    office.get_by_role("link", name=re.compile("1 phiếu cần xem lại")).click()
    office.locator("#list-body tbody a").first.click()
    office.get_by_role("button", name="Ghi số của phiếu này").wait_for()
    words = office.locator("main").inner_text()
    assert names[0] in words and "1.000" in words and "777" in words and "Chị Lan" in words
    desk.inspect()
    office.get_by_role("button", name="Ghi số của phiếu này").click()
    office.get_by_text("Đã ghi phiếu vào sổ").wait_for()
    leader.close()
