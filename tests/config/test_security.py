"""The installation is safe as delivered: deploy checks, headers, errors in words, documented settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from congdoan.config.secrets import load_or_make
from tests.factories.officers import PASSWORD, make_user, officer
from tests.factories.tree import Tree

ROOT = Path(__file__).resolve().parents[2]


def test_deploy_check_is_clean(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "CONGDOAN_HTTPS": "1",
        "CONGDOAN_HOSTS": "congdoan.example.vn",
        "CONGDOAN_HOME": str(tmp_path),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from congdoan.config.cli import main; main(['manage', 'check', '--deploy', '--fail-level=WARNING'])",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


def test_every_setting_is_documented() -> None:
    documented = set(
        re.findall(r"`((?:CONGDOAN_|DATABASE_URL)[A-Z_]*)`", (ROOT / "docs/settings.md").read_text())
    )
    asked = re.compile(r"(?:environ(?:\.get)?[\[(]|_flag\(|_list\()\s*\"([A-Z_]+)\"")
    read = {
        name
        for source in (ROOT / "congdoan").rglob("*.py")
        for name in asked.findall(source.read_text())
        if name.startswith(("CONGDOAN_", "DATABASE_URL"))
    }
    assert len(read) > 15
    assert read - documented == set()
    assert documented - read == set()


def test_keys_are_made_once_even_when_processes_race(tmp_path: Path) -> None:
    place, seen = tmp_path / "key", set()
    start = threading.Barrier(8)

    def make() -> None:
        start.wait()
        seen.add(load_or_make(place, 50))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1
    assert len(seen.pop()) == 50
    assert place.stat().st_mode & 0o077 == 0
    assert [found.name for found in tmp_path.iterdir()] == ["key"]


PAGES = [
    "/tai-khoan/",
    "/tai-khoan/hai-buoc/",
    "/quan-tri/nguoi-dung/",
    "/nhat-ky/",
    "/phe-duyet/",
    "/cong-viec/",
]


def test_headers_of_pages(tree: Tree, client: Client) -> None:
    pages = [client.get("/tai-khoan/dang-nhap/")]
    client.force_login(officer("quan-tri", "administrator", tree.root))
    pages += [client.get(address) for address in PAGES]
    for page in pages:
        assert page.status_code == 200
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        for rule in ("default-src 'self'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
            assert rule in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        text = page.text
        assert not re.search(r"\s(style|on[a-z]+)=\"", text)
        for tag in re.findall(r"<script[^>]*>", text):
            assert "src=" in tag or 'type="application/json"' in tag


def test_cookies_are_closed_to_scripts_and_other_sites(tree: Tree, client: Client) -> None:
    make_user("an")
    client.post("/tai-khoan/dang-nhap/", {"login": "an", "password": PASSWORD})
    session = client.cookies["sessionid"]
    assert session["httponly"] and session["samesite"] == "Lax"


# ---- errors in words -------------------------------------------------------------------------------------------


def _break(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


def _refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Bạn chưa được giao quyền.")


def _form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("hong/", _break),
    path("cam/", _refuse),
    path("bieu-mau/", _form),
    path("", include("congdoan.config.urls")),
]


@pytest.fixture
def doors(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = False
    yield


@pytest.mark.parametrize(
    ("address", "status"), [("/hong/", 500), ("/cam/", 403), ("/khong-co-trang-nay/", 404)]
)
def test_errors_speak_vietnamese_and_tell_no_detail(db: None, doors: None, address: str, status: int) -> None:
    page = Client(raise_request_exception=False).get(address)
    assert page.status_code == status
    assert f"Mã {status}" in page.text
    assert 'lang="vi"' in page.text
    for detail in ("Traceback", "secret detail", "RuntimeError", "congdoan/"):
        assert detail not in page.text


def test_a_form_without_its_token_is_refused_in_words(db: None, doors: None) -> None:
    page = Client(enforce_csrf_checks=True).post("/bieu-mau/", {"a": "1"})
    assert page.status_code == 403
    assert "CSRF verification failed" not in page.text
    assert 'lang="vi"' in page.text


def test_too_large_a_request_is_refused_unread(db: None, client: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    page = client.post("/tai-khoan/dang-nhap/", {"login": "x" * (1024 * 1024 + 1)})
    assert page.status_code == 413
    assert "đến 1 MB" in page.text
