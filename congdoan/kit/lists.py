"""Lists, declared once: the same declaration gives the screen, the Excel export and the API.

A room declares a `ListSpec` in its ``lists.py``; foundation.listing opens the doors to it. Paging is by key and
never by offset, so that the thousandth page costs what the first does. Filters, search, order and position are
in the URL. This module knows no models: a row is whatever the queryset yields.
"""

from __future__ import annotations

import base64
import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.utils.module_loading import autodiscover_modules
from django.utils.timezone import is_aware, localtime

from congdoan.kit.bulk import many_rows
from congdoan.kit.dates import DateError, format_date, parse_date
from congdoan.kit.numbers import format_number, format_percent

PAGE_SIZE = 50
#: Rows held at a time when all of them are wanted.
_CHUNK_ROWS = 2000
#: Counting stops here; beyond it the screen says "hơn 10.000".
COUNT_LIMIT = 10_000


@dataclass
class ListContext:
    """For whom and when a list is read. ``params`` holds filters, search (``q``), order (``sap``), position."""

    actor: Any
    as_of: date
    unit_id: int | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    #: Room for what a list computes once a page (options, names), so that columns need no query a row.
    cache: dict[str, Any] = field(default_factory=dict)
    #: Whether bodies hold what stood below them on the day ("then") or what stands there today ("today").
    structure: str = "then"

    def get(self, name: str) -> str:
        """The value of a parameter, '' when absent."""
        return (self.params.get(name) or "").strip()

    def many(self, name: str) -> list[str]:
        """The comma-separated values of a parameter."""
        return [part for part in self.get(name).split(",") if part]


@dataclass(frozen=True)
class Column:
    """One column. ``value`` is an attribute path ("unit.name") or a function of (row, context).

    ``kind``: text, number, percent, date, datetime, badge (a state code of the kit's badges). ``sort``: names of
    queryset fields, never NULL, that order by this column; the list adds its own last fields to make it unique.
    ``capability``: the column exists only for actors who hold it (asked through ListSpec.holds).
    """

    name: str
    label: str
    value: str | Callable[[Any, ListContext], Any]
    kind: str = "text"
    url: Callable[[Any, ListContext], str | None] | None = None
    sort: tuple[str, ...] = ()
    hide_on_phone: bool = False
    on_screen: bool = True
    in_export: bool = True
    width: int = 18
    capability: str = ""

    @property
    def is_numeric(self) -> bool:
        return self.kind in {"number", "percent"}

    def read(self, row: Any, context: ListContext) -> Any:
        """The raw value for a row."""
        if callable(self.value):
            return self.value(row, context)
        found: Any = row
        for part in self.value.split("."):
            if found is None:
                return None
            found = found.get(part) if isinstance(found, Mapping) else getattr(found, part)
        return found

    def reader(self) -> Callable[[Any, ListContext], Any]:
        """`read`, with what does not depend on the row settled once: for thousands of rows."""
        if callable(self.value):
            return self.value
        quick = attrgetter(self.value)

        def read(row: Any, context: ListContext) -> Any:
            try:
                return quick(row)
            except AttributeError:
                return self.read(row, context)

        return read

    def words(self, raw: Any) -> str:
        """The value as a person reads it."""
        if raw is None or raw == "":
            return ""
        if type(raw) is str:  # most cells
            return raw
        if self.kind == "number":
            return format_number(raw)
        if self.kind == "percent":
            return format_percent(raw)
        if isinstance(raw, datetime):
            raw = localtime(raw) if is_aware(raw) else raw
            return raw.strftime("%H:%M ") + format_date(raw.date())
        if isinstance(raw, date):
            return format_date(raw)
        return str(raw)


@dataclass(frozen=True)
class Filter:
    """One filter. ``apply`` narrows the queryset by the parameter's text; ``options`` gives (value, label).

    ``kind``: choice, multi (comma-separated), bool (1/0), date (given to ``apply`` as 2026-11-18), text, number.
    """

    name: str
    label: str
    apply: Callable[[QuerySet[Any], str, ListContext], QuerySet[Any]]
    kind: str = "choice"
    options: Sequence[tuple[str, str]] | Callable[[ListContext], Sequence[tuple[str, str]]] = ()
    #: Shown only as a chip when set (by a link from a figure), not offered in the filter row.
    is_hidden: bool = False

    def choices(self, context: ListContext) -> list[tuple[str, str]]:
        """The options for this reader, computed once a page."""
        key = f"options:{self.name}"
        if key not in context.cache:
            context.cache[key] = list(self.options(context) if callable(self.options) else self.options)
        return context.cache[key]

    def words(self, value: str, context: ListContext) -> str:
        """The value in words, for chips and the heading of an export."""
        labels = dict(self.choices(context))
        parts = value.split(",") if self.kind == "multi" else [value]
        if self.kind == "bool":
            return "có" if value == "1" else "không"
        if self.kind == "date":
            day = _day_of(value)
            return format_date(day) if day else f"“{value}” không phải là ngày"
        return ", ".join(labels.get(part, part) for part in parts)


class ActionRefused(Exception):
    """A bulk action could not be done; nothing was. The message is for the person at the screen."""


@dataclass(frozen=True)
class BulkAction:
    """Something done to the chosen rows: ``run`` returns the sentence shown afterwards and checks rights itself, or raises
    ActionRefused; for what asks for more, ``url`` instead returns the page that goes on with them."""

    name: str
    label: str
    run: Callable[[ListContext, list[int]], str] | None = None
    url: Callable[[ListContext, list[int]], str] | None = None
    icon: str = "check"
    confirm: str = ""
    capability: str = ""


@dataclass(frozen=True)
class SavedView:
    """A named set of parameters offered above the list."""

    label: str
    params: Mapping[str, str]


@dataclass(frozen=True)
class ListSpec:
    """A list. ``queryset`` must start from what the actor may see: every door relies on it.

    ``order`` are queryset fields, never NULL, whose last makes the order unique (usually the primary key).
    ``count`` may answer from a measure instead of counting, or in words ("hơn 500"). ``search`` narrows by typed text.
    """

    name: str
    title: str
    capability: str
    queryset: Callable[[ListContext], QuerySet[Any]]
    columns: tuple[Column, ...]
    order: tuple[str, ...]
    #: The list's own order runs downwards: the newest first.
    newest_first: bool = False
    filters: tuple[Filter, ...] = ()
    search: Callable[[QuerySet[Any], str, ListContext], QuerySet[Any]] | None = None
    search_label: str = "Tìm, gõ không dấu cũng được"
    actions: tuple[BulkAction, ...] = ()
    saved_views: tuple[SavedView, ...] = ()
    count: Callable[[ListContext], int | str | None] | None = None
    count_word: str = "dòng"
    #: Said after the count on the screen, '' for nothing: what the rows come to ("12.345 lao động").
    count_note: Callable[[ListContext], str] | None = None
    #: The address (URL name) of the list's screen, so that figures can link to it with filters.
    url_name: str = ""
    row_url: Callable[[Any, ListContext], str | None] | None = None
    empty_title: str = "Chưa có dòng nào"
    empty_text: str = "Thử bỏ bớt bộ lọc hoặc tìm bằng từ khác."
    #: Called with the rows of a page or a chunk of an export, to load what columns need in one query.
    prepare: Callable[[list[Any], ListContext], None] | None = None
    #: Queryset fields that columns, ``row_url`` and ``prepare`` read ("person__full_name"). When they are told, pages
    #: and exports read only these, into light rows whose attributes are found as a model's are (row.person.full_name),
    #: at a third of the cost of models.
    reads: tuple[str, ...] = ()
    #: What an export of this list says in the audit; lists of personal data are always logged.
    is_personal: bool = False
    #: Whether the queryset heeds `ListContext.structure`; others always read bodies as they stood.
    obeys_structure: bool = False
    #: Given the filtered rows of a page and their order; may keep only those around it (kit.finding.around_page), where
    #: the room knows that they are few and the planner does not.
    nearby: Callable[[QuerySet[Any], Ordering, ListContext], QuerySet[Any]] | None = None


_LISTS: dict[str, ListSpec] = {}


def declare_list(spec: ListSpec) -> ListSpec:
    """Make a list known under its name."""
    _LISTS[spec.name] = spec
    return spec


def lists() -> dict[str, ListSpec]:
    """All declared lists by name."""
    autodiscover_modules("lists")
    return dict(_LISTS)


def get_list(name: str) -> ListSpec:
    """One declared list. Raises KeyError."""
    if name not in _LISTS:
        autodiscover_modules("lists")
    return _LISTS[name]


#: Says in an address in which structure a past day is read, and the value for bodies of today with what counts for them
#: now; any other value is bodies as they stood.
STRUCTURE, OF_TODAY = "co_cau", "hien-nay"
#: How documents say it, after the day of their figures.
STRUCTURE_WORDS = {"then": "theo cơ cấu tổ chức tại thời điểm đó", "today": "theo cơ cấu tổ chức hiện nay"}

#: Says in a list's address that its day (``ngay``) is for this list only; the day shown elsewhere stays what it is.
ALONE = "rieng"


def names_url(list_name: str, params: Mapping[str, str]) -> str:
    """The address of a list with filters: the names behind a figure, on the figure's day where it has one."""
    from django.urls import reverse

    given = {name: value for name, value in params.items() if value != ""}
    query = urlencode({**given, ALONE: "1"} if "ngay" in given else given)
    return reverse(get_list(list_name).url_name) + (f"?{query}" if query else "")


class PageUrls:
    """Addresses of one kind of page: `reverse` of a URL name with one argument, worked out once for the hundreds of
    links that a list holds. ``urls(17)`` → "/doan-vien/17/"."""

    #: Passes as a number and as a code.
    _MARK = "1029384756"

    def __init__(self, name: str) -> None:
        from django.urls import reverse

        self._before, _, self._after = reverse(name, args=[self._MARK]).partition(self._MARK)

    def __call__(self, argument: object) -> str:
        return f"{self._before}{quote(str(argument))}{self._after}"


def page_url(name: str, argument: object, context: ListContext) -> str:
    """The address of a page that a row leads to."""
    key = f"urls:{name}"
    if key not in context.cache:
        context.cache[key] = PageUrls(name)
    urls: PageUrls = context.cache[key]
    return urls(argument)


class RowCompare(Func):
    """(a, b) > (x, y) as one comparison, which an index on (a, b) answers."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, fields: Sequence[str], operator: str, values: Sequence[Any]) -> None:
        self.operator, self.split = operator, len(fields)
        super().__init__(*[F(name) for name in fields], *[Value(value) for value in values])

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        texts: list[str] = []
        parameters: list[Any] = []
        for expression in self.source_expressions:
            text, values = compiler.compile(expression)
            texts.append(text)
            parameters.extend(values)
        left, right = ", ".join(texts[: self.split]), ", ".join(texts[self.split :])
        return f"(({left}) {self.operator} ({right}))", parameters

    def copy(self) -> RowCompare:
        made = super().copy()
        made.operator, made.split = self.operator, self.split
        return made


@dataclass(frozen=True)
class Ordering:
    """The fields a list is ordered by now, and whether downwards."""

    fields: tuple[str, ...]
    descending: bool
    column: str

    def apply(self, rows: QuerySet[Any], *, backwards: bool = False) -> QuerySet[Any]:
        sign = "-" if self.descending != backwards else ""
        return rows.order_by(*[sign + name for name in self.fields])


def ordering(spec: ListSpec, context: ListContext) -> Ordering:
    """What ``sap`` asks for ("ten", "-ten"); the list's own order when it asks for nothing known."""
    asked = context.get("sap")
    name, descending = asked.lstrip("-"), asked.startswith("-")
    for column in spec.columns:
        if column.name == name and column.sort:
            last = [part for part in spec.order if part not in column.sort]
            return Ordering((*column.sort, *last), descending, name)
    return Ordering(spec.order, spec.newest_first, "")


def filtered(spec: ListSpec, context: ListContext) -> QuerySet[Any]:
    """The queryset after filters and search: what the screen, the export and the API all show."""
    found = spec.queryset(context)
    for item in spec.filters:
        value = context.get(item.name)
        if value and item.kind == "date":
            # A day that cannot be read finds nothing, and its chip says why: better than everything, unasked.
            day = _day_of(value)
            found = item.apply(found, day.isoformat(), context) if day else found.none()
        elif value:
            found = item.apply(found, value, context)
    typed = context.get("q")
    if typed and spec.search is not None:
        found = spec.search(found, typed, context)
    return found


def _day_of(value: str) -> date | None:
    """The day a filter is given, as people write it or as links do; None when it is no day."""
    try:
        return parse_date(value)
    except DateError:
        return None


def _encode(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, (date, datetime)) else value for value in values]
    raw = json.dumps(plain, default=str, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(token: str, count: int) -> list[Any] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, UnicodeDecodeError):
        return None
    scalars = isinstance(values, list) and all(isinstance(value, (str, int, float, bool)) for value in values)
    return values if scalars and len(values) == count else None


def page_key(context: ListContext, count: int) -> list[Any] | None:
    """The ``count`` values of the key that the page begins after or ends before; None for the first page."""
    token = context.get("sau") or context.get("truoc")
    return _decode(token, count) if token else None


def _key_of(row: Any, fields: Sequence[str]) -> list[Any]:
    values = []
    for path in fields:
        found: Any = row
        for part in path.split("__"):
            found = found[part] if isinstance(found, Mapping) else getattr(found, part)
        values.append(found)
    return values


@dataclass
class Page:
    """One page of rows and the keys to its neighbours ('' at either end)."""

    rows: list[Any]
    next_key: str
    previous_key: str


def read_page(spec: ListSpec, context: ListContext, *, size: int = PAGE_SIZE) -> Page:
    """Read one page by key: ``sau`` is the key after which it starts, ``truoc`` the key before which it ends.

    A key that cannot be read gives the first page. One query, whatever the page.
    """
    order = ordering(spec, context)
    # A search may fetch no more than this page needs; an export, which asks for all, finds no such word.
    context.cache["page_size"] = size
    rows = filtered(spec, context)
    if spec.nearby is not None:
        rows = spec.nearby(rows, order, context)
    del context.cache["page_size"]
    after, before = context.get("sau"), context.get("truoc")
    backwards = bool(before and not after)
    key = page_key(context, len(order.fields))
    if key is not None:
        upwards = order.descending == backwards
        # As text: PostgreSQL reads it as what the field is, or refuses it as bad data.
        rows = rows.filter(RowCompare(order.fields, ">" if upwards else "<", [str(value) for value in key]))
    some = order.apply(rows, backwards=backwards)[: size + 1]
    found: list[Any]
    if spec.reads:
        fields, light = _light_rows(list(dict.fromkeys([*spec.reads, *order.fields, "pk"])))
        found = [light(values) for values in some.values_list(*fields)]
    else:
        found = list(some)
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if spec.prepare is not None:
        spec.prepare(found, context)
    if not found:
        return Page([], "", "")
    has_next = more if not backwards else True
    has_previous = more if backwards else key is not None
    return Page(
        found,
        _encode(_key_of(found[-1], order.fields)) if has_next else "",
        _encode(_key_of(found[0], order.fields)) if has_previous else "",
    )


def count_words(spec: ListSpec, context: ListContext) -> str:
    """How many rows, in words: exact up to 10,000 or when the list can tell from a measure."""
    if spec.count is not None:
        told = spec.count(context)
        if told is not None:
            return f"{told if isinstance(told, str) else format_number(told)} {spec.count_word}"
    some = filtered(spec, context).order_by()[: COUNT_LIMIT + 1].count()
    if some > COUNT_LIMIT:
        return f"hơn {format_number(COUNT_LIMIT)} {spec.count_word}"
    return f"{format_number(some)} {spec.count_word}"


def _count_text(spec: ListSpec, context: ListContext) -> str:
    note = spec.count_note(context) if spec.count_note is not None else ""
    return " · ".join(filter(None, (count_words(spec, context), note)))


def shown_columns(spec: ListSpec, holds: Callable[[str], bool], *, export: bool = False) -> list[Column]:
    """The columns this reader gets."""
    return [
        column
        for column in spec.columns
        if (column.in_export if export else column.on_screen)
        and (not column.capability or holds(column.capability))
    ]


def view_model(
    spec: ListSpec,
    context: ListContext,
    *,
    url: str,
    export_url: str,
    holds: Callable[[str], bool],
    count_text: str | None = None,
) -> dict[str, Any]:
    """Everything ``kit/_list.html`` shows: columns, rows as cells, filters, chips, counts and links. With
    ``count_text`` nothing is counted."""
    page = read_page(spec, context)
    order = ordering(spec, context)
    params = {name: value for name, value in context.params.items() if value and name not in {"sau", "truoc"}}

    def link(**changes: str) -> str:
        merged = {name: value for name, value in {**params, **changes}.items() if value}
        return f"{url}?{urlencode(merged)}" if merged else url

    columns = shown_columns(spec, holds)
    readers = [(column, column.reader()) for column in columns]
    filters, chips = [], []
    for item in spec.filters:
        value = context.get(item.name)
        if not item.is_hidden:
            chosen = value.split(",") if item.kind == "multi" else [value]
            filters.append(
                {
                    "name": item.name,
                    "label": item.label,
                    "kind": item.kind,
                    "value": value,
                    "options": [
                        {"value": option, "label": label, "selected": option in chosen}
                        for option, label in item.choices(context)
                    ],
                }
            )
        if value:
            chips.append(
                {
                    "label": f"{item.label}: {item.words(value, context)}",
                    "remove_url": link(**{item.name: ""}),
                }
            )
    return {
        "name": spec.name,
        "title": spec.title,
        "url": url,
        "columns": [
            {
                "name": column.name,
                "label": column.label,
                "numeric": column.is_numeric,
                "sortable": bool(column.sort),
                "sort_state": ("desc" if order.descending else "asc") if order.column == column.name else "",
                "sort_url": link(
                    sap=("-" if order.column == column.name and not order.descending else "") + column.name
                )
                if column.sort
                else "",
                "hide_on_phone": column.hide_on_phone,
            }
            for column in columns
        ],
        "rows": [
            {
                "id": getattr(row, "pk", None) or (row.get("id") if isinstance(row, Mapping) else None),
                "url": spec.row_url(row, context) if spec.row_url else "",
                "cells": [_cell(column, read, row, context) for column, read in readers],
                "selectable": bool(spec.actions),
            }
            for row in page.rows
        ],
        "has_search": spec.search is not None,
        "search": context.get("q"),
        "search_label": spec.search_label,
        "filters": filters,
        "chips": chips,
        "params": params,
        "count_text": _count_text(spec, context) if count_text is None else count_text,
        "export_url": f"{export_url}?{urlencode(params)}" if params else export_url,
        "next_url": link(sau=page.next_key) if page.next_key else "",
        "previous_url": link(truoc=page.previous_key) if page.previous_key else "",
        "bulk_actions": [
            {"name": action.name, "label": action.label, "confirm": action.confirm, "icon": action.icon}
            for action in spec.actions
            if not action.capability or holds(action.capability)
        ],
        "saved_views": [
            {"label": view.label, "url": f"{url}?{urlencode(dict(view.params))}" if view.params else url}
            for view in spec.saved_views
        ],
        "empty_title": spec.empty_title,
        "empty_text": spec.empty_text,
    }


def _cell(
    column: Column, read: Callable[[Any, ListContext], Any], row: Any, context: ListContext
) -> dict[str, Any]:
    raw = read(row, context)
    is_badge = column.kind == "badge"
    return {
        "text": "" if is_badge else column.words(raw),
        "badge": str(raw) if is_badge and raw else "",
        "url": (column.url(row, context) or "") if column.url else "",
    }


def plain_rows(spec: ListSpec, context: ListContext, columns: Sequence[Column]) -> Iterator[list[Any]]:
    """All rows as plain values in list order, read in chunks: for the export and the API."""
    order = ordering(spec, context)
    found = order.apply(filtered(spec, context))
    rows: Iterable[Any]
    if spec.reads:
        fields, light = _light_rows(spec.reads)
        rows = map(light, found.values_list(*fields).iterator(chunk_size=_CHUNK_ROWS))
    else:
        rows = found.iterator(chunk_size=_CHUNK_ROWS)
    readers = [column.reader() for column in columns]
    for chunk in _chunks(rows, _CHUNK_ROWS):
        if spec.prepare is not None:
            spec.prepare(chunk, context)
        for row in chunk:
            yield [read(row, context) for read in readers]


def _named(name: str, fields: Sequence[str]) -> Any:
    return namedtuple(name, fields)


def _light_rows(fields: Sequence[str]) -> tuple[list[str], Callable[[Sequence[Any]], Any]]:
    """The fields in the order to ask for them, and a function from their values to a row: a field of a related
    record ("person__full_name") is an attribute of an attribute. One step of relation, which lists make do with."""
    own = [name for name in fields if "__" not in name]
    related: dict[str, list[str]] = {}
    for name in fields:
        relation, _, field_name = name.partition("__")
        if field_name:
            related.setdefault(relation, []).append(field_name)
    row_type = _named("Row", [*own, *related])
    slices: list[tuple[Any, int, int]] = []
    asked = list(own)
    for relation, names in related.items():
        slices.append((_named(relation, names)._make, len(asked), len(asked) + len(names)))
        asked += [f"{relation}__{name}" for name in names]
    count = len(own)

    def light(values: Sequence[Any]) -> Any:
        return row_type(*values[:count], *[make(values[start:end]) for make, start, end in slices])

    return asked, light


def _chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@many_rows()
def write_workbook(
    spec: ListSpec,
    context: ListContext,
    path: Path,
    *,
    holds: Callable[[str], bool],
    heading: str,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write exactly what the list shows (all pages) as .xlsx; returns the number of rows.

    Above the table stand the title, ``heading`` (whose figures, as of when) and the filters in words. Numbers
    and dates are real cells. Memory stays flat: rows are streamed.
    """
    import xlsxwriter

    columns = shown_columns(spec, holds, export=True)
    with xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}
    ) as book:
        sheet = book.add_worksheet("Danh sách")
        bold = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#E8EEF6", "text_wrap": True, "valign": "top"}
        )
        number = book.add_format({"num_format": "#,##0"})
        percent = book.add_format({"num_format": "0.0%"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "hh:mm dd/mm/yyyy"})
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
        sheet.write_string(0, 0, spec.title, bold)
        sheet.write_string(1, 0, heading)
        said = [
            f"{item.label}: {item.words(context.get(item.name), context)}"
            for item in spec.filters
            if context.get(item.name)
        ]
        if context.get("q"):
            said.append(f"Tìm: {context.get('q')}")
        sheet.write_string(2, 0, "; ".join(said))
        for position, column in enumerate(columns):
            sheet.write_string(4, position, column.label, head)
        sheet.freeze_panes(5, 0)
        count = 0
        for count, values in enumerate(plain_rows(spec, context, columns), 1):
            line = 4 + count
            for position, value in enumerate(values):
                if value is None or value == "":
                    continue
                # Most cells are plain strings, most others days.
                if type(value) is str:
                    sheet.write_string(line, position, value)
                elif type(value) is date:
                    sheet.write_datetime(line, position, value, day)
                elif isinstance(value, bool):
                    sheet.write_string(line, position, "có" if value else "không")
                elif isinstance(value, (int, float, Decimal)):
                    form = percent if columns[position].kind == "percent" else number
                    sheet.write_number(line, position, float(value), form)
                elif isinstance(value, datetime):
                    value = localtime(value) if is_aware(value) else value
                    sheet.write_datetime(line, position, value.replace(tzinfo=None), moment)
                else:
                    sheet.write_string(line, position, str(value))
            if progress is not None and count % 2000 == 0:
                progress(count)
    return count
