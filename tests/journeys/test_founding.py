"""Twelve workers found a union: from the first application on a phone to the recognition, with three officers of three
bodies; and the figures move the moment the decision is booked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

_WORKERS = 12
_STEPS = (
    "Đã khảo sát",
    "Có nhóm nòng cốt",
    "Có ban vận động",
    "Đủ đơn",
    "Đã đại hội",
    "Đã nộp hồ sơ",
    "Đã thẩm định",
)


def apply(page: Any, site: str, workplace: str, number: int) -> None:
    """One worker fills in the form of the workplace and signs."""
    page.goto(f"{site}/gia-nhap/don/?noi={workplace}")
    page.fill("[name=full_name]", f"Vàng Thị Số {number}")
    page.fill("[name=birth_on]", f"{1 + number}/9/1998")
    page.fill("[name=identity]", f"0121980{number:05d}")
    page.fill("[name=phone]", f"0912{number:06d}")
    page.select_option("[name=contract_kind]", "indefinite")
    page.check("[name=agree_membership]")
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(5):
        page.mouse.move(box["x"] + 60 + step * 30, box["y"] + (30 if step % 2 else 90))
    page.mouse.up()
    page.locator("[data-sum]").wait_for(state="hidden")
    page.locator("[data-send]").click()
    page.locator("[data-sent]").wait_for()


def test_twelve_workers_found_a_union(browser: Any, site: str, desk: Visitor) -> None:
    today = timezone.localdate()
    lead = desk.sign_in("canbo.hp")
    # A workplace without a union which nobody has a file for; the smallest are at the end.
    desk.go("/doanh-nghiep/?co_cong_doan=0&sap=-ten")
    link = lead.locator("table.data tbody a[href*='/doanh-nghiep/']").first
    name, employer = link.inner_text().strip(), str(link.get_attribute("href"))
    desk.go(employer)
    # What proves the survey: how many work there.
    desk.go(f"{employer.split('?')[0]}so-lao-dong/")
    lead.fill("[name=workers]", "60")
    lead.locator("main form .btn-primary").first.click()
    lead.wait_for_url(re.compile(re.escape(employer.split("?")[0]) + "($|[?#])"))
    workplace = str(lead.locator("a[href*='?ma=']").first.get_attribute("href")).split("ma=")[1]

    worker = Visitor(browser, site, width=390, height=844)
    apply(worker.page, site, workplace, 0)
    desk.go("/thanh-lap/")
    lead.get_by_role("link", name=name).first.click()
    lead.wait_for_url(re.compile(r"/thanh-lap/\d+/$"))
    file = lead.url.removeprefix(site)
    desk.inspect()

    # Two officers of other bodies come into the team; until then there is nothing for them.
    others = {user: Visitor(browser, site, width=1280, height=900) for user in ("canbo.kkt", "canbo.nganh")}
    for user, visitor in others.items():
        visitor.sign_in(user)
        assert visitor.status(file) == 404
    for full_name in ("Cán Bộ Mẫu Khu Kinh Tế", "Cán Bộ Mẫu Ngành"):
        lead.locator("summary", has_text="Cử người vào tổ").click()
        lead.select_option("[name=user]", label=full_name)
        lead.get_by_role("button", name="Cử vào tổ").click()
        lead.get_by_text("Đã cử vào tổ vận động").first.wait_for()
    for number in range(1, _WORKERS):
        apply(worker.page, site, workplace, number)
    assert worker.complaints == []
    worker.context.close()

    # The zone's officer draws the map; no name of an applicant is before them.
    zone = others["canbo.kkt"]
    zone.go(file)
    assert "Vàng Thị Số" not in zone.page.content() and "12" in zone.page.content()
    zone.go(f"{file}nong-cot/")
    zone.page.fill("[name=workshop]", "Chuyền may 1")
    zone.page.fill("[name=shift]", "Ca sáng")
    zone.page.fill("[name=headcount]", "20")
    zone.page.get_by_role("button", name="Ghi nơi này").click()
    zone.page.fill("[name=name]", "Chị Dung")
    zone.page.select_option("[name=area]", label="Chuyền may 1, Ca sáng")
    zone.page.select_option("[name=level]", "4")
    zone.page.get_by_role("button", name="Ghi lên bản đồ").click()
    zone.page.get_by_role("button", name="Chị Dung: mức 2").click()
    zone.page.get_by_text("đã chuyển sang ủng hộ").first.wait_for()
    for contact in ("Anh Bền", "Chị Mây"):
        zone.page.fill("[name=name]", contact)
        zone.page.select_option("[name=level]", "1")
        if contact == "Chị Mây":
            zone.page.locator("form[action$='/nguoi/'] [name=is_leader]").check()
        zone.page.get_by_role("button", name="Ghi lên bản đồ").click()
        zone.page.get_by_role("button", name=f"{contact}: mức 2").first.wait_for()
    zone.inspect()

    # The named officer keeps the dossier; the papers come out whole.
    desk.go(f"{file}ho-so/")
    for field, value in (
        ("founders_number", "3/QĐ-LĐLĐ"),
        ("founders_on", f"{today:%d/%m/%Y}"),
        ("submission_number", "1/TTr-BVĐ"),
        ("submission_on", f"{today:%d/%m/%Y}"),
        ("appraised_on", f"{today:%d/%m/%Y}"),
        ("appraiser", "Cán Bộ Mẫu"),
        ("appraisal", "Hồ sơ đủ"),
        ("held_on", f"{today:%d/%m/%Y}"),
        ("place", "Nhà ăn ca"),
        ("summoned", "12"),
        ("present", "12"),
        ("chair", "Vàng Thị Số 0"),
        ("secretary", "Vàng Thị Số 1"),
        ("opinions", "Chăm lo bữa ăn ca"),
        ("tellers", "Vàng Thị Số 2"),
        ("ballots_issued", "12"),
        ("ballots_returned", "12"),
        ("ballots_valid", "12"),
    ):
        lead.fill(f"[name={field}]", value)
    rows = lead.locator("select[name^=bch-]")
    assert rows.count() == _WORKERS
    for place, post in enumerate(("chair", "member", "member")):
        rows.nth(place).select_option(post)
        lead.locator("input[name^=phieu-]").nth(place).fill(str(12 - place))
    lead.locator("select[name^=bvd-]").first.select_option("head")
    # Whoever leaves with this typed is asked, and stays.
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    lead.once("dialog", stay)
    lead.get_by_role("link", name="Thành lập công đoàn").last.click(no_wait_after=True)
    lead.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert lead.url.endswith("/ho-so/")
    lead.get_by_role("button", name="Lưu nội dung").click()
    lead.get_by_text("Đã lưu nội dung hồ sơ").first.wait_for()
    desk.inspect()
    with lead.expect_download() as sent:
        lead.get_by_role("link", name="Biên bản đại hội thành lập").click()
    assert sent.value.path().read_bytes().startswith(b"PK")

    # The branch's officer and the zone's take the steps by turns; what proves each is in the file.
    for place, step in enumerate(_STEPS):
        visitor = list(others.values())[place % 2]
        visitor.go(file)
        visitor.page.fill("[name=on]", f"{today:%d/%m/%Y}")
        visitor.page.fill("[name=words]", "Có biên bản kèm theo")
        visitor.page.get_by_role("button", name=f"Ghi “{step.lower()}”").click()
        visitor.page.get_by_text("Đã ghi bước này").first.wait_for()
    branch = others["canbo.nganh"]
    assert branch.status(f"{file}ho-so/") == 403
    assert branch.status(f"{file}cong-nhan/") == 403

    before = members(desk)
    desk.go(f"{file}cong-nhan/")
    assert lead.locator("select[name^=chuc-vu-]").first.input_value() == "chair"
    lead.fill("[name=number]", "99/QĐ-LĐLĐ")
    lead.fill("[name=code]", "HP-MOI-01")
    lead.get_by_role("button", name="Công nhận và ghi sổ").click()
    lead.locator("#confirm-yes").click()
    lead.get_by_text("Đã công nhận và ghi 12 đoàn viên").first.wait_for()
    desk.inspect()
    union = str(lead.locator("a[href*='HP-MOI-01']").first.get_attribute("href"))
    assert members(desk) == before + _WORKERS
    desk.go(union)
    assert "12" in lead.inner_text("main")
    assert "HP-MOI-01" in desk.go(employer).content()
    assert all(visitor.complaints == [] for visitor in (desk, *others.values()))
    assert (today + timedelta(days=365)).strftime("%d/%m/%Y") in desk.go(file).content()


def members(desk: Visitor) -> int:
    """Members of the city as the list counts them."""
    page = desk.go("/doan-vien/?don_vi=HP")
    found = re.search(r"([\d.]+) đoàn viên", page.inner_text("main"))
    assert found is not None, page.inner_text("main")[:400]
    return int(found[1].replace(".", ""))


def test_a_file_goes_to_the_zone_once_somebody_is_named_there(browser: Any, site: str, desk: Visitor) -> None:
    lead = desk.sign_in("canbo.hp")
    desk.go("/thanh-lap/")
    card = lead.locator(".board-card").first
    file = str(card.get_attribute("href"))
    zone = Visitor(browser, site, width=390, height=844)
    zone.sign_in("canbo.kkt")
    desk.go(file)
    lead.locator("summary", has_text="Chuyển cho đơn vị khác").click()
    desk.inspect()
    lead.fill("[name=to]", "HP-KKT")
    lead.fill("form[action$='/chuyen/'] [name=words]", "Nơi này nằm trong khu kinh tế")
    lead.get_by_role("button", name="Chuyển hồ sơ").click()
    lead.locator("#confirm-yes").click()
    # Nobody could read it there; the form keeps what was typed.
    lead.get_by_text("chưa chỉ định ai được xem").first.wait_for()
    assert lead.locator("form[action$='/chuyen/'] [name=words]").input_value().startswith("Nơi này nằm")
    assert zone.status(file) == 404

    chief = Visitor(browser, site, width=1280, height=900)
    chief.sign_in("lanhdao.hp")
    chief.go("/don-gia-nhap/nguoi-xem/HP-KKT/")
    chief.page.select_option("[name=user]", label="Cán Bộ Mẫu Khu Kinh Tế")
    chief.page.locator("main form .btn-primary").last.click()
    chief.page.locator("td.row-title", has_text="Cán Bộ Mẫu Khu Kinh Tế").wait_for()
    chief.inspect()
    chief.context.close()

    lead.get_by_role("button", name="Chuyển hồ sơ").click()
    lead.locator("#confirm-yes").click()
    lead.get_by_text("Đã chuyển hồ sơ sang").first.wait_for()
    assert desk.status(file) == 404
    zone.go(file)
    assert "Nơi này nằm trong khu kinh tế" in zone.page.locator("main").inner_text()
    zone.inspect()
    # Who is in charge there now names the team, and gives it back the same way.
    zone.page.locator("summary", has_text="Chuyển cho đơn vị khác").click()
    zone.page.fill("[name=to]", "HP")
    zone.page.fill("form[action$='/chuyen/'] [name=words]", "Chuyển nhầm")
    zone.page.get_by_role("button", name="Chuyển hồ sơ").click()
    zone.page.locator("#confirm-yes").click()
    zone.page.get_by_text("Đã chuyển hồ sơ sang").first.wait_for()
    assert desk.status(file) == 200
    zone.context.close()
