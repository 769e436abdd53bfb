"""Readings of indicators: what a figure is at a body on a day, and which names stand behind it.

The day is always an argument. Windows are half-open; percentages are 95 and not 0.95. Many bodies are read in a
constant number of queries; a `Figures` shared between readings asks each measure once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from typing import Any

from congdoan.foundation.catalogues.queries import sector_codes
from congdoan.foundation.measures import queries as measures
from congdoan.foundation.measures.catalogue import NamesLink, dims_match
from congdoan.foundation.measures.catalogue import measure as declared_measure
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import remember_codes
from congdoan.kit.dates import format_date
from congdoan.kit.lists import OF_TODAY, STRUCTURE
from congdoan.work.indicators.catalogue import Catalogue, MeasureKind, load_catalogue
from congdoan.work.indicators.models import Indicator
from congdoan.work.indicators.rules import GROWTH_GROUPS, GROWTH_KINDS, measure_of, term_filters

Window = tuple[date, date]
Filters = Mapping[str, Any]

#: States of a reading: the software counts it; an officer reports it; its window has not begun; there is nothing
#: to divide by. A body that has ended is `ended`, with the figure of its last day.
COUNTED, REPORTED, NOT_BEGUN, EMPTY, ENDED = "counted", "reported", "not_begun", "empty", "ended"


@dataclass(frozen=True)
class Part:
    """A figure inside a reading, with its words and the list of names it leads to (None where there is none)."""

    code: str
    label: str
    value: int
    names: NamesLink | None = None


@dataclass(frozen=True)
class Reading:
    """An indicator at a unit: ``value`` on ``read_on`` (None where there is none; ``note`` says why).

    Ratios and averages show ``numerator`` and ``denominator``; ``gap`` is what is missing from the numerator, as a
    list where names exist. ``parts`` add a net figure up, opening to closing. ``wider`` are the words of the
    target's scope by which the figure could not be narrowed.
    """

    unit_id: int
    from_on: date
    read_on: date
    value: Decimal | None
    state: str
    note: str = ""
    names: NamesLink | None = None
    numerator: Part | None = None
    denominator: Part | None = None
    gap: Part | None = None
    wider: tuple[str, ...] = ()
    #: The day on which the unit existed for the last time, when that is why the figure stops there.
    last_day: date | None = None
    add_up: Callable[[], tuple[Part, ...]] = field(default=tuple, compare=False, repr=False)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What a net figure is added up from, opening to closing; worked out when asked for."""
        return self.add_up()


@dataclass(frozen=True)
class _Passing:
    """Cells that pass filters: their ids, and the identities of their dimensions, which rows carry. The filters are
    held so that nothing else can come to have their identity."""

    filters: Filters
    cells: frozenset[int]
    dims: frozenset[int]


@dataclass
class Figures:
    """Figures of a fixed set of units, each measure and span asked for once. ``groups``: what makes up the figures of
    each in a structure of another day (measures.queries.rows); None for bodies as they stood."""

    unit_ids: Sequence[int]
    known_at: datetime | None = None
    groups: measures.Groups | None = None
    _rows: dict[tuple[str, date | None, date], dict[int, list[measures.Row]]] = field(default_factory=dict)
    _cells: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    #: Cells that pass filters, and those that a reader said it will need; both by measure.
    _passing: dict[tuple[str, int], _Passing] = field(default_factory=dict)
    _expected: dict[str, list[_Passing]] = field(default_factory=dict)
    _whole: set[str] = field(default_factory=set)
    #: What the rows of a span were read for, where not for all cells one by one.
    _partial: dict[tuple[str, date | None, date], tuple[_Passing, ...]] = field(default_factory=dict)
    _terms: dict[str, tuple[_Term, ...]] = field(default_factory=dict)
    _months: dict[tuple[Any, ...], dict[int, dict[date, int]]] = field(default_factory=dict)
    _sectors: dict[str, list[str]] = field(default_factory=dict)
    _life: dict[int, tuple[date, date | None]] | None = None

    def life(self, unit_id: int) -> tuple[date, date | None]:
        """(founded_on, ended_on) of a unit. Raises KeyError for one that is not in the set."""
        if self._life is None:
            fields = ("pk", "code", "founded_on", "ended_on")
            self.know(*Unit.objects.filter(pk__in=self.unit_ids).only(*fields))
            assert self._life is not None
        return self._life[unit_id]

    def know(self, *units: Unit) -> None:
        """All units of the set, which a reader has in hand already."""
        # In another structure a body has the figures of those before it, from before it was founded.
        self._life = {
            unit.pk: (unit.founded_on if self.groups is None else date.min, unit.ended_on) for unit in units
        }
        remember_codes({unit.pk: unit.code for unit in units})

    def share(self, other: Figures) -> None:
        """Take over what does not depend on the units from figures of others."""
        self._cells, self._terms, self._sectors = other._cells, other._terms, other._sectors
        self._passing = other._passing

    def terms(self, indicator: Indicator, scope: Mapping[str, Any]) -> tuple[_Term, ...]:
        """The sides of an indicator's line under a scope, worked out once."""
        key = f"{indicator.code} {json.dumps(dict(scope), sort_keys=True)}"
        if key not in self._terms:
            self._terms[key] = _terms(indicator, scope, self.sectors_of)
        return self._terms[key]

    def sectors_of(self, group: str) -> list[str]:
        """The sectors of a group, read once."""
        if group not in self._sectors:
            self._sectors[group] = sector_codes(group)
        return self._sectors[group]

    def cells(self, measure: str) -> dict[int, dict[str, Any]]:
        """All cells of a measure: {cell id: dimensions}."""
        if measure not in self._cells:
            self._cells[measure] = measures.cells(measure)
        return self._cells[measure]

    def know_cells(self, codes: Iterable[str]) -> None:
        """Read the cells of several measures in one query."""
        unknown = [code for code in codes if code not in self._cells]
        if unknown:
            self._cells |= measures.cells_of(unknown)

    def _passing_cells(self, measure: str, filters: Filters) -> _Passing:
        """The cells of a measure that pass filters, worked out once for these very filters."""
        key = (measure, id(filters) if filters else 0)
        found = self._passing.get(key)
        if found is None:
            cells = {pk: dims for pk, dims in self.cells(measure).items() if dims_match(dims, filters)}
            found = _Passing(filters, frozenset(cells), frozenset(map(id, cells.values())))
            self._passing[key] = found
        return found

    def expect(self, measure: str, filters: Filters) -> None:
        """Say before `preload` that this will be asked: of a measure with hundreds of cells only those that somebody
        asks for are then read, and added up where nobody tells them apart. What nobody expected is read when it is
        asked for."""
        passing = self._passing_cells(measure, filters)
        expected = self._expected.setdefault(measure, [])
        if not any(passing is other for other in expected):
            expected.append(passing)

    def expect_all(self, measure: str) -> None:
        """Say before `preload` that every cell of the measure will be told apart."""
        self._whole.add(measure)

    def _kinds(self, measure: str) -> dict[int, int]:
        """The cells that are expected to be asked for, each with the first cell that all expected filters treat alike."""
        expected = self._expected[measure]
        first: dict[tuple[bool, ...], int] = {}
        kinds: dict[int, int] = {}
        for pk in self.cells(measure):
            passes = tuple(pk in passing.cells for passing in expected)
            if any(passes):
                kinds[pk] = first.setdefault(passes, pk)
        return kinds

    def rows(self, measure: str, from_on: date | None, to_on: date) -> dict[int, list[measures.Row]]:
        """The breakdown of [from_on, to_on) by unit, over all cells."""
        key = (measure, from_on, to_on)
        if key not in self._rows or key in self._partial:
            self._partial.pop(key, None)
            by_unit: dict[int, list[measures.Row]] = {unit_id: [] for unit_id in self.unit_ids}
            for row in measures.rows(
                measure,
                list(self.unit_ids),
                from_on=from_on,
                to_on=to_on,
                known_at=self.known_at,
                known=self.cells(measure),
                groups=self.groups,
            ):
                by_unit[row.unit_id].append(row)
            self._rows[key] = by_unit
        return self._rows[key]

    def preload(self, wanted: Iterable[tuple[str, date | None, date]]) -> None:
        """Read spans that will be asked for, (measure, from, to), in one query a measure."""
        spans: dict[str, list[tuple[date | None, date]]] = {}
        for measure, from_on, to_on in dict.fromkeys(wanted):
            if (measure, from_on, to_on) not in self._rows:
                spans.setdefault(measure, []).append((from_on, to_on))
        self.know_cells(spans)
        for measure, missing in spans.items():
            is_partial = measure in self._expected and measure not in self._whole
            kinds = self._kinds(measure) if is_partial else None
            found = measures.rows_of_spans(
                measure,
                list(self.unit_ids),
                missing,
                known_at=self.known_at,
                known=self.cells(measure),
                kinds=kinds,
                groups=self.groups,
            )
            if kinds is not None:
                expected = tuple(self._expected[measure])
                self._partial |= dict.fromkeys(((measure, *span) for span in missing), expected)
            for (from_on, to_on), rows in found.items():
                by_unit: dict[int, list[measures.Row]] = {unit_id: [] for unit_id in self.unit_ids}
                for row in rows:
                    by_unit[row.unit_id].append(row)
                self._rows[measure, from_on, to_on] = by_unit

    def months(self, term: _Term, from_on: date, to_on: date) -> dict[int, dict[date, int]]:
        """What changed in each month under a term's filters: {unit id: {first day of month: n}}."""
        known = {pk: dims for pk, dims in self.cells(term.measure).items() if dims_match(dims, term.filters)}
        key = (term.measure, term.mode != "stock", from_on, to_on, tuple(known))
        if key not in self._months:
            self._months[key] = measures.monthly(
                term.measure,
                list(self.unit_ids),
                from_on=from_on,
                to_on=to_on,
                growth_only=term.mode != "stock",
                known=known,
                groups=self.groups,
            )
        return self._months[key]

    def in_structure(self, link: NamesLink | None) -> NamesLink | None:
        """A list behind a figure, in the structure that the figures are read in."""
        if link is None or self.groups is None:
            return link
        return replace(link, params={**link.params, STRUCTURE: OF_TODAY})

    def stock(self, measure: str, unit_id: int, on: date, filters: Filters) -> int:
        """The value at the end of a day."""
        passing = self._passing_cells(measure, filters)
        rows = self._read(measure, None, on + timedelta(days=1), passing)[unit_id]
        return sum(row.n for row in rows if id(row.dims) in passing.dims)

    def flow(self, measure: str, unit_id: int, from_on: date, to_on: date, filters: Filters) -> int:
        """What happened in [from_on, to_on), structure left out."""
        if from_on >= to_on:
            return 0
        passing = self._passing_cells(measure, filters)
        rows = self._read(measure, from_on, to_on, passing)[unit_id]
        return sum(row.n for row in rows if not row.is_structure and id(row.dims) in passing.dims)

    def _read(
        self, measure: str, from_on: date | None, to_on: date, passing: _Passing
    ) -> dict[int, list[measures.Row]]:
        """Rows that tell the cells that pass the filters from the others."""
        key = (measure, from_on, to_on)
        if any(passing is held for held in self._partial.get(key, ())):
            return self._rows[key]
        return self.rows(measure, from_on, to_on)


@dataclass(frozen=True)
class _Term:
    """One side of the line, ready to be read: "stock", "flow" or "net" of a measure under filters."""

    code: str
    measure: str
    label: str
    mode: str
    filters: dict[str, Any]
    wider: tuple[str, ...]

    def value(self, figures: Figures, unit_id: int, window: Window, on: date) -> int:
        if self.mode == "stock":
            return figures.stock(self.measure, unit_id, on, self.filters)
        return figures.flow(self.measure, unit_id, window[0], on + timedelta(days=1), self.filters)

    def names(
        self, figures: Figures, unit_id: int, window: Window, on: date, **narrower: Any
    ) -> NamesLink | None:
        return figures.in_structure(self._names(unit_id, window, on, {**self.filters, **narrower}))

    def _names(self, unit_id: int, window: Window, on: date, filters: Filters) -> NamesLink | None:
        try:
            declared = declared_measure(self.measure)
        except KeyError:
            return None
        if self.mode == "stock":
            return declared.stock_names(unit_id, on, filters) if declared.stock_names else None
        if declared.flow_names is None:
            return None
        return declared.flow_names(unit_id, window[0], on + timedelta(days=1), filters)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue of indicators and measures that the software ships, read once."""
    return load_catalogue()


def notice(indicator: Indicator) -> str:
    """The sentence beside figures that officers enter because no room counts them yet; '' when they are counted."""
    known = catalogue().indicators.get(indicator.code)
    if known is not None:
        return known.notice or ""
    return "" if indicator.is_available else "Số liệu do cán bộ nhập kèm nguồn."


def read(
    indicator: Indicator,
    *,
    unit_id: int,
    window: Window,
    as_of: date,
    scope: Mapping[str, Any] | None = None,
    known_at: datetime | None = None,
    groups: measures.Groups | None = None,
) -> Reading:
    """What the indicator is at a unit for a half-open window, seen at the end of ``as_of``.

    A flow, count or net figure is that of the part of the window up to ``as_of``; a stock or ratio is that of
    ``as_of`` or the last day of the window. A unit that ended before is read on its last day, and says so.
    ``known_at`` forgets what was booked after an instant; ``groups`` as for `Figures`. Raises UncountableThreshold.
    """
    figures = Figures([unit_id], known_at, groups)
    found = read_many(indicator, [unit_id], window=window, as_of=as_of, scope=scope, figures=figures)
    return found[unit_id]


def read_many(
    indicator: Indicator,
    unit_ids: Iterable[int],
    *,
    window: Window,
    as_of: date,
    scope: Mapping[str, Any] | None = None,
    known_at: datetime | None = None,
    figures: Figures | None = None,
) -> dict[int, Reading]:
    """Readings of many units by unit id, in a number of queries that does not grow with them (units that ended
    on other days take one more query a day)."""
    wanted = list(unit_ids)
    figures = figures or Figures(wanted, known_at)
    terms = figures.terms(indicator, scope or {})
    return {unit_id: _read_one(indicator, terms, figures, unit_id, window, as_of) for unit_id in wanted}


def _read_one(
    indicator: Indicator,
    terms: tuple[_Term, ...],
    figures: Figures,
    unit_id: int,
    window: Window,
    as_of: date,
) -> Reading:
    on = min(as_of, window[1] - timedelta(days=1))
    _, ended_on = figures.life(unit_id)
    last_day = ended_on - timedelta(days=1) if ended_on is not None and ended_on <= on else None
    on = last_day or on
    reading = Reading(
        unit_id=unit_id,
        from_on=window[0],
        read_on=on,
        value=None,
        state=ENDED if last_day else COUNTED,
        note=f"Đơn vị kết thúc ngày {format_date(last_day)}; số liệu tính đến ngày cuối." if last_day else "",
        wider=tuple(dict.fromkeys(word for term in terms for word in term.wider)),
        last_day=last_day,
    )
    if not indicator.is_available:
        return replace(reading, state=ENDED if last_day else REPORTED)
    numerator = terms[0]
    if on < window[0] and any(term.mode != "stock" for term in terms):
        note = reading.note or f"Chưa đến kỳ: bắt đầu từ ngày {format_date(window[0])}."
        return replace(reading, state=ENDED if last_day else NOT_BEGUN, note=note)
    above = numerator.value(figures, unit_id, window, on)
    names = numerator.names(figures, unit_id, window, on)
    if indicator.kind == "net":
        return replace(
            reading,
            value=Decimal(above),
            names=names,
            add_up=partial(_net_parts, numerator, figures, unit_id, window, on),
        )
    if len(terms) == 1:
        return replace(reading, value=Decimal(above), names=names)
    denominator = terms[1]
    below = denominator.value(figures, unit_id, window, on)
    reading = replace(
        reading,
        names=names,
        numerator=Part("numerator", numerator.label, above, names),
        denominator=Part(
            "denominator", denominator.label, below, denominator.names(figures, unit_id, window, on)
        ),
        gap=_gap(numerator, denominator, figures, unit_id, window, on, below - above),
    )
    if not below:
        empty = f"Chưa có {denominator.label[:1].lower()}{denominator.label[1:]} để tính tỷ lệ."
        return replace(reading, state=ENDED if last_day else EMPTY, note=f"{reading.note} {empty}".strip())
    return replace(reading, value=Decimal(above) * _factor(indicator) / Decimal(below))


def _factor(indicator: Indicator) -> int:
    return 100 if indicator.kind == "ratio" else 1


def _gap(
    numerator: _Term,
    denominator: _Term,
    figures: Figures,
    unit_id: int,
    window: Window,
    on: date,
    missing: int,
) -> Part | None:
    """What keeps a ratio from being whole: a list where both sides count the same things."""
    if missing <= 0:
        return None
    if numerator.measure == denominator.measure and "has_union" in numerator.filters:
        names = denominator.names(figures, unit_id, window, on, has_union=not numerator.filters["has_union"])
        return Part("gap", "chưa có công đoàn cơ sở", missing, names)
    if numerator.measure == "members" and denominator.measure == "workers":
        return Part("gap", "người lao động chưa là đoàn viên", missing)
    return None


def _net_parts(term: _Term, figures: Figures, unit_id: int, window: Window, on: date) -> tuple[Part, ...]:
    """Opening, the movements of growth, what stands apart from growth, closing: they add up exactly."""
    own = {name: value for name, value in term.filters.items() if name != "movement"}
    end = on + timedelta(days=1)
    opening = figures.stock(term.measure, unit_id, window[0] - timedelta(days=1), own)
    parts = [Part("opening", "Đầu kỳ", opening)]
    structure = reorganised = begun = 0
    by_kind: dict[str, int] = {}
    for row in figures.rows(term.measure, window[0], end)[unit_id]:
        if not dims_match(row.dims, own):
            continue
        movement = str(row.dims.get("movement", ""))
        if row.is_structure:
            structure += row.n
        elif movement in GROWTH_KINDS:
            by_kind[movement] = by_kind.get(movement, 0) + row.n
        elif movement.startswith("reorganise"):
            reorganised += row.n
        else:
            begun += row.n
    for code, label, kinds in GROWTH_GROUPS:
        n = sum(by_kind.get(kind, 0) for kind in kinds)
        parts.append(Part(code, label, n, replace_movements(term, kinds).names(figures, unit_id, window, on)))
    parts.append(Part("reorganised", "Sắp xếp tổ chức", reorganised + structure))
    if begun:
        parts.append(Part("begun", "Số dư khi bắt đầu ghi sổ", begun))
    closing = opening + sum(by_kind.values()) + reorganised + structure + begun
    parts.append(Part("closing", "Cuối kỳ", closing))
    return tuple(parts)


def replace_movements(term: _Term, kinds: Sequence[str]) -> _Term:
    """The same term, narrowed to some kinds of movement."""
    return replace(term, filters={**term.filters, "movement": list(kinds)})


def _terms(
    indicator: Indicator, scope: Mapping[str, Any], sectors_of: Callable[[str], list[str]]
) -> tuple[_Term, ...]:
    terms = [_term("numerator", indicator, indicator.numerator, scope, sectors_of)]
    if indicator.denominator:
        terms.append(_term("denominator", indicator, indicator.denominator, scope, sectors_of))
    return tuple(terms)


def _term(
    side: str,
    indicator: Indicator,
    formula: Mapping[str, Any],
    scope: Mapping[str, Any],
    sectors_of: Callable[[str], list[str]],
) -> _Term:
    code = formula["measure"]
    known = measure_of(catalogue(), code)
    filters, wider = term_filters(known, formula.get("filters", {}), scope, sectors_of)
    if side == "numerator" and indicator.kind == "net":
        mode = "net"
        filters["movement"] = list(GROWTH_KINDS)
    elif (
        (side == "numerator" and indicator.kind in {"flow", "count"})
        or "movement" in filters
        or (known is not None and known.kind is MeasureKind.FLOW)
    ):
        mode = "flow"
    else:
        mode = "stock"
    label = known.name if known is not None else code
    if filters.get("has_union") is True and code == "enterprises":
        label += " đã có công đoàn cơ sở"
    return _Term(side, code, label, mode, filters, wider)


def level_on(
    indicator: Indicator, unit_id: int, on: date, *, scope: Mapping[str, Any], figures: Figures
) -> Decimal | None:
    """A stock, ratio or average at the end of a day, for comparisons over time; None for indicators that add up
    over time, that the software does not count, or where there is nothing to divide by."""
    if not indicator.is_available:
        return None
    terms = figures.terms(indicator, scope)
    if any(term.mode != "stock" for term in terms):
        return None
    values = [figures.stock(term.measure, unit_id, on, term.filters) for term in terms]
    if len(values) == 1:
        return Decimal(values[0])
    return Decimal(values[0]) * _factor(indicator) / values[1] if values[1] else None


def spans_needed(
    indicator: Indicator,
    *,
    window: Window,
    as_of: date,
    levels: Iterable[date] = (),
    flows: Iterable[Window] = (),
    scope: Mapping[str, Any],
    figures: Figures,
    with_parts: bool = True,
) -> list[tuple[str, date | None, date]]:
    """What a reading of ``window`` asks of the measures, for `Figures.preload`: besides the reading itself the
    ``levels`` (days) of stocks and ratios, the ``flows`` (windows) of what adds up over time, and where net figures
    are added up from their parts, what they begin with."""
    if not indicator.is_available:
        return []
    day = timedelta(days=1)
    end = min(as_of + day, window[1])
    found: list[tuple[str, date | None, date]] = []
    for term in figures.terms(indicator, scope):
        if term.mode == "stock":
            found += [(term.measure, None, on + day) for on in (end - day, *levels)]
        else:
            found += [(term.measure, *span) for span in ((window[0], end), *flows)]
        if term.mode == "net" and with_parts:
            found.append((term.measure, None, window[0]))
    return found


def flow_between(
    indicator: Indicator,
    unit_id: int,
    from_on: date,
    to_on: date,
    *,
    scope: Mapping[str, Any],
    figures: Figures,
) -> int:
    """What a flow, count or net indicator came to in [from_on, to_on), for paces and comparisons. 0 for others."""
    term = figures.terms(indicator, scope)[0]
    if not indicator.is_available or term.mode == "stock":
        return 0
    return figures.flow(term.measure, unit_id, from_on, to_on, term.filters)


@dataclass(frozen=True)
class TrendPoint:
    """A point of a course: the value at the end of a day."""

    on: date
    value: Decimal | None


def trends(
    indicator: Indicator,
    unit_ids: Iterable[int],
    *,
    window: Window,
    as_of: date,
    scope: Mapping[str, Any] | None = None,
    figures: Figures | None = None,
) -> dict[int, list[TrendPoint]]:
    """The course of an indicator at many units, month by month, the last point being ``as_of`` (or the last day
    of the window, or of the unit).

    Flows and net figures run up from 0 at the start of the window; stocks and ratios show the last 12 months, or
    the window when it is shorter and began before. Empty lists for indicators the software does not count.
    """
    wanted = list(unit_ids)
    if not indicator.is_available:
        return {unit_id: [] for unit_id in wanted}
    figures = figures or Figures(wanted)
    terms = figures.terms(indicator, scope or {})
    on = min(as_of, window[1] - timedelta(days=1))
    runs_up = any(term.mode != "stock" for term in terms)
    start = window[0] if runs_up else min(max(window[0], _a_year_before(on)), on)
    if runs_up and on < window[0]:
        return {unit_id: [] for unit_id in wanted}
    days = _month_ends(start, on)
    courses = [_course(term, figures, wanted, start, days) for term in terms]
    result: dict[int, list[TrendPoint]] = {}
    for unit_id in wanted:
        founded_on, ended_on = figures.life(unit_id)
        points: list[TrendPoint] = []
        for place, day in enumerate(days):
            if day < founded_on or (ended_on is not None and day >= ended_on):
                points.append(TrendPoint(day, None))
                continue
            values = [course[unit_id][place] for course in courses]
            if len(values) == 1:
                points.append(TrendPoint(day, Decimal(values[0])))
            else:
                share = Decimal(values[0]) * _factor(indicator) / values[1] if values[1] else None
                points.append(TrendPoint(day, share))
        result[unit_id] = points
    return result


def _course(
    term: _Term, figures: Figures, unit_ids: list[int], start: date, days: list[date]
) -> dict[int, list[int]]:
    """Values of a term at the ends of ``days`` for each unit, from one reading of its months."""
    changes = figures.months(term, start, days[-1] + timedelta(days=1))
    result: dict[int, list[int]] = {}
    for unit_id in unit_ids:
        value = 0
        if term.mode == "stock":
            value = figures.stock(term.measure, unit_id, start - timedelta(days=1), term.filters)
        course: list[int] = []
        for day in days:
            if day >= start:
                value += changes[unit_id].get(day.replace(day=1), 0)
            course.append(value)
        result[unit_id] = course
    return result


def _month_ends(start: date, on: date) -> list[date]:
    """The eve of ``start``, the last days of the months after it, and ``on``."""
    days = [start - timedelta(days=1)]
    month = start.replace(day=1)
    while True:
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        last = month - timedelta(days=1)
        if last >= on:
            break
        days.append(last)
    days.append(on)
    return days


def _a_year_before(day: date) -> date:
    """The first day of the month after ``day``, a year earlier: twelve months end with ``day``'s own."""
    return date(day.year - (day.month < 12), day.month % 12 + 1, 1)
