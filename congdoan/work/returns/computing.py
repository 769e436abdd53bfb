"""What the registers say for the cells of a form, for many bodies at once.

Every cell becomes terms over measures; each measure is asked once for all its spans and all bodies, and every row
that comes back is added to the cells it belongs to. So a chunk of two thousand bodies costs the same number of
queries as one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from congdoan.foundation.measures import queries as measures
from congdoan.foundation.measures.catalogue import NamesLink, dims_match
from congdoan.foundation.measures.catalogue import measure as declared_measure
from congdoan.work.indicators.models import Indicator
from congdoan.work.indicators.queries import Figures, catalogue
from congdoan.work.indicators.rules import measure_of
from congdoan.work.returns.definitions import Cell, Definition, Span
from congdoan.work.returns.rules import stored

Values = dict[str, int | str]


@dataclass(frozen=True)
class Term:
    """One side of a cell: a measure under filters over a span; ``is_flow`` leaves structure out."""

    measure: str
    filters: Mapping[str, Any]
    from_on: date | None
    to_on: date
    is_flow: bool

    def names(self, unit_id: int) -> NamesLink | None:
        """The list of names behind it, None where there is none."""
        try:
            declared = declared_measure(self.measure)
        except KeyError:
            return None
        if not self.is_flow:
            last = self.to_on - timedelta(days=1)
            return declared.stock_names(unit_id, last, self.filters) if declared.stock_names else None
        if declared.flow_names is None or self.from_on is None:
            return None
        return declared.flow_names(unit_id, self.from_on, self.to_on, self.filters)


@dataclass(frozen=True)
class Plan:
    """How one cell is computed: a sum, or a share of two sums."""

    cell: Cell
    terms: tuple[Term, ...]
    factor: int
    decimals: int


def indicator_codes(definition: Definition) -> set[str]:
    return {row.indicator for row in definition.rows.values() if row.source == "indicator"}


def plans_of(definition: Definition, span: Span, *, on: date) -> dict[str, Plan]:
    """How to compute each cell that the registers know, for a period seen at the end of a day.

    Cells whose measure is not counted yet, or cannot be narrowed as the column asks, are left out: the body enters
    them. One query for the indicators and one for each group of sectors.
    """
    indicators = {item.code: item for item in Indicator.objects.filter(code__in=indicator_codes(definition))}
    translate = Figures([])
    found: dict[str, Plan] = {}
    for key, cell in definition.cells.items():
        indicator = _indicator_of(cell, indicators)
        if indicator is None or not indicator.is_available:
            continue
        terms = translate.terms(indicator, cell.scope)
        if any(term.wider for term in terms):
            continue
        from_on, to_on = _window(definition, span, cell.row.window)
        to_on = min(to_on, on + timedelta(days=1))
        if from_on is not None and from_on >= to_on and any(term.mode != "stock" for term in terms):
            continue
        found[key] = Plan(
            cell,
            tuple(
                Term(
                    term.measure,
                    term.filters,
                    None if term.mode == "stock" else from_on,
                    to_on,
                    term.mode != "stock",
                )
                for term in terms
            ),
            100 if indicator.kind == "ratio" else 1,
            indicator.decimals or cell.row.decimals,
        )
    return found


def _indicator_of(cell: Cell, indicators: Mapping[str, Indicator]) -> Indicator | None:
    """The indicator of a row, or a stock or flow of a bare measure in the shape of one."""
    row = cell.row
    if row.source == "indicator":
        return indicators.get(row.indicator)
    if row.source != "measure":
        return None
    known = measure_of(catalogue(), row.measure)
    is_flow = "movement" in row.filters
    return Indicator(
        code=f"{row.measure} {json.dumps(dict(row.filters), sort_keys=True)}",
        name=row.title,
        kind="flow" if is_flow else "stock",
        decimals=row.decimals,
        numerator={"measure": row.measure, "filters": dict(row.filters)},
        is_available=known is not None and known.available,
    )


def _window(definition: Definition, span: Span, window: str) -> tuple[date, date]:
    """The days a row counts. A level is read at the end of them."""
    if window == "start":
        return span.from_on - timedelta(days=1), span.from_on
    if window == "year":
        whole = _year_of(definition, span)
        return whole, span.to_on
    if window == "last_year":
        return _year_earlier(span.from_on), _year_earlier(span.to_on)
    return span.from_on, span.to_on


def _year_of(definition: Definition, span: Span) -> date:
    """The first day of the statistical year that the period lies in."""
    last = span.last_day
    if definition.cutoffs:
        month, day = definition.cutoffs[-1]
        this = date(last.year, month, day) + timedelta(days=1)
        if this <= last:
            return this
        return date(last.year - 1, month, day) + timedelta(days=1)
    return date(last.year, 1, 1)


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def compute(
    plans: Mapping[str, Plan],
    unit_ids: Sequence[int],
    *,
    known_at: datetime | None = None,
    groups: measures.Groups | None = None,
) -> dict[int, Values]:
    """The figures of many bodies: {unit id: {cell: number}}; a share of nothing is left out.

    One query a measure for the cells and one for the figures, whatever the number of bodies. ``known_at`` forgets
    what was booked after an instant; ``groups`` ask for another structure (measures.queries.rows).
    """
    sums = _sums(list(plans.values()), unit_ids, known_at, groups)
    result: dict[int, Values] = {}
    for place, unit_id in enumerate(unit_ids):
        values: Values = {}
        for key, plan in plans.items():
            parts = [sums[key, side][place] for side in range(len(plan.terms))]
            figure = Decimal(parts[0])
            if len(parts) > 1:
                if not parts[1]:
                    continue
                figure = figure * plan.factor / parts[1]
            kept = stored(figure, plan.decimals)
            assert kept is not None
            values[key] = kept
        result[unit_id] = values
    return result


def _sums(
    plans: Sequence[Plan],
    unit_ids: Sequence[int],
    known_at: datetime | None,
    groups: measures.Groups | None = None,
) -> dict[tuple[str, int], list[int]]:
    """{(cell, side): sums in the order of the units}."""
    place_of = {unit_id: place for place, unit_id in enumerate(unit_ids)}
    found: dict[tuple[str, int], list[int]] = {}
    by_measure: dict[str, list[tuple[Term, list[int]]]] = {}
    for plan in plans:
        for side, term in enumerate(plan.terms):
            into = found[plan.cell.key, side] = [0] * len(unit_ids)
            by_measure.setdefault(term.measure, []).append((term, into))
    for measure, wanted in by_measure.items():
        dims = measures.cells(measure)
        matching = _matching(dims, wanted)
        spans = list(dict.fromkeys((term.from_on, term.to_on) for term, _ in wanted))
        # Rows come back with the number of their cell in place of its dimensions: matched once a cell, not a row.
        rows = measures.rows_of_spans(
            measure,
            list(unit_ids),
            spans,
            known_at=known_at,
            known={pk: {"cell": pk} for pk in dims},
            groups=groups,
        )
        for span, found_rows in rows.items():
            here = [item for item in wanted if (item[0].from_on, item[0].to_on) == span]
            targets = _targets(matching, here)
            for row in found_rows:
                place = place_of[row.unit_id]
                for into in targets[row.is_structure].get(row.dims["cell"], ()):
                    into[place] += row.n
    return found


def _filter_key(term: Term) -> str:
    return json.dumps(dict(term.filters), sort_keys=True)


def _matching(
    dims: Mapping[int, Mapping[str, Any]], wanted: Iterable[tuple[Term, list[int]]]
) -> dict[str, list[int]]:
    """The cells of a measure that pass each of the filters asked for: {filters: cell ids}."""
    by_filter = {_filter_key(term): term.filters for term, _ in wanted}
    return {
        key: [pk for pk, values in dims.items() if dims_match(values, filters)]
        for key, filters in by_filter.items()
    }


def _targets(
    matching: Mapping[str, list[int]], wanted: Iterable[tuple[Term, list[int]]]
) -> dict[bool, dict[int, list[list[int]]]]:
    """Where a row of a cell is added, by whether it is structure (which flows leave out)."""
    targets: dict[bool, dict[int, list[list[int]]]] = {False: {}, True: {}}
    for term, into in wanted:
        for pk in matching[_filter_key(term)]:
            targets[False].setdefault(pk, []).append(into)
            if not term.is_flow:
                targets[True].setdefault(pk, []).append(into)
    return targets
