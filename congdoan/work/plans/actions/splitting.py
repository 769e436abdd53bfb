"""Suggested splits among the bodies below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from congdoan.foundation.measures.queries import flow, stock
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on
from congdoan.kit.dates import format_date
from congdoan.work.indicators.queries import Figures, flow_between
from congdoan.work.plans.actions.demand import demand_at
from congdoan.work.plans.actions.errors import PlanError
from congdoan.work.plans.models import Target
from congdoan.work.plans.queries import ADDITIVE
from congdoan.work.plans.rules import span_of


@dataclass(frozen=True)
class Suggestion:
    """A suggested split: value by unit id, adding up exactly, and the sentence that says what it goes by."""

    values: dict[int, int]
    basis: str


#: Ways a split can be suggested, with the words of their buttons.
SUGGESTIONS = {
    "unorganised_workers": "Theo số người lao động chưa là đoàn viên",
    "last_year": "Theo kết quả năm trước",
    "equal": "Chia đều",
}


def suggest_split(
    *, target: Target, unit: Unit, by: str, on: date, reserve: Decimal = Decimal(0)
) -> Suggestion:
    """Split what a body has to give down among its children of a day, in whole numbers that add up exactly.

    ``by``: unorganised_workers (workers less members), last_year (the same indicator in the same window a year
    before), equal. Where a basis is 0 everywhere the split is equal, and says so. Nothing is written. Raises
    PlanError.
    """
    if by not in SUGGESTIONS:
        raise PlanError(f"Không có cách chia “{by}”. Hãy chọn một trong: {', '.join(SUGGESTIONS.values())}.")
    children = [version.unit_id for version in children_on(unit, on)]
    if not children:
        raise PlanError(f"{unit.name} không có đơn vị trực thuộc vào ngày {format_date(on)}.")
    total = demand_at(target, unit, on) - reserve
    if total < 0:
        raise PlanError("Số dự phòng lớn hơn cả chỉ tiêu. Hãy giảm số dự phòng.")
    basis = SUGGESTIONS[by]
    weights = _weights(target, children, by, on)
    if not any(weights.values()):
        if by != "equal":
            basis = f"{basis}: chưa có số liệu ở đơn vị nào, nên chia đều"
        weights = dict.fromkeys(children, Decimal(1))
    return Suggestion(largest_remainder(int(total), weights), basis + ".")


def _weights(target: Target, children: list[int], by: str, on: date) -> dict[int, Decimal]:
    if by == "equal":
        return dict.fromkeys(children, Decimal(1))
    if by == "unorganised_workers":
        workers, members = stock("workers", children, on=on), stock("members", children, on=on)
        return {pk: Decimal(max(0, workers[pk] - members[pk])) for pk in children}
    span = span_of(target, on)
    from_on, to_on = _year_before(span.from_on), _year_before(span.to_on)
    figures = Figures(children)
    if target.indicator.kind in ADDITIVE:
        found = {
            pk: flow_between(target.indicator, pk, from_on, to_on, scope=target.scope, figures=figures)
            for pk in children
        }
    else:
        found = flow("members", children, from_on=from_on, to_on=to_on)
    return {pk: Decimal(max(0, n)) for pk, n in found.items()}


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def largest_remainder(total: int, weights: Mapping[int, Decimal]) -> dict[int, int]:
    """Whole numbers in proportion to the weights that add up to ``total`` exactly; ties go to the first.

    Weights must not be negative and not all be 0. No share is off its exact part by 1 or more.
    """
    whole = Fraction(sum(weights.values(), Decimal(0)))
    exact = {key: total * Fraction(weight) / whole for key, weight in weights.items()}
    shares = {key: floor(part) for key, part in exact.items()}
    largest_first = sorted(weights, key=lambda key: shares[key] - exact[key])
    for key in largest_first[: total - sum(shares.values())]:
        shares[key] += 1
    return shares
