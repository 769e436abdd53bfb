"""A periodic return goes up: filled on a phone, sent back, mended, accepted, closed; a form is made on screen."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def test_a_return_goes_up_comes_back_and_is_accepted(phone: Visitor, desk: Visitor) -> None:
    page = phone.sign_in("bch.coso")
    page.get_by_role("link", name=re.compile("Báo cáo phải nộp")).first.click()
    page.wait_for_url(re.compile(r"/bao-cao-dinh-ky/\d+/"))
    address = page.url.removeprefix(phone.site)
    phone.go(address)
    phone.inspect()
    submit = page.get_by_role("button", name="Nộp báo cáo")
    confirm = page.locator("dialog").get_by_role("button", name="Nộp báo cáo")
    page.locator("input[name='so:labour_end.total']").fill("1.000")
    page.locator("input[name='so:contracts.total']").fill("2.000")
    submit.click()
    confirm.click()
    page.get_by_text("Số ký hợp đồng không lớn hơn tổng số lao động").first.wait_for()
    phone.inspect()
    page.locator("input[name='so:contracts.total']").fill("900")
    for explanation in page.locator("input[name^='gt:']").all():
        explanation.fill("Đã đối chiếu hồ sơ.")
    submit.click()
    confirm.click()
    page.get_by_text("chờ nghiệm thu").first.wait_for()

    above = desk.sign_in("lanhdao.hp")
    desk.go(address)
    desk.inspect()
    above.locator("details", has=above.locator("input[name='nx:contracts.total']")).locator("summary").click()
    above.locator("input[name='nx:contracts.total']").fill("Thiếu hợp đồng của tổ 2")
    above.get_by_role("button", name="Trả lại").click()
    above.get_by_text("bị trả lại").first.wait_for()

    phone.go(address)
    page.get_by_text("Thiếu hợp đồng của tổ 2").first.wait_for()
    page.locator("input[name='so:contracts.total']").fill("950")
    submit.click()
    confirm.click()
    page.get_by_text("chờ nghiệm thu").first.wait_for()

    desk.go(address)
    above.get_by_role("button", name="Nghiệm thu", exact=True).click()
    above.locator("dialog").get_by_role("button", name="Nghiệm thu").click()
    above.get_by_text("Dấu SHA-256").first.wait_for()
    desk.inspect()
    desk.go(address + "dieu-chinh/")
    assert "còn nguyên vẹn" in above.locator("main").inner_text()
    desk.inspect()
    desk.go(address)
    above.get_by_role("button", name="Khoá").click()
    above.get_by_text("đã khoá").first.wait_for()


def test_an_office_looks_at_a_round_and_changes_its_form(desk: Visitor) -> None:
    page = desk.sign_in("lanhdao.hp")
    desk.go("/bao-cao-dinh-ky/")
    desk.inspect()
    desk.go("/bao-cao-dinh-ky/bang/")
    desk.inspect()
    desk.go("/bao-cao-dinh-ky/uy-quyen/")
    desk.inspect()
    desk.go("/bao-cao-dinh-ky/mau/")
    page.locator("#list-body tbody a").first.click()
    page.wait_for_url(re.compile(r"/mau/\d+/"))
    desk.inspect()
    page.get_by_role("link", name="Thêm dòng").first.click()
    page.get_by_label("Tên dòng").fill("Suất quà Tết")
    desk.inspect()
    page.get_by_role("button", name="Ghi vào bản nháp").click()
    page.get_by_text("bản nháp").first.wait_for()
    page.get_by_role("button", name="Ban hành").click()
    page.locator("dialog").get_by_role("button", name="Ban hành").click()
    page.get_by_text("đã ban hành").first.wait_for()
    assert "Suất quà Tết" in page.locator("main").inner_text()


def test_a_late_body_gets_an_exception_and_the_province_closes_the_round(
    desk: Visitor, phone: Visitor
) -> None:
    above = desk.sign_in("lanhdao.hp")
    # A round of half a year ago is given out now: whoever owes it is late.
    first = date.today().replace(day=1) - timedelta(days=170)
    desk.go("/bao-cao-dinh-ky/mau/")
    above.get_by_role("link", name="Biểu tăng trưởng đoàn viên hằng tháng").first.click()
    above.get_by_label("Kỳ", exact=True).fill(f"{first:%Y-%m}")
    above.get_by_role("button", name="Giao kỳ").click()
    above.get_by_text("Đã giao kỳ báo cáo tháng").first.wait_for()
    late = above.locator("main tbody tr", has_text="quá hạn")
    before, board = late.count(), above.url.removeprefix(desk.site)
    late.first.get_by_role("link").click()
    above.get_by_label("Hạn nộp mới").wait_for()
    assert "quá hạn" in above.locator("h1").inner_text()
    above.get_by_label("Hạn nộp mới").fill("31/12/2099")
    above.get_by_label("Lý do", exact=True).fill("Đơn vị mới bàn giao ban chấp hành.")
    above.get_by_role("button", name="Gia hạn").click()
    above.get_by_text("Đã gia hạn cho").first.wait_for()
    assert "chưa nộp" in above.locator("h1").inner_text()
    assert "hạn 31/12/2099" in above.locator(".page-head-sub").inner_text()
    assert "Đơn vị mới bàn giao ban chấp hành." in above.locator("main").inner_text()
    desk.inspect()
    desk.go(board)
    assert late.count() == before - 1
    # The union that was granted one reads it on its own return.
    page = phone.sign_in("bch.coso")
    phone.go("/bao-cao-dinh-ky/?cua_toi=1")
    page.locator("#list-body tbody a").first.click()
    page.get_by_text("đã gia hạn từ").first.wait_for()

    desk.go("/bao-cao-dinh-ky/bang/")
    above.get_by_role("button", name="Khoá kỳ").click()
    above.locator("dialog").get_by_role("button", name="Khoá").click()
    above.get_by_text(re.compile(r"Đã khoá [1-9]\d* báo cáo đã nghiệm thu")).first.wait_for()
    desk.inspect()
    desk.go("/bao-cao-dinh-ky/?trang_thai=closed")
    above.locator("#list-body tbody a").first.click()
    above.get_by_text("đã khoá").first.wait_for()
