"""Progress in the shapes the kit draws: target cards, pictures, the table of bodies below.

Shared by the plan pages and the home page, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from congdoan.foundation.measures.catalogue import NamesLink
from congdoan.foundation.units.models import Unit
from congdoan.kit.charts import Chart, Step, trend, waterfall
from congdoan.kit.dates import format_date
from congdoan.kit.lists import names_url
from congdoan.kit.numbers import format_number, format_signed
from congdoan.registry.membership.queries import Reconciliation
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import ADDITIVE, ChildrenProgress, PlanProgress, TargetProgress
from congdoan.work.plans.rules import SCORED

#: States in the order a heading counts them, with their words.
_HEADING_STATES = (
    ("done", "hoàn thành"),
    ("on_track", "đúng tiến độ"),
    ("attention", "cần chú ý"),
    ("behind", "chậm"),
    ("missed", "không đạt"),
)
_TONES = {"done": "good", "on_track": "good", "attention": "warn", "behind": "bad", "missed": "bad"}
#: Labels that would run into each other under narrow bars, broken where a line may end.
_SHORT_LABELS = {"left": "Thôi, xoá tên,\nkhai trừ", "retired": "Nghỉ hưu,\ntừ trần"}
#: A trend shows this many months ahead; a farther end stands alone.
_MONTHS_AHEAD = 13


def link_url(link: NamesLink | None) -> str:
    """The address of the names behind a figure, '' when no list shows them."""
    if link is None:
        return ""
    try:
        return names_url(link.list_name, link.params)
    except (KeyError, NoReverseMatch):
        return ""


def plan_url(plan: Plan, unit: Unit, **params: str) -> str:
    """The plan's page for a body."""
    return _address(reverse("plans:plan", args=[plan.code]), plan, unit, params)


def target_url(item: TargetProgress, unit: Unit) -> str:
    """The target's page for a body."""
    plan = item.target.plan
    return _address(reverse("plans:target", args=[plan.code, item.target.code]), plan, unit, {})


def _address(path: str, plan: Plan, unit: Unit, params: dict[str, str]) -> str:
    wanted = {"don_vi": "" if unit.pk == plan.issuer_id else unit.code, **params}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{path}?{query}" if query else path


def card(item: TargetProgress, *, url: str = "", parts: Sequence[TargetProgress] = ()) -> dict[str, Any]:
    """A target as the kit's target card; ``parts`` are its "of which" targets. Ratios are shares of what must be
    reached."""
    goal = _goal(item)
    ratio = expected = None
    if goal and item.value is not None and item.is_scored:
        ratio = max(0.0, float(item.value / goal))
        if item.expected is not None:
            expected = max(0.0, float(item.expected / goal))
    foot, note = _foot(item), _gap_line(item) or _parts_line(parts) or item.source
    return {
        "name": item.target.name,
        "url": url,
        "value": item.value_words,
        "value_url": link_url(item.names),
        "target_words": f"/ {item.demand_words}" if item.demand_words else "",
        "ratio": ratio,
        "expected": expected,
        "state": item.state,
        "state_text": item.state_words,
        "forecast": foot if not foot or foot.endswith(".") or not note else f"{foot}.",
        "note": note,
    }


def cards(progress: PlanProgress) -> list[dict[str, Any]]:
    """A card for every target of the plan, with its "of which" targets said in it."""
    parts: dict[int, list[TargetProgress]] = {}
    for item in progress.targets:
        if item.target.of_which_id is not None:
            parts.setdefault(item.target.of_which_id, []).append(item)
    return [
        card(item, url=target_url(item, progress.unit), parts=parts.get(item.target.pk, ()))
        for item in progress.targets
    ]


def _goal(item: TargetProgress) -> Decimal | None:
    """What the state is judged by."""
    return item.assessed if item.assessed is not None else item.demand


def _foot(item: TargetProgress) -> str:
    """What stands beside the state: the two sides of a rate that is met, the end foreseen, or why there is
    nothing to say."""
    reading, goal = item.reading, _goal(item)
    if item.state == "done" and reading.numerator is not None and reading.denominator is not None:
        return f"{format_number(reading.numerator.value)} / {format_number(reading.denominator.value)}"
    if item.state in {"missed", "ended"} and item.missing:
        return f"thiếu {item.missing_words}"
    if item.state in {"on_track", "attention", "behind"} and item.forecast is not None and goal is not None:
        words = f"dự báo {_end_words(item.span.last_day)} {item.forecast_words}"
        return words + (f", thiếu {item.words(goal - item.forecast)}" if item.forecast < goal else "")
    if item.state == "none" and item.notes:
        return item.notes[0]
    return ""


def _end_words(last: date) -> str:
    return "cuối năm" if (last.month, last.day) == (12, 31) else f"ngày {format_date(last)}"


def _gap_line(item: TargetProgress) -> SafeString | str:
    """What keeps a rate from being whole, leading to the names: "Còn 19 nơi chưa có công đoàn cơ sở"."""
    gap = item.reading.gap
    if gap is None or item.state == "done" or item.target.operator not in SCORED:
        return ""
    url = link_url(gap.names)
    if not url:
        return ""
    return format_html(
        'Còn <a class="figure" href="{}">{} nơi {}</a>', url, format_number(gap.value), gap.label
    )


def _parts_line(parts: Sequence[TargetProgress]) -> str:
    said = [
        f"{part.target.campaign.name} {part.value_words} / {part.demand_words}"
        for part in parts
        if part.value is not None and part.target.campaign is not None
    ]
    return f"Trong đó {'; '.join(said)}" if said else ""


def heading(progress: PlanProgress) -> str:
    """The line under a plan's title: number, days left, how many targets are in which state."""
    plan = progress.plan
    parts = [plan.number or "Chưa ghi số kế hoạch"]
    if plan.state == "draft":
        parts.append("dự thảo")
    if progress.as_of < plan.during.lower:
        parts.append(f"bắt đầu từ {format_date(plan.during.lower)}")
    elif progress.is_over:
        parts.append(f"kết thúc ngày {format_date(plan.during.upper - timedelta(days=1))}")
    else:
        parts.append(f"còn {format_number(progress.days_left)} ngày")
    counts = progress.counts
    said = [f"{counts[state]} {words}" for state, words in _HEADING_STATES if counts.get(state)]
    if said:
        parts.append(f"{sum(counts.values())} chỉ tiêu: " + ", ".join(said))
    return " · ".join(parts)


def growth_waterfall(found: Reconciliation, *, title: str, opening_label: str, closing_label: str) -> Chart:
    """Where net growth comes from; opening balances and reorganisation apart."""
    steps = [Step(_SHORT_LABELS.get(code, label), n) for code, label, n in found.lines]
    for label, n in (
        ("Bắt đầu ghi sổ", found.opening_balances),
        ("Sắp xếp tổ chức", found.reorganised + found.structure),
    ):
        if n:
            steps.append(Step(label, n, apart=True))
    return waterfall(
        found.opening,
        steps,
        found.closing,
        title=title,
        opening_label=opening_label,
        closing_label=closing_label,
    )


def course(item: TargetProgress) -> Chart | None:
    """The course of a target against the line it should follow, with the forecast; None without a course."""
    points = list(item.trend)
    if not any(point.value is not None for point in points):
        return None
    scale = Decimal(100) if item.unit_name == "%" else Decimal(1)
    ahead = [] if item.span.is_over(item.as_of) else _months_ahead(points[-1].on, item.span.last_day)
    days = [point.on for point in points] + ahead
    actual = [None if point.value is None else float(point.value / scale) for point in points]
    goal = _goal(item)
    line: list[float] = []
    if goal is not None and item.target.operator in SCORED:
        level = float(goal / scale)
        if item.target.indicator.kind in ADDITIVE:
            line = [level * item.span.elapsed(day) / item.span.days for day in days]
        else:
            line = [level] * len(days)
    foreseen: list[float | None] = []
    last = actual[-1]
    if item.forecast is not None and ahead and last is not None:
        end = float(item.forecast / scale)
        steps = [last + (end - last) * step / len(ahead) for step in range(len(ahead) + 1)]
        foreseen = [*[None] * (len(points) - 1), *steps]
    return trend(
        [_month_label(day) for day in days],
        [*actual, *[None] * len(ahead)],
        line,
        key=f"trend-{item.target.code}",
        title="Đang đi nhanh hay chậm so với chỉ tiêu",
        subtitle=item.target.name,
        forecast=foreseen,
        tone=_TONES.get(item.state, "info"),
        kind="percent" if item.unit_name == "%" else "number",
    )


def _month_label(day: date) -> str:
    return f"{day.month}/{day.year}" if (day + timedelta(days=1)).day == 1 else format_date(day)


def _months_ahead(day: date, last: date) -> list[date]:
    """Ends of months after ``day`` up to ``last``; a far end stands alone."""
    days: list[date] = []
    month = day
    while len(days) < _MONTHS_AHEAD:
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        end = month - timedelta(days=1)
        if end >= last:
            return [*days, last]
        if end > day:
            days.append(end)
    return [last]


def children_rows(
    tables: dict[str, ChildrenProgress],
    main: str,
    others: Sequence[str],
    *,
    skip: int = 0,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """The bodies below, slowest first by the target ``main``; figures of ``others`` beside it. ``limit`` of them after
    the first ``skip``, all when not told."""
    beside = {
        code: {child.unit.pk: child.progress for child in tables[code].children}
        for code in others
        if code in tables
    }
    rows = []
    for child in tables[main].children[skip : None if limit is None else skip + limit]:
        item = child.progress
        rows.append(
            {
                "unit": child.unit,
                "name": child.name,
                "demand": item.demand_words,
                "demand_number": _goal(item),
                "value": item.value_words,
                "value_number": item.value,
                "value_url": link_url(item.names),
                "percent": item.percent / 100 if item.percent is not None else None,
                "points": [float(point.value) if point.value is not None else None for point in item.trend],
                "forecast": item.forecast_words,
                "forecast_number": item.forecast,
                "state": item.state,
                "state_text": item.state_words,
                "share": child.share / 100 if child.share is not None else None,
                "others": [
                    {
                        "title": column_title(tables[code].whole),
                        **_other(beside[code].get(child.unit.pk)),
                    }
                    for code in others
                    if code in beside
                ],
            }
        )
    return rows


def _other(item: TargetProgress | None) -> dict[str, Any]:
    """A further figure of a body; of a coverage, what is still missing, since that is what is to be done."""
    if item is None or item.value is None:
        return {"words": "", "url": "", "number": None}
    if item.target.indicator_id == "enterprise_coverage":
        gap = item.reading.gap
        n = gap.value if gap is not None else 0
        return {"words": format_number(n), "url": link_url(gap.names) if gap else "", "number": n}
    words = item.value_words
    if item.demand is not None and item.target.unit_name != "%":
        words = f"{words} / {item.words(item.demand)}"
    return {"words": words, "url": link_url(item.names), "number": item.value}


def column_title(item: TargetProgress) -> str:
    """The head of a target's column in the table of bodies."""
    titles = {"unions_founded": "CĐCS mới", "enterprise_coverage": "DN chưa có CĐCS"}
    return titles.get(item.target.indicator_id, item.target.name)


def columns_beside(items: Sequence[TargetProgress], main: TargetProgress) -> list[TargetProgress]:
    """Targets shown as further columns: new unions, and enterprises still without one."""
    found: list[TargetProgress] = []
    for indicator in ("unions_founded", "enterprise_coverage"):
        for item in items:
            whole = item.target.of_which_id is None
            if item is not main and item.target.indicator_id == indicator and whole:
                found.append(item)
                break
    return found


def remainder_line(found: ChildrenProgress) -> str:
    """Why the bodies do not add up to the whole, when they do not."""
    if not found.remainder:
        return ""
    return (
        f"{format_signed(found.remainder)} {found.whole.unit_name} thuộc đơn vị đã kết thúc hoặc đã chuyển đi trong"
        " kỳ, hoặc ghi trực tiếp ở đơn vị này; không nằm trong các dòng trên."
    )


def main_targets(progress: PlanProgress, count: int = 4) -> list[TargetProgress]:
    """The targets a heading shows: scored ones first, whole before part, in the plan's order."""
    ranked = sorted(
        progress.targets,
        key=lambda item: (
            not item.is_scored,
            item.target.of_which_id is not None,
            item.state in {"none", "ended"},
            item.target.position,
        ),
    )
    return ranked[:count]


def growth_target(progress: PlanProgress) -> TargetProgress | None:
    """The plan's own target of net growth (not a part of another), if it has one."""
    for item in progress.targets:
        if item.target.indicator.kind == "net" and item.target.of_which_id is None:
            return item
    return None


def leading_target(progress: PlanProgress) -> TargetProgress | None:
    """The target the pictures are about: net growth, else the first that is counted and scored."""
    counted = [item for item in progress.targets if item.target.indicator.is_available and item.is_scored]
    whole = [item for item in counted if item.target.of_which_id is None]
    return growth_target(progress) or next(iter(whole or counted), None)


def window_of(progress: PlanProgress) -> tuple[date, date]:
    """The stretch a plan's figures cover by now: from its first day to the day after ``as_of`` or its end."""
    plan = progress.plan
    return plan.during.lower, min(plan.during.upper, date.fromordinal(progress.as_of.toordinal() + 1))
