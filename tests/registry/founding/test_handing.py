"""A file goes to the body that is in charge: by hand or by itself, with its applications; who was named before reads nothing
any more, whoever is named there does, and the workers are told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.messaging.models import Notice
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.foundation.units.models import Unit
from congdoan.registry.enterprises.models import Responsibility
from congdoan.registry.founding import actions, queries
from congdoan.registry.founding.models import FoundingFile
from congdoan.registry.joining.actions import name_reader, withdraw
from congdoan.registry.joining.queries import confidential_applications
from tests.factories.applications import apply
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.registry.founding.conftest import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(campaign: Campaign, system: Actor) -> Unit:
    (made,) = create_units(
        actor=system,
        items=[NewUnit("KCN", "Công đoàn các KCN", "KCN", "zone_union", campaign.lead, date(2021, 1, 1))],
    )
    return made


@pytest.fixture
def of_zone(campaign: Campaign, zone: Unit) -> Actor:
    leader, user = officer("lanh-dao-khu", "leader", zone), officer("can-bo-khu", "officer", zone)
    name_reader(actor=acting(leader, campaign.today), on=campaign.today, unit=zone, user=user)
    return acting(user, campaign.today)


def test_by_hand_it_goes_with_its_applications(campaign: Campaign, zone: Unit, of_zone: Actor) -> None:
    first, _ = campaign.applies(2)
    gone = apply(campaign.today, enterprise=campaign.enterprise, citizen_id="012198077777")
    withdraw(code=gone.code, on=campaign.today)
    stays = officer("o-lai", "officer", zone)
    leaves = officer("ra-khoi", "officer", campaign.tree.north_a)
    for user in (stays, leaves):
        actions.name_member(
            actor=campaign.first, on=campaign.today - timedelta(days=1), pk=campaign.file.pk, user=user
        )
    audits, notices = AuditEntry.objects.count(), Notice.objects.count()
    file = actions.hand_over(
        actor=campaign.first, on=campaign.today, pk=campaign.file.pk, to=zone, words="Thuộc khu công nghiệp"
    )
    assert file.leading_unit == zone
    assert not queries.visible_files(campaign.first).exists()
    assert queries.visible_files(of_zone).get() == file
    assert not confidential_applications(campaign.first).exclude(pk=gone.application.pk).exists()
    assert confidential_applications(of_zone).count() == 2
    first.refresh_from_db()
    assert (first.receiving_unit, first.is_confidential) == (zone, True)
    last = first.events.order_by("-pk")[0]
    assert (last.kind, last.words) == ("pass_on", "Hồ sơ chuyển sang Công đoàn các KCN.")
    # What was taken back stays where it ended.
    gone.application.refresh_from_db()
    assert gone.application.receiving_unit == campaign.lead
    assert [row.user for row in file.team.filter(during__contains=campaign.today)] == [stays]
    # Nothing that others read says a word.
    assert (AuditEntry.objects.count(), Notice.objects.count()) == (audits, notices)


def test_what_stands_in_the_way_is_said(campaign: Campaign, zone: Unit, system: Actor) -> None:
    campaign.applies(1)
    act = {"on": campaign.today, "pk": campaign.file.pk, "words": "x"}
    for to, words in (
        (campaign.lead, "đang phụ trách"),
        (campaign.tree.unions["NA1"], "không có thẩm quyền"),
        (zone, "chưa chỉ định ai"),
    ):
        with pytest.raises(actions.FoundingError, match=words):
            actions.hand_over(actor=campaign.first, to=to, **act)
    with pytest.raises(actions.FoundingError, match="lý do"):
        actions.hand_over(actor=campaign.first, to=zone, **{**act, "words": " "})
    member = officer("to-vien", "officer", campaign.tree.north_a)
    actions.name_member(actor=campaign.first, on=campaign.today, pk=campaign.file.pk, user=member)
    with pytest.raises(Forbidden):
        actions.hand_over(actor=acting(member, campaign.today), to=zone, **act)
    assert campaign.file.leading_unit == campaign.lead


def test_it_follows_who_is_in_charge_once_somebody_is_named_there(campaign: Campaign, zone: Unit) -> None:
    campaign.applies(2)
    assert actions.follow_charge(on=campaign.today) == 0
    tomorrow = campaign.today + timedelta(days=1)
    held = Responsibility.objects.get(enterprise=campaign.enterprise)
    held.during = DateRange(held.during.lower, tomorrow)
    held.save()
    Responsibility.objects.create(enterprise=campaign.enterprise, unit=zone, during=DateRange(tomorrow, None))
    assert actions.follow_charge(on=campaign.today) == 0
    # Nobody is named there yet: it stays with those who read it.
    assert actions.follow_charge(on=tomorrow) == 0
    assert queries.visible_files(campaign.first).exists()
    leader, user = officer("lanh-dao-khu", "leader", zone), officer("can-bo-khu", "officer", zone)
    name_reader(actor=acting(leader, tomorrow), on=tomorrow, unit=zone, user=user)
    assert actions.follow_charge(on=tomorrow) == 1
    assert actions.follow_charge(on=tomorrow) == 0
    assert FoundingFile.objects.get().leading_unit == zone
    assert confidential_applications(acting(user, tomorrow)).count() == 2


def test_on_the_page(campaign: Campaign, zone: Unit, of_zone: Actor, client: Client) -> None:
    campaign.applies(1)
    assert campaign.first.user is not None
    assert of_zone.user is not None
    client.force_login(campaign.first.user)
    where = reverse("founding:hand_over", args=[campaign.file.pk])
    assert client.post(where, {"to": "không có", "words": "x"}).status_code == 422
    assert client.post(where, {"to": zone.code, "words": "Thuộc khu"}).status_code == 302
    assert client.get(reverse("founding:file", args=[campaign.file.pk])).status_code == 404
    client.force_login(of_zone.user)
    assert "Thuộc khu" in client.get(reverse("founding:file", args=[campaign.file.pk])).content.decode()
