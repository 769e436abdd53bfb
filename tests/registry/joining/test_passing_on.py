"""A union comes to a workplace after somebody there has applied: the application goes to it, when an officer says so."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.registry.enterprises.actions import HostData, host
from congdoan.registry.joining import queries
from congdoan.registry.joining.actions import name_reader, pass_on
from congdoan.registry.joining.models import Application
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user, officer
from tests.factories.tree import Tree


@pytest.mark.django_db
def test_an_officer_passes_on_what_lies_with_the_superior(
    client: Client, tree: Tree, system: Actor, today: date
) -> None:
    workplace = make_workplace(system, tree.north)
    sent = apply(today, enterprise=workplace)
    pk = sent.application.pk
    leader, named = (make_user(name, home_unit=tree.north) for name in ("lanh-dao", "duoc-cu"))
    give(leader, "leader", tree.north)
    give(named, "officer", tree.north)
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=named)
    committee = acting(officer("bch", "committee", tree.unions["NA1"]), today)
    client.force_login(named)
    page, door = (reverse(f"joining:{name}", args=[pk]) for name in ("application", "pass_on"))
    assert "Chuyển đơn đến" not in client.get(page).content.decode()
    refused = client.post(door)
    assert (refused.status_code, "chưa có công đoàn" in refused.content.decode()) == (422, True)

    host(actor=system, items=[HostData(workplace, tree.unions["NA1"], today)])
    assert queries.readable(committee, pk) is None
    assert f"Chuyển đơn đến {tree.unions['NA1'].name}" in client.get(page).content.decode()
    assert client.post(door, follow=True).status_code == 200
    passed = Application.objects.get(pk=pk)
    assert (passed.receiving_unit, passed.route, passed.is_confidential) == (
        tree.unions["NA1"],
        "committee",
        False,
    )
    assert queries.readable(committee, pk) == passed
    told = Client().post(reverse("portal:follow"), {"code": sent.code}).content.decode()
    assert "Đã chuyển đơn" in told
    assert tree.unions["NA1"].name in told


@pytest.mark.django_db
def test_nobody_passes_on_what_they_may_not_decide(tree: Tree, system: Actor, today: date) -> None:
    workplace = make_workplace(system, tree.north)
    pk = apply(today, enterprise=workplace).application.pk
    host(actor=system, items=[HostData(workplace, tree.unions["NA1"], today)])
    for role, unit in (("leader", tree.north), ("committee", tree.unions["NA1"])):
        actor = acting(officer(f"{role}-ngoai", role, unit), today)
        with pytest.raises(Forbidden):
            pass_on(actor=actor, on=today, pks=[pk], to=tree.unions["NA1"])
    assert Application.objects.get(pk=pk).is_confidential
