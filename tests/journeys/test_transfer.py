"""A member goes from one province to another: proposed in the first, the letter taken along, accepted in the second; counted
once all the while."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def members(visitor: Visitor, unit: str) -> int:
    """Members of a body as the list counts them."""
    page = visitor.go(f"/doan-vien/?don_vi={unit}")
    found = re.search(r"([\d.]+) đoàn viên", page.inner_text("main"))
    assert found is not None, page.inner_text("main")[:400]
    return int(found[1].replace(".", ""))


def test_from_one_province_to_another(browser: Any, site: str, desk: Visitor) -> None:
    today = timezone.localdate()
    here = desk.sign_in("canbo.hp")
    there = Visitor(browser, site, width=390, height=844)
    there.sign_in("canbo.lc")
    before = members(desk, "HP"), members(there, "LC")
    # Any union of Lai Châu, by its name.
    page = there.go("/doan-vien/?don_vi=LC")
    page.locator("table.data tbody a").first.click()
    page.wait_for_url(re.compile(r"/doan-vien/\d+/$"))
    union = page.locator(".page-head-sub a").first.inner_text()
    code = str(page.locator(".page-head-sub a").first.get_attribute("href")).rstrip("/").split("/")[-1]

    desk.go("/doan-vien/?don_vi=HP")
    here.locator("table.data tbody a").first.click()
    here.wait_for_url(re.compile(r"/doan-vien/\d+/$"))
    person, name = here.url.removeprefix(site), here.locator("h1").inner_text().strip()
    assert there.status(person) == 404
    here.get_by_role("link", name="Chuyển sinh hoạt").click()
    here.fill("[name=to_unit]", f"{union} ({code})")
    here.fill("[name=on]", f"{today:%d/%m/%Y}")
    here.fill("[name=reason]", "chuyển nơi làm việc")
    here.get_by_role("button", name="Chuyển", exact=True).click()
    here.get_by_text("Đã gửi").first.wait_for()
    desk.inspect()
    assert (members(desk, "HP"), members(there, "LC")) == before
    desk.go(person)
    with here.expect_download() as letter:
        here.get_by_role("link", name="Giấy giới thiệu").click()
    assert letter.value.path().read_bytes().startswith(b"PK")

    # The other province finds it among what is to be done, on a phone.
    waiting = there.go("/").get_by_text(re.compile(f"Chuyển sinh hoạt {re.escape(name)}")).first
    waiting.click()
    page.wait_for_load_state("load")
    there.inspect()
    page.locator("button[value=duyet]").click()
    page.get_by_text(re.compile("Đã duyệt|Đã chuyển")).first.wait_for()
    assert members(there, "LC") == before[1] + 1
    assert members(desk, "HP") == before[0] - 1
    there.go(person)
    assert union in page.inner_text("main")
    assert desk.status(person) in (200, 404)
    assert desk.complaints == [] and there.complaints == []
    there.context.close()
