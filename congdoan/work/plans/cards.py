"""Progress in the shapes the kit draws: target cards, the waterfall of net growth, the table of bodies below.

Shared by the plan page and the home page, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from congdoan.foundation.measures.catalogue import NamesLink
from congdoan.kit.charts import Chart, Step, waterfall
from congdoan.kit.dates import format_date
from congdoan.kit.lists import names_url
from congdoan.registry.membership.queries import Reconciliation
from congdoan.work.plans.queries import ChildrenProgress, PlanProgress, TargetProgress

#: States in the order a heading counts them, with their words.
_HEADING_STATES = (
    ("done", "hoàn thành"),
    ("on_track", "đúng tiến độ"),
    ("attention", "cần chú ý"),
    ("behind", "chậm"),
    ("missed", "không đạt"),
)


def link_url(link: NamesLink | None) -> str:
    """The address of the names behind a figure, '' when it has none."""
    return names_url(link.list_name, link.params) if link is not None else ""


def card(item: TargetProgress, *, url: str = "") -> dict[str, Any]:
    """A target as the kit's target card. Ratios are shares of what must be reached."""
    demand = item.assessed if item.assessed is not None else item.demand
    ratio = expected = None
    if demand and item.value is not None and item.is_scored:
        ratio = float(item.value / demand)
        if item.expected is not None:
            expected = float(item.expected / demand)
    forecast = ""
    if item.state in {"on_track", "attention", "behind"} and item.forecast is not None:
        forecast = f"dự báo {item.forecast_words}"
        if item.missing:
            forecast += f", thiếu {item.missing_words}"
    value_words = item.value_words
    if item.value is not None and item.target.indicator.kind == "net" and item.value > 0:
        value_words = f"+{value_words}"
    return {
        "name": item.target.name,
        "url": url,
        "value": value_words or "–",
        "value_url": link_url(item.names),
        "target_words": f"/ {item.demand_words}" if item.demand_words else "",
        "ratio": ratio,
        "expected": expected,
        "state": item.state,
        "state_text": item.state_words,
        "forecast": forecast,
        "note": item.source,
    }


def heading(progress: PlanProgress) -> str:
    """The line under a plan's title: number, days left, how many targets are in which state."""
    plan = progress.plan
    parts = [plan.number or "(chưa có số)"]
    if progress.is_over:
        parts.append(f"kết thúc ngày {format_date(_last_day(plan.during.upper))}")
    else:
        parts.append(f"còn {progress.days_left} ngày")
    counts = progress.counts
    said = [f"{counts[state]} {words}" for state, words in _HEADING_STATES if counts.get(state)]
    if said:
        parts.append(f"{sum(counts.values())} chỉ tiêu: " + ", ".join(said))
    return " · ".join(parts)


def growth_waterfall(found: Reconciliation, *, title: str, opening_label: str, closing_label: str) -> Chart:
    """Where net growth comes from; opening balances and reorganisation apart."""
    steps = [Step(label, n) for _, label, n in found.lines]
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


def children_rows(
    tables: dict[str, ChildrenProgress], main: str, others: Sequence[str], *, limit: int | None = None
) -> list[dict[str, Any]]:
    """The bodies below, slowest first by the target ``main``; figures of ``others`` beside it."""
    beside = {
        code: {child.unit.pk: child.progress for child in tables[code].children}
        for code in others
        if code in tables
    }
    rows = []
    for child in tables[main].children[:limit]:
        item = child.progress
        rows.append(
            {
                "unit": child.unit,
                "name": child.name,
                "demand": item.demand_words,
                "value": item.value_words,
                "value_url": link_url(item.names),
                "percent": item.percent / 100 if item.percent is not None else None,
                "points": [float(point.value) if point.value is not None else None for point in item.trend],
                "forecast": item.forecast_words,
                "state": item.state,
                "share": child.share / 100 if child.share is not None else None,
                "others": [_other(beside[code].get(child.unit.pk)) for code in others if code in beside],
            }
        )
    return rows


def _other(item: TargetProgress | None) -> dict[str, str]:
    if item is None:
        return {"words": "", "url": ""}
    words = item.value_words
    if item.demand is not None and item.target.unit_name != "%":
        words = f"{words} / {item.words(item.demand)}"
    return {"words": words, "url": link_url(item.names)}


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


def window_of(progress: PlanProgress) -> tuple[date, date]:
    """The stretch a plan's figures cover by now: from its first day to the day after ``as_of`` or its end."""
    plan = progress.plan
    return plan.during.lower, min(plan.during.upper, date.fromordinal(progress.as_of.toordinal() + 1))


def _last_day(upper: date) -> date:
    return date.fromordinal(upper.toordinal() - 1)
