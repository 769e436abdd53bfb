"""What a form asks, as data: sections of rows and columns, checks, texts, and when it is owed.

The same shape is shipped in `forms.yaml`, edited on screen, kept in a version and frozen with what was reported.
Read without a database; whether an indicator exists is asked when a version is published.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from congdoan.kit.dates import Period, PeriodError, add_working_days, format_date, is_working_day
from congdoan.work.returns.choices import CADENCES, CHECK_LEVELS, OPERATORS, SOURCES, WINDOWS
from congdoan.work.returns.expressions import Expression, ExpressionError, parse

SHIPPED_FILE = Path(__file__).with_name("forms.yaml")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FORM_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class DefinitionError(ValueError):
    """A form that cannot be used; the message (Vietnamese) says which part and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a section; ``scope`` narrows what its rows count ({"sex": "f"}, {"sector_group": "state"})."""

    code: str
    title: str
    scope: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row. ``columns`` are those it has figures in (all when empty)."""

    code: str
    title: str
    unit: str
    source: str
    window: str
    indicator: str = ""
    measure: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    formula: str = ""
    scope: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    decimals: int = 0
    required: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """``left`` and ``right`` are sums of cells; what must hold between them."""

    code: str
    level: str
    left: Expression
    operator: str
    right: Expression
    message: str


@dataclass(frozen=True, slots=True)
class Text:
    code: str
    title: str
    hint: str
    required: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of the form. ``key`` is "row.column"."""

    key: str
    row: Row
    column: Column

    @property
    def scope(self) -> dict[str, Any]:
        return {**self.row.scope, **self.column.scope}

    @property
    def label(self) -> str:
        return f"{self.row.title} ({self.column.title[:1].lower()}{self.column.title[1:]})"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Days after the last day of the period: begun from, due, late. Moved to the next working day."""

    opens: int
    due: int
    late: int

    def days(self, last_day: date) -> tuple[date, date, date]:
        """(opens_on, due_on, late_on)."""
        due = _working(last_day + timedelta(days=self.due))
        late = max(due, _working(last_day + timedelta(days=self.late)))
        return min(last_day + timedelta(days=self.opens), due), due, late


@dataclass(frozen=True, slots=True)
class Span:
    """A period of a return: its code, its words and its days [from_on, to_on)."""

    code: str
    name: str
    from_on: date
    to_on: date

    @property
    def last_day(self) -> date:
        return self.to_on - timedelta(days=1)


@dataclass(frozen=True)
class Definition:
    """A form. ``cutoffs`` are the last days of the statistical halves as (month, day); ``months`` restrict a monthly
    form; ``owed_by`` are kinds of units; ``gathers`` is the code of the subordinates' form whose cells add up here."""

    code: str
    title: str
    cadence: str
    owed_by: tuple[str, ...]
    deadlines: Deadlines
    deadlines_by_kind: Mapping[str, Deadlines]
    sections: tuple[Section, ...]
    checks: tuple[Check, ...]
    texts: tuple[Text, ...]
    cutoffs: tuple[tuple[int, int], ...] = ()
    months: tuple[int, ...] = ()
    closes_books: bool = False
    gathers: str = ""
    source: str = ""

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """All cells by key, in the order of the form."""
        return {cell.key: cell for section in self.sections for cell in _cells(section)}

    @cached_property
    def rows(self) -> dict[str, Row]:
        return {row.code: row for section in self.sections for row in section.rows}

    @cached_property
    def formulas(self) -> list[tuple[Cell, Expression]]:
        """Cells worked out from others, each after those it needs."""
        waiting = {
            cell.key: (cell, parse(cell.row.formula, column=cell.column.code))
            for cell in self.cells.values()
            if cell.row.source == "formula"
        }
        ordered: list[tuple[Cell, Expression]] = []
        while waiting:
            ready = [key for key, (_, found) in waiting.items() if not waiting.keys() & found.cells]
            if not ready:
                names = ", ".join(sorted({cell.row.title for cell, _ in waiting.values()}))
                raise DefinitionError(
                    f"Các dòng tính lẫn nhau thành vòng: {names}. Hãy sửa công thức của chúng."
                )
            ordered += [waiting.pop(key) for key in ready]
        return ordered

    def span(self, code: str) -> Span:
        """The period written so in the cadence of this form. Raises DefinitionError."""
        return span_of(self.cadence, code, cutoffs=self.cutoffs, months=self.months)

    def deadlines_of(self, kind: str) -> Deadlines:
        return self.deadlines_by_kind.get(kind, self.deadlines)


def _cells(section: Section) -> Iterator[Cell]:
    for row in section.rows:
        for column in section.columns:
            if not row.columns or column.code in row.columns:
                yield Cell(f"{row.code}.{column.code}", row, column)


def _working(day: date) -> date:
    return day if is_working_day(day) else add_working_days(day, 1)


# --------------------------------------------------------------------------------------------------
# Periods
# --------------------------------------------------------------------------------------------------

_LENGTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_FREE = re.compile(r"[\w-]{0,8}(\d{8})-(\d{8})")


def span_of(
    cadence: str, code: str, *, cutoffs: tuple[tuple[int, int], ...] = (), months: tuple[int, ...] = ()
) -> Span:
    """The days of a period. With cut-offs ((5, 31), (11, 30)) the first half of 2026 is 01/12/2025 to 31/5/2026, the
    year 01/12/2025 to 30/11/2026. A term or an occasion is written "20230101-20281231", first and last day.
    """
    if cadence not in _LENGTHS:
        match = _FREE.fullmatch(code)
        try:
            first, last = (date.fromisoformat(part) for part in match.groups()) if match else (None, None)
        except ValueError:
            first = last = None
        if first is None or last is None or last < first:
            raise DefinitionError(
                f"“{code}” chưa phải là một kỳ. Hãy viết ngày đầu và ngày cuối: 20230101-20281231."
            )
        return Span(code, f"từ {format_date(first)} đến {format_date(last)}", first, last + timedelta(days=1))
    try:
        period = Period.parse(code)
    except PeriodError as error:
        raise DefinitionError(str(error)) from error
    if period.length != _LENGTHS[cadence]:
        raise DefinitionError(
            f"Mẫu này báo cáo {dict(CADENCES)[cadence]}, “{code}” không phải là kỳ như thế."
        )
    if months and cadence == "month" and period.from_on.month not in months:
        raise DefinitionError(f"Mẫu này chỉ báo cáo tháng {', '.join(map(str, months))}.")
    if not cutoffs or cadence not in {"half", "year"}:
        return Span(period.code, period.name, period.from_on, period.to_on)
    year = period.from_on.year
    ends = [_day_after(year, *cutoff) for cutoff in cutoffs]
    before = _day_after(year - 1, *cutoffs[-1])
    if cadence == "year":
        return Span(period.code, period.name, before, ends[-1])
    first_half = period.from_on.month == 1
    return Span(
        period.code, period.name, before if first_half else ends[0], ends[0] if first_half else ends[-1]
    )


def _day_after(year: int, month: int, day: int) -> date:
    return date(year, month, day) + timedelta(days=1)


def period_words(code: str) -> str:
    """A period as it is said: "tháng 10 năm 2026", "từ 01/01/2023 đến 31/12/2028"; its code where it is none."""
    match = _FREE.fullmatch(code)
    try:
        if match:
            return span_of("term", code).name
        return Period.parse(code).name
    except (DefinitionError, PeriodError):
        return code


def span_before(definition: Definition, span: Span) -> Span | None:
    """The period just before; None for terms and occasions."""
    return _shifted(definition, span, Period.previous)


def span_last_year(definition: Definition, span: Span) -> Span | None:
    """The same period of the year before; None for terms and occasions."""
    return _shifted(definition, span, Period.same_last_year)


def _shifted(definition: Definition, span: Span, move: Any) -> Span | None:
    if definition.cadence not in _LENGTHS:
        return None
    code = move(Period.parse(span.code)).code
    return span_of(definition.cadence, code, cutoffs=definition.cutoffs)


def newest_span(definition: Definition, on: date) -> Span | None:
    """The newest period that is over on a day; None for terms and occasions, or when there is none in two years."""
    if definition.cadence not in _LENGTHS:
        return None
    period = {
        "month": Period.month_of,
        "quarter": Period.quarter_of,
        "half": Period.half_of,
        "year": Period.year_of,
    }[definition.cadence](on).next()
    for _ in range(26):
        if not definition.months or period.from_on.month in definition.months:
            span = definition.span(period.code)
            if span.to_on <= on:
                return span
        period = period.previous()
    return None


# --------------------------------------------------------------------------------------------------
# Reading
# --------------------------------------------------------------------------------------------------


def canonical(data: Any) -> str:
    """JSON with one way to be written: keys sorted, no spaces, letters as they are."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def _parsed(text: str) -> Definition:
    return _read(json.loads(text))


def read_definition(data: Mapping[str, Any]) -> Definition:
    """A definition from its JSON. Raises DefinitionError for the first mistake in it."""
    return _parsed(canonical(data))


@lru_cache(maxsize=1)
def shipped_forms() -> dict[str, dict[str, Any]]:
    """The forms the software brings along, as data by code, for an office to take over and change."""
    stored = yaml.safe_load(SHIPPED_FILE.read_text())
    return {form["code"]: form for form in json.loads(json.dumps(stored["forms"], default=str))}


def _read(data: Any) -> Definition:
    if not isinstance(data, dict):
        raise DefinitionError("Mẫu báo cáo phải là một bảng có mã, tên, các phần.")
    code = str(data.get("code", ""))
    if not _FORM_CODE.fullmatch(code):
        raise DefinitionError(
            f"Mã mẫu “{code}” chưa đúng. Hãy dùng chữ không dấu, số, dấu chấm hoặc gạch nối."
        )
    title = _text(data, "title", "mẫu")
    cadence = _one_of(data, "cadence", CADENCES, "Kỳ báo cáo")
    sections = tuple(_section(item) for item in _list(data, "sections"))
    if not any(section.rows for section in sections):
        raise DefinitionError("Mẫu chưa có dòng nào. Hãy thêm ít nhất một phần và một dòng.")
    _unique([section.code for section in sections], "phần")
    _unique([row.code for section in sections for row in section.rows], "dòng")
    deadlines = _deadlines(data.get("deadlines") or {}, Deadlines(1, 7, 12))
    definition = Definition(
        code=code,
        title=title,
        cadence=cadence,
        owed_by=tuple(map(str, _list(data, "owed_by"))),
        deadlines=deadlines,
        deadlines_by_kind={
            str(kind): _deadlines(item, deadlines)
            for kind, item in (data.get("deadlines_by_kind") or {}).items()
        },
        sections=sections,
        checks=tuple(_check(item) for item in _list(data, "checks")),
        texts=tuple(
            Text(
                _row_code(item, "phần lời"),
                _text(item, "title", "phần lời"),
                str(item.get("hint", "")),
                bool(item.get("required")),
            )
            for item in _list(data, "texts")
        ),
        cutoffs=tuple(_cutoff(item) for item in _list(data, "cutoffs")),
        months=tuple(int(item) for item in _list(data, "months")),
        closes_books=bool(data.get("closes_books")),
        gathers=str(data.get("gathers", "")),
        source=str(data.get("source", "")),
    )
    _unique([check.code for check in definition.checks], "phép kiểm tra")
    if not definition.owed_by:
        raise DefinitionError("Mẫu chưa nói loại đơn vị nào phải báo cáo.")
    known = definition.cells.keys()
    for cell, expression in definition.formulas:
        _check_cells(expression, known, f"công thức của dòng “{cell.row.title}”")
    for check in definition.checks:
        for side in (check.left, check.right):
            _check_cells(side, known, f"phép kiểm tra “{check.message}”")
    return definition


def _check_cells(expression: Expression, known: Any, where: str) -> None:
    for key in sorted(expression.cells):
        if key not in known:
            raise DefinitionError(f"Trong {where}: không có ô “{key}”. Hãy dùng mã dòng.mã cột có trong mẫu.")


def _section(data: Any) -> Section:
    code, title = _row_code(data, "phần"), _text(data, "title", "phần")
    columns = tuple(
        Column(_row_code(item, "cột"), _text(item, "title", "cột"), dict(item.get("scope") or {}))
        for item in _list(data, "columns")
    ) or (Column("total", "Tổng số", {}),)
    _unique([column.code for column in columns], f"cột của phần “{title}”")
    rows = tuple(_row(item, {column.code for column in columns}) for item in _list(data, "rows"))
    return Section(code, title, columns, rows)


def _row(data: Any, columns: set[str]) -> Row:
    code, title = _row_code(data, "dòng"), _text(data, "title", "dòng")
    source = str(data.get("source") or "")
    for given in ("indicator", "measure", "formula"):
        source = source or (given if data.get(given) else "")
    source = source or "asked"
    if source not in dict(SOURCES):
        raise DefinitionError(f"Dòng “{title}”: không có nguồn số liệu “{source}”.")
    if source != "asked" and not data.get(source):
        raise DefinitionError(f"Dòng “{title}”: chưa chọn {dict(SOURCES)[source]} nào.")
    window = str(data.get("window") or "period")
    if window not in dict(WINDOWS):
        raise DefinitionError(f"Dòng “{title}”: không có cách lấy kỳ “{window}”.")
    wanted = tuple(map(str, data.get("columns") or ()))
    for column in wanted:
        if column not in columns:
            raise DefinitionError(f"Dòng “{title}”: phần này không có cột “{column}”.")
    decimals = int(data.get("decimals") or 0)
    if not 0 <= decimals <= 4:
        raise DefinitionError(f"Dòng “{title}”: số chữ số thập phân từ 0 đến 4.")
    row = Row(
        code=code,
        title=title,
        unit=str(data.get("unit") or ""),
        source=source,
        window=window,
        indicator=str(data.get("indicator") or ""),
        measure=str(data.get("measure") or ""),
        filters=dict(data.get("filters") or {}),
        formula=str(data.get("formula") or ""),
        scope=dict(data.get("scope") or {}),
        columns=wanted,
        decimals=decimals,
        required=bool(data.get("required")),
        note=str(data.get("note") or ""),
    )
    if source == "formula":
        _expression(row.formula, f"công thức của dòng “{title}”")
    return row


def _check(data: Any) -> Check:
    message = _text(data, "message", "phép kiểm tra")
    return Check(
        code=_row_code(data, "phép kiểm tra"),
        level=_one_of(data, "level", CHECK_LEVELS, f"Phép kiểm tra “{message}”"),
        left=_expression(str(data.get("left", "")), f"phép kiểm tra “{message}”"),
        operator=_one_of(data, "operator", OPERATORS, f"Phép kiểm tra “{message}”"),
        right=_expression(str(data.get("right", "")), f"phép kiểm tra “{message}”"),
        message=message,
    )


def _expression(text: str, where: str) -> Expression:
    try:
        return parse(text, column="total")
    except ExpressionError as error:
        raise DefinitionError(f"Trong {where}: {error}") from error


def _deadlines(data: Any, default: Deadlines) -> Deadlines:
    found = Deadlines(*(int(data.get(name, getattr(default, name))) for name in ("opens", "due", "late")))
    if not found.opens <= found.due <= found.late:
        raise DefinitionError("Thời hạn phải theo thứ tự: ngày bắt đầu lập, hạn nộp, ngày tính là nộp muộn.")
    return found


def _cutoff(item: Any) -> tuple[int, int]:
    try:
        month, day = (int(part) for part in str(item).split("-"))
        date(2023, month, day)
    except ValueError as error:
        raise DefinitionError(f"Ngày chốt “{item}” chưa đúng. Hãy viết ngày/tháng, ví dụ 31/5.") from error
    return month, day


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    found = data.get(name) or []
    if not isinstance(found, list):
        raise DefinitionError(f"Mục {name} phải là một danh sách.")
    return found


def _text(data: Any, name: str, where: str) -> str:
    found = str(data.get(name) or "").strip() if isinstance(data, Mapping) else ""
    if not found:
        raise DefinitionError(f"Có {where} chưa ghi {'lời báo' if name == 'message' else 'tên'}.")
    return found


def _row_code(data: Any, where: str) -> str:
    code = str(data.get("code") or "") if isinstance(data, Mapping) else ""
    if not _CODE.fullmatch(code):
        raise DefinitionError(
            f"Mã {where} “{code}” chưa đúng. Hãy dùng chữ thường không dấu, số và gạch dưới."
        )
    return code


def _one_of(data: Mapping[str, Any], name: str, options: list[tuple[str, str]], where: str) -> str:
    found = str(data.get(name) or "")
    if found not in dict(options):
        raise DefinitionError(f"{where}: “{found}” không phải một trong: {', '.join(dict(options))}.")
    return found


def _unique(codes: list[str], what: str) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise DefinitionError(f"Mã {what} bị trùng: {', '.join(twice)}. Hãy đặt mã khác.")
