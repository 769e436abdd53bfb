"""Who may do what with returns, and what is odd about a filled return, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind
from congdoan.kit.numbers import format_number
from congdoan.work.returns.choices import FROZEN_STATES, HANDED_IN, OPERATOR_SIGNS
from congdoan.work.returns.definitions import Cell, Definition
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
    change_percent: Decimal,
    change_least: Decimal,
) -> list[Finding]:
    """What must be mended or explained, hard ones first: cells left empty, checks that do not hold, changes against
    earlier periods beyond ``change_percent`` (and by at least ``change_least``)."""
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
        words = f"{check.message} ({format_number(left)} {OPERATOR_SIGNS[check.operator]} {format_number(right)} là sai)."
        cells = tuple(sorted(check.left.cells | check.right.cells))
        (hard if check.level == "hard" else soft).append(
            Finding(f"check:{check.code}", check.level, words, cells)
        )
    # Parts of a total are not asked about one by one: the first column of a row speaks for it.
    first = {cell.row.code: key for key, cell in reversed(definition.cells.items())}
    for key in (key for key in definition.cells if key in first.values()):
        cell = definition.cells[key]
        change = _change(cell, now, previous, last_year, change_percent, change_least)
        if change:
            soft.append(Finding(f"change:{key}", "soft", change, (key,)))
    return hard + soft


def _change(
    cell: Cell, now: Values, previous: Values, last_year: Values, percent: Decimal, least: Decimal
) -> str:
    """Why the figure is odd against earlier ones; '' when it is not."""
    value = now.get(cell.key)
    if value is None or cell.row.source == "formula":
        return ""
    # Flows have their seasons: they are held against the year before; levels against the period before.
    is_level = cell.row.window in {"end", "start"}
    before, words = (
        (previous.get(cell.key), "kỳ trước") if is_level else (last_year.get(cell.key), "cùng kỳ năm trước")
    )
    if not before or abs(value - before) < least:
        return ""
    share = (value - before) / abs(before) * 100
    if abs(share) <= percent:
        return ""
    way = "tăng" if share > 0 else "giảm"
    return (
        f"{cell.label}: {format_number(value)}, {way} {format_number(abs(share), 0)}% so với {words} "
        f"({format_number(before)})."
    )


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
