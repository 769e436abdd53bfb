"""The main job in a real browser: from the plan to the names behind a figure and to the report."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tests.journeys.conftest import Visitor

# One installation serves all journeys: they run in one process.
pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]
MAIN_PAGES = (
    "/",
    "/ke-hoach/",
    "/ke-hoach/hai-phong-2026/",
    "/don-vi/",
    "/don-vi/HP/",
    "/doanh-nghiep/",
    "/doanh-nghiep/ban-do/",
    "/doan-vien/",
    "/bien-dong/",
    "/bao-cao/",
    "/tai-khoan/",
)


def number_in(text: str) -> int:
    """ "+1.616" and "1.616 đoàn viên" as 1616."""
    found = re.search(r"\d[\d.]*", text)
    assert found, text
    return int(found.group().replace(".", ""))


def test_a_figure_opens_the_names_behind_it(desk: Visitor) -> None:
    page = desk.sign_in("lanhdao.hp")
    desk.go("/don-vi/HP/")
    members = page.locator("a.figure", has_text=re.compile(r"^\d")).first
    shown = number_in(members.inner_text())
    members.click()
    page.wait_for_url(re.compile("/doan-vien/"))
    assert number_in(page.locator(".list-count").inner_text()) == shown > 0


def test_the_day_of_the_figures_holds_on_every_page(desk: Visitor) -> None:
    page = desk.sign_in("lanhdao.hp")
    desk.go("/don-vi/HP/?ngay=2025-06-30")
    assert "30/06/2025" in page.locator("header.topbar").inner_text()
    desk.go("/doan-vien/")
    assert "30/06/2025" in page.locator("header.topbar").inner_text()
    # The districts stand on that day and have ended on the next.
    desk.go("/don-vi/HP-VB/")
    assert "Vĩnh Bảo" in page.locator("h1").inner_text()
    desk.go("/?ngay=")
    assert "30/06/2025" not in page.locator("header.topbar").inner_text()


def test_a_report_is_written_and_taken_away(desk: Visitor, tmp_path: Path) -> None:
    page = desk.sign_in("canbo.hp")
    desk.go("/bao-cao/")
    page.locator("a[href*='/bao-cao/']", has_text=re.compile("Q3|quý III", re.I)).first.click()
    with page.expect_download() as waiting:
        page.locator("a", has_text=re.compile("Word|\\.docx", re.I)).first.click()
    path = tmp_path / "report.docx"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as parts:
        text = parts.read("word/document.xml").decode()
    assert "BÁO CÁO" in text


def test_search_without_accents_finds_a_member(desk: Visitor) -> None:
    page = desk.sign_in("canbo.hp")
    desk.go("/doan-vien/")
    name = page.locator("#list-body tbody tr td.row-title").first.inner_text()
    plain = name.translate(str.maketrans("ĐđÀÁẢÃẠàáảãạ", "DdAAAAAaaaaa"))
    page.fill("#list-search", plain)
    page.wait_for_url(re.compile(r"[?&]q="))
    page.wait_for_function(
        "name => [...document.querySelectorAll('#list-body td.row-title')].some(c => c.innerText == name)",
        arg=name,
    )


@pytest.mark.parametrize("path", MAIN_PAGES)
def test_main_pages_fit_a_phone(phone: Visitor, path: str) -> None:
    phone.sign_in("canbo.hp")
    phone.go(path)
