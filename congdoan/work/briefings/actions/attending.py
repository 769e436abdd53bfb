"""Who is invited, who came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.text import nfc
from congdoan.work.briefings import queries, rules
from congdoan.work.briefings.actions.steps import audit, locked
from congdoan.work.briefings.models import Attendance, Briefing
from congdoan.work.briefings.rules import BriefingError


@transaction.atomic
def invite(
    *,
    actor: Actor,
    on: date,
    briefing: Briefing,
    units: Iterable[Unit] = (),
    users: Iterable[User] = (),
    names: Iterable[str] = (),
) -> list[Attendance]:
    """Invite bodies (the own one or below it), users, and guests by name; who is invited already is passed over.

    While the meeting is still to come, they are told. Raises Forbidden, BriefingError.
    """
    found = locked(actor, briefing, "planned", "held")
    bodies = list(units)
    below = queries.is_below(found, [unit.pk for unit in bodies], on)
    for unit in bodies:
        if unit.pk not in below:
            raise BriefingError(
                f"{unit.name} không trực thuộc {found.unit.name} nên không mời như đơn vị cấp dưới được. Hãy mời bằng "
                "tên ở ô “khách mời”."
            )
    there = list(found.attendances.all())
    known = {("unit", row.unit_id) for row in there} | {("user", row.user_id) for row in there}
    called = {row.name for row in there}
    rows = [
        *(Attendance(briefing=found, unit=unit) for unit in bodies if ("unit", unit.pk) not in known),
        *(Attendance(briefing=found, user=user) for user in users if ("user", user.pk) not in known),
        *(
            Attendance(briefing=found, name=name)
            for name in dict.fromkeys(nfc(text)[:200] for text in names)
            if name and name not in called
        ),
    ]
    made = Attendance.objects.bulk_create(rows)
    if made:
        if found.state == "planned":
            tell_invited(actor, found, made)
        audit(actor, "invite", found, f"Mời thêm {len(made)} thành phần dự {found.title}")
    return made


def tell_invited(actor: Actor, briefing: Briefing, rows: Sequence[Attendance]) -> None:
    local = timezone.localtime(briefing.held_at)
    where = f", tại {briefing.place}" if briefing.place else ""
    notify(
        actor=actor,
        kind=rules.INVITED.code,
        subject=f"Mời dự {briefing.title[0].lower()}{briefing.title[1:]}",
        body=f"{briefing.unit.name}: {local.hour} giờ {local.minute:02d} ngày {format_date(local.date())}{where}.",
        url=reverse("briefings:briefing", args=[briefing.pk]),
        users=[row.user for row in rows if row.user is not None],
        holders=[(row.unit, rules.RUN) for row in rows if row.unit is not None],
        due_on=local.date(),
        key=f"briefings.invited:{briefing.pk}:{local:%Y-%m-%dT%H:%M}",
    )


@transaction.atomic
def take_attendance(
    *,
    actor: Actor,
    on: date,
    briefing: Briefing,
    present: Mapping[int, bool | None],
    removed: Iterable[int] = (),
) -> None:
    """Note who came (by attendance number; None: not known), and take some off the list of the invited.

    Raises Forbidden, BriefingError (closed; somebody marked in a meeting that is still to come).
    """
    found = locked(actor, briefing, "planned", "held")
    if found.state == "planned" and any(value is not None for value in present.values()):
        raise BriefingError("Chưa họp nên chưa điểm danh được. Hãy bấm “Đã họp” trước.")
    found.attendances.filter(pk__in=list(removed)).delete()
    rows = list(found.attendances.all())
    for row in rows:
        if row.pk in present:
            row.is_present = present[row.pk]
    Attendance.objects.bulk_update(rows, ["is_present"])
    audit(actor, "attendance", found, f"Ghi thành phần dự {found.title}, {found.unit.name}")
