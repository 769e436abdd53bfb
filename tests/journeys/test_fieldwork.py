"""Ten employers are surveyed without a network and arrive once; what somebody else wrote meanwhile is shown beside. What is
half written stays on the device, with who wrote it, until it is saved or thrown away."""

from __future__ import annotations

import re
from typing import Any

import pytest

from congdoan.config.demo.users import PASSWORD
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


def _round(desk: Visitor, title: str, most: int, surveyor: str) -> tuple[Any, str]:
    """An officer opens a round and gives so many employers to one person; their page, at the round, and its address."""
    office = desk.page if desk.page.url.startswith(desk.site) else desk.sign_in("canbo.hp")
    desk.go("/khao-sat/")
    desk.inspect()
    office.get_by_role("link", name="Mở đợt").click()
    office.fill("input[name=title]", title)
    office.get_by_role("button", name="Mở đợt").click()
    office.get_by_text("Đã mở đợt").wait_for()
    desk.inspect()
    office.fill("input[name=most]", str(most))
    office.get_by_label(re.compile(surveyor)).first.check()
    office.get_by_role("button", name="Giao").click()
    office.get_by_text(f"Đã giao {most} doanh nghiệp").wait_for()
    desk.inspect()
    return office, office.url.removeprefix(desk.site)


def test_ten_employers_without_a_network_arrive_once(phone: Visitor, desk: Visitor) -> None:
    office, address = _round(desk, "Khảo sát doanh nghiệp quý IV", 10, "Cán Bộ Mẫu")
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


def _sign_in(visitor: Visitor, username: str) -> None:
    """Sign in on the device; who only surveys comes to their list at once."""
    page = visitor.page
    page.goto(f"{visitor.site}/tai-khoan/dang-nhap/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url(lambda address: "dang-nhap" not in address)


def _open(visitor: Visitor) -> Any:
    """The surveyor's page in a new tab of the same device, once its list is there."""
    visitor.page.close()
    visitor.page = visitor.context.new_page()
    visitor.page.set_default_timeout(60_000)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on("console", visitor._hear)
    visitor.go("/khao-sat/cua-toi/")
    visitor.page.locator("[data-rows] li, [data-empty]:not([hidden])").first.wait_for()
    return visitor.page


def _row(page: Any, task: str) -> Any:
    return page.locator(f'[data-rows] button[data-task="{task}"]')


def _mark(page: Any, task: str, words: str) -> None:
    _row(page, task).locator(".mark", has_text=words).wait_for()


def _untouched(page: Any, place: int = 0) -> str:
    """A task that nobody has begun."""
    rows = page.locator("[data-rows] button").filter(has=page.locator(".mark", has_text="Chưa làm"))
    return str(rows.nth(place).get_attribute("data-task"))


def _kept(page: Any, store: str) -> list[dict[str, Any]]:
    """What a store of the device holds, of whichever user."""
    found: list[dict[str, Any]] = page.evaluate(
        """store => new Promise(done => {
            const base = indexedDB.open("congdoan-field");
            base.onsuccess = () => {
                const rows = base.result.transaction(store).objectStore(store).getAll();
                rows.onsuccess = () => { base.result.close(); done(rows.result); };
            };
        })""",
        store,
    )
    return found


def _wipe(page: Any, *, agree: bool) -> str:
    """Ask to wipe the device; what was asked back."""
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        (dialog.accept if agree else dialog.dismiss)()

    page.once("dialog", answer)
    if page.locator("details.device").get_attribute("open") is None:
        page.get_by_text("Dữ liệu trên máy này", exact=True).click()
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Xóa dữ liệu trên máy này").click()
    if agree:
        page.get_by_text("Đã xóa dữ liệu").wait_for()
    return asked[0]


def test_what_is_half_written_stays_until_it_is_saved(phone: Visitor, desk: Visitor) -> None:
    office, address = _round(desk, "Khảo sát còn dở", 1, "Cộng Tác Viên Mẫu")
    _sign_in(phone, "ctv.hp")
    page = _open(phone)
    task = _untouched(page)
    _row(page, task).click()
    page.get_by_role("button", name="‹ Danh sách").click()
    _mark(page, task, "Chưa làm")
    assert _kept(page, "drafts") == []

    _row(page, task).click()
    assert page.get_by_text("Phiếu đang viết dở, chưa lưu").is_hidden()
    page.fill("input[name=workers]", "321")
    page.fill("textarea[name=contacts]", "Chị Hoa, bảo vệ")
    page.get_by_role("button", name="‹ Danh sách").click()
    _mark(page, task, "Đang viết dở")
    phone.inspect()

    # The tab is closed; of another the user swipes back.
    page = _open(phone)
    _mark(page, task, "Đang viết dở")
    _row(page, task).click()
    page.get_by_text("Phiếu đang viết dở, chưa lưu").wait_for()
    assert page.input_value("input[name=workers]") == "321"
    assert page.input_value("textarea[name=contacts]") == "Chị Hoa, bảo vệ"
    phone.inspect()
    page.fill("input[name=women]", "123")
    page.go_back()
    _mark(page, task, "Đang viết dở")
    _row(page, task).click()
    assert page.input_value("input[name=women]") == "123"

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Bỏ phần vừa ghi").click()
    page.get_by_text("Phiếu đang viết dở, chưa lưu").wait_for(state="hidden")
    assert page.input_value("input[name=workers]") == page.input_value("textarea[name=contacts]") == ""
    page.get_by_role("button", name="‹ Danh sách").click()
    _mark(page, task, "Chưa làm")
    assert _kept(page, "drafts") == []

    # Left without a word, as when the device takes the page away.
    _row(page, task).click()
    page.fill("input[name=workers]", "400")
    page.select_option("select[name=attitude]", "reluctant")
    page.wait_for_timeout(600)
    # Meanwhile an officer writes down another figure: the draft was begun without knowing it.
    desk.go(address)
    office.locator("tbody a").first.click()
    office.locator("#list-body tbody a").first.click()
    office.get_by_role("link", name="Ghi số lao động").click()
    office.fill("input[name=workers]", "777")
    office.get_by_role("button", name="Ghi", exact=True).click()
    office.get_by_text("777").first.wait_for()
    page = _open(phone)
    _row(page, task).click()
    assert page.input_value("select[name=attitude]") == "reluctant"
    page.get_by_role("button", name="Lưu phiếu").click()
    _mark(page, task, "Có khác biệt")
    assert _kept(page, "drafts") == []
    assert "reluctant" not in str(_kept(page, "answers"))


def test_on_a_shared_phone_each_keeps_their_own(phone: Visitor, desk: Visitor) -> None:
    _round(desk, "Khảo sát chung máy", 3, "Cộng Tác Viên Mẫu")
    _round(desk, "Khảo sát lần hai", 1, "Cộng Tác Viên Mẫu")
    _sign_in(phone, "ctv.hp")
    page = _open(phone)
    # One employer in two rounds: the round tells the rows apart.
    page.get_by_text("Đợt: Khảo sát lần hai").wait_for()
    page.get_by_text("Đợt: Khảo sát chung máy").wait_for()
    half, wrong, whole = (_untouched(page, place) for place in range(3))
    _row(page, wrong).click()
    page.fill("input[name=workers]", "70")
    page.fill("input[name=place]", "sau chợ")
    page.get_by_role("button", name="Lưu phiếu").click()
    _mark(page, wrong, "Cần sửa")
    phone.context.set_offline(True)
    _row(page, whole).click()
    page.fill("input[name=workers]", "80")
    page.get_by_role("button", name="Lưu phiếu").click()
    _mark(page, whole, "Trên máy")
    _row(page, half).click()
    page.fill("textarea[name=remarks]", "Chủ xưởng ngại nói")
    page.get_by_role("button", name="‹ Danh sách").click()
    _mark(page, half, "Đang viết dở")
    page.get_by_text("1 phiếu trên máy chờ gửi").wait_for()
    page.get_by_text("1 phiếu cần sửa").wait_for()
    phone.inspect()
    assert _wipe(page, agree=False) == (
        "Còn 2 phiếu chưa gửi được (gồm 1 phiếu cần sửa) và 1 phiếu đang viết dở sẽ mất. Vẫn xóa?"
    )
    _mark(page, whole, "Trên máy")
    page.close()
    phone.complaints[:] = [said for said in phone.complaints if "ERR_INTERNET" not in said]
    phone.context.set_offline(False)

    # Another signs in on the same phone, sees nothing of it, and cannot wipe it away.
    phone.context.clear_cookies()
    phone.page = phone.context.new_page()
    _sign_in(phone, "canbo.hp")
    page = _open(phone)
    words = page.content()
    assert (
        "Đang viết dở" not in words
        and "Chủ xưởng" not in words
        and page.locator("[data-wrongs]").inner_text() == ""
    )
    assert "Còn 3 phiếu của người khác trên máy này; phiếu của họ được giữ lại." in _wipe(page, agree=True)
    assert [draft["remarks"] for draft in _kept(page, "drafts")] == ["Chủ xưởng ngại nói"]

    phone.context.clear_cookies()
    _sign_in(phone, "ctv.hp")
    page = _open(phone)
    _mark(page, half, "Đang viết dở")
    _mark(page, wrong, "Cần sửa")
    _mark(page, whole, "Chờ tiếp nhận")
    assert _wipe(page, agree=True) == (
        "Còn 1 phiếu chưa gửi được (gồm 1 phiếu cần sửa) và 1 phiếu đang viết dở sẽ mất. Vẫn xóa?"
    )
    assert _kept(page, "drafts") == _kept(page, "answers") == []

    # Another signs in while a form stands open: it closes, and what was typed stays with who typed it.
    page = _open(phone)
    _mark(page, half, "Chưa làm")
    _row(page, half).click()
    page.fill("textarea[name=remarks]", "Chủ xưởng ngại nói")
    phone.context.clear_cookies()
    phone.page = phone.context.new_page()
    _sign_in(phone, "canbo.hp")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("[data-form]").wait_for(state="hidden")
    page.locator("[data-rows] li, [data-empty]:not([hidden])").first.wait_for()
    assert page.locator(f'[data-task="{half}"]').count() == 0 and page.locator(".mark.draft").count() == 0
    (draft,) = _kept(page, "drafts")
    (listed,) = (kept for kept in _kept(page, "lists") if kept["last"])
    assert draft["remarks"] == "Chủ xưởng ngại nói" and draft["user"] != listed["user"]
