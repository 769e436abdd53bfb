"""Reads of briefings: what an actor may see of them, what the agenda should hold, tasks.

A briefing is seen whole by whoever holds the right at its body or above. An invited body or person below sees the
agenda, and of the conclusions those that concern it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.queries import may, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.foundation.units.queries import below_on, children_on
from congdoan.kit.dates import Period, add_working_days, format_date
from congdoan.kit.numbers import format_number
from congdoan.work.briefings import rules
from congdoan.work.briefings.choices import PERIOD_MONTHS
from congdoan.work.briefings.models import AgendaItem, Attendance, Briefing, Conclusion
from congdoan.work.plans import cards
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import children_table, progress

#: States of a target that put it on the agenda.
_BEHIND = frozenset({"behind", "missed", "attention"})
#: Slow bodies that are proposed for the agenda; the data pack holds all.
_CHILDREN_PROPOSED = 5
#: Periods offered for a new briefing.
_PERIODS_BACK = 3

#: A conclusion that binds its owner: its minutes are closed, or it was carried over and bound before.
IS_GIVEN = Q(briefing__state="closed") | Q(carried_from__isnull=False)


# What an actor may see


def visible_briefings(actor: Actor) -> QuerySet[Briefing]:
    """Briefings of the bodies in the actor's reach, and those that they or such a body were invited to or were
    given a task by."""
    if actor.is_system:
        return Briefing.objects.all()
    if actor.user is None:
        return Briefing.objects.none()
    reach = scope(actor, rules.VIEW)
    invited = Attendance.objects.filter(reach.filter("unit") | Q(user=actor.user)).values("briefing")
    concerned = _concerning(actor).values("briefing")
    return Briefing.objects.filter(
        reach.filter("unit") | (Q(pk__in=invited) & ~Q(state="cancelled")) | Q(pk__in=concerned)
    )


def sees_whole(actor: Actor, briefing: Briefing) -> bool:
    """Whether the actor sees attendance, figures and every conclusion, not only what concerns them."""
    return may(actor, rules.VIEW, briefing.unit_id)


def visible_conclusions(actor: Actor) -> QuerySet[Conclusion]:
    """All conclusions of the bodies in the actor's reach, and those given to them or to a body in reach."""
    if actor.is_system:
        return Conclusion.objects.all()
    if actor.user is None:
        return Conclusion.objects.none()
    whole = scope(actor, rules.VIEW).filter("briefing__unit")
    return Conclusion.objects.filter(whole | Q(pk__in=_concerning(actor).values("pk")))


def _concerning(actor: Actor) -> QuerySet[Conclusion]:
    reach = scope(actor, rules.VIEW)
    return Conclusion.objects.filter(
        IS_GIVEN, reach.filter("owner_unit") | reach.filter("taken_over_by") | Q(owner_user=actor.user)
    )


def agenda_seen(actor: Actor, briefing: Briefing) -> list[AgendaItem]:
    """The agenda for a reader. Who does not see the whole gets no figures of others and no notes."""
    items = list(briefing.agenda.select_related("unit"))
    if sees_whole(actor, briefing):
        return items
    reach = scope(actor, rules.VIEW)
    ids = {item.unit_id for item in items if item.unit_id is not None}
    mine = set(Unit.objects.filter(reach.filter("pk"), pk__in=ids).values_list("pk", flat=True))
    for item in items:
        item.note = item.url = ""
        if item.unit_id not in mine:
            item.detail = ""
    return items


def is_mine(actor: Actor) -> Q:
    """Conclusions that are the actor's own work: theirs by name, or of a body where they hold a role that acts."""
    units = [grant.unit_id for grant in actor.grants() if rules.RUN in grant.capabilities]
    bodies = Q(taken_over_by__in=units) | Q(taken_over_by__isnull=True, owner_unit__in=units)
    return Q(owner_user=actor.user) | bodies


def tasks_of(actor: Actor) -> QuerySet[Conclusion]:
    """The actor's own open tasks, the first due first."""
    if actor.user is None:
        return Conclusion.objects.none()
    return (
        Conclusion.objects.filter(IS_GIVEN, is_mine(actor), state="open")
        .select_related("briefing__unit", "owner_unit", "taken_over_by", "owner_user")
        .order_by("due_on", "id")
    )


def upcoming(actor: Actor, on: date, *, days: int) -> QuerySet[Briefing]:
    """Planned meetings within some days of the bodies where the actor holds a role, or to which those are invited."""
    units = [grant.unit_id for grant in actor.grants() if rules.VIEW in grant.capabilities]
    zone = timezone.get_current_timezone()
    start = datetime.combine(on, time.min, zone)
    invited = Attendance.objects.filter(Q(unit__in=units) | Q(user=actor.user)).values("briefing")
    return (
        Briefing.objects.filter(Q(unit__in=units) | Q(pk__in=invited))
        .filter(state="planned", held_at__gte=start, held_at__lt=start + timedelta(days=days + 1))
        .select_related("unit")
        .order_by("held_at", "id")
    )


def may_finish(actor: Actor, conclusion: Conclusion) -> bool:
    """Whether the actor may say that a task is done: its owner, who acts for the owning body, or who runs the
    briefing."""
    if actor.user is not None and conclusion.owner_user_id == actor.user.pk:
        return True
    acting = conclusion.taken_over_by_id or conclusion.owner_unit_id
    if acting is not None and may(actor, rules.RUN, acting):
        return True
    return may(actor, rules.RUN, conclusion.briefing.unit_id)


# What a new briefing may be


def plans_for(unit: Unit, on: date) -> list[Plan]:
    """Issued plans a body works by on a day: its own before its superiors', a year's before a term's."""
    above = dict(UnitPlacement.objects.filter(unit=unit, is_last=True).values_list("ancestor_id", "depth"))
    found = Plan.objects.filter(issuer__in=above).exclude(state="draft").select_related("issuer")
    return sorted(
        found,
        key=lambda plan: (
            on not in plan.during,
            above[plan.issuer_id],
            plan.during.upper - plan.during.lower,
            plan.code,
        ),
    )


def periods_offered(on: date) -> list[tuple[str, str]]:
    """(code, name) of the periods a new briefing may be about: quarters, half-years and years around a day."""
    found: list[Period] = []
    for months in sorted({length for lengths in PERIOD_MONTHS.values() for length in lengths}):
        this = {3: Period.quarter_of, 6: Period.half_of, 12: Period.year_of}[months](on)
        row = [{3: Period.quarter_of, 6: Period.half_of, 12: Period.year_of}[months](this.to_on), this]
        for _ in range(_PERIODS_BACK):
            row.append(row[-1].previous())
        found += row
    return [(period.code, f"{period.name[0].upper()}{period.name[1:]}") for period in found]


def invitable_units(briefing: Briefing, on: date) -> list[Unit]:
    """The bodies directly below, as one invites them."""
    return [
        version.unit
        for version in children_on(briefing.unit, on).select_related("unit").order_by("unit__sort_key")
    ]


def people_of(unit: Unit, on: date) -> list[User]:
    """Users who hold a role at the body itself, as one invites or charges them."""
    held = Grant.objects.filter(unit=unit, during__contains=on).values("user_id")
    return list(User.objects.filter(pk__in=held, is_active=True).order_by("full_name", "pk"))


def owners_of(briefing: Briefing, on: date) -> tuple[list[Unit], list[User]]:
    """Whom a conclusion may be given to: the body itself, invited bodies, bodies directly below; and users who hold
    a role at the body or are invited. Whoever has a task already may keep it."""
    invited = [*briefing.attendances.values_list("unit_id", "user_id")]
    invited += briefing.conclusions.values_list("owner_unit_id", "owner_user_id")
    ids = {unit_id for unit_id, _ in invited if unit_id} | {
        row.unit_id for row in children_on(briefing.unit, on)
    }
    units = [briefing.unit, *Unit.objects.filter(pk__in=ids - {briefing.unit_id}).order_by("sort_key", "pk")]
    named = {user_id for _, user_id in invited if user_id}
    people = {user.pk: user for user in people_of(briefing.unit, on)}
    people |= {user.pk: user for user in User.objects.filter(pk__in=named - set(people), is_active=True)}
    return units, sorted(people.values(), key=lambda user: (user.full_name, user.pk))


def is_below(briefing: Briefing, unit_ids: Iterable[int], on: date) -> set[int]:
    """Which of these bodies are the briefing's own or stand below it on a day."""
    return set(below_on(briefing.unit, on).filter(unit__in=list(unit_ids)).values_list("unit_id", flat=True))


def previous_open(briefing: Briefing) -> QuerySet[Conclusion]:
    """Given conclusions of earlier briefings of the same body that are still open."""
    return (
        Conclusion.objects.filter(IS_GIVEN, state="open", briefing__unit=briefing.unit_id)
        .exclude(briefing=briefing.pk)
        .order_by("due_on", "id")
    )


def last_conclusions(briefing: Briefing) -> list[Conclusion]:
    """The conclusions of the last briefing closed before this one, and older ones still open or carried here."""
    last = (
        Briefing.objects.filter(unit=briefing.unit_id, state="closed", held_at__lt=briefing.held_at)
        .exclude(pk=briefing.pk)
        .order_by("-held_at", "-pk")
        .first()
    )
    found = Conclusion.objects.filter(briefing__unit=briefing.unit_id).exclude(briefing=briefing.pk)
    wanted = Q(carried_to__briefing=briefing.pk)
    if briefing.state in {"planned", "held"}:
        wanted |= IS_GIVEN & Q(state="open")
    if last is not None:
        wanted |= Q(briefing=last)
    return list(
        found.filter(wanted)
        .select_related("briefing", "owner_unit", "taken_over_by", "owner_user", "carried_to")
        .order_by("briefing__held_at", "position", "id")
    )


# What the agenda should hold


@dataclass(frozen=True)
class Suggestion:
    """A point proposed for the agenda. ``key`` is the same for the same thing, whenever it is asked."""

    source: str
    key: str
    title: str
    detail: str
    url: str = ""
    unit_id: int | None = None
    state: str = ""
    state_text: str = ""


def suggestions(briefing: Briefing, on: date) -> list[Suggestion]:
    """What is behind at the body, as points of an agenda: targets, the slowest bodies below, overdue conclusions,
    approvals that wait long. Seen at the end of the day the figures of the meeting count to."""
    return [*_slow_targets(briefing, on), *_overdue(briefing, on), *_waiting(briefing, on)]


def _slow_targets(briefing: Briefing, on: date) -> list[Suggestion]:
    period = Period.parse(briefing.period)
    as_of = rules.figures_day(period, briefing.held_on, on)
    if as_of not in briefing.plan.during:
        return []
    found = progress(briefing.plan, briefing.unit, as_of, with_trends=False)
    rows = [
        Suggestion(
            "target",
            f"target:{item.target.pk}",
            f"Chỉ tiêu “{item.target.name}”"[:300],
            _figures(item.value_words, item.demand_words, item.missing_words, item.forecast_words),
            cards.target_url(item, briefing.unit),
            state=item.state,
            state_text=item.state_words,
        )
        for item in found.targets
        if item.is_scored and item.state in _BEHIND
    ]
    lead = cards.leading_target(found)
    if lead is None:
        return rows
    table = children_table(briefing.plan, [lead.target], briefing.unit, as_of, with_trends=False)
    slow = [child for child in table[lead.target.code].children if child.progress.state in _BEHIND]
    for child in slow[:_CHILDREN_PROPOSED]:
        item = child.progress
        rows.append(
            Suggestion(
                "child",
                f"child:{lead.target.pk}:{child.unit.pk}",
                f"{child.name} báo cáo tiến độ “{lead.target.name}”"[:300],
                _figures(item.value_words, item.demand_words, item.missing_words, item.forecast_words),
                cards.target_url(item, child.unit),
                child.unit.pk,
                item.state,
                item.state_words,
            )
        )
    return rows


def _figures(value: str, demand: str, missing: str, forecast: str) -> str:
    parts = [f"Đạt {value}" if value else "Chưa có số liệu"]
    if demand:
        parts.append(f"chỉ tiêu {demand}")
    if missing:
        parts.append(f"còn thiếu {missing}")
    if forecast:
        parts.append(f"dự báo cuối kỳ {forecast}")
    return "; ".join(parts)[:500]


def _overdue(briefing: Briefing, on: date) -> list[Suggestion]:
    late = (
        previous_open(briefing)
        .filter(due_on__lt=on)
        .select_related("owner_unit", "taken_over_by", "owner_user", "briefing")
    )
    return [
        Suggestion(
            "conclusion",
            f"conclusion:{item.pk}",
            f"Kết luận quá hạn: {item.text}"[:300],
            f"{item.owner_name}; hạn {format_date(item.due_on)}; {item.briefing.title}"[:500],
            reverse("briefings:task", args=[item.pk]),
            item.taken_over_by_id or item.owner_unit_id,
            "overdue",
            "quá hạn",
        )
        for item in late
    ]


def _waiting(briefing: Briefing, on: date) -> list[Suggestion]:
    """Proposals at the body and below that nobody decided for many working days; a number only, for their words may
    name people."""
    days = int(parameter(rules.WAITING_DAYS, on=on, unit_id=briefing.unit_id).value)
    before = datetime.combine(add_working_days(on, -days), time.min, timezone.get_current_timezone())
    below = below_on(briefing.unit, on).values("unit_id")
    found = Approval.objects.filter(state="open", unit__in=below, proposed_at__lt=before).aggregate(
        n=Count("pk"), first=Min("proposed_at")
    )
    if not found["n"]:
        return []
    return [
        Suggestion(
            "approval",
            f"approval:{briefing.unit_id}",
            f"{format_number(found['n'])} đề nghị chờ duyệt quá {days} ngày làm việc",
            f"Đề nghị lâu nhất gửi ngày {format_date(timezone.localdate(found['first']))}",
            f"{reverse('approvals:list')}?trang-thai=open",
            state="attention",
            state_text="chờ duyệt",
        )
    ]


def earlier(conclusion: Conclusion) -> list[Conclusion]:
    """The conclusions this one was carried from, the latest first."""
    found: list[Conclusion] = []
    step = conclusion
    while step.carried_from_id is not None:
        step = Conclusion.objects.select_related("briefing").get(pk=step.carried_from_id)
        found.append(step)
    return found


def due_between(first: date, last: date) -> QuerySet[Conclusion]:
    """Open tasks due from ``first`` to ``last``, both included."""
    return (
        Conclusion.objects.filter(IS_GIVEN, state="open", due_on__gte=first, due_on__lte=last)
        .select_related("briefing__unit", "owner_unit", "taken_over_by", "owner_user")
        .order_by("due_on", "id")
    )


def state_line(conclusion: Conclusion, on: date) -> tuple[str, str]:
    """(tone, words) of where a conclusion stands on a day."""
    if conclusion.state == "open":
        if conclusion.due_on < on:
            return "bad", f"quá hạn {format_number((on - conclusion.due_on).days)} ngày"
        return "info", "đang thực hiện"
    tones = {"done": "good", "dropped": "muted", "carried": "warn"}
    return tones[conclusion.state], conclusion.get_state_display()


def mark_of(rows: Sequence[object]) -> str:
    """A short mark of the rows a form showed, by which the action tells whether they still stand so."""
    return sha256(repr(rows).encode()).hexdigest()[:20]


def agenda_mark(briefing: Briefing) -> str:
    return mark_of(list(briefing.agenda.values_list("pk", "position", "title", "detail", "note")))


def conclusions_mark(briefing: Briefing) -> str:
    return mark_of(
        list(
            briefing.conclusions.values_list(
                "pk", "position", "text", "owner_unit", "owner_user", "due_on", "state"
            )
        )
    )
