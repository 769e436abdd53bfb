"""Signing in, second factors, one-time links, sessions: safe, and in Vietnamese throughout."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts import actions
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.models import AuditEntry
from tests.factories.officers import PASSWORD, make_user, officer
from tests.factories.tree import Tree

LOGIN = "/tai-khoan/dang-nhap/"
#: Words of allauth's and Django's English pages that must not be seen.
ENGLISH = re.compile(
    r"\b(Sign In|Sign Out|Password|Username|Email address|Forgot|required|Confirm|Authenticator|Recovery|Key|"
    r"Submit|Cancel|Remember|Change|Please|Your|Code)\b"
)


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    cache.clear()


@pytest.fixture
def an(db: None) -> User:
    user = make_user("an", "Nguyễn Văn An")
    user.email = "an@example.vn"
    user.save()
    return user


def sign_in(client: Client, login: str = "an", password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": login, "password": password})


def test_by_user_name_or_email(an: User) -> None:
    for login in ("an", "AN@example.vn"):
        client = Client()
        answer = sign_in(client, login)
        assert answer.status_code == 302
        assert client.get("/tai-khoan/").status_code == 200
    assert AuditEntry.objects.filter(verb="accounts.sign_in", user=an).count() == 2


def test_being_wrong_does_not_tell_what_is_wrong(an: User, client: Client) -> None:
    said = set()
    for login, password in [("an", "sai"), ("khong-co", PASSWORD), ("an@example.vn", "sai"), ("x@y.vn", "z")]:
        page = sign_in(client, login, password)
        assert page.status_code == 200
        said.add(re.search(r'role="alert">.*?<div>(.*?)</div>', page.text, re.S)[1])  # type: ignore[index]
    assert said == {
        "Tên đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra phím Caps Lock và bộ gõ tiếng Việt, rồi thử lại."
    }
    failed = AuditEntry.objects.filter(verb="accounts.sign_in_failed")
    assert failed.count() == 4
    assert not failed.filter(summary__contains="khong-co").exists()


def test_guessing_is_slowed_down(an: User, client: Client) -> None:
    for _ in range(5):
        sign_in(client, password="sai")
    page = sign_in(client)  # even the right one, now
    assert page.status_code in {200, 429}
    assert "Đã nhập sai quá nhiều lần" in page.text or "Quá nhiều lần thử" in page.text
    assert client.get("/tai-khoan/").status_code == 302


def test_a_switched_off_user_cannot_sign_in(an: User, client: Client, system: Actor) -> None:
    actions.switch(actor=system, user=an, active=False, reason="Nghỉ việc")
    sign_in(client)
    assert client.get("/tai-khoan/").status_code == 302


def test_the_session_is_new_after_signing_in_and_ends_with_the_browser(an: User, client: Client) -> None:
    client.get(LOGIN)
    client.session["mark"] = "1"
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before
    assert client.session.get_expire_at_browser_close()
    remembered = Client()
    remembered.post(LOGIN, {"login": "an", "password": PASSWORD, "remember": "on"})
    assert not remembered.session.get_expire_at_browser_close()


def test_there_is_no_sign_up(client: Client, db: None) -> None:
    for address in ("signup/", "dang-ky/", "email/"):
        assert client.get(f"/tai-khoan/{address}").status_code == 404


def test_passwords_are_kept_as_hashes(an: User) -> None:
    an.refresh_from_db()
    assert PASSWORD not in an.password
    assert an.password.split("$")[0] in {"pbkdf2_sha256", "argon2", "scrypt", "md5"}


def test_a_one_time_link_sets_a_password_once(db: None, system: Actor, client: Client) -> None:
    user = actions.create_user(actor=system, username="moi", full_name="Người Mới")
    link = actions.one_time_link(user)
    page = client.get(link, follow=True)
    assert "Đặt mật khẩu" in page.text and not ENGLISH.search(_words(page.text))
    address = page.redirect_chain[-1][0]
    page = client.post(address, {"password1": "123", "password2": "124"})
    assert "Hai lần nhập mật khẩu chưa giống nhau" in page.text or "ký tự" in page.text
    page = client.post(address, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert page.status_code == 200
    assert sign_in(Client(), "moi").status_code == 302
    again = Client().get(link, follow=True)
    assert "đã được dùng" in again.text


def test_codes_as_second_factor(an: User, client: Client) -> None:
    sign_in(client)
    page = client.get("/tai-khoan/hai-buoc/ung-dung/bat/")
    assert page.url.startswith("/tai-khoan/xac-nhan/")  # touching sign-in asks for the password again
    client.post("/tai-khoan/xac-nhan/", {"password": PASSWORD})
    page = client.get("/tai-khoan/hai-buoc/ung-dung/bat/")
    assert page.status_code == 200 and "data:image/svg" in page.text
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    client.post("/tai-khoan/hai-buoc/ung-dung/bat/", {"code": code})
    kept = Authenticator.objects.get(user=an, type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)
    other = Client()
    answer = sign_in(other)
    assert answer.status_code == 302 and "hai-buoc" in answer.url
    assert other.get("/tai-khoan/").status_code == 302
    page = other.post(answer.url, {"code": "000000"})
    assert "Mã chưa đúng" in page.text
    recovery = Authenticator.objects.get(user=an, type=Authenticator.Type.RECOVERY_CODES)
    other.post(answer.url, {"code": recovery.wrap().get_unused_codes()[0]})
    assert other.get("/tai-khoan/").status_code == 200


def test_changing_the_password_ends_other_sessions(an: User, client: Client) -> None:
    sign_in(client)
    other = Client()
    sign_in(other)
    fresh = "mat-khau-moi-2027"
    client.post("/tai-khoan/mat-khau/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})
    assert other.get("/tai-khoan/").status_code == 302
    assert sign_in(Client(), password=fresh).status_code == 302


def _words(page: str) -> str:
    page = re.sub(r"(Google|Microsoft) Authenticator", "", page)
    page = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"<[^>]*>", " ", page)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "dang-xuat/",
        "xac-nhan/",
        "mat-khau/",
        "phien/",
        "hai-buoc/",
        "hai-buoc/ung-dung/bat/",
        "hai-buoc/ma-du-phong/tao/",
        "khoa/",
        "khoa/them/",
    ],
)
def test_account_pages_speak_vietnamese(an: User, client: Client, address: str) -> None:
    sign_in(client)
    if address not in {"", "xac-nhan/"}:
        client.post("/tai-khoan/xac-nhan/", {"password": PASSWORD})
    page = client.get(f"/tai-khoan/{address}", follow=True)
    assert page.status_code == 200
    found = ENGLISH.search(_words(page.text))
    assert found is None, found


@pytest.mark.parametrize("address", ["dang-nhap/", "quen-mat-khau/", "quen-mat-khau/da-gui/", "bi-khoa/"])
def test_entrance_pages_speak_vietnamese(client: Client, db: None, address: str) -> None:
    page = client.get(f"/tai-khoan/{address}")
    assert page.status_code == 200
    assert ENGLISH.search(_words(page.text)) is None


def test_profile_is_edited_and_audited(tree: Tree, client: Client) -> None:
    user = officer("can-bo", "officer", tree.north_a)
    client.force_login(user)
    page = client.post(
        "/tai-khoan/",
        {"full_name": "Trần Thị Bình", "phone": "0900000000", "job_title": "", "home_unit": tree.north_a.pk},
    )
    assert page.status_code == 302
    user.refresh_from_db()
    assert user.full_name == "Trần Thị Bình"
    assert AuditEntry.objects.filter(verb="accounts.edit_profile").exists()
    page = client.post("/tai-khoan/", {"full_name": "X", "home_unit": tree.south.pk})
    assert page.status_code == 200  # not a unit of one's own grants
