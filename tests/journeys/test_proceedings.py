"""An officer completes the committee of a union that lost its chair: from the list of committees to the decision, on a
desk and, for one step, on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def test_a_chair_is_found_again(browser: Any, site: str, desk: Visitor) -> None:
    today = f"{timezone.localdate():%d/%m/%Y}"
    page = desk.sign_in("canbo.hp")
    desk.go("/ban-chap-hanh/?tinh_trang=du")
    desk.inspect()
    union = str(page.locator("table.data tbody a").first.get_attribute("href"))
    desk.go(union)
    code = union.rstrip("/").split("/")[-1].split("?")[0]
    page.get_by_role("link", name="Mở việc kiện toàn, giải thể").click()
    page.select_option("[name=kind]", "consolidation")
    page.select_option("[name=cause]", "released")
    page.get_by_role("button", name="Mở việc").click()
    page.wait_for_url(re.compile(r"/kien-toan-giai-the/\d+/$"))
    case = page.url.removeprefix(site)

    # On the phone in front of the paper: first without it, then with its photo.
    phone = Visitor(browser, site, width=390, height=844)
    small = phone.sign_in("canbo.hp")
    phone.go(case)
    small.get_by_role("button", name="Ghi “đã làm việc với Ban Chấp hành”").click()
    small.get_by_text("cần văn bản: biên bản làm việc").first.wait_for()
    small.set_input_files(
        "[name=file]", {"name": "bien-ban.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x"}
    )
    small.get_by_role("button", name="Ghi “đã làm việc với Ban Chấp hành”").click()
    small.get_by_role("link", name="bien-ban.pdf").wait_for()
    phone.inspect()

    for step in ("đã có nhân sự", "đã có tờ trình"):
        desk.go(case)
        page.fill("[name=paper_number]", "2/BB-CĐCS")
        page.fill("[name=paper_on]", today)
        page.get_by_role("button", name=f"Ghi “{step}”").click()
        page.get_by_text(f"Đã ghi: {step}").first.wait_for()
    with page.expect_download() as sent:
        page.get_by_role("link", name="Tờ trình đề nghị kiện toàn").click()
    assert sent.value.path().read_bytes().startswith(b"PK")

    # Who enters is a member of the union; the chair leaves.
    desk.go(f"/doan-vien/?don_vi={code}&sap=-ten")
    member = page.locator("table.data tbody a").first.inner_text().strip()
    born = page.evaluate(
        "async (url) => (await (await fetch(url)).text())",
        str(page.locator("table.data tbody a").first.get_attribute("href")),
    )
    birth = re.search(r"\d{2}/\d{2}/\d{4}", born)
    desk.go(case)
    page.get_by_role("link", name="Ghi quyết định").click()
    page.fill("[name=number]", "88/QĐ-LĐLĐ")
    page.locator("[name=leaving]").first.check()
    page.fill("[name=name_1]", member)
    page.select_option("[name=post_1]", "chair")
    page.fill("[name=last_on]", "31/12/2030")
    desk.inspect()
    page.get_by_role("button", name="Ghi quyết định").click()
    page.wait_for_load_state()
    if page.get_by_text("Có nhiều đoàn viên cùng tên").count():
        assert birth is not None
        page.fill("[name=name_1]", f"{member}, {birth[0]}")
        page.get_by_role("button", name="Ghi quyết định").click()
    page.get_by_text("Đã ghi quyết định").first.wait_for()
    with page.expect_download() as sent:
        page.get_by_role("link", name="Quyết định kiện toàn (.docx)").click()
    assert sent.value.path().read_bytes().startswith(b"PK")
    desk.go(union)
    assert f"Chủ tịch: {member}" in page.inner_text("main")
    assert desk.complaints == []
    # The refused step is answered 422, which a browser reports.
    assert all("422" in line for line in phone.complaints)
