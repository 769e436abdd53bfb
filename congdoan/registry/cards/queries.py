"""Reads of cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import known_version
from congdoan.registry.cards import choices
from congdoan.registry.cards.codes import code_of as code_of
from congdoan.registry.cards.codes import qr_svg as qr_svg
from congdoan.registry.cards.codes import serial_of
from congdoan.registry.cards.models import Card
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import membership_on


def visible_cards(actor: Actor) -> QuerySet[Card]:
    """Cards of those who are members, today, of unions in the actor's scope; and those that such unions issued."""
    held = scope(actor, "membership.view")
    now = Membership.objects.filter(
        held.filter("unit"), person=OuterRef("person"), is_primary=True, during__contains=actor.today
    )
    return Card.objects.filter(Exists(now) | held.filter("unit")).select_related("person", "unit")


def with_present_unit(rows: QuerySet[Card], on: date) -> QuerySet[Any]:
    """Cards with ``member_of``: the union their holder is a member of on a day, None when of none."""
    now = Membership.objects.filter(person=OuterRef("person"), is_primary=True, during__contains=on)
    return rows.annotate(member_of=Subquery(now.values("unit_id")[:1]))


def without_card(unit: Unit, on: date) -> QuerySet[Membership]:
    """Members of a union itself on a day who have no valid card, in the order of their names."""
    valid = Card.objects.filter(person=OuterRef("person"), state=choices.VALID)
    rows = Membership.objects.filter(unit=unit, is_primary=True, during__contains=on)
    return rows.exclude(Exists(valid)).select_related("person").order_by("sort_key", "pk")


@dataclass(frozen=True)
class Checked:
    """What anybody may know of a card: whether it holds on a day (or why not: "replaced", "withdrawn", "left"), whose it is
    as far as that is told, the union they are a member of, since when."""

    state: str
    card: Card
    unit_name: str = ""
    since: date | None = None


def checked(code: str, on: date) -> Checked | None:
    """What a code says on a day; None for one that is not of a card of ours. The union is that of the membership today, so a
    card of a union that was merged away leads to its successor."""
    serial = serial_of(code)
    card = Card.objects.select_related("person").filter(serial=serial).first() if serial else None
    if card is None:
        return None
    if card.state != choices.VALID:
        return Checked(card.state, card)
    held = membership_on(card.person_id, on)
    if held is None:
        return Checked("left", card)
    version = known_version(held.unit, on)
    name = version.name if version is not None else held.unit.name
    return Checked(choices.VALID, card, name, held.joined_on)
