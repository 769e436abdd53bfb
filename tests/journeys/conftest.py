"""A real installation for the browser: its own home, embedded database, web server and worker, tiny demo data.

The journeys need Debian's Chromium; without it they are skipped, and ``make test`` has said so.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from congdoan.config.demo.users import PASSWORD

CHROMIUM = shutil.which("chromium")
_AXE = (Path(__file__).parent / "axe/axe.min.js").read_text()
#: Words that a template, a library or Python lets slip.
_ENGLISH = re.compile(
    r"\b(None|True|False|null|undefined|NaN|the|and|this|is|of|not|Search|Select|Choose|Save|Delete|Cancel|Edit"
    r"|Close|Back|Next|Previous|Loading|required|Please|Submit)\b"
)
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of authorities whose digital signatures the installation trusts; empty until a journey fills it."""
    return tmp_path_factory.mktemp("trusted")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, trusted: Path) -> Iterator[str]:
    """The address of a running installation with the demonstration at a fiftieth of its size."""
    if CHROMIUM is None:
        pytest.skip("không có Chromium")
    home = tmp_path_factory.mktemp("home")
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"CONGDOAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "congdoan.config.settings"}
    environment["CONGDOAN_SIGNING_ROOTS"] = str(trusted)
    command = [sys.executable, "-c", "import sys; from congdoan.config.cli import main; sys.exit(main())"]
    subprocess.run(
        [*command, "demo", "--no-serve", "--scale", "0.02"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=600,
    )
    port = _free_port()
    with (home / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "serve", "--port", str(port), "--workers", "1"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(address, server)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            urllib.request.urlopen(f"{address}/tai-khoan/dang-nhap/", timeout=5)
            return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    raise RuntimeError("the server did not answer in time")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for the journeys of a file. While it is there an event loop runs in this process, in which Django lets
    nobody use the database: it must be gone before other tests follow."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield chromium
        chromium.close()


class Visitor:
    """A person at a browser: signs in, and fails when a page speaks English errors or breaks its own policy."""

    def __init__(self, browser: Any, site: str, *, width: int, height: int) -> None:
        self.site = site
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN", accept_downloads=True
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, said: Any) -> None:
        # A form that comes back to be mended answers 422, which the browser calls an error; it is none.
        if said.type == "error" and "status of 422" not in said.text:
            self.complaints.append(said.text)

    def sign_in(self, username: str, password: str = PASSWORD) -> Any:
        """Sign in by name and password; the page that follows is returned."""
        self.page.goto(f"{self.site}/tai-khoan/dang-nhap/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", password)
        self.page.get_by_role("button", name="Đăng nhập", exact=True).click()
        self.page.wait_for_url(f"{self.site}/")
        return self.page

    def go(self, path: str) -> Any:
        """Open a page; it must answer 200 and fit the width of the screen."""
        answer = self.page.goto(self.site + path)
        assert answer is not None and answer.status == 200, path
        self.page.wait_for_load_state("load")
        assert self.overflow() <= 1, f"{path} is wider than the screen"
        return self.page

    def status(self, path: str) -> int:
        """What a page answers that may well be refused; the browser's own word about it is no complaint."""
        before = len(self.complaints)
        answer = self.page.goto(self.site + path)
        self.complaints[before:] = [said for said in self.complaints[before:] if "status of 40" not in said]
        assert answer is not None
        return int(answer.status)

    def grassroots_union(self, above: str) -> str:
        """The code of a grassroots union below a unit, taken from the list of unions."""
        self.go(f"/don-vi/danh-sach/?don_vi={above}")
        address = self.page.locator("#list-body tbody a").first.get_attribute("href")
        return str(address).strip("/").split("/")[1]

    def unit_in_view(self) -> str:
        """The name of the body whose figures the frame shows."""
        return str(self.page.locator(".topbar-chips .chip[title]").last.get_attribute("title"))

    def inspect(self) -> None:
        """The page as it stands keeps WCAG AA as far as a program can tell, speaks Vietnamese and fits the screen."""
        # A notice that is still rising is half transparent: what is judged is what comes to rest.
        self.page.evaluate(
            "Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity)"
            ".map(a => a.finished.catch(() => null))).then(() => null)"
        )
        # By the browser's own door: the page's policy lets no foreign script in.
        self.page.evaluate(_AXE)
        found = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
        )
        wrong = [
            f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]
        ]
        assert not wrong, self.page.url + "\n" + "\n".join(wrong)
        text = self.page.inner_text("body")
        assert not _ENGLISH.findall(text), self.page.url
        assert self.overflow() <= 1, f"{self.page.url} is wider than the screen"

    def overflow(self) -> int:
        """How many pixels the page is wider than the screen."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def desk(browser: Any, site: str) -> Iterator[Visitor]:
    """A visitor at a desk, 1440 px wide."""
    visitor = Visitor(browser, site, width=1440, height=1000)
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []


@pytest.fixture
def phone(browser: Any, site: str) -> Iterator[Visitor]:
    """A visitor with a phone, 390 px wide."""
    visitor = Visitor(browser, site, width=390, height=844)
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []
