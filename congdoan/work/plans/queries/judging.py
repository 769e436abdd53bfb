"""Small judgements: how far a way is done, and the words for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from congdoan.work.plans.models import Target
from congdoan.work.plans.queries.shapes import RECENT_DAYS, STATE_WORDS, decimals_of
from congdoan.work.plans.rules import Span, figure_words


def part_reached(value: Decimal, expected: Decimal, opening: Decimal | None) -> Decimal:
    """Which part of the way expected by now is done. A level starts from where it stood, so its way is measured
    from there; a level that only has to be held is measured whole."""
    if opening is not None and expected > opening:
        return (value - opening) / (expected - opening)
    return value / expected if expected > 0 else Decimal(1)


def words_of_state(state: str, kind: str, span: Span, as_of: date, value: Decimal | None) -> str:
    if state == "done" and kind in {"ratio", "average", "stock"}:
        return "Đạt"
    if state == "none" and as_of < span.from_on:
        return "Chưa đến kỳ"
    if state == "none" and value is not None:
        # Words without a pass mark ("hầu hết"), a baseline, or a body that was not given the target.
        return "Chỉ theo dõi"
    return STATE_WORDS[state]


def direction_words(target: Target, opening: Decimal, value: Decimal) -> str:
    """Which way a figure went that the plan only wants to rise."""
    places = decimals_of(target)
    start = figure_words(opening, target.unit_name, decimals=places)
    if value == opening:
        return f"Đầu kỳ {start}; đến nay không đổi."
    unit = " điểm phần trăm" if target.unit_name == "%" else f" {target.unit_name}"
    change = figure_words(abs(value - opening), "", decimals=places)
    return f"Đầu kỳ {start}; đến nay {'tăng' if value > opening else 'giảm'} {change}{unit}."


def paces(span: Span, as_of: date) -> tuple[int, ...]:
    """How many days back a level is compared for its pace: a year when much is left, so that no season misleads,
    else the last 90 days."""
    left = (span.to_on - as_of).days - 1
    return (365, RECENT_DAYS) if left > 2 * RECENT_DAYS else (RECENT_DAYS,)


def year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
