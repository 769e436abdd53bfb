"""Reads of plans: progress of targets at any body on any day, contributions of the bodies below, allocations.

The day is always an argument. Percentages are 95 and not 0.95. Everything that is the same for many targets or
bodies is read once, so that the number of queries grows with neither.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.queries import parameters
from congdoan.foundation.measures.catalogue import NamesLink
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.foundation.units.queries import children_on
from congdoan.kit.dates import Period, PeriodError, format_date
from congdoan.kit.numbers import format_signed
from congdoan.registry.membership.queries import Reconciliation, reconciled
from congdoan.work.indicators import queries as indicators
from congdoan.work.indicators.queries import Figures, Reading, TrendPoint
from congdoan.work.plans.models import Adjustment, Allocation, AllocationItem, Plan, ReportedValue, Target
from congdoan.work.plans.rules import SCORED, Span, demand_words, figure_words, met, span_of

#: States, worst first: what a reader must look at stands before what is well.
STATE_ORDER = ("behind", "missed", "attention", "on_track", "done", "ended", "none")
STATE_WORDS = {
    "behind": "Chậm",
    "missed": "Không đạt",
    "attention": "Cần chú ý",
    "on_track": "Đúng tiến độ",
    "done": "Hoàn thành",
    "ended": "Đã kết thúc",
    "none": "Chưa có số liệu",
}
#: Kinds of indicator that add up over time; the others are levels.
ADDITIVE = frozenset({"net", "flow", "count"})
#: Targets that are no figure to be reached.
_UNSCORED_KINDS = frozenset({"baseline"})
_RECENT_DAYS = 90
#: Parts of what is expected by now below which a target needs attention, and is behind.
_SHARES = ("plan.attention_share", "plan.behind_share")


@dataclass(frozen=True)
class TargetProgress:
    """How far a target is at a unit.

    ``value``, ``demand`` (what the unit must reach: its allocation when it stands below the issuer), ``expected``
    (by ``read_on``), ``forecast`` (at the end of the window) and ``missing`` are in ``unit_name``; ``percent`` is
    value ÷ demand × 100. ``assessed`` is the demand by which the state is judged when a superior adjusted it; the
    original stands in ``demand``. ``state``: done, on_track, attention, behind, missed, ended, none.
    ``source`` tells where a reported value comes from; '' for counted ones. ``notes`` are sentences to show.
    """

    target: Target
    unit_id: int
    span: Span
    as_of: date
    read_on: date
    reading: Reading
    value: Decimal | None
    value_words: str
    demand: Decimal | None
    demand_words: str
    assessed: Decimal | None
    percent: Decimal | None
    expected: Decimal | None
    expected_reason: str
    forecast: Decimal | None
    forecast_reason: str
    missing: Decimal | None
    state: str
    state_words: str
    source: str
    notes: tuple[str, ...]
    trend: tuple[TrendPoint, ...] = ()

    @property
    def names(self) -> NamesLink | None:
        """The names behind the value."""
        return self.reading.names

    @property
    def citation(self) -> str:
        return self.target.citation

    @property
    def unit_name(self) -> str:
        return self.target.unit_name

    @property
    def is_scored(self) -> bool:
        """Whether the target has a pass mark at all."""
        return self.target.operator in SCORED and self.target.kind not in _UNSCORED_KINDS

    def words(self, value: Decimal | None) -> str:
        """Any value of this target as it is shown."""
        return figure_words(value, self.unit_name, decimals=_places(self.target))

    @property
    def expected_words(self) -> str:
        return self.words(self.expected)

    @property
    def forecast_words(self) -> str:
        return self.words(self.forecast)

    @property
    def missing_words(self) -> str:
        return self.words(self.missing)


@dataclass(frozen=True)
class PlanProgress:
    """A plan at a unit on a day: every target in the plan's order."""

    plan: Plan
    unit: Unit
    as_of: date
    targets: tuple[TargetProgress, ...]

    @property
    def days_left(self) -> int:
        """Days after ``as_of`` until the plan's period is over; 0 when it is."""
        return max(0, (self.plan.during.upper - self.as_of).days - 1)

    @property
    def is_over(self) -> bool:
        return self.plan.during.upper <= self.as_of

    @property
    def counts(self) -> dict[str, int]:
        """How many scored targets are in each state, worst first; states without a target are left out."""
        counted = Counter(item.state for item in self.targets if item.is_scored)
        return {state: counted[state] for state in STATE_ORDER if counted[state]}

    def target(self, code: str) -> TargetProgress:
        """The progress of the target with this code. Raises KeyError."""
        for item in self.targets:
            if item.target.code == code:
                return item
        raise KeyError(code)


@dataclass(frozen=True)
class ChildProgress:
    """A body below and its part in a target. ``share`` is its part of the unit's value, in percent."""

    unit: Unit
    name: str
    progress: TargetProgress
    share: Decimal | None


@dataclass(frozen=True)
class ChildrenProgress:
    """The bodies directly below, those behind first. ``remainder`` is the part of the unit's value that none of
    them accounts for (bodies that have moved or ended); None for levels, which do not add up."""

    whole: TargetProgress
    children: tuple[ChildProgress, ...]
    remainder: Decimal | None


# --- plans an actor may see


def visible_plans(actor: Actor) -> QuerySet[Plan]:
    """Plans of bodies in the actor's reach, and those of the bodies above them, which bind them too."""
    reach = scope(actor, "plans.view")
    if reach.everything:
        return Plan.objects.all()
    own = [*reach.below, *reach.own]
    above = UnitPlacement.objects.filter(unit__in=own).values("ancestor_id")
    return Plan.objects.filter(reach.filter("issuer") | Q(issuer__in=above))


def targets_of(plan: Plan) -> list[Target]:
    """The targets of a plan in its order, with indicator and campaign. One query."""
    found = list(
        plan.targets.select_related("indicator", "campaign", "of_which").order_by("position", "code")
    )
    for target in found:
        target.plan = plan
    return found


# --- progress


def progress(
    plan: Plan,
    unit: Unit,
    as_of: date,
    known_at: datetime | None = None,
    *,
    with_trends: bool = True,
) -> PlanProgress:
    """How far each target of the plan is at a unit, seen at the end of ``as_of``.

    ``known_at`` forgets what was booked after an instant; trends are then left out.
    """
    targets = targets_of(plan)
    session = _Session(targets, [unit.pk], _Facts(plan, targets, [unit.pk], as_of, known_at))
    return PlanProgress(
        plan,
        unit,
        as_of,
        tuple(session.read(target, trends=with_trends and known_at is None)[unit.pk] for target in targets),
    )


def target_progress(
    target: Target, unit: Unit, as_of: date, known_at: datetime | None = None
) -> TargetProgress:
    """How far one target is at a unit."""
    session = _Session([target], [unit.pk], _Facts(target.plan, [target], [unit.pk], as_of, known_at))
    return session.read(target, trends=known_at is None)[unit.pk]


def progress_summary(plan: Plan, unit: Unit, as_of: date) -> dict[str, Any]:
    """The progress of a plan as plain data: {"code", "unit", "targets": [{"indicator", "operator", "target",
    "value", "as_of", "status", "citation"}]}. Figures are numbers (None where there is none)."""
    found = progress(plan, unit, as_of, with_trends=False)
    return {
        "code": plan.code,
        "unit": unit.code,
        "targets": [
            {
                "indicator": item.target.code,
                "name": item.target.name,
                "measured_by": item.target.indicator_id,
                "operator": item.target.operator,
                "target": _plain(item.demand),
                "value": _plain(item.value),
                "as_of": item.read_on.isoformat(),
                "status": item.state,
                "citation": item.citation,
            }
            for item in found.targets
        ],
    }


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else round(float(value), 4)


def children_progress(plan: Plan, target: Target, unit: Unit, as_of: date) -> ChildrenProgress:
    """What each body directly below contributes to a target, those behind first.

    The bodies are those that stand below on ``as_of`` and those the target was given to. The number of queries does
    not grow with them.
    """
    return children_table(plan, [target], unit, as_of)[target.code]


def children_table(
    plan: Plan, targets: Sequence[Target], unit: Unit, as_of: date, *, with_trends: bool = True
) -> dict[str, ChildrenProgress]:
    """`children_progress` for several targets at once, by target code."""
    return PlanReading(plan, unit, as_of, targets).children(targets, trends_of=targets if with_trends else ())


class PlanReading:
    """A plan at a unit and at the bodies directly below, seen at the end of ``as_of``: what they share is asked for
    once. For pages that show all of it. ``targets``: all of the plan when not told."""

    def __init__(
        self,
        plan: Plan,
        unit: Unit,
        as_of: date,
        targets: Sequence[Target] | None = None,
        *,
        with_children: bool = True,
    ) -> None:
        self.plan, self.unit, self.as_of = plan, unit, as_of
        self._targets = targets_of(plan) if targets is None else targets
        for target in self._targets:
            target.plan = plan
        self._names: dict[int, str] = {}
        self._units: dict[int, Unit] = {}
        self._given_to: set[tuple[int, int]] = set()
        if with_children:
            self._names = dict(children_on(unit, as_of).values_list("unit_id", "name"))
            given = AllocationItem.objects.filter(
                allocation__target__in=self._targets, allocation__unit=unit, allocation__state="issued"
            ).values_list("allocation__target", "unit_id")
            self._given_to = set(given)
            ids = dict.fromkeys([*self._names, *(pk for _, pk in given)])
            self._units = Unit.objects.defer("search", "name_key").in_bulk(list(ids))
        self._facts = _Facts(plan, self._targets, [unit.pk, *self._units], as_of, None)
        self._whole = _Session(self._targets, [unit.pk], self._facts)
        self._whole.figures.know(unit)

    def progress(self) -> PlanProgress:
        """How far each target is at the unit itself, without courses."""
        read = [self._whole.read(target, trends=False)[self.unit.pk] for target in self._targets]
        return PlanProgress(self.plan, self.unit, self.as_of, tuple(read))

    def children(
        self, targets: Sequence[Target], *, trends_of: Sequence[Target]
    ) -> dict[str, ChildrenProgress]:
        """What each body below contributes, by target code; with the courses of ``trends_of``. The bodies are those
        that stand below on the day and those that one of the targets was given to."""
        chosen = {target.pk for target in targets}
        given = {pk for target, pk in self._given_to if target in chosen}
        units = {pk: unit for pk, unit in self._units.items() if pk in self._names or pk in given}
        session = _Session(targets, list(units), self._facts, like=self._whole.figures)
        session.figures.know(*units.values())
        return {
            target.code: self._children(session, units, target, trends=target in trends_of)
            for target in targets
        }

    def growth(self, from_on: date, to_on: date) -> Reconciliation:
        """The reconciliation of the unit's members over [from_on, to_on)."""
        figures, pk = self._whole.figures, self.unit.pk
        return reconciled(
            from_on,
            to_on,
            figures.stock("members", pk, from_on - timedelta(days=1), {}),
            figures.rows("members", from_on, to_on)[pk],
        )

    def _children(
        self, session: _Session, units: dict[int, Unit], target: Target, *, trends: bool
    ) -> ChildrenProgress:
        whole = self._whole.read(target, trends=trends)[self.unit.pk]
        additive = target.indicator.kind in ADDITIVE
        children = [
            ChildProgress(
                units[pk],
                self._names.get(pk, units[pk].name),
                item,
                item.value * 100 / whole.value
                if additive and item.value is not None and whole.value
                else None,
            )
            for pk, item in session.read(target, trends=trends).items()
        ]
        children.sort(key=_slowest_first)
        remainder = None
        if additive and whole.value is not None:
            remainder = whole.value - sum((child.progress.value or Decimal(0)) for child in children)
        return ChildrenProgress(whole, tuple(children), remainder)


def _slowest_first(child: ChildProgress) -> tuple[int, Decimal, str]:
    item = child.progress
    return (
        STATE_ORDER.index(item.state),
        item.percent if item.percent is not None else Decimal(10**6),
        child.unit.sort_key,
    )


# --- what a body was given


@dataclass(frozen=True)
class Given:
    """What a body was given of a target: the whole, and by period where the decision says so."""

    allocation: Allocation
    total: Decimal
    periods: tuple[tuple[Period, Decimal], ...]


def allocation_in_force(target: Target, unit: Unit | int, on: date) -> Allocation | None:
    """The revision by which a body had given a target down on a day; None when it had not."""
    return (
        Allocation.objects.filter(target=target, unit=unit, effective_on__lte=on)
        .exclude(state="draft")
        .select_related("decision", "unit")
        .order_by("-effective_on", "-revision")
        .first()
    )


def allocation_history(target: Target, unit: Unit | int) -> list[Allocation]:
    """All revisions of a body for a target, the newest first, with their items."""
    return list(
        Allocation.objects.filter(target=target, unit=unit)
        .select_related("decision", "created_by", "unit")
        .prefetch_related(
            Prefetch(
                "items",
                AllocationItem.objects.select_related("unit").order_by("unit__sort_key", "unit_id", "period"),
            )
        )
        .order_by("-revision")
    )


def given_to(targets: Iterable[Target], unit_ids: Iterable[int], on: date) -> dict[tuple[int, int], Given]:
    """What bodies had been given on a day, by (target id, unit id). One query."""
    items = (
        AllocationItem.objects.filter(
            allocation__target__in=list(targets), unit__in=list(unit_ids), allocation__effective_on__lte=on
        )
        .exclude(allocation__state="draft")
        .select_related("allocation__decision")
    )
    newest: dict[tuple[int, int], Allocation] = {}
    grouped: dict[tuple[int, int, int], list[AllocationItem]] = defaultdict(list)
    for item in items:
        allocation = item.allocation
        key = (allocation.target_id, item.unit_id)
        held = newest.get(key)
        if held is None or _age(allocation) > _age(held):
            newest[key] = allocation
        grouped[(*key, allocation.pk)].append(item)
    result: dict[tuple[int, int], Given] = {}
    for key, allocation in newest.items():
        rows = grouped[(*key, allocation.pk)]
        periods = sorted(
            ((Period.parse(row.period), row.value) for row in rows if row.period and _is_part(row.period)),
            key=lambda pair: pair[0].from_on,
        )
        whole = [row.value for row in rows if not row.period or not _is_part(row.period)]
        total = sum(whole, Decimal(0)) if whole else sum((value for _, value in periods), Decimal(0))
        result[key] = Given(allocation, total, tuple(periods))
    return result


def _age(allocation: Allocation) -> tuple[date, int, int]:
    return (allocation.effective_on, allocation.revision, allocation.pk)


def _is_part(code: str) -> bool:
    """Whether a period code is a quarter or month of the year item, not the year itself."""
    try:
        return Period.parse(code).length < 12
    except PeriodError:
        return False


# --- the work


class _Facts:
    """What was given, adjusted and reported at units for targets of a plan, and by which shares states are judged:
    read once for all that a page shows."""

    def __init__(
        self,
        plan: Plan,
        targets: Sequence[Target],
        unit_ids: Sequence[int],
        as_of: date,
        known_at: datetime | None,
    ) -> None:
        self.plan, self.unit_ids, self.as_of, self.known_at = plan, unit_ids, as_of, known_at
        self.given = given_to(targets, unit_ids, as_of)
        self.adjusted = {
            (row.target_id, row.unit_id): row
            for row in Adjustment.objects.filter(
                target__in=targets,
                unit__in=unit_ids,
                effective_on__lte=as_of,
                withdrawn_at__isnull=True,
            ).select_related("decision", "approved_by")
        }
        self.reported: dict[tuple[int, int], list[ReportedValue]] = defaultdict(list)
        reported = ReportedValue.objects.filter(target__in=targets, unit__in=unit_ids, on__lte=as_of)
        if known_at is not None:
            reported = reported.filter(reported_at__lte=known_at)
        for row in reported.select_related("reported_by").order_by("-on"):
            self.reported[row.target_id, row.unit_id].append(row)
        shares = parameters(_SHARES, on=as_of, unit_id=plan.issuer_id)
        self.attention, self.behind = (Decimal(str(shares[code].value)) for code in _SHARES)
        self._issued: set[int] | None = None

    def has_allocated(self, unit_id: int) -> bool:
        """Whether the unit had given any target of the plan down."""
        if self._issued is None:
            self._issued = set(
                Allocation.objects.filter(
                    target__plan=self.plan, unit__in=self.unit_ids, effective_on__lte=self.as_of
                )
                .exclude(state="draft")
                .values_list("unit_id", flat=True)
            )
        return unit_id in self._issued


class _Session:
    """Progress of targets at units on a day. Facts and figures that another session has read are not read again."""

    def __init__(
        self,
        targets: Sequence[Target],
        unit_ids: Sequence[int],
        facts: _Facts,
        *,
        like: Figures | None = None,
    ) -> None:
        self.plan, self.as_of = facts.plan, facts.as_of
        self.targets, self.unit_ids, self.facts = targets, list(unit_ids), facts
        self.figures = Figures(self.unit_ids, facts.known_at)
        if like is not None:
            self.figures.share(like)
        self._preload()

    def _preload(self) -> None:
        """Ask the measures once for all that the targets will compare: now, the opening, the pace, last year."""
        wanted: list[tuple[str, date | None, date]] = []
        day = timedelta(days=1)
        for target in self.targets:
            span = span_of(target, self.as_of)
            levels = [span.from_on - day]
            flows: list[tuple[date, date]] = []
            if self.as_of >= span.from_on and not span.is_over(self.as_of):
                levels += [self.as_of - timedelta(days=days) for days in _paces(span, self.as_of)]
                ago = _last_year(self.as_of + day)
                flows = [(self.as_of - timedelta(days=_RECENT_DAYS - 1), self.as_of + day)]
                flows.append((ago, _last_year(span.to_on)))
                if target.indicator.kind in ADDITIVE and target.indicator.is_available:
                    books = target.indicator.numerator["measure"]
                    wanted.append((books, None, ago - timedelta(days=_RECENT_DAYS) + day))
            wanted += indicators.spans_needed(
                target.indicator,
                window=(span.from_on, span.to_on),
                as_of=self.as_of,
                levels=levels,
                flows=flows,
                scope=target.scope,
                figures=self.figures,
            )
        self.figures.preload(wanted)

    def read(self, target: Target, *, trends: bool) -> dict[int, TargetProgress]:
        span = span_of(target, self.as_of)
        window = (span.from_on, span.to_on)
        readings = indicators.read_many(
            target.indicator,
            self.unit_ids,
            window=window,
            as_of=self.as_of,
            scope=target.scope,
            figures=self.figures,
        )
        courses: dict[int, list[TrendPoint]] = {}
        if trends:
            courses = indicators.trends(
                target.indicator,
                self.unit_ids,
                window=window,
                as_of=self.as_of,
                scope=target.scope,
                figures=self.figures,
            )
        return {
            unit_id: self._one(target, span, unit_id, readings[unit_id], courses.get(unit_id, []))
            for unit_id in self.unit_ids
        }

    def _one(
        self, target: Target, span: Span, unit_id: int, reading: Reading, course: list[TrendPoint]
    ) -> TargetProgress:
        notes: list[str] = [reading.note] if reading.note else []
        value, read_on, source = reading.value, reading.read_on, ""
        if not target.indicator.is_available:
            value, read_on, source = self._reported(target, span, unit_id, reading)
            if not source:
                notes.append(indicators.notice(target.indicator))
            elif reading.last_day is None:
                notes = [note for note in notes if note]
        demand, demand_note = self._demand(target, unit_id)
        if demand_note:
            notes.append(demand_note)
        if reading.wider:
            words = ", ".join(reading.wider)
            notes.append(f"Chưa lọc được theo: {words}; con số rộng hơn lời văn của chỉ tiêu.")
        adjustment = self.facts.adjusted.get((target.pk, unit_id))
        assessed = adjustment.value if adjustment is not None else None
        if adjustment is not None:
            notes.append(
                f"Mức đánh giá được điều chỉnh từ ngày {format_date(adjustment.effective_on)}:"
                f" {adjustment.reason}"
            )
        goal = assessed if assessed is not None else demand
        opening = self._opening(target, span, unit_id)
        if target.operator == "upward" and opening is not None and value is not None:
            notes.append(_direction(target, opening, value))
        expected, expected_reason = self._expected(target, span, unit_id, goal, opening, read_on)
        forecast, forecast_reason = self._forecast(target, span, unit_id, value, read_on, reading)
        is_met = met(target.operator, goal, value)
        missing = None
        if goal is not None and value is not None and is_met is False:
            missing = abs(goal - value)
        state = self._state(target, span, value, goal, opening, expected, is_met, reading)
        percent = None
        if demand and value is not None and target.operator in SCORED:
            percent = value * 100 / demand
        indicator = target.indicator
        return TargetProgress(
            target=target,
            unit_id=unit_id,
            span=span,
            as_of=self.as_of,
            read_on=read_on,
            reading=reading,
            value=value,
            value_words=self._value_words(target, value, goal),
            demand=demand,
            demand_words=demand_words(
                target.operator,
                demand,
                target.value_to if demand == target.value else None,
                target.unit_name,
            )
            if demand is not None or target.operator not in SCORED
            else "",
            assessed=assessed,
            percent=percent,
            expected=expected,
            expected_reason=expected_reason,
            forecast=forecast,
            forecast_reason=forecast_reason,
            missing=missing,
            state=state,
            state_words=_state_words(state, indicator.kind, span, self.as_of, value),
            source=source,
            notes=tuple(dict.fromkeys(note for note in notes if note)),
            trend=tuple(course),
        )

    def _value_words(self, target: Target, value: Decimal | None, goal: Decimal | None) -> str:
        if value is None:
            return ""
        if target.indicator.kind in {"milestone", "qualitative"}:
            return "Đã hoàn thành" if value >= 1 else "Chưa hoàn thành"
        if target.indicator.kind == "net":
            return format_signed(value)
        return figure_words(value, target.unit_name, decimals=_places(target), beside=goal)

    def _reported(
        self, target: Target, span: Span, unit_id: int, reading: Reading
    ) -> tuple[Decimal | None, date, str]:
        """The newest value an officer entered that speaks of this window; a decided allocation is seen by itself."""
        if target.indicator_id == "allocation_table" and self.facts.has_allocated(unit_id):
            return Decimal(1), reading.read_on, "Quyết định giao chỉ tiêu đã ghi trong phần mềm."
        stands = target.indicator.kind == "stock"
        for row in self.facts.reported[target.pk, unit_id]:
            if row.on <= reading.read_on and (stands or row.on >= span.from_on):
                return row.value, row.on, row.source
        return None, reading.read_on, ""

    def _demand(self, target: Target, unit_id: int) -> tuple[Decimal | None, str]:
        """What a unit must reach. A body below the issuer has what it was given; a percentage binds all alike."""
        if unit_id == self.plan.issuer_id:
            return target.value, ""
        given = self.facts.given.get((target.pk, unit_id))
        if given is not None:
            return given.total, ""
        if target.value is None or target.indicator.kind in {"ratio", "average"}:
            return target.value, ""
        return None, "Chưa giao chỉ tiêu này cho đơn vị."

    def _opening(self, target: Target, span: Span, unit_id: int) -> Decimal | None:
        """The level on the eve of the window; what the plan itself names as its starting point stands first."""
        if (
            target.indicator.kind == "stock"
            and target.baseline is not None
            and unit_id == self.plan.issuer_id
        ):
            return target.baseline
        return self._level(target, unit_id, span.from_on - timedelta(days=1))

    def _level(self, target: Target, unit_id: int, on: date) -> Decimal | None:
        return indicators.level_on(target.indicator, unit_id, on, scope=target.scope, figures=self.figures)

    def _expected(
        self,
        target: Target,
        span: Span,
        unit_id: int,
        goal: Decimal | None,
        opening: Decimal | None,
        read_on: date,
    ) -> tuple[Decimal | None, str]:
        """What should be reached by ``as_of``, and how that was worked out."""
        if goal is None or target.operator not in {"eq", "ge", "gt"} or target.kind != "target":
            return None, ""
        if self.as_of < span.from_on:
            return None, ""
        if span.is_over(self.as_of):
            return goal, "Kỳ đã hết nên mức mong đợi là cả chỉ tiêu."
        share = Decimal(span.elapsed(self.as_of)) / span.days
        if target.indicator.kind in {"ratio", "average", "stock"}:
            if opening is None:
                return None, ""
            start = min(opening, goal)
            return start + (goal - start) * share, (
                f"Chia đều theo ngày từ mức {figure_words(opening, target.unit_name)} đầu kỳ."
            )
        given = self.facts.given.get((target.pk, unit_id))
        if given is not None and given.periods and given.total:
            planned = Decimal(0)
            for period, value in given.periods:
                elapsed = max(
                    0, min((self.as_of - period.from_on).days + 1, (period.to_on - period.from_on).days)
                )
                planned += value * elapsed / (period.to_on - period.from_on).days
            return planned * goal / given.total, "Theo số giao từng quý, tháng."
        return goal * share, f"Chia đều theo ngày: đã qua {span.elapsed(self.as_of)}/{span.days} ngày."

    def _forecast(
        self,
        target: Target,
        span: Span,
        unit_id: int,
        value: Decimal | None,
        read_on: date,
        reading: Reading,
    ) -> tuple[Decimal | None, str]:
        """What the end of the window will show if things go on as they do, and why one may think so."""
        indicator = target.indicator
        if value is None or not indicator.is_available or self.as_of < span.from_on:
            return None, ""
        if reading.last_day is not None:
            return None, ""
        left = (span.to_on - self.as_of).days - 1
        if left <= 0:
            return value, "Kỳ đã hết, đây là số cuối kỳ."
        if indicator.kind in ADDITIVE:
            return self._forecast_flow(target, span, unit_id, value, left)
        back, before = _RECENT_DAYS, None
        for days in _paces(span, self.as_of):
            back, before = days, self._level(target, unit_id, self.as_of - timedelta(days=days))
            if before:
                break
        if not before:
            return value, f"Chưa đủ {_RECENT_DAYS} ngày số liệu để dự báo; lấy mức hiện nay."
        forecast = value + (value - before) * left / back
        forecast = max(Decimal(0), forecast)
        if indicator.kind == "ratio":
            forecast = min(forecast, max(Decimal(100), value))
        if indicator.kind == "stock":
            forecast = forecast.quantize(Decimal(1))
        unit = " điểm phần trăm" if target.unit_name == "%" else ""
        change = figure_words(abs(value - before), "", decimals=indicator.decimals) or "0"
        sign = "+" if value > before else "−" if value < before else ""
        return forecast, f"Theo mức thay đổi {back} ngày qua ({sign}{change}{unit}) kéo dài đến cuối kỳ."

    def _forecast_flow(
        self, target: Target, span: Span, unit_id: int, value: Decimal, left: int
    ) -> tuple[Decimal, str]:
        recent = self._flow(target, unit_id, self.as_of - timedelta(days=_RECENT_DAYS - 1), self.as_of)
        by_pace = recent * left / _RECENT_DAYS
        words = f"nhịp {_RECENT_DAYS} ngày qua ({format_signed(recent)})"
        ago_from, ago_to = _last_year(self.as_of + timedelta(days=1)), _last_year(span.to_on)
        if self._has_history(target, unit_id, ago_from):
            same = self._flow(target, unit_id, ago_from, ago_to - timedelta(days=1))
            ahead = (by_pace + same) / 2
            words = (
                f"trung bình của {words} và cùng kỳ năm trước ({format_signed(same)} từ"
                f" {format_date(ago_from)} đến {format_date(ago_to - timedelta(days=1))})"
            )
        else:
            ahead = by_pace
        ahead = ahead.quantize(Decimal(1))
        if target.indicator.kind != "net":
            ahead = max(ahead, Decimal(0))
        return value + ahead, f"Theo {words}, {left} ngày còn lại thêm {format_signed(ahead)}."

    def _flow(self, target: Target, unit_id: int, from_on: date, last_on: date) -> Decimal:
        return Decimal(
            indicators.flow_between(
                target.indicator,
                unit_id,
                from_on,
                last_on + timedelta(days=1),
                scope=target.scope,
                figures=self.figures,
            )
        )

    def _has_history(self, target: Target, unit_id: int, day: date) -> bool:
        """Whether the books of the measure had begun at the unit three months before ``day``."""
        measure = target.indicator.numerator["measure"]
        return self.figures.stock(measure, unit_id, day - timedelta(days=_RECENT_DAYS), {}) > 0

    def _state(
        self,
        target: Target,
        span: Span,
        value: Decimal | None,
        goal: Decimal | None,
        opening: Decimal | None,
        expected: Decimal | None,
        is_met: bool | None,
        reading: Reading,
    ) -> str:
        if target.kind == "baseline" or value is None:
            return "ended" if reading.last_day is not None else "none"
        if target.indicator.kind in {"milestone", "qualitative"}:
            return "done" if value >= 1 else "missed" if span.is_over(self.as_of) else "none"
        if is_met is None:
            return "ended" if reading.last_day is not None else "none"
        if self.as_of < span.from_on:
            return "none"
        if target.operator == "le":
            return "done" if is_met else "missed" if span.is_over(self.as_of) else "behind"
        if is_met:
            return "done"
        if reading.last_day is not None:
            return "ended"
        if span.is_over(self.as_of):
            return "missed"
        if expected is None or goal is None:
            return "none"
        reached = _reached(value, expected, opening)
        if reached >= self.facts.attention:
            return "on_track"
        return "attention" if reached >= self.facts.behind else "behind"


def _reached(value: Decimal, expected: Decimal, opening: Decimal | None) -> Decimal:
    """Which part of the way expected by now is done. A level starts from where it stood, so its way is measured
    from there; a level that only has to be held is measured whole."""
    if opening is not None and expected > opening:
        return (value - opening) / (expected - opening)
    return value / expected if expected > 0 else Decimal(1)


def _state_words(state: str, kind: str, span: Span, as_of: date, value: Decimal | None) -> str:
    if state == "done" and kind in {"ratio", "average", "stock"}:
        return "Đạt"
    if state == "none" and as_of < span.from_on:
        return "Chưa đến kỳ"
    if state == "none" and value is not None:
        # Words without a pass mark ("hầu hết"), a baseline, or a body that was not given the target.
        return "Chỉ theo dõi"
    return STATE_WORDS[state]


def _places(target: Target) -> int:
    """Figures after the comma: those of the indicator, at least one for rates."""
    return max(target.indicator.decimals, 1 if target.unit_name == "%" else 0)


def _direction(target: Target, opening: Decimal, value: Decimal) -> str:
    """Which way a figure went that the plan only wants to rise."""
    places = _places(target)
    start = figure_words(opening, target.unit_name, decimals=places)
    if value == opening:
        return f"Đầu kỳ {start}; đến nay không đổi."
    unit = " điểm phần trăm" if target.unit_name == "%" else f" {target.unit_name}"
    change = figure_words(abs(value - opening), "", decimals=places)
    return f"Đầu kỳ {start}; đến nay {'tăng' if value > opening else 'giảm'} {change}{unit}."


def _paces(span: Span, as_of: date) -> tuple[int, ...]:
    """How many days back a level is compared for its pace: a year when much is left, so that no season misleads,
    else the last 90 days."""
    left = (span.to_on - as_of).days - 1
    return (365, _RECENT_DAYS) if left > 2 * _RECENT_DAYS else (_RECENT_DAYS,)


def _last_year(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
