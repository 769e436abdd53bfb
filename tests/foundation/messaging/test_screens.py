"""The bell, one's notices, how one is told, and the administrators' log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.messaging import actions
from congdoan.foundation.messaging.models import Delivery, Notice, Preference
from tests.factories.officers import officer
from tests.factories.tree import Tree
from tests.foundation.messaging.conftest import NOW

Switch = Callable[..., None]


def tell(system: Actor, *users: User, subject: str = "Hồ sơ Bí Mật", **more: Any) -> list[Notice]:
    return actions.notify(actor=system, kind="tests.word", subject=subject, users=users, now=NOW, **more)


def test_the_bell_counts_what_is_not_read(client: Client, system: Actor, reader: User) -> None:
    client.force_login(reader)
    page = client.get("/thong-bao/").text
    assert 'class="bell"' in page and "bell-count" not in page
    (first,) = tell(system, reader, url="/phe-duyet/", body="Xem trước ngày 30")
    tell(system, reader)
    page = client.get("/thong-bao/").text
    assert "Thông báo, 2 chưa đọc" in page
    opened = client.get(reverse("messaging:notice", args=[first.pk])).text
    assert "Xem trước ngày 30" in opened and 'href="/phe-duyet/"' in opened
    assert "Thông báo, 1 chưa đọc" in opened
    client.post("/thong-bao/doc-het/")
    assert "chưa đọc</" not in client.get("/thong-bao/").text
    assert not Notice.objects.filter(read_at__isnull=True).exists()


def test_the_bell_stops_counting(client: Client, system: Actor, reader: User) -> None:
    for _ in range(105):
        tell(system, reader)
    client.force_login(reader)
    assert '<span class="bell-count" aria-hidden="true">99+</span>' in client.get("/thong-bao/").text


def test_the_bell_is_one_query_and_none_for_visitors(client: Client, system: Actor, reader: User) -> None:
    def asked(page: str) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(page)
        return [query["sql"] for query in seen.captured_queries if "messaging_" in query["sql"]]

    assert asked("/tai-khoan/dang-nhap/") == []
    client.force_login(reader)
    assert len(asked("/tai-khoan/")) == 1
    for _ in range(3):
        tell(system, reader)
    assert len(asked("/tai-khoan/")) == 1


def test_a_list_of_three_costs_what_a_list_of_one_does(client: Client, system: Actor, reader: User) -> None:
    client.force_login(reader)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/thong-bao/").status_code == 200
        return len(seen)

    tell(system, reader)
    cost()
    one = cost()
    for _ in range(2):
        tell(system, reader)
    assert cost() == one


def test_nobody_reads_anothers_notices(client: Client, tree: Tree, system: Actor, switch_on: Switch) -> None:
    switch_on(email=True)
    owner = officer("chu", "officer", tree.unions["NA1"])
    (notice,) = tell(system, owner, url="/phe-duyet/")
    for name, unit in (("quan-tri-goc", tree.root), ("quan-tri-bac", tree.north), ("hang-xom", tree.south)):
        client.force_login(officer(name, "administrator", unit))
        assert client.get(reverse("messaging:notice", args=[notice.pk])).status_code == 404
        for page in ("/thong-bao/", "/thong-bao/nhat-ky-gui/"):
            assert "Bí Mật" not in client.get(page).text
        client.post("/thong-bao/", {"action": "da-doc", "id": notice.pk})
        client.post("/thong-bao/doc-het/")
    notice.refresh_from_db()
    assert notice.read_at is None


def test_marking_some_as_read(client: Client, system: Actor, reader: User) -> None:
    first, second = tell(system, reader)[0], tell(system, reader)[0]
    client.force_login(reader)
    answer = client.post("/thong-bao/", {"action": "da-doc", "id": first.pk}, follow=True)
    assert "Đã đánh dấu 1 thông báo" in answer.text
    assert list(Notice.objects.filter(read_at__isnull=True)) == [second]
    unread = client.get("/thong-bao/?chua-doc=1").text
    assert "1 thông báo" in unread


def test_choosing_on_screen(client: Client, reader: User, switch_on: Switch) -> None:
    client.force_login(reader)
    page = client.get("/thong-bao/cach-nhan/").text
    assert "chưa bật email" in page and "Gộp email" not in page
    switch_on(email=True)
    page = client.get("/thong-bao/cach-nhan/").text
    assert "Gộp email" in page and "Trong phần mềm, Email" in page
    bad = client.post("/thong-bao/cach-nhan/", {"tests-word": ["fax"]})
    assert bad.status_code == 422
    assert not Preference.objects.exists()
    client.post("/thong-bao/cach-nhan/", {"tests-word": ["app"], "is_digest": "on"})
    kept = Preference.objects.get(user=reader)
    assert kept.is_digest
    assert kept.channels["tests.word"] == ["app"] and kept.channels["tests.plain"] == []
    assert 'value="app" checked' in " ".join(
        client.get("/thong-bao/cach-nhan/").text.replace(' id="id_tests-word_0"', "").split()
    )


def test_the_log_says_what_failed_and_sends_it_again(
    client: Client, tree: Tree, system: Actor, switch_on: Switch, today: date
) -> None:
    switch_on(email=True)
    member = officer("nguoi-nhan", "officer", tree.unions["NA1"])
    member.email = "nguoi-nhan@congdoan.test"
    member.save()
    tell(system, member)
    Delivery.objects.update(state="failed", last_error="Máy chủ thư từ chối (mã 554).")
    client.force_login(officer("can-bo", "officer", tree.north))
    assert client.get("/thong-bao/nhat-ky-gui/").status_code == 403
    client.force_login(officer("quan-tri-nam", "administrator", tree.south))
    assert "554" not in client.get("/thong-bao/nhat-ky-gui/").text
    client.force_login(officer("quan-tri-bac", "administrator", tree.north))
    page = client.get("/thong-bao/nhat-ky-gui/?trang-thai=failed,held").text
    assert "Máy chủ thư từ chối (mã 554)." in page and "Nguoi-Nhan" in page
    assert "nguoi-nhan@" not in page and "Bí Mật" not in page
    chosen = {"action": "gui-lai", "id": Delivery.objects.get().pk}
    assert "Đã đưa 1 tin" in client.post("/thong-bao/nhat-ky-gui/", chosen, follow=True).text
    assert Delivery.objects.get().state == "waiting"
    assert "Không có tin nào cần" in client.post("/thong-bao/nhat-ky-gui/", chosen, follow=True).text


@pytest.mark.parametrize(
    "page", ["/thong-bao/", "/thong-bao/cach-nhan/", "/thong-bao/nhat-ky-gui/", "/thong-bao/1/"]
)
def test_visitors_sign_in_first(client: Client, db: None, page: str) -> None:
    assert client.get(page).status_code == 302


def test_a_kind_that_is_gone_still_shows(client: Client, reader: User) -> None:
    gone = Notice.objects.create(user=reader, kind="xua.cu", title="Tin cũ", created_at=NOW)
    client.force_login(reader)
    assert "Tin cũ" in client.get("/thong-bao/").text
    assert client.get(reverse("messaging:notice", args=[gone.pk])).status_code == 200
