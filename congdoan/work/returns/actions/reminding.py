"""Reminding who has not handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.messaging.queries import office_hours, told_of
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import days_left_words, format_date
from congdoan.work.returns import rules
from congdoan.work.returns.actions.steps import acting
from congdoan.work.returns.choices import OPEN_STATES
from congdoan.work.returns.definitions import period_words
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
            subject=f"{form.title}, {period_words(period)}: hạn nộp {format_date(item.due)}",
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
            summary=f"Nhắc {len(reminded)} đơn vị nộp “{form.title}”, {period_words(period)}",
            data={"period": period, "count": len(reminded)},
        )
    return Reminded(len(reminded), [item.unit for item in owed if item.unit_id not in people])


#: Working days before the due date on which a body is reminded by itself.
_BEFORE = (3, 1)
#: A reminder that nobody sent on its day, because the machine was off, is still sent within so many days.
CATCH_UP = timedelta(days=7)
_CHUNK = 500


def reminder_days(owed: Obligation, is_worked: Callable[[date], bool]) -> list[date]:
    """The working days on which a body is told of a return, in order: when it may be begun, three and one working days
    before it is due, on the due day, and on the first ones after it and after the day from which it counts as late."""
    days = {_worked(owed.opens_on, is_worked), _worked(owed.due, is_worked, -1)}
    before, left = owed.due, 0
    while left < max(_BEFORE):
        before = _worked(before - timedelta(days=1), is_worked, -1)
        left += 1
        if left in _BEFORE:
            days.add(before)
    for last in (owed.due, max(owed.late_on, owed.due)):
        days.add(_worked(last + timedelta(days=1), is_worked))
    return sorted(day for day in days if day >= owed.opens_on)


def _worked(day: date, is_worked: Callable[[date], bool], by: int = 1) -> date:
    while not is_worked(day):
        day += timedelta(days=by)
    return day


def remind_due(*, actor: Actor, on: date) -> int:
    """Tell every body whose return can be begun, falls due or is overdue, on working days only: for the newest of its
    reminder days that has come, each person once, however often this is called. What was missed while the machine was
    off is caught up with one reminder, not with all of them. Returns how many bodies were told. For the scheduled task;
    a transaction for some hundred bodies."""
    hours = office_hours(on)
    if not hours.is_worked(on):
        return 0
    waiting = (
        Obligation.objects.filter(Q(made__isnull=True) | Q(made__state__in=OPEN_STATES), opens_on__lte=on)
        .filter(Q(late_on__gte=on - timedelta(days=30)) | Q(extended_to__gte=on - timedelta(days=30)))
        .select_related("form", "unit")
        .order_by("pk")
    )
    told, after = 0, 0
    while True:
        chunk = list(waiting.filter(pk__gt=after)[:_CHUNK])
        if not chunk:
            return told
        told += _remind_chunk(actor, on, chunk, hours.is_worked)
        after = chunk[-1].pk


@transaction.atomic
def _remind_chunk(actor: Actor, on: date, chunk: list[Obligation], is_worked: Callable[[date], bool]) -> int:
    keys: dict[str, Obligation] = {}
    for item in chunk:
        come = [day for day in reminder_days(item, is_worked) if day <= on]
        if come and on - come[-1] <= CATCH_UP:
            keys[f"returns.due:{item.pk}:{come[-1]}"] = item
    people = fillers_of([item.unit_id for item in keys.values()], on)
    for key in told_of(keys, {user for users in people.values() for user in users}):
        del keys[key]
    told = 0
    for key, item in keys.items():
        made = notify(
            actor=actor,
            kind=rules.DUE.code,
            subject=f"{item.form.title}, {period_words(item.period)}: {days_left_words(on, item.due)}",
            body=f"Hạn nộp của {item.unit.name} là ngày {format_date(item.due)}.",
            url=reverse("returns:return", args=[item.pk]),
            users=people.get(item.unit_id, ()),
            due_on=item.due,
            key=key,
        )
        told += bool(made)
    return told
