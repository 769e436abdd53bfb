"""A worker joins on a phone with slow 3G, from a poster's code to the code of the application; and a foreign worker with a
contract that is too short is told so kindly."""

from __future__ import annotations

import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from tests.factories.authority import Authority, sign
from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

#: How a practised thumb fares: seconds a character, and to find and tap a box or a line of a choice.
_KEY, _TAP = 0.3, 1.5
#: What a page of the way may weigh, in bytes over the network.
_HEAVIEST = 40_000


class Thumb:
    """Types as people do and keeps the time it would take them."""

    def __init__(self, page: Any) -> None:
        self.page, self.seconds = page, 0.0

    def type(self, name: str, words: str) -> None:
        self.page.tap(f"[name={name}]")
        self.page.keyboard.type(words)
        self.seconds += _TAP + _KEY * len(words)

    def choose(self, name: str, value: str) -> None:
        self.page.select_option(f"[name={name}]", value)
        self.seconds += 2 * _TAP

    def tick(self, name: str) -> None:
        self.page.tap(f"[name={name}]")
        self.seconds += _TAP

    def sign(self) -> None:
        self.page.locator("canvas").scroll_into_view_if_needed()
        box = self.page.locator("canvas").bounding_box()
        self.page.mouse.move(box["x"] + 40, box["y"] + 60)
        self.page.mouse.down()
        for n in range(6):
            self.page.mouse.move(box["x"] + 60 + n * 30, box["y"] + (30 if n % 2 else 90))
        self.page.mouse.up()
        self.seconds += 3 * _TAP


def slow_3g(visitor: Visitor) -> list[int]:
    """400 kbit/s and 400 ms each way; gives a list that what comes over the network is added to."""
    door = visitor.context.new_cdp_session(visitor.page)
    door.send("Network.enable")
    rate = 400 * 1000 / 8
    door.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 400, "downloadThroughput": rate, "uploadThroughput": rate},
    )
    came: list[int] = []
    door.on("Network.loadingFinished", lambda event: came.append(int(event["encodedDataLength"])))
    return came


def person(browser: Any, site: str) -> Visitor:
    visitor = Visitor(browser, site, width=390, height=844)
    visitor.context.close()
    visitor.context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="vi-VN", has_touch=True, is_mobile=True
    )
    visitor.page = visitor.context.new_page()
    visitor.page.set_default_timeout(60_000)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on("console", visitor._hear)
    return visitor


def test_a_worker_joins_in_two_minutes_on_slow_3g(browser: Any, site: str, desk: Visitor) -> None:
    # An officer makes a poster for the union and prints it.
    office = desk.sign_in("canbo.hp")
    desk.go("/don-gia-nhap/nguon/them/")
    desk.inspect()
    office.select_option("[name=kind]", "poster")
    office.fill("[name=name]", "Áp phích cổng số 2")
    office.get_by_role("button", name="Lập nguồn").click()
    office.wait_for_url(re.compile(r"/nguon/\d+/$"))
    desk.inspect()
    leads = office.locator("dl a[href*='/g/']").get_attribute("href")
    with office.expect_download() as printed:
        office.get_by_role("link", name="Áp phích A4, tiếng Việt").click()
    assert printed.value.path().read_bytes().startswith(b"%PDF")

    worker = person(browser, site)
    page, weights = worker.page, slow_3g(worker)
    thumb, began = Thumb(page), time.monotonic()
    page.goto(str(leads))
    page.wait_for_load_state("load")
    first = sum(weights)
    worker.inspect()
    thumb.type("q", "an")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=an"))
    page.wait_for_load_state("load")
    page.get_by_role("link", name="tôi tự ghi tên").tap()
    page.wait_for_url(re.compile("/gia-nhap/don/"))
    page.wait_for_load_state("load")
    worker.inspect()
    before = sum(weights)
    thumb.type("full_name", "Lò Thị Ngân Hà")
    thumb.type("birth_on", "5/9/1998")
    thumb.choose("sex", "f")
    thumb.type("identity", "012198000123")
    thumb.type("phone", "091200011")
    thumb.type("workplace_name", "Công ty May Sao Mai")
    province = page.eval_on_selector("[name=province]", "box => box.options[1].value")
    thumb.choose("province", province)
    commune = page.evaluate("() => document.querySelector('[name=commune]').value")
    assert commune == ""
    thumb.type("commune", "xa cu")
    thumb.choose("contract_kind", "indefinite")
    thumb.tick("agree_membership")
    thumb.sign()
    page.locator("[data-sum]").wait_for(state="hidden")
    page.locator("[data-send]").tap()
    page.wait_for_load_state("load")
    # What was wrong is said, and nothing of what was typed or signed is lost.
    page.locator(".wrong [name=phone]").wait_for()
    page.fill("[name=phone]", "")
    thumb.type("phone", "0912000111")
    assert page.input_value("[name=full_name]") == "Lò Thị Ngân Hà"
    assert page.input_value("[name=drawn]").startswith("data:image/png")
    page.fill("[name=commune]", "")
    page.select_option("[name=province]", label="Thành phố Hải Phòng")
    page.fill("[name=commune]", "")
    thumb.type("commune", "thuy nguyen")
    page.locator("[data-sum]").wait_for(state="hidden")
    page.locator("[data-send]").tap()
    page.locator("[data-sent]").wait_for()
    worker.inspect()
    waited = time.monotonic() - began
    sys.stdout.write(
        f"typing {thumb.seconds:.0f} s; {waited:.0f} s by the clock on slow 3G; first page {first:,} bytes, all"
        f" {sum(weights):,} bytes\n"
    )
    assert thumb.seconds < 120
    assert first < _HEAVIEST
    assert before < 3 * _HEAVIEST
    page.get_by_role("button", name="Theo dõi đơn").tap()
    page.get_by_text("Đang chờ xét").wait_for()
    worker.inspect()
    # The draft is gone from the device.
    assert page.evaluate("localStorage.length") == 0
    worker.context.close()
    assert worker.complaints == []


def in_an_app(paper: bytes, authority: Authority, name: str) -> bytes:
    """The paper as somebody's app signs it; beside the browser, whose loop lets no other run in this thread."""
    with ThreadPoolExecutor(1) as app:
        return app.submit(sign, paper, authority.issue(name, "CCCD:012198000777")).result()


def test_a_worker_signs_digitally_and_the_officer_reads_by_whom(
    browser: Any, site: str, trusted: Path, tmp_path: Path, desk: Visitor
) -> None:
    """As people do it: the form taken as a PDF, signed in an app, sent back from the same page."""
    office = desk.sign_in("canbo.hp")
    desk.go("/doanh-nghiep/?co_cong_doan=1")
    workplace = office.locator("table.data tbody a[href*='/doanh-nghiep/']").first.inner_text()
    authority = Authority("VN-CA Thử Nghiệm")
    authority.trust(trusted)
    worker = person(browser, site)
    page = worker.page
    try:
        page.goto(f"{site}/gia-nhap/noi-lam-viec/?q={quote(workplace)}")
        page.locator(".places a").filter(has=page.locator(".yes")).first.tap()
        page.wait_for_url(re.compile("/gia-nhap/don/"))
        thumb = Thumb(page)
        thumb.type("full_name", "Lò Thị Ký Số")
        thumb.type("birth_on", "5/9/1998")
        thumb.type("identity", "012198000777")
        thumb.type("phone", "0912000777")
        page.get_by_text("Hoặc ký số").tap()
        page.get_by_role("button", name="Lấy đơn để ký").tap()
        # Not filled in yet: what is missing is said, the part stays open.
        page.locator(".wrong [name=contract_kind]").wait_for()
        worker.inspect()
        thumb.choose("contract_kind", "indefinite")
        thumb.tick("agree_membership")
        with page.expect_download() as given:
            page.get_by_role("button", name="Lấy đơn để ký").tap()
        unsigned = given.value.path().read_bytes()
        assert page.input_value("[name=full_name]") == "Lò Thị Ký Số"
        signed = tmp_path / "don-da-ky.pdf"
        signed.write_bytes(in_an_app(unsigned, authority, "Vàng A Páo"))
        page.set_input_files("[name=signed]", signed)
        page.locator("[data-sum]").wait_for(state="hidden")
        page.get_by_role("button", name="Gửi đơn đã ký số").tap()
        page.get_by_text("Họ tên trên chứng thư số khác").last.wait_for()
        worker.inspect()
        signed.write_bytes(in_an_app(unsigned, authority, "LÒ THỊ KÝ SỐ"))
        page.set_input_files("[name=signed]", signed)
        page.locator("[data-sum]").wait_for(state="hidden")
        page.get_by_role("button", name="Gửi đơn đã ký số").tap()
        page.locator("[data-sent]").wait_for()
        worker.inspect()
    finally:
        for path in trusted.iterdir():
            path.unlink()
    desk.go("/don-gia-nhap/?q=Ky+So")
    office.get_by_role("link", name="Lò Thị Ký Số").first.click()
    office.get_by_text("VN-CA Thử Nghiệm").wait_for()
    desk.inspect()
    with office.expect_download() as kept:
        office.get_by_role("link", name="Ký số (PDF)").click()
    assert kept.value.path().read_bytes() == signed.read_bytes()
    worker.context.close()
    assert worker.complaints == []


def test_an_english_speaker_with_eleven_months_is_refused_kindly(browser: Any, site: str) -> None:
    worker = person(browser, site)
    page, _ = worker.page, slow_3g(worker)
    page.goto(f"{site}/en/join/don/")
    thumb = Thumb(page)
    begins = timezone.localdate().replace(day=1) - timedelta(days=31)
    begins = begins.replace(day=1)
    ends = begins + timedelta(days=333)
    thumb.type("full_name", "Maria Santos")
    thumb.type("birth_on", "5/9/1998")
    thumb.choose("nationality", "PH")
    thumb.type("identity", "P1234567A")
    thumb.type("phone", "0912000111")
    thumb.type("workplace_name", "Sao Mai Electronics")
    page.select_option("[name=province]", label="Thành phố Hải Phòng")
    thumb.type("commune", "thuy nguyen")
    thumb.choose("contract_kind", "fixed")
    thumb.type("contract_from", f"{begins:%d/%m/%Y}")
    thumb.type("contract_to", f"{ends:%d/%m/%Y}")
    thumb.tick("agree_membership")
    thumb.sign()
    page.locator("[data-sum]").wait_for(state="hidden")
    page.locator("[data-send]").tap()
    page.get_by_text("Thank you for your interest").wait_for()
    shown = page.inner_text("[role=alert]")
    assert "at least 12 months" in shown
    assert "50/2024/QH15" in shown
    assert page.input_value("[name=full_name]") == "Maria Santos"
    assert thumb.seconds < 120
    assert worker.overflow() <= 1
    worker.context.close()
    assert worker.complaints == []
