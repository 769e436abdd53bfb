"""How progress looks: cards, pictures and rows for the templates. No reads of its own but names of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from congdoan.foundation.measures.catalogue import NamesLink
from congdoan.foundation.units.models import Unit
from congdoan.kit import charts
from congdoan.kit.dates import format_date
from congdoan.kit.lists import names_url
from congdoan.kit.numbers import format_number, format_percent, format_signed
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import (
    ADDITIVE,
    STATE_WORDS,
    ChildrenProgress,
    PlanProgress,
    TargetProgress,
)
from congdoan.work.plans.rules import SCORED


def names_address(link: NamesLink | None) -> str:
    """The address of the names behind a figure; '' where no list shows them."""
    if link is None:
        return ""
    try:
        return names_url(link.list_name, link.params)
    except (KeyError, NoReverseMatch):
        return ""


def plan_address(plan: Plan, unit: Unit, tab: str = "", **params: str) -> str:
    """The plan's page for a body."""
    return _with(reverse("plans:plan", args=[plan.code]), plan, unit, muc=tab, **params)


def target_address(item: TargetProgress, unit: Unit) -> str:
    """The target's page for a body."""
    plan = item.target.plan
    return _with(reverse("plans:target", args=[plan.code, item.target.code]), plan, unit)


def _with(address: str, plan: Plan, unit: Unit, **params: str) -> str:
    wanted = {"don_vi": "" if unit.pk == plan.issuer_id else unit.code, **params}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{address}?{query}" if query else address


def card(item: TargetProgress, unit: Unit, parts: Sequence[TargetProgress] = ()) -> dict[str, Any]:
    """A target for ``{% target_card %}``; ``parts`` are its "of which" targets."""
    goal = item.assessed if item.assessed is not None else item.demand
    return {
        "name": item.target.name,
        "url": target_address(item, unit),
        "value": item.value_words,
        "value_url": names_address(item.names),
        "target_words": f"/ {item.demand_words}" if item.demand_words else "",
        "ratio": share(item.value, goal),
        "expected": share(item.expected, goal),
        "state": item.state,
        "state_text": item.state_words,
        "forecast": forecast_line(item, goal),
        "note": gap_line(item) or parts_line(parts),
    }


def share(value: Decimal | None, goal: Decimal | None) -> float | None:
    """A value as a part of its goal, for bars; None where there is no goal."""
    if value is None or not goal:
        return None
    return max(0.0, float(value / goal))


def forecast_line(item: TargetProgress, goal: Decimal | None) -> str:
    """What the end will show and what will be missing then, in a few words."""
    reading = item.reading
    if item.state == "done" and reading.numerator is not None and reading.denominator is not None:
        return f"{format_number(reading.numerator.value)} / {format_number(reading.denominator.value)}"
    if item.state in {"missed", "ended"} and item.missing:
        return f"thiếu {item.missing_words}"
    if item.forecast is None or item.state in {"none", "done", "missed"} or goal is None:
        return item.notes[0] if item.state == "none" and item.notes else ""
    words = f"dự báo {format_date(item.span.last_day)} đạt {item.forecast_words}"
    if item.forecast < goal:
        words += f", thiếu {item.words(goal - item.forecast)}"
    return words


def gap_line(item: TargetProgress) -> SafeString | str:
    """What keeps a rate from being whole, leading to the names: "còn 19 doanh nghiệp"."""
    gap = item.reading.gap
    if gap is None or item.state == "done" or item.target.operator not in SCORED:
        return ""
    url = names_address(gap.names)
    if not url:
        return ""
    return format_html(
        'còn <a class="figure" href="{}">{} nơi {}</a>', url, format_number(gap.value), gap.label
    )


def parts_line(parts: Sequence[TargetProgress]) -> str:
    """ "Trong đó Tháng Công nhân: 3 / từ 3 trở lên" for sub-targets that are counted."""
    said = [
        f"{part.target.campaign.name}: {part.value_words} / {part.demand_words}"
        for part in parts
        if part.value is not None and part.target.campaign is not None
    ]
    return f"Trong đó {'; '.join(said)}" if said else ""


def cards(progress: PlanProgress) -> list[dict[str, Any]]:
    """Cards of the plan's targets; those that are part of another stand in its card, too."""
    parts: dict[int, list[TargetProgress]] = {}
    for item in progress.targets:
        if item.target.of_which_id is not None:
            parts.setdefault(item.target.of_which_id, []).append(item)
    return [card(item, progress.unit, parts.get(item.target.pk, [])) for item in progress.targets]


def subtitle(progress: PlanProgress) -> str:
    """Number, days left, and how many targets are in each state."""
    plan = progress.plan
    said = [plan.number or "chưa ghi số"]
    if plan.state == "draft":
        said.append("dự thảo")
    if progress.as_of < plan.during.lower:
        said.append(f"bắt đầu từ {format_date(plan.during.lower)}")
    elif progress.is_over:
        said.append(f"đã hết kỳ ngày {format_date(plan.during.upper - timedelta(days=1))}")
    else:
        said.append(f"còn {format_number(progress.days_left)} ngày")
    counts = [f"{n} {STATE_WORDS[state].lower()}" for state, n in reversed(progress.counts.items())]
    if counts:
        said.append("chỉ tiêu: " + ", ".join(counts))
    return " · ".join(said)


def main_target(items: Sequence[TargetProgress]) -> TargetProgress | None:
    """The target the pictures are about: net growth first, else the first that is scored and counted."""
    counted = [item for item in items if item.target.indicator.is_available and item.is_scored]
    whole = [item for item in counted if item.target.of_which_id is None]
    nets = [item for item in whole if item.target.indicator.kind == "net"]
    return next(iter(nets or whole or counted), None)


def waterfall(item: TargetProgress) -> charts.Chart | None:
    """Where net growth comes from; None for other targets or before the window."""
    parts = {part.code: part for part in item.reading.parts}
    if "opening" not in parts:
        return None
    steps = [
        charts.Step(part.label, part.value, apart=part.code in {"reorganised", "begun"})
        for part in item.reading.parts
        if part.code not in {"opening", "closing"} and (part.value or part.code == "admitted")
    ]
    return charts.waterfall(
        parts["opening"].value,
        steps,
        parts["closing"].value,
        key=f"waterfall-{item.target.code}",
        title=f"Thực tăng được cộng từ đâu, {format_date(item.span.from_on)} – {format_date(item.read_on)}",
        opening_label="Đầu kỳ",
        closing_label=format_date(item.read_on),
    )


def trend(item: TargetProgress) -> charts.Chart | None:
    """The course of a target against the line it should follow, with the forecast; None without a course."""
    points = list(item.trend)
    if not points or not any(point.value is not None for point in points):
        return None
    is_percent = item.unit_name == "%"
    scale = Decimal(100) if is_percent else Decimal(1)
    ahead = [] if item.span.is_over(item.as_of) else _month_ends_after(points[-1].on, item.span.last_day)
    labels = [_month_label(point.on) for point in points] + [_month_label(day) for day in ahead]
    actual = [None if point.value is None else float(point.value / scale) for point in points]
    goal = item.assessed if item.assessed is not None else item.demand
    line: list[float | None] = []
    if goal is not None and item.target.operator in SCORED:
        if item.target.indicator.kind in ADDITIVE:
            days = [point.on for point in points] + ahead
            line = [float(goal / scale) * item.span.elapsed(day) / item.span.days for day in days]
        else:
            line = [float(goal / scale)] * len(labels)
    foreseen: list[float | None] = []
    if item.forecast is not None and ahead and actual[-1] is not None:
        last, end = actual[-1], float(item.forecast / scale)
        foreseen = [None] * (len(points) - 1) + [
            last + (end - last) * step / len(ahead) for step in range(len(ahead) + 1)
        ]
    return charts.trend(
        labels,
        [*actual, *[None] * len(ahead)],
        line,
        key=f"trend-{item.target.code}",
        title=f"{item.target.name}: đang đi nhanh hay chậm",
        subtitle=item.forecast_reason,
        forecast=foreseen,
        tone=_TONES.get(item.state, "info"),
        kind="percent" if is_percent else "number",
    )


_TONES = {"done": "good", "on_track": "good", "attention": "warn", "behind": "bad", "missed": "bad"}


def _month_label(day: date) -> str:
    nearest = day + timedelta(days=1)
    if nearest.day == 1:
        return f"{day.month}/{day.year}"
    return format_date(day)


def _month_ends_after(day: date, last: date) -> list[date]:
    """Ends of months after ``day`` up to ``last``; far windows are shown by their last day alone."""
    days: list[date] = []
    month = day
    while len(days) < 13:
        first = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        end = first - timedelta(days=1)
        if end >= last:
            break
        if end > day:
            days.append(end)
        month = first
    return [*days, last] if len(days) < 13 else [last]


@dataclass(frozen=True)
class Cell:
    """A figure of a table: ready text, the names it leads to, and the number for the workbook."""

    text: str
    url: str = ""
    number: Decimal | None = None


@dataclass(frozen=True)
class ChildRow:
    """One body below in the table "slowest first"."""

    name: str
    code: str
    url: str
    demand: Cell
    value: Cell
    percent: Cell
    share: Cell
    forecast: Cell
    extras: tuple[Cell, ...]
    points: tuple[float | None, ...]
    state: str
    state_text: str


@dataclass(frozen=True)
class ChildrenTable:
    """The table of the bodies below for a target, with one column for each further target."""

    title: str
    unit_name: str
    additive: bool
    heads: tuple[str, ...]
    rows: tuple[ChildRow, ...]
    remainder: str


def children_rows(
    plan: Plan, main: ChildrenProgress, others: Sequence[ChildrenProgress] = ()
) -> ChildrenTable:
    """The bodies below, those behind first, as rows of ready text."""
    target = main.whole.target
    beside = [{child.unit.pk: child.progress for child in other.children} for other in others]
    rows = []
    for child in main.children:
        item = child.progress
        goal = item.assessed if item.assessed is not None else item.demand
        extras = tuple(_extra(found.get(child.unit.pk)) for found in beside)
        rows.append(
            ChildRow(
                name=child.name,
                code=child.unit.code,
                url=plan_address(plan, child.unit),
                demand=Cell(item.demand_words or "—", number=goal),
                value=Cell(item.value_words or "—", names_address(item.names), item.value),
                percent=Cell(
                    format_percent(item.percent / 100) if item.percent is not None else "—",
                    number=item.percent,
                ),
                share=Cell(
                    format_percent(child.share / 100) if child.share is not None else "—", number=child.share
                ),
                forecast=Cell(item.forecast_words or "—", number=item.forecast),
                extras=extras,
                points=tuple(None if point.value is None else float(point.value) for point in item.trend),
                state=item.state,
                state_text=item.state_words,
            )
        )
    remainder = ""
    if main.remainder:
        remainder = (
            f"{format_signed(main.remainder)} {target.unit_name} là của đơn vị đã kết thúc hoặc đã chuyển đi trong kỳ,"
            " không thuộc các đơn vị trên."
        )
    return ChildrenTable(
        title=target.name,
        unit_name=target.unit_name,
        additive=target.indicator.kind in ADDITIVE,
        heads=tuple(_extra_head(other.whole) for other in others),
        rows=tuple(rows),
        remainder=remainder,
    )


def _extra_head(item: TargetProgress) -> str:
    if item.target.indicator_id == "enterprise_coverage":
        return "DN chưa có CĐCS"
    if item.target.indicator_id == "unions_founded":
        return "CĐCS mới"
    return item.target.name


def _extra(item: TargetProgress | None) -> Cell:
    if item is None:
        return Cell("—")
    gap = item.reading.gap
    if item.target.indicator_id == "enterprise_coverage":
        n = gap.value if gap is not None else 0
        if item.value is None:
            return Cell("—")
        return Cell(format_number(n), names_address(gap.names) if gap else "", Decimal(n))
    if item.value is None:
        return Cell("—")
    words = f"{item.value_words} / {item.words(item.demand)}" if item.demand is not None else item.value_words
    return Cell(words, names_address(item.names), item.value)


def extra_targets(items: Sequence[TargetProgress], main: TargetProgress) -> list[TargetProgress]:
    """Targets shown as further columns: new unions, and enterprises still without one."""
    found: list[TargetProgress] = []
    for indicator in ("unions_founded", "enterprise_coverage"):
        for item in items:
            if item is not main and item.target.indicator_id == indicator and item.target.of_which_id is None:
                found.append(item)
                break
    return found
