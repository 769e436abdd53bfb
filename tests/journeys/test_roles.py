"""A day of each role: what they do, and what they must not see."""

from __future__ import annotations

import re

import pytest

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def navigation(visitor: Visitor) -> set[str]:
    """What the frame offers."""
    return {
        words.strip()
        for words in visitor.page.locator("#side a.side-item > span:first-of-type").all_text_contents()
    }


def test_a_leader_sees_the_slow_targets_and_where_they_are_slow(desk: Visitor) -> None:
    page = desk.sign_in("lanhdao.hp")
    assert {"Kế hoạch, chỉ tiêu", "Báo cáo", "Đoàn viên"} <= navigation(desk)
    assert "Người dùng, phân quyền" not in navigation(desk)
    card = page.locator("article.target").first
    name = card.locator(".target-name").inner_text()
    card.locator(".target-name a").click()
    page.wait_for_url(re.compile("/chi-tieu/"))
    assert name in page.locator("h1").inner_text()
    desk.inspect()
    # Another province is not there, whatever its address.
    assert desk.status("/don-vi/LC/") == 404
    assert desk.status("/quan-tri/nguoi-dung/") == 403


def test_an_officer_admits_a_member(phone: Visitor) -> None:
    page = phone.sign_in("canbo.hp")
    union = phone.grassroots_union("HP")
    phone.go("/doan-vien/ket-nap/?don_vi=" + union)
    save = page.locator("main form button.btn-primary").last
    save.click()
    # What is missing is said, and nothing was written.
    page.get_by_text("Chưa lưu được").first.wait_for()
    phone.inspect()
    page.fill("input[name=full_name]", "Đỗ Thị Hànhtrình Giang")
    save.click()
    page.get_by_role("heading", name="Đỗ Thị Hànhtrình Giang").wait_for()
    assert "Kết nạp" in page.locator("main").inner_text()
    phone.inspect()


def test_a_committee_sees_its_own_union_alone(phone: Visitor) -> None:
    page = phone.sign_in("bch.coso")
    offered = navigation(phone)
    assert "Đoàn viên" in offered
    assert not offered & {"Người dùng, phân quyền", "Nhật ký"}
    phone.inspect()
    phone.go("/doan-vien/")
    own = phone.unit_in_view()
    units = set(page.locator("#list-body td[data-label^='Công đoàn']").all_inner_texts())
    assert units <= {own}
    assert phone.status("/don-vi/LC/") == 404
    assert phone.status("/quan-tri/") in {403, 404}
    phone.go("/tim/?q=hai phong")
    assert "LĐLĐ tỉnh Lai Châu" not in page.locator("main").inner_text()


def test_an_inspector_reads_everything_and_changes_nothing(desk: Visitor) -> None:
    page = desk.sign_in("kiemtra")
    assert "Nhật ký" in navigation(desk)
    assert "Nhập danh sách" not in navigation(desk)
    desk.go("/nhat-ky/")
    assert page.locator("#list-body tbody tr").count() > 0
    desk.inspect()
    for province in ("HP", "LC", "NA"):
        desk.go(f"/don-vi/{province}/")
        assert page.get_by_role("link", name=re.compile("Sửa|Đổi tên|Kết thúc")).count() == 0
    assert desk.status("/nhap-danh-sach/") == 403
    assert desk.status("/doan-vien/ket-nap/") == 403


def test_an_administrator_gives_a_user_and_takes_it_back(desk: Visitor) -> None:
    page = desk.sign_in("quantri")
    desk.go("/quan-tri/nguoi-dung/")
    desk.inspect()
    page.get_by_role("link", name=re.compile("Thêm người dùng")).first.click()
    page.fill("input[name=username]", "hanhtrinh")
    page.fill("input[name=full_name]", "Người Hành Trình")
    page.locator("main button.btn-primary").first.click()
    page.wait_for_load_state("load")
    desk.go("/quan-tri/nguoi-dung/?q=hanhtrinh")
    desk.go("/quan-tri/vai-tro/")
    desk.inspect()


def test_a_viewer_of_another_province(phone: Visitor) -> None:
    page = phone.sign_in("nguoixem")
    assert "Nhập danh sách" not in navigation(phone)
    phone.go("/doanh-nghiep/")
    assert page.get_by_role("link", name=re.compile("Đăng ký doanh nghiệp|Thêm doanh nghiệp")).count() == 0
    phone.inspect()
    assert phone.status("/don-vi/HP/") == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [("/khong-co-trang-nay/", 404), ("/doan-vien/?sau=eHh4", 200), ("/doan-vien/?q=a%00", 400)],
)
def test_wrong_addresses_are_answered_in_words(desk: Visitor, address: str, status: int) -> None:
    desk.sign_in("canbo.hp")
    assert desk.status(address) == status
    text = desk.page.inner_text("body")
    assert "Traceback" not in text
    assert "Django" not in text
