"""Another system reads by a token: what its user may and the token carries, until it ends, is revoked or loses a right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.tokens.actions import TokenError, create_token, revoke_token
from congdoan.foundation.tokens.models import Token
from congdoan.foundation.tokens.queries import find
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.factories.users import make_actor

READ = ("membership.view",)


@pytest.fixture
def owner(tree: Tree, system: Actor, today: date) -> Actor:
    make_members(system, tree.unions["NA1"], date(2025, 3, 1), 2)
    make_members(system, tree.unions["SB1"], date(2025, 3, 1), 1, start=10)
    return make_actor(today, tree.north, "leader")


def make(owner: Actor, *, capabilities: tuple[str, ...] = READ, days: int = 30) -> tuple[Token, str]:
    last_on = owner.today + timedelta(days=days)
    return create_token(
        actor=owner, on=owner.today, name="Kho dữ liệu", capabilities=capabilities, last_on=last_on
    )


def get(secret: str, path: str) -> Any:
    return Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})


def test_a_token_reads_its_users_scope_and_each_use_is_counted(owner: Actor) -> None:
    token, secret = make(owner)
    answer = get(secret, "/lists/membership.members")
    assert answer.status_code == 200
    assert len(answer.json()["rows"]) == 2
    get(secret, "/lists")
    token.refresh_from_db()
    assert token.uses == 2 and token.used_at is not None
    entry = AuditEntry.objects.get(verb="tokens.read")
    assert (entry.user, entry.data["rows"]) == (owner.user, 2)


def test_a_token_opens_only_what_it_carries(owner: Actor) -> None:
    _, secret = make(owner)
    names = {item["name"] for item in get(secret, "/lists").json()}
    assert "membership.members" in names
    assert "enterprises.enterprises" not in names and "approvals.approvals" not in names
    assert get(secret, "/lists/enterprises.enterprises").status_code == 403
    assert get(secret, "/lists/approvals.approvals").status_code == 403
    columns = {item["name"] for item in get(secret, "/lists/membership.members").json()["columns"]}
    _, wider = make(owner, capabilities=(*READ, "people.view_contacts"))
    more = {item["name"] for item in get(wider, "/lists/membership.members").json()["columns"]}
    assert columns < more


def test_a_token_loses_what_its_user_loses(owner: Actor) -> None:
    _, secret = make(owner)
    Grant.objects.filter(user=owner.user).delete()
    assert get(secret, "/lists/membership.members").status_code == 403
    User.objects.filter(pk=owner.user.pk).update(is_active=False)  # type: ignore[union-attr]
    assert get(secret, "/lists").status_code == 401


def test_revoked_ended_and_invented_tokens_open_nothing(owner: Actor) -> None:
    token, secret = make(owner)
    assert find(secret, token.last_on) == token
    assert find(secret, token.last_on + timedelta(days=1)) is None
    revoke_token(actor=owner, token=token)
    assert get(secret, "/lists").status_code == 401
    assert get("cd_" + "x" * 43, "/lists").status_code == 401
    assert Client().get("/api/v1/lists").status_code == 401
    token.refresh_from_db()
    assert token.uses == 0


def test_only_the_hash_is_kept(owner: Actor) -> None:
    token, secret = make(owner)
    row = Token.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row) and secret.removeprefix(token.hint) not in str(row)
    assert secret not in str(list(AuditEntry.objects.values()))


def test_nobody_gives_more_than_they_have(owner: Actor, tree: Tree, today: date) -> None:
    officer = make_actor(today, tree.unions["NA1"], "viewer")
    with pytest.raises(TokenError, match="quyền"):
        make(officer, capabilities=("membership.admit",))
    with pytest.raises(TokenError, match="quyền"):
        make(owner, capabilities=())
    with pytest.raises(TokenError, match="hạn"):
        make(owner, days=400)
    with pytest.raises(TokenError, match="hạn"):
        make(owner, days=-1)


def test_a_token_opens_no_screen_and_writes_nothing(owner: Actor) -> None:
    _, secret = make(owner)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get(reverse("membership:list"), headers=bearer).status_code == 302
    assert Client().post("/api/v1/lists/membership.members", headers=bearer).status_code == 405


def test_by_the_screen(owner: Actor, tree: Tree, today: date) -> None:
    client = Client()
    client.force_login(owner.user)
    page = reverse("tokens:tokens")
    assert page in client.get(reverse("account_profile")).content.decode()
    last = (today + timedelta(days=60)).strftime("%d/%m/%Y")
    sent = client.post(page, {"name": "Cổng dữ liệu", "last_on": last, "capabilities": ["membership.view"]})
    body = sent.content.decode()
    assert sent.status_code == 200 and "no-store" in sent.headers["Cache-Control"]
    token = Token.objects.get()
    secret = body.split('class="secret">')[1].split("<")[0]
    assert find(secret, today) == token
    assert secret not in client.get(page).content.decode()
    wrong = client.post(page, {"name": "", "last_on": "31/02/2027"})
    assert wrong.status_code == 422
    other = Client()
    other.force_login(make_actor(today, tree.south, "leader").user)
    assert other.post(reverse("tokens:revoke", args=[token.pk])).status_code == 404
    assert client.post(reverse("tokens:revoke", args=[token.pk])).status_code == 302
    assert get(secret, "/lists").status_code == 401
