"""Reminding those who decide.

A reminder about confidential applications would tell of them by its mere existence: administrators see which kinds of
notices go out. So the officers named to read them are reminded on fixed days of the week whether or not anything is there,
in the same words.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Min, Q
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, grants_in_force
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.messaging.queries import office_hours
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import days_left_words, format_date
from congdoan.kit.lists import names_url
from congdoan.kit.numbers import format_number
from congdoan.registry.joining import choices, rules
from congdoan.registry.joining.models import Application, NamedReader


@transaction.atomic
def remind_due(*, actor: Actor, on: date) -> int:
    """On a working day, tell those who decide at a body that applications to it fall due or are overdue: once for each
    first due day, and on each Monday while some are overdue. Names nobody. Returns how many notices were made."""
    if not office_hours(on).is_worked(on):
        return 0
    return _of_unions(actor, on) + _of_named(actor, on)


def _of_unions(actor: Actor, on: date) -> int:
    days = int(parameter("joining.reminder_days", on=on).value)
    rows = Application.objects.filter(
        is_confidential=False, state=choices.SUBMITTED, due_on__lte=on + timedelta(days=days)
    )
    waiting = (
        rows.order_by()
        .values("receiving_unit")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=on)), first=Min("due_on"))
        .order_by("receiving_unit")
    )
    units = Unit.objects.in_bulk([row["receiving_unit"] for row in waiting])
    told = 0
    for row in waiting:
        unit, first = units[row["receiving_unit"]], row["first"]
        # A week later it is an occasion of its own; a machine that was off on Monday makes up for it.
        week = on - timedelta(days=on.weekday()) if row["late"] else ""
        late = f", {format_number(row['late'])} đơn đã quá hạn" if row["late"] else ""
        made = notify(
            actor=actor,
            kind=rules.DUE.code,
            subject=f"{format_number(row['n'])} đơn gia nhập gửi {unit.name}: {days_left_words(on, first)}",
            body=f"Hạn trả lời sớm nhất là ngày {format_date(first)}{late}.",
            url=names_url("joining.applications", {"trang_thai": "submitted", "don_vi": unit.code}),
            holders=[(unit, rules.DECIDE)],
            due_on=first,
            key=f"joining.due:{unit.pk}:{first}:{week}",
        )
        told += len(made)
    return told


def _of_named(actor: Actor, on: date) -> int:
    if on.isoweekday() not in parameter("joining.readers_weekdays", on=on).value:
        return 0
    named = NamedReader.objects.filter(during__contains=on).select_related("user").order_by("pk")
    users = {
        row.user_id: row.user
        for row in named
        if any(
            grant.unit_id == row.unit_id and rules.CONFIDENTIAL in grant.capabilities
            for grant in grants_in_force(row.user, on=on)
        )
    }
    made = notify(
        actor=actor,
        kind=rules.READERS.code,
        subject="Hãy xem trang đơn từ nơi chưa có công đoàn",
        body="Lời nhắc này gửi đều hằng tuần cho người được chỉ định, dù có đơn hay không.",
        url=reverse("joining:confidential"),
        users=users.values(),
        key=f"joining.readers:{on}",
    )
    return len(made)
