"""The list of a user's sessions knows where each is used, without a write at every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories.officers import make_user


@pytest.fixture
def client(db: None) -> Client:
    found = Client(headers={"user-agent": "Máy ở cơ quan"})
    found.force_login(make_user("phien"), backend="django.contrib.auth.backends.ModelBackend")
    return found


def test_pages_are_read_without_a_write(client: Client) -> None:
    client.get("/")
    first = UserSession.objects.get()
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/").status_code == 200
    assert {query["sql"].split()[0] for query in seen} == {"SELECT"}
    assert UserSession.objects.get().last_seen_at == first.last_seen_at


def test_a_session_is_noted_again_after_a_while(client: Client) -> None:
    client.get("/")
    long_ago = timezone.now() - timedelta(minutes=6)
    UserSession.objects.update(last_seen_at=long_ago)
    client.get("/")
    assert UserSession.objects.get().last_seen_at > long_ago


def test_another_browser_or_address_is_noted_at_once(client: Client) -> None:
    client.get("/")
    client.get("/", headers={"user-agent": "Máy khác"})
    assert UserSession.objects.get().user_agent == "Máy khác"
    client.get("/", headers={"user-agent": "Máy khác"}, REMOTE_ADDR="203.0.113.9")
    assert UserSession.objects.get().ip == "203.0.113.9"
