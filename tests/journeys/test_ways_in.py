"""Signing in and working with the keyboard alone, and with a passkey instead of a password."""

from __future__ import annotations

import re
from typing import Any

import pytest

from congdoan.config.demo.users import PASSWORD
from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def tab_to(page: Any, selector: str, *, presses: int = 80) -> None:
    """Press Tab until what has the focus answers to the selector; it must show that it has it."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            seen = page.evaluate(
                """() => {
                  const look = getComputedStyle(document.activeElement);
                  return look.outlineStyle !== 'none' || look.boxShadow !== 'none';
                }"""
            )
            assert seen, f"{selector} has the focus and does not show it"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_from_sign_in_to_a_target_without_a_mouse(desk: Visitor) -> None:
    page = desk.page
    page.goto(f"{desk.site}/tai-khoan/dang-nhap/")
    desk.inspect()
    if not page.evaluate("document.activeElement.matches('input[name=login]')"):
        tab_to(page, "input[name=login]")
    page.keyboard.type("lanhdao.hp")
    tab_to(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.site}/")
    # The first stop leads past the navigation.
    tab_to(page, "a.skip-link", presses=1)
    page.keyboard.press("Enter")
    tab_to(page, "article.target a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/ke-hoach/.*/chi-tieu/"))
    desk.inspect()
    desk.go("/ke-hoach/")
    tab_to(page, "#list-body tbody a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ke-hoach/[a-z0-9-]+/"))


def test_a_passkey_takes_the_place_of_the_password(browser: Any, site: str) -> None:
    # Browsers know passkeys for names, never for bare addresses.
    named = site.replace("127.0.0.1", "localhost")
    visitor = Visitor(browser, named, width=1440, height=1000)
    page = visitor.page
    tools = visitor.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    visitor.sign_in("canbo.lc")
    visitor.go("/tai-khoan/hai-buoc/")
    page.goto(f"{named}/tai-khoan/khoa/them/")
    if "/xac-nhan/" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.locator("main button.btn-primary").first.click()
        page.wait_for_url(re.compile("/khoa/them/"))
    page.check("input[name=passwordless]")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/khoa/them/" not in url)
    visitor.go("/tai-khoan/khoa/")
    assert "Thay mật khẩu" in page.locator("main").inner_text()
    visitor.context.clear_cookies()
    page.goto(f"{named}/tai-khoan/dang-nhap/")
    page.locator("#passkey_login").click()
    page.wait_for_url(f"{named}/")
    assert "Cán Bộ Mẫu Lai Châu" in page.locator("header.topbar").inner_html()
    visitor.context.close()
    assert visitor.complaints == []
