"""Progress of targets at units on a day, with everything they share read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from congdoan.foundation.catalogues.queries import parameters
from congdoan.foundation.measures.queries import Groups
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import format_signed
from congdoan.work.indicators import queries as indicators
from congdoan.work.indicators.queries import Figures, Reading, TrendPoint
from congdoan.work.plans.models import Adjustment, Allocation, Plan, ReportedValue, Target
from congdoan.work.plans.queries.given import given_to, given_to_groups
from congdoan.work.plans.queries.judging import (
    direction_words,
    paces,
    part_reached,
    words_of_state,
    year_before,
)
from congdoan.work.plans.queries.shapes import ADDITIVE, RECENT_DAYS, SHARES, TargetProgress, decimals_of
from congdoan.work.plans.rules import SCORED, Span, demand_words, figure_words, met, span_of


def _adjustments(as_of: date, known_at: datetime | None) -> QuerySet[Adjustment]:
    """Those that held on a day, as far as was known at an instant."""
    over = Q(ended_on__lte=as_of)
    if known_at is None:
        return Adjustment.objects.filter(effective_on__lte=as_of).exclude(over)
    over &= Q(withdrawn_at__lte=known_at)
    return Adjustment.objects.filter(effective_on__lte=as_of, created_at__lte=known_at).exclude(over)


class Facts:
    """What was given, adjusted and reported at units for targets of a plan, and by which shares states are judged:
    read once for all that a page shows. ``groups``: the units that count for each body in today's structure; None for
    bodies as they stood. What an officer entered or adjusted for a body stays that body's own in both."""

    def __init__(
        self,
        plan: Plan,
        targets: Sequence[Target],
        unit_ids: Sequence[int],
        as_of: date,
        known_at: datetime | None,
        groups: Groups | None = None,
    ) -> None:
        self.plan, self.unit_ids, self.as_of, self.known_at = plan, unit_ids, as_of, known_at
        self.groups = groups
        self.given = (
            given_to(targets, unit_ids, as_of)
            if groups is None
            else given_to_groups(targets, {pk: groups[pk] for pk in unit_ids}, as_of)
        )
        self.adjusted = {
            (row.target_id, row.unit_id): row
            for row in _adjustments(as_of, known_at)
            .filter(target__in=targets, unit__in=unit_ids)
            .select_related("decision", "approved_by")
            .order_by("created_at")
        }
        self.reported: dict[tuple[int, int], list[ReportedValue]] = defaultdict(list)
        reported = ReportedValue.objects.filter(target__in=targets, unit__in=unit_ids, on__lte=as_of)
        if known_at is not None:
            reported = reported.filter(reported_at__lte=known_at)
        for row in reported.select_related("reported_by").order_by("-on"):
            self.reported[row.target_id, row.unit_id].append(row)
        shares = parameters(SHARES, on=as_of, unit_id=plan.issuer_id)
        self.attention, self.behind = (Decimal(str(shares[code].value)) for code in SHARES)
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


class Session:
    """Progress of targets at units on a day. Facts and figures that another session has read are not read again.

    ``with_parts``: somebody will ask what net figures are added up from."""

    def __init__(
        self,
        targets: Sequence[Target],
        unit_ids: Sequence[int],
        facts: Facts,
        *,
        like: Figures | None = None,
        with_parts: bool = True,
    ) -> None:
        self.plan, self.as_of = facts.plan, facts.as_of
        self.targets, self.unit_ids, self.facts = targets, list(unit_ids), facts
        self.figures = Figures(self.unit_ids, facts.known_at, facts.groups)
        if like is not None:
            self.figures.share(like)
        self._preload(with_parts)

    def _preload(self, with_parts: bool) -> None:
        """Ask the measures once for all that the targets will compare: now, the opening, the pace, last year."""
        wanted: list[tuple[str, date | None, date]] = []
        day = timedelta(days=1)
        terms = [
            term
            for target in self.targets
            for term in self.figures.terms(target.indicator, target.scope)
            if target.indicator.is_available
        ]
        self.figures.know_cells({term.measure for term in terms})
        for term in terms:
            if term.mode == "net" and with_parts:  # added up from all movements
                self.figures.expect_all(term.measure)
            else:
                self.figures.expect(term.measure, term.filters)
        for target in self.targets:
            span = span_of(target, self.as_of)
            levels = [span.from_on - day]
            flows: list[tuple[date, date]] = []
            if self.as_of >= span.from_on and not span.is_over(self.as_of):
                levels += [self.as_of - timedelta(days=days) for days in paces(span, self.as_of)]
                ago = year_before(self.as_of + day)
                flows = [(self.as_of - timedelta(days=RECENT_DAYS - 1), self.as_of + day)]
                flows.append((ago, year_before(span.to_on)))
                if target.indicator.kind in ADDITIVE and target.indicator.is_available:
                    books = target.indicator.numerator["measure"]
                    self.figures.expect(books, {})
                    wanted.append((books, None, ago - timedelta(days=RECENT_DAYS) + day))
            wanted += indicators.spans_needed(
                target.indicator,
                window=(span.from_on, span.to_on),
                as_of=self.as_of,
                levels=levels,
                flows=flows,
                scope=target.scope,
                figures=self.figures,
                with_parts=with_parts,
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
            if source and self.facts.groups is not None:
                notes.append("Số cán bộ nhập giữ như lúc đó, không cộng theo cơ cấu hiện nay.")
        demand, demand_note = self._demand(target, unit_id)
        if demand_note:
            notes.append(demand_note)
        if reading.wider:
            words = ", ".join(reading.wider)
            notes.append(f"Chưa lọc được theo: {words}; con số rộng hơn lời văn của chỉ tiêu.")
        adjustment = self.facts.adjusted.get((target.pk, unit_id))
        if adjustment is not None and self.facts.groups is not None and adjustment.original_value != demand:
            notes.append(
                "Mức đánh giá được điều chỉnh theo cơ cấu lúc đó; theo cơ cấu hiện nay xét theo số giao."
            )
            adjustment = None
        assessed = adjustment.value if adjustment is not None else None
        if adjustment is not None:
            notes.append(
                f"Mức đánh giá được điều chỉnh từ ngày {format_date(adjustment.effective_on)}:"
                f" {adjustment.reason}"
            )
        goal = assessed if assessed is not None else demand
        opening = self._opening(target, span, unit_id)
        if target.operator == "upward" and opening is not None and value is not None:
            notes.append(direction_words(target, opening, value))
        expected, expected_reason = self._expected(target, span, unit_id, goal, opening, read_on)
        forecast, forecast_reason = self._forecast(target, span, unit_id, value, read_on, reading)
        is_met = met(target.operator, goal, value)
        missing = None
        if goal is not None and value is not None and is_met is False:
            missing = abs(goal - value)
        state = self._state(target, span, value, goal, opening, expected, is_met, reading)
        if (
            state == "done"
            and target.indicator.kind == "net"
            and reading.last_day is None
            and not span.is_over(self.as_of)
            and forecast is not None
            and met(target.operator, goal, forecast) is False
        ):
            # What grew may shrink again: a net figure is reached only when the window ends above its mark.
            state = "attention"
            notes.append("Hiện đã đạt, nhưng dự báo cuối kỳ xuống dưới chỉ tiêu.")
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
            state_words=words_of_state(state, indicator.kind, span, self.as_of, value),
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
        return figure_words(value, target.unit_name, decimals=decimals_of(target), beside=goal)

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
        back, before = RECENT_DAYS, None
        for days in paces(span, self.as_of):
            back, before = days, self._level(target, unit_id, self.as_of - timedelta(days=days))
            if before:
                break
        if not before:
            return value, f"Chưa đủ {RECENT_DAYS} ngày số liệu để dự báo; lấy mức hiện nay."
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
        recent = self._flow(target, unit_id, self.as_of - timedelta(days=RECENT_DAYS - 1), self.as_of)
        by_pace = recent * left / RECENT_DAYS
        words = f"nhịp {RECENT_DAYS} ngày qua ({format_signed(recent)})"
        ago_from, ago_to = year_before(self.as_of + timedelta(days=1)), year_before(span.to_on)
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
        return self.figures.stock(measure, unit_id, day - timedelta(days=RECENT_DAYS), {}) > 0

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
            # Below its mark, and nothing says how much could be expected by now.
            return "attention"
        reached = part_reached(value, expected, opening)
        if reached >= self.facts.attention:
            return "on_track"
        return "attention" if reached >= self.facts.behind else "behind"
