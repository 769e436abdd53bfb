"""Who may do what with returns, and what is odd about a filled return, in sentences."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind
from congdoan.kit.numbers import format_number
from congdoan.work.returns.choices import FROZEN_STATES, HANDED_IN
from congdoan.work.returns.definitions import Cell, Definition, Row
from congdoan.work.returns.expressions import Values

VIEW, FILL, SUBMIT = "returns.view", "returns.fill", "returns.submit"
ACCEPT, DEFINE = "returns.accept", "returns.define"
declare_capabilities(
    (VIEW, "Xem báo cáo định kỳ"),
    (FILL, "Lập báo cáo định kỳ"),
    (SUBMIT, "Nộp báo cáo định kỳ"),
    (ACCEPT, "Nghiệm thu báo cáo định kỳ của cấp dưới"),
    (DEFINE, "Thiết kế mẫu báo cáo định kỳ"),
)

DUE = declare_notice_kind(
    NoticeKind(
        "returns.due", "Nhắc nộp báo cáo định kỳ", "Đơn vị bạn có báo cáo định kỳ đến hạn hoặc quá hạn nộp"
    )
)
SENT_BACK = declare_notice_kind(
    NoticeKind(
        "returns.sent_back",
        "Báo cáo định kỳ bị trả lại hoặc mở lại",
        "Báo cáo định kỳ của đơn vị bạn cần sửa",
    )
)

#: Parameter: a change against an earlier period beyond so many per cent asks for an explanation.
CHANGE_PERCENT = "returns.change_percent"
#: Parameter: changes smaller than this are never pointed out.
CHANGE_LEAST = "returns.change_least"
#: Parameter: a share that rises or falls by so many percentage points asks for an explanation.
CHANGE_POINTS = "returns.change_points"


@dataclass(frozen=True)
class Limits:
    """From where on a change is pointed out, by the parameters above."""

    percent: Decimal
    least: Decimal
    points: Decimal


class ReturnsError(ValueError):
    """Something about a return cannot be done; the message says why and what to do."""


class Changed(ReturnsError):
    """Somebody else has changed the return since the page was opened."""


@dataclass(frozen=True)
class Finding:
    """Something odd about a filled return. A hard one keeps it from being submitted, a soft one asks for an
    explanation under ``code``."""

    code: str
    level: str
    message: str
    cells: tuple[str, ...]


def number(value: object) -> Decimal | None:
    """A stored figure as a number; None where there is none."""
    return None if value is None or value == "" else Decimal(str(value))


def stored(value: Decimal | int | None, decimals: int) -> int | str | None:
    """A figure as it is kept in JSON: a whole number, or text with its decimals."""
    if value is None:
        return None
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return str(rounded) if decimals else int(rounded)


def effective(
    definition: Definition, computed: Mapping[str, Any], entered: Mapping[str, Any]
) -> dict[str, Decimal | None]:
    """The figures that count, by cell: what was entered, else what was computed, formulas worked out from them."""
    found: dict[str, Decimal | None] = {}
    for key, cell in definition.cells.items():
        if cell.row.source != "formula":
            found[key] = number(entered[key] if key in entered else computed.get(key))
    for cell, expression in definition.formulas:
        found[cell.key] = expression.value(found)
    return found


_HOLDS = {
    "le": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
    "eq": lambda a, b: a == b,
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "ne": lambda a, b: a != b,
}


def findings(
    definition: Definition,
    now: Values,
    *,
    previous: Values,
    last_year: Values,
    texts: Mapping[str, str],
    limits: Limits,
    counted: Container[str] = frozenset(),
) -> list[Finding]:
    """What must be mended or explained, hard ones first: cells left empty, checks that do not hold, parts greater than
    their total, an opening figure other than the last closing one, figures that have vanished, and changes against
    earlier periods beyond the ``limits``. ``counted`` are the cells that show what the registers say: those cannot
    contradict each other."""
    hard: list[Finding] = []
    soft: list[Finding] = []
    for key, cell in definition.cells.items():
        if cell.row.required and now.get(key) is None:
            hard.append(Finding(f"empty:{key}", "hard", f"Chưa có số liệu: {cell.label}.", (key,)))
    for text in definition.texts:
        if text.required and not texts.get(text.code, "").strip():
            hard.append(Finding(f"text:{text.code}", "hard", f"Chưa viết phần “{text.title}”.", ()))
    for check in definition.checks:
        left = check.left.value(now, previous, last_year)
        right = check.right.value(now, previous, last_year)
        if left is None or right is None or _HOLDS[check.operator](left, right):
            continue
        words = f"{check.message} (đang là {format_number(left)} và {format_number(right)})."
        cells = tuple(sorted(check.left.cells | check.right.cells))
        (hard if check.level == "hard" else soft).append(
            Finding(f"check:{check.code}", check.level, words, cells)
        )
    said = [set(finding.cells) for finding in hard + soft]
    soft += [
        finding
        for finding in _parts(definition, now, counted)
        if not any(set(finding.cells) <= cells for cells in said)
    ]
    soft += _carried(definition, now, previous)
    # Parts of a total are not asked about one by one: the first column of a row speaks for it.
    first = {cell.row.code: key for key, cell in reversed(definition.cells.items())}
    changed: set[str] = set()
    sums = {cell.key: expression for cell, expression in definition.formulas}
    for key in sorted(first.values(), key=lambda key: key in sums):
        # A sum is odd by itself only where none of what it adds up is.
        if key in sums and sums[key].cells & changed:
            continue
        finding = _change(definition.cells[key], now, previous, last_year, limits)
        if finding is not None:
            changed.add(key)
            soft.append(finding)
    return hard + soft


def _parts(definition: Definition, now: Values, counted: Container[str]) -> Iterator[Finding]:
    """Columns that narrow a row (women, a sector) and hold more than the whole. A share has no parts, and where both
    are counted a difference of entries and leavings may well be so."""
    for section in definition.sections:
        whole = next((column for column in section.columns if not column.scope), None)
        if whole is None:
            continue
        for row in section.rows:
            total_key = f"{row.code}.{whole.code}"
            total = now.get(total_key)
            if total is None or total < 0 or row.unit == "%" or row.source == "formula":
                continue
            for column in section.columns:
                key = f"{row.code}.{column.code}"
                value = now.get(key)
                if not column.scope or value is None or value <= total:
                    continue
                if key in counted and total_key in counted:
                    continue
                words = (
                    f"{row.title}: {column.title.lower()} {format_number(value)} lớn hơn {whole.title.lower()}"
                    f" {format_number(total)}."
                )
                yield Finding(f"part:{key}", "soft", words, (total_key, key))


def _carried(definition: Definition, now: Values, previous: Values) -> Iterator[Finding]:
    """Rows that open a period with another figure than the last return closed with."""
    closing = {_counts(row): row for row in definition.rows.values() if row.window == "end"}
    for row in definition.rows.values():
        end = closing.get(_counts(row)) if row.window == "start" and _counts(row) else None
        if end is None:
            continue
        for key, cell in definition.cells.items():
            before = previous.get(f"{end.code}.{cell.column.code}") if cell.row.code == row.code else None
            value = now.get(key)
            if before is not None and value is not None and value != before:
                words = f"{cell.label}: {format_number(value)}, khác số cuối kỳ trước đã báo cáo ({format_number(before)})."
                yield Finding(f"carry:{key}", "soft", words, (key,))
                break


def _counts(row: Row) -> str:
    """What a row counts, whenever; '' for rows that are asked for or worked out."""
    if not (row.indicator or row.measure):
        return ""
    return f"{row.indicator} {row.measure} {sorted(row.filters.items())} {sorted(row.scope.items())}"


def _change(cell: Cell, now: Values, previous: Values, last_year: Values, limits: Limits) -> Finding | None:
    """What is odd about a figure against earlier ones; None when nothing is."""
    value = now.get(cell.key)
    earlier = [(previous.get(cell.key), "kỳ trước"), (last_year.get(cell.key), "cùng kỳ năm trước")]
    # Flows have their seasons: they are held against the year before; levels against the period before.
    if cell.row.window not in {"end", "start"}:
        earlier.reverse()
    # What has run up since the year began is never like the period before.
    if cell.row.window in {"year", "last_year"}:
        del earlier[1]
    before, words = next(((found, word) for found, word in earlier if found), (None, ""))
    if not before:
        return None
    if value is None:
        if cell.row.source == "formula":
            return None
        message = f"{cell.label}: để trống, {words} có {format_number(before)}."
        return Finding(f"gone:{cell.key}", "soft", message, (cell.key,))
    difference = abs(value - before)
    way = "tăng" if value > before else "giảm"
    if cell.row.unit == "%":
        if difference <= limits.points:
            return None
        by = f"{format_number(difference)} điểm phần trăm"
    else:
        share = difference / abs(before) * 100
        if difference < limits.least or share <= limits.percent:
            return None
        by = f"{format_number(share, 0)}%"
    message = f"{cell.label}: {format_number(value)}, {way} {by} so với {words} ({format_number(before)})."
    return Finding(f"change:{cell.key}", "soft", message, (cell.key,))


def standing(
    state: str | None, *, opens_on: date, due_on: date, late_on: date, extended_to: date | None, on: date
) -> str:
    """How an obligation stands on a day, a code of choices.STANDINGS. ``state`` is the return's, None without one."""
    if state in HANDED_IN or state in FROZEN_STATES:
        return str(state)
    if state == "returned":
        return "returned"
    if on > (extended_to or late_on):
        return "late"
    return "missing" if on >= opens_on else "not_open"
