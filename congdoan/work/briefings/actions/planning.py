"""Putting a meeting on the calendar, moving it, calling it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.kit.dates import Period
from congdoan.kit.text import nfc
from congdoan.work.briefings import rules
from congdoan.work.briefings.actions.attending import tell_invited
from congdoan.work.briefings.actions.steps import audit, lines, locked
from congdoan.work.briefings.models import Briefing
from congdoan.work.briefings.rules import BriefingError
from congdoan.work.plans.models import Plan
from congdoan.work.reports.rules import ReportError, check_plan_period


@dataclass(frozen=True)
class BriefingData:
    """A meeting to be held. ``held_at`` is an aware instant."""

    unit: Unit
    kind: str
    period: Period
    plan: Plan
    held_at: datetime
    place: str
    chair: str


@transaction.atomic
def plan_briefing(*, actor: Actor, on: date, data: BriefingData) -> Briefing:
    """Put a meeting on the calendar. Raises Forbidden, BriefingError (a kind that does not fit the period, a plan
    that does not bind the body or run in it, a second meeting of the kind for the period)."""
    require(actor, rules.RUN, data.unit)
    _check(data)
    try:
        with transaction.atomic():
            made = Briefing.objects.create(
                unit=data.unit,
                kind=data.kind,
                period=data.period.code,
                plan=data.plan,
                held_at=data.held_at,
                place=nfc(data.place),
                chair=nfc(data.chair),
                created_by=actor.user,
            )
    except IntegrityError as error:
        raise _second(data.unit, data.kind, data.period) from error
    audit(actor, "plan", made, f"Lập lịch {made.title}, {data.unit.name}")
    return made


def _second(unit: Unit, kind: str, period: Period) -> BriefingError:
    there = Briefing(kind=kind, period=period.code).title
    return BriefingError(
        f"{unit.name} đã có {there[0].lower()}{there[1:]}. Hãy mở lại cuộc họp đó, hoặc ghi là không họp rồi lập cuộc "
        "họp khác."
    )


def _check(data: BriefingData) -> None:
    held_on = timezone.localdate(data.held_at)
    for obstacle in (
        rules.period_obstacle(data.kind, data.period),
        rules.held_obstacle(data.period, held_on),
    ):
        if obstacle:
            raise BriefingError(obstacle)
    if not data.chair.strip():
        raise BriefingError("Hãy ghi người chủ trì hội nghị.")
    if not UnitPlacement.objects.filter(unit=data.unit, ancestor=data.plan.issuer_id).exists():
        raise BriefingError(
            f"“{data.plan.title}” không áp dụng cho {data.unit.name}. Hãy chọn kế hoạch khác."
        )
    try:
        check_plan_period(data.plan.title, data.plan.during.lower, data.plan.during.upper, data.period)
    except ReportError as error:
        raise BriefingError(str(error)) from error


@transaction.atomic
def reschedule(
    *,
    actor: Actor,
    on: date,
    briefing: Briefing,
    held_at: datetime,
    place: str,
    chair: str,
    summary: str = "",
) -> Briefing:
    """Change when, where and by whom, and what was said of the period. Whoever is invited is told of another time.

    Raises Forbidden, BriefingError (closed or called off, a day before the period).
    """
    found = locked(actor, briefing, "planned", "held")
    if obstacle := rules.held_obstacle(Period.parse(found.period), timezone.localdate(held_at)):
        raise BriefingError(obstacle)
    if found.state == "held" and timezone.localdate(held_at) > on:
        raise BriefingError("Hội nghị đã họp nên ngày họp không thể ở tương lai. Hãy ghi ngày họp thực tế.")
    if not chair.strip():
        raise BriefingError("Hãy ghi người chủ trì hội nghị.")
    moved = found.held_at != held_at or found.place != place.strip()
    found.held_at, found.place, found.chair = held_at, nfc(place), nfc(chair)
    found.summary = lines(summary)
    found.save(update_fields=["held_at", "place", "chair", "summary"])
    if moved and found.state == "planned":
        tell_invited(actor, found, list(found.attendances.select_related("unit", "user")))
    audit(actor, "reschedule", found, f"Sửa thông tin {found.title}, {found.unit.name}")
    return found


@transaction.atomic
def cancel(*, actor: Actor, on: date, briefing: Briefing, reason: str) -> Briefing:
    """Call a planned meeting off. Raises Forbidden, BriefingError (it was held, no reason)."""
    found = locked(actor, briefing, "planned")
    if not reason.strip():
        raise BriefingError("Hãy ghi lý do không họp.")
    found.state, found.cancel_reason = "cancelled", nfc(reason)[:300]
    found.save(update_fields=["state", "cancel_reason"])
    audit(actor, "cancel", found, f"Không họp {found.title}, {found.unit.name}", reason=reason)
    return found
