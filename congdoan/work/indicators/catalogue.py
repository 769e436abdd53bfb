"""The catalogue of indicators as a file, `catalogue.yaml` beside this module, read without a database.

An indicator is a sentence about measures: what stands above the line, what below, with which filters.
Measures are declared by the rooms that book them; the catalogue lists those it leans on, and marks the ones
that their room does not count by itself (`available` false): an officer enters those figures, with a source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from congdoan.kit.data_files import Entry, open_data_file

CATALOGUE_FILE = Path(__file__).with_name("catalogue.yaml")

FilterValue = bool | int | str | tuple[str, ...]
T = TypeVar("T")

# The fields by which a target narrows its scope, and the dimension of a measure that answers each of them.
# The dimensions carry the names that the registers give their columns.
SCOPE_DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "sector_group": "sector",
        "sectors": "sector",
        "min_headcount": "band",
        "stable": "is_stable",
        "operating": "operating",
        "eligible": "is_eligible",
        "has_party": "has_party",
        "has_union": "has_union",
        "has_representative": "has_representative",
        "industrial_zone": "industrial_zone",
    }
)


class IndicatorKind(StrEnum):
    """What kind of figure an indicator is.

    Gross and net never mix: a flow adds the movements of one direction, a net figure is closing minus opening
    over the same bodies, with reorganisation booked apart.
    """

    STOCK = "stock"  # a level on a day
    FLOW = "flow"  # movements of one direction in a window, gross
    NET = "net"  # closing - opening of a window
    COUNT = "count"  # events in a window
    RATIO = "ratio"  # numerator / denominator x 100, in %
    AVERAGE = "average"  # numerator / denominator
    MILESTONE = "milestone"  # done or not done
    QUALITATIVE = "qualitative"  # a judgement in words

    @property
    def has_denominator(self) -> bool:
        return self in (IndicatorKind.RATIO, IndicatorKind.AVERAGE)


class MeasureKind(StrEnum):
    """A stock is a level on a day; a flow is what happened in a window. A stock also has its movements."""

    STOCK = "stock"
    FLOW = "flow"


class Better(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the software, by the name officers read."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure a room books, with the dimensions it can be filtered by."""

    code: str
    name: str
    kind: MeasureKind
    unit: str
    dimensions: tuple[str, ...]
    room: Room
    available: bool

    def answers(self, field: str) -> bool:
        """Whether this measure can be narrowed by a scope field of a target, or by a dimension of its own."""
        return SCOPE_DIMENSIONS.get(field, field) in self.dimensions


@dataclass(frozen=True, slots=True)
class Term:
    """One side of the line: a measure and the filters that hold for every target of the indicator."""

    measure: Measure
    filters: Mapping[str, FilterValue]

    def as_data(self) -> dict[str, object]:
        """{"measure": code, "filters": {…}}, ready for JSON."""
        return {
            "measure": self.measure.code,
            "filters": {
                key: list(value) if isinstance(value, tuple) else value for key, value in self.filters.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a target is measured by. `explanation` says the formula in Vietnamese, for the reader."""

    code: str
    name: str
    kind: IndicatorKind
    unit: str
    decimals: int
    better: Better
    numerator: Term
    denominator: Term | None
    explanation: str

    @property
    def terms(self) -> tuple[Term, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def available(self) -> bool:
        """Whether the software counts this by itself."""
        return all(term.measure.available for term in self.terms)

    @property
    def room(self) -> Room:
        """The part of the software the figure hangs on: the first that does not count it yet, if any."""
        waiting = [term.measure.room for term in self.terms if not term.measure.available]
        return waiting[0] if waiting else self.numerator.measure.room

    @property
    def notice(self) -> str | None:
        """The Vietnamese sentence to show beside figures entered by hand; None when they are counted."""
        rooms = dict.fromkeys(term.measure.room.name for term in self.terms if not term.measure.available)
        if not rooms:
            return None
        if self.kind in (IndicatorKind.MILESTONE, IndicatorKind.QUALITATIVE):
            return "Việc hoàn thành do cán bộ xác nhận, kèm văn bản."
        names = " và ".join(f"“{name}”" for name in rooms)
        return f"Số liệu do cán bộ nhập kèm nguồn, cho đến khi phân hệ {names} tự đếm được."

    def unanswered(self, fields: Iterable[str]) -> tuple[str, ...]:
        """Those of a target's scope fields by which not every term of this indicator can be narrowed.

        Whoever shows the figure must say that it is wider than the target's words.
        """
        return tuple(field for field in fields if not all(term.measure.answers(field) for term in self.terms))


@dataclass(frozen=True, slots=True)
class Catalogue:
    measures: Mapping[str, Measure]
    indicators: Mapping[str, Indicator]


def load_catalogue(path: Path = CATALOGUE_FILE) -> Catalogue:
    """Read the catalogue. Raises `congdoan.kit.data_files.DataFileError` for any mistake in it."""
    entry = open_data_file(path)
    rooms: dict[str, Room] = {}
    for row in entry.entries("rooms"):
        room = Room(_code(row), row.text("name"))
        row.close()
        _add(rooms, room.code, room, row)
    measures: dict[str, Measure] = {}
    for row in entry.entries("measures"):
        measure = _measure(row, rooms)
        _add(measures, measure.code, measure, row)
    indicators: dict[str, Indicator] = {}
    for row in entry.entries("indicators"):
        indicator = _indicator(row, measures)
        _add(indicators, indicator.code, indicator, row)
    if not indicators:
        raise entry.error("indicators", "danh mục chưa có chỉ số nào", "Ghi ít nhất một chỉ số")
    entry.close()
    return Catalogue(MappingProxyType(measures), MappingProxyType(indicators))


def _add(into: dict[str, T], code: str, value: T, entry: Entry) -> None:
    if code in into:
        raise entry.error("code", f"mã {code} đã dùng ở phần tử trước", "Đặt mã khác cho phần tử này")
    into[code] = value


def _code(entry: Entry) -> str:
    return entry.coded("code", r"[a-z][a-z0-9_]*", "members_net_growth")


def _measure(entry: Entry, rooms: Mapping[str, Room]) -> Measure:
    room = entry.text("room")
    if room not in rooms:
        raise entry.error("room", f"không có phân hệ “{room}”", "Khai phân hệ ở mục rooms hoặc sửa mã")
    measure = Measure(
        code=_code(entry),
        name=entry.text("name"),
        kind=entry.choice("kind", MeasureKind),
        unit=entry.text("unit"),
        dimensions=entry.texts("dimensions"),
        room=rooms[room],
        available=entry.flag("available", default=True),
    )
    entry.close()
    return measure


def _indicator(entry: Entry, measures: Mapping[str, Measure]) -> Indicator:
    denominator = entry.entry_or_none("denominator")
    decimals = entry.whole_or_none("decimals")
    indicator = Indicator(
        code=_code(entry),
        name=entry.text("name"),
        kind=entry.choice("kind", IndicatorKind),
        unit=entry.text("unit"),
        decimals=0 if decimals is None else decimals,
        better=entry.choice_or_none("better", Better) or Better.UP,
        numerator=_term(entry.entry("numerator"), measures),
        denominator=None if denominator is None else _term(denominator, measures),
        explanation=entry.text("explanation"),
    )
    if indicator.kind.has_denominator and denominator is None:
        raise entry.error(
            "denominator", "chỉ số dạng tỷ lệ hoặc bình quân cần mẫu số", "Ghi denominator hoặc đổi kind"
        )
    if denominator is not None and not indicator.kind.has_denominator:
        raise entry.error(
            "denominator", f"chỉ số dạng {indicator.kind} không có mẫu số", "Bỏ denominator hoặc đổi kind"
        )
    if (indicator.unit == "%") != (indicator.kind is IndicatorKind.RATIO):
        raise entry.error("unit", "đơn vị % chỉ và luôn đi với chỉ số dạng ratio", "Sửa unit hoặc kind")
    entry.close()
    return indicator


def _term(entry: Entry, measures: Mapping[str, Measure]) -> Term:
    code = entry.text("measure")
    if code not in measures:
        raise entry.error("measure", f"không có số đo “{code}”", "Khai số đo ở mục measures hoặc sửa mã")
    measure = measures[code]
    filters: dict[str, FilterValue] = {}
    given = entry.entry_or_none("filters")
    if given is not None:
        for key in given.names():
            if not measure.answers(key):
                raise given.error(
                    key,
                    f"số đo “{code}” không lọc được theo mục này",
                    f"Dùng một trong: {', '.join(measure.dimensions)}",
                )
            filters[key] = _filter_value(given, key)
        given.close()
    entry.close()
    return Term(measure, MappingProxyType(filters))


def _filter_value(entry: Entry, key: str) -> FilterValue:
    raw = entry.scalar_or_list(key)
    if isinstance(raw, tuple):
        return raw
    if raw in {"true", "false"}:
        return raw == "true"
    return int(raw) if raw.isdigit() else raw
