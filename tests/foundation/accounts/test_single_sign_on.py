"""Single sign-on by OpenID Connect, against a small provider that speaks discovery, authorisation code and keys."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.urls import include, path
from jwt.algorithms import RSAAlgorithm

from congdoan.foundation.accounts.models import User
from congdoan.foundation.accounts.urls import single_sign_on
from tests.factories.officers import make_user

urlpatterns = [path("tai-khoan/", include(single_sign_on)), path("", include("congdoan.config.urls"))]

CLIENT, SECRET = "congdoan-client", "bi-mat-cua-client"


class Provider:
    """An OpenID Connect provider on this machine. ``claims`` is who signs in next."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.claims: dict[str, Any] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                where = urlsplit(self.path)
                if where.path == "/.well-known/openid-configuration":
                    self.answer(
                        {
                            "issuer": provider.url,
                            "authorization_endpoint": f"{provider.url}/authorize",
                            "token_endpoint": f"{provider.url}/token",
                            "userinfo_endpoint": f"{provider.url}/userinfo",
                            "jwks_uri": f"{provider.url}/jwks",
                            "token_endpoint_auth_methods_supported": ["client_secret_post"],
                        }
                    )
                elif where.path == "/jwks":
                    public = json.loads(RSAAlgorithm.to_jwk(provider.key.public_key()))
                    self.answer({"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]})
                elif where.path == "/userinfo":
                    token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    self.answer(provider.tokens.get(token, {}), 200 if token in provider.tokens else 401)
                else:
                    self.answer({}, 404)

            def do_POST(self) -> None:
                sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                code = provider.codes.pop(sent["code"][0], None)
                known = sent.get("client_id") == [CLIENT] and sent.get("client_secret") == [SECRET]
                if code is None or not known or sent["redirect_uri"][0] != code["redirect_uri"]:
                    self.answer({"error": "invalid_grant"}, 400)
                    return
                now, token = int(time.time()), secrets.token_urlsafe(16)
                provider.tokens[token] = code["claims"]
                said = {**code["claims"], "iss": provider.url, "aud": CLIENT, "iat": now, "exp": now + 300}
                if code.get("nonce"):
                    said["nonce"] = code["nonce"]
                signed = jwt.encode(said, provider.key, algorithm="RS256", headers={"kid": "1"})
                self.answer({"access_token": token, "token_type": "Bearer", "id_token": signed})

            def answer(self, content: dict[str, Any], status: int = 200) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def agree(self, address: str) -> str:
        """What a browser is sent back to after its person has agreed at the provider's page."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "claims": dict(self.claims)}
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"


@pytest.fixture
def provider(db: None, settings: Any) -> Iterator[Provider]:
    cache.clear()
    made = Provider()
    app = {
        "provider_id": "sso",
        "name": "Định danh thử",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": made.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    settings.ROOT_URLCONF = __name__
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def an(db: None) -> User:
    user = make_user("an", "Nguyễn Văn An")
    user.email = "an@example.vn"
    user.save()
    return user


def sign_in(client: Client, provider: Provider) -> Any:
    """From the button of the sign-in page to the page after the provider has answered."""
    page = client.get("/tai-khoan/dang-nhap/")
    assert "Đăng nhập bằng Định danh thử" in page.text
    sent = client.post("/tai-khoan/sso/sso/?process=login")
    assert sent.status_code == 302
    return client.get(provider.agree(sent.headers["Location"]))


def test_a_verified_email_opens_the_account(provider: Provider, an: User, client: Client) -> None:
    provider.claims = {"sub": "1", "email": "an@example.vn", "email_verified": True, "name": "An"}
    answer = sign_in(client, provider)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(an.pk)


def test_an_email_that_nobody_verified_opens_nothing(provider: Provider, an: User, client: Client) -> None:
    provider.claims = {"sub": "2", "email": "an@example.vn", "email_verified": False}
    answer = sign_in(client, provider)
    assert "_auth_user_id" not in client.session
    assert answer.status_code in {200, 302}
    assert User.objects.count() == 1


def test_nobody_is_made_by_signing_in(provider: Provider, an: User, client: Client) -> None:
    provider.claims = {"sub": "3", "email": "la@example.vn", "email_verified": True}
    answer = sign_in(client, provider)
    while answer.status_code == 302:
        answer = client.get(answer.headers["Location"])
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1
    assert "Sign" not in answer.text


def test_a_locked_account_stays_locked(provider: Provider, an: User, client: Client) -> None:
    an.is_active = False
    an.save()
    provider.claims = {"sub": "4", "email": "an@example.vn", "email_verified": True}
    sign_in(client, provider)
    assert "_auth_user_id" not in client.session


def test_an_answer_nobody_asked_for_is_refused(provider: Provider, an: User, client: Client) -> None:
    provider.claims = {"sub": "5", "email": "an@example.vn", "email_verified": True}
    sent = Client().post("/tai-khoan/sso/sso/?process=login")
    # Another browser than the one that asked.
    answer = client.get(provider.agree(sent.headers["Location"]))
    assert "_auth_user_id" not in client.session
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


def test_the_way_to_the_provider_is_asked_for_in_vietnamese(provider: Provider, client: Client) -> None:
    page = client.get("/tai-khoan/sso/sso/?process=login")
    assert page.status_code == 200
    assert "Continue" not in page.text
    assert "Định danh thử" in page.text


def test_the_policy_lets_a_form_lead_to_the_provider() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from congdoan.config import settings; print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])",
        ],
        env={
            **os.environ,
            "CONGDOAN_OIDC_CLIENT_ID": "x",
            "CONGDOAN_OIDC_URL": "https://sso.example.vn/realms/cd",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[\"'self'\", 'https://sso.example.vn']"
