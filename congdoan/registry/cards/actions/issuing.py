"""Issuing, exchanging and withdrawing cards."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import date

from django.db import IntegrityError, connection, transaction

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.units.models import Unit
from congdoan.kit.numbers import format_number
from congdoan.kit.text import nfc
from congdoan.registry.cards import choices, queries, rules
from congdoan.registry.cards.models import Card
from congdoan.registry.membership.actions import record_signs
from congdoan.registry.membership.choices import CARD
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import membership_on

_CHUNK = 500


class CardError(ValueError):
    """What cannot be done with a card; the message says why and what to do."""


@transaction.atomic
def issue(*, actor: Actor, on: date, person: int) -> Card:
    """A first card for a member of today, in their union's name. Raises CardError, Forbidden."""
    held = membership_on(person, actor.today)
    if held is None:
        raise CardError("Người này không phải là đoàn viên nên chưa cấp thẻ được.")
    require(actor, rules.ISSUE, held.unit)
    if on > actor.today:
        raise CardError("Ngày cấp chưa tới.")
    if Card.objects.filter(person=person, state=choices.VALID).exists():
        raise CardError("Người này đang có thẻ. Hãy đổi thẻ thay vì cấp mới.")
    (made,) = _make(actor, on, held.unit, [held], choices.FIRST)
    record(
        actor=actor,
        verb="cards.issue",
        unit_id=held.unit_id,
        obj=made,
        summary=f"Cấp thẻ {made.number} cho {held.person.full_name}",
    )
    return made


def issue_to_union(
    *, actor: Actor, on: date, unit: Unit, progress: Callable[[int, int], None] | None = None
) -> int:
    """First cards for all members of a union who have none; so many at a time, so that one that was cut off goes on where it
    stopped. Returns how many were issued. Raises CardError, Forbidden."""
    require(actor, rules.ISSUE, unit)
    if on > actor.today:
        raise CardError("Ngày cấp chưa tới.")
    total, done = queries.without_card(unit, on).count(), 0
    while True:
        with transaction.atomic():
            rows = list(queries.without_card(unit, on)[:_CHUNK])
            if not rows:
                break
            done += len(_make(actor, on, unit, rows, choices.FIRST))
        if progress is not None:
            progress(done, max(total, done))
    if done:
        record(
            actor=actor,
            verb="cards.issue_to_union",
            unit_id=unit.pk,
            summary=f"Cấp thẻ cho {format_number(done)} đoàn viên của {unit.name}",
        )
    return done


@transaction.atomic
def exchange(*, actor: Actor, on: date, card: Card, reason: str) -> Card:
    """Another card in the place of one that was lost, damaged, or says what no longer holds; the old one is valid no more.

    The new one is issued by the union its holder is a member of today. Raises CardError, Forbidden.
    """
    card = Card.objects.select_for_update().select_related("person").get(pk=card.pk)
    held = membership_on(card.person_id, actor.today)
    if held is None:
        raise CardError("Người này không còn là đoàn viên nên không đổi thẻ được.")
    require(actor, rules.ISSUE, held.unit)
    if card.state != choices.VALID:
        raise CardError(f"Thẻ này {card.get_state_display()} rồi. Hãy tải lại trang.")
    if reason not in dict(choices.EXCHANGES):
        raise CardError("Hãy chọn lý do đổi thẻ.")
    if not card.issued_on <= on <= actor.today:
        raise CardError(f"Ngày đổi phải từ {card.issued_on:%d/%m/%Y} đến hôm nay.")
    card.state, card.ended_on = choices.REPLACED, on
    card.save(update_fields=["state", "ended_on"])
    (made,) = _make(actor, on, held.unit, [held], reason)
    record(
        actor=actor,
        verb="cards.exchange",
        unit_id=held.unit_id,
        obj=made,
        summary=f"Đổi thẻ {card.number} thành {made.number} cho {card.person.full_name}",
        reason=dict(choices.REASONS)[reason],
    )
    return made


@transaction.atomic
def withdraw(*, actor: Actor, on: date, card: Card, reason: str) -> Card:
    """A card is taken back and not replaced. Raises CardError without a reason, Forbidden."""
    card = Card.objects.select_for_update().select_related("person", "unit").get(pk=card.pk)
    held = membership_on(card.person_id, actor.today)
    unit = held.unit if held is not None else card.unit
    require(actor, rules.ISSUE, unit)
    if card.state != choices.VALID:
        raise CardError(f"Thẻ này {card.get_state_display()} rồi. Hãy tải lại trang.")
    if not nfc(reason):
        raise CardError("Hãy ghi lý do thu hồi.")
    card.state, card.ended_on = choices.WITHDRAWN, on
    card.save(update_fields=["state", "ended_on"])
    record(
        actor=actor,
        verb="cards.withdraw",
        unit_id=unit.pk,
        obj=card,
        summary=f"Thu hồi thẻ {card.number} của {card.person.full_name}",
        reason=nfc(reason),
    )
    return card


def _make(actor: Actor, on: date, unit: Unit, rows: Sequence[Membership], reason: str) -> list[Card]:
    pattern = str(parameter("cards.number", on=on, unit_id=unit.pk).value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cards_number') FROM generate_series(1, %s)", [len(rows)])
        numbers = [n for (n,) in cursor.fetchall()]
    cards = [
        Card(
            serial=uuid.uuid4(),
            phone_key=uuid.uuid4(),
            number=_number(pattern, n, on),
            person_id=row.person_id,
            unit=unit,
            issued_on=on,
            reason=reason,
            sort_key=row.sort_key,
            issued_by=actor.name[:200],
        )
        for n, row in zip(numbers, rows, strict=True)
    ]
    record_signs(people=[row.person_id for row in rows], on=on, kind=CARD, by=actor.name)
    try:
        with transaction.atomic():
            return Card.objects.bulk_create(cards)
    except IntegrityError as error:
        raise CardError("Có người vừa được cấp thẻ. Hãy tải lại trang.") from error


def _number(pattern: str, n: int, on: date) -> str:
    """The pattern's "{n}" is the running number in nine figures, "{year}" the year of issue."""
    return pattern.replace("{n}", f"{n:09d}").replace("{year}", str(on.year))[:40]
