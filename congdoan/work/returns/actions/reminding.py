"""Reminding who has not handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import days_left_words, format_date
from congdoan.work.returns import rules
from congdoan.work.returns.actions.steps import acting
from congdoan.work.returns.choices import OPEN_STATES
from congdoan.work.returns.models import (
    Obligation,
    ReturnForm,
    ReturnStep,
)
from congdoan.work.returns.queries import (
    fillers_of,
)


@dataclass(frozen=True)
class Reminded:
    """How many bodies were reminded, and those that have nobody with an account to remind."""

    bodies: int
    without_people: list[Unit]


@transaction.atomic
def remind(*, actor: Actor, on: date, form: ReturnForm, period: str, superior: Unit) -> Reminded:
    """Remind the bodies that owe a return to a superior and have not handed it in: each person once a day. The
    superior's right. Raises Forbidden."""
    place = acting(actor, rules.ACCEPT, superior)
    owed = list(
        Obligation.objects.filter(form=form, period=period, superior=superior, opens_on__lte=on)
        .filter(Q(made__isnull=True) | Q(made__state__in=OPEN_STATES))
        .select_related("form", "unit", "superior")
        .order_by("unit__sort_key")
    )
    people = fillers_of([item.unit_id for item in owed], on)
    now = timezone.now()
    reminded = [item for item in owed if item.unit_id in people]
    for item in reminded:
        notify(
            actor=actor,
            kind=rules.DUE.code,
            subject=f"{form.title}, kỳ {period}: hạn nộp {format_date(item.due)}",
            body=f"{superior.name} nhắc {item.unit.name} nộp báo cáo.",
            url=reverse("returns:return", args=[item.pk]),
            users=people[item.unit_id],
            due_on=item.due,
            key=f"returns.due:{item.pk}:{on}",
            now=now,
        )
    ReturnStep.objects.bulk_create(
        ReturnStep(
            obligation=item,
            verb="remind",
            at=now,
            user=actor.user,
            user_name=actor.name[:200],
            in_place_of=place,
        )
        for item in reminded
    )
    if reminded:
        record(
            actor=actor,
            verb="returns.remind",
            unit_id=superior.pk,
            obj=form,
            summary=f"Nhắc {len(reminded)} đơn vị nộp “{form.title}” kỳ {period}",
            data={"period": period, "count": len(reminded)},
        )
    return Reminded(len(reminded), [item.unit for item in owed if item.unit_id not in people])


#: Days before the due date on which a body is reminded by itself; and the first day after it.
_BEFORE = (3, 1, 0, -1)


@transaction.atomic
def remind_due(*, actor: Actor, on: date) -> int:
    """Remind every body whose return falls due in some days, today, or was due yesterday: each person once for each
    of these days, however often this is called. Returns how many bodies. For the scheduled task."""
    days = [on + timedelta(days=before) for before in _BEFORE]
    owed = list(
        Obligation.objects.filter(Q(extended_to__in=days) | Q(extended_to__isnull=True, due_on__in=days))
        .filter(Q(made__isnull=True) | Q(made__state__in=OPEN_STATES), opens_on__lte=on)
        .select_related("form", "unit")
        .order_by("pk")
    )
    people = fillers_of([item.unit_id for item in owed], on)
    for item in owed:
        if item.unit_id in people:
            notify(
                actor=actor,
                kind=rules.DUE.code,
                subject=f"{item.form.title}, kỳ {item.period}: {days_left_words(on, item.due)}",
                body=f"Hạn nộp của {item.unit.name} là ngày {format_date(item.due)}.",
                url=reverse("returns:return", args=[item.pk]),
                users=people[item.unit_id],
                due_on=item.due,
                key=f"returns.due:{item.pk}:{on}",
            )
    return len(people)
