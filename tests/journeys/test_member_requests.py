"""A committee answers what its members asked for and confirms who still takes part, on a phone and at a desk."""

from __future__ import annotations

import re

import pytest

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def test_a_committee_answers_on_a_phone(phone: Visitor) -> None:
    page = phone.sign_in("bch.coso")
    page.get_by_text("đề nghị sửa thông tin của đoàn viên").click()
    page.wait_for_url(re.compile(r"/de-nghi-cua-doan-vien/"))
    phone.inspect()
    page.locator("#list-body tbody tr a").first.click()
    page.wait_for_url(re.compile(r"/de-nghi-cua-doan-vien/\d+/"))
    assert "0900000001" in page.content() and "ngõ Hoa Sữa" in page.content()
    phone.inspect()
    page.get_by_role("button", name="Đồng ý và sửa sổ").click()
    page.get_by_text("Đã sửa sổ theo đề nghị").wait_for()
    phone.inspect()
    phone.go("/gia-nhap/thong-tin-cua-toi/")
    phone.inspect()


def test_who_still_takes_part_is_confirmed_at_a_desk(desk: Visitor) -> None:
    desk.sign_in("canbo.hp")
    page = desk.go("/doan-vien/im-lang/")
    desk.inspect()
    rows = page.locator("#list-body tbody input[type=checkbox]")
    page.locator("#list-body tbody tr").first.wait_for()
    before = page.get_by_text(re.compile(r"^[\d.]+ đoàn viên$")).first.inner_text()
    rows.first.check()
    page.locator("[data-bulk-bar]").get_by_role("button", name="Còn sinh hoạt").click()
    page.locator("dialog").get_by_role("button", name="Còn sinh hoạt").click()
    page.get_by_text("Đã ghi 1 đoàn viên còn sinh hoạt").wait_for()
    assert page.get_by_text(re.compile(r"^[\d.]+ đoàn viên$")).first.inner_text() != before
    desk.go("/doan-vien/hop-dong/")
    desk.inspect()
    desk.go("/de-nghi-cua-doan-vien/?loai=leave")
    page.locator("#list-body tbody tr a").first.click()
    page.get_by_role("button", name="Ghi vào sổ").wait_for()
    desk.inspect()
