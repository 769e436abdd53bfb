"""The allocation sheet: its boxes, what they say, and how it adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period
from congdoan.kit.forms import DayField
from congdoan.kit.numbers import NumberError, format_number, parse_number
from congdoan.work.plans.actions import DecisionData, Share
from congdoan.work.plans.rules import Span


class DecisionForm(forms.Form):
    """By which decision a target is given down, and from when."""

    effective_on = DayField(label="Hiệu lực từ ngày")
    number = forms.CharField(
        label="Số quyết định",
        max_length=80,
        required=False,
        help_text="Cần khi ban hành; để trống khi lưu nháp",
    )
    issued_on = DayField(label="Ngày quyết định", required=False)
    reason = forms.CharField(label="Lý do điều chỉnh", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.data.get("act") == "issue":
            for name in ("number", "issued_on"):
                if not found.get(name):
                    self.add_error(name, "Cần ghi khi ban hành.")
        return found

    def decision(self) -> DecisionData | None:
        """The decision, when the sheet is issued and not only kept as a draft."""
        if self.data.get("act") != "issue":
            return None
        return DecisionData(self.cleaned_data["number"], self.cleaned_data["issued_on"])


#: The sheet shows quarters up to this many, otherwise the whole only.
_MOST_PERIODS = 8


def periods_of(span: Span) -> list[Period]:
    """The quarters of a window that the sheet has columns for; none for windows within a quarter or very long."""
    found: list[Period] = []
    period = Period.quarter_of(span.from_on)
    while period.from_on < span.to_on:
        found.append(period)
        period = period.next()
    return found if 1 < len(found) <= _MOST_PERIODS else []


@dataclass(frozen=True)
class SheetCell:
    """One box of the sheet: its name, what stands in it, and what is wrong with it."""

    name: str
    text: str
    label: str
    error: str = ""
    #: The quarter it is for, as a heading; '' for the whole window.
    period: str = ""


@dataclass(frozen=True)
class SheetRow:
    """One body of the sheet, with its whole and its quarters."""

    unit: Unit
    name: str
    whole: SheetCell
    periods: tuple[SheetCell, ...]
    difference: Decimal

    @property
    def off_by(self) -> Decimal:
        return abs(self.difference)


@dataclass(frozen=True)
class Sheet:
    """The allocation sheet as it stands in the boxes: rows, held back, and how it adds up."""

    rows: tuple[SheetRow, ...]
    periods: tuple[Period, ...]
    reserve: SheetCell
    total: Decimal
    given: Decimal
    held_back: Decimal
    shares: tuple[Share, ...]
    has_errors: bool

    @property
    def difference(self) -> Decimal:
        """What is still to be given; negative when too much is."""
        return self.total - self.given - self.held_back

    @property
    def sum(self) -> Decimal:
        """Given and held back together."""
        return self.given + self.held_back

    @property
    def excess(self) -> Decimal:
        """How much too much is given."""
        return max(Decimal(0), -self.difference)

    @property
    def uneven(self) -> list[SheetRow]:
        """Bodies whose quarters do not make up their whole."""
        return [row for row in self.rows if row.difference]

    @property
    def adds_up(self) -> bool:
        return not self.has_errors and not self.difference and not any(row.difference for row in self.rows)

    @property
    def period_sums(self) -> list[tuple[Period, Decimal]]:
        """What all bodies have in each quarter."""
        return [
            (
                period,
                sum((share.periods.get(period.code, Decimal(0)) for share in self.shares), Decimal(0)),
            )
            for period in self.periods
        ]


def read_sheet(
    units: list[tuple[Unit, str]],
    periods: list[Period],
    total: Decimal,
    boxes: Mapping[str, str],
) -> Sheet:
    """The sheet from its boxes: ``v-<unit>`` the whole, ``v-<unit>-<period>`` a quarter, ``reserve``.

    Empty boxes are 0. A body whose boxes are all empty is not given anything. What is not a number is kept as
    typed, with its error.
    """
    rows: list[SheetRow] = []
    shares: list[Share] = []
    has_errors = False

    def box(name: str, label: str, period: str = "") -> tuple[SheetCell, Decimal]:
        nonlocal has_errors
        text = boxes.get(name, "").strip()
        try:
            value = parse_number(text)
        except NumberError as error:
            has_errors = True
            return SheetCell(name, text, label, str(error), period), Decimal(0)
        if value is not None and (value < 0 or value != value.to_integral_value()):
            has_errors = True
            return SheetCell(name, text, label, "Hãy nhập số nguyên không âm.", period), Decimal(0)
        shown = format_number(value) if value else text and "0"
        return SheetCell(name, shown, label, period=period), value or Decimal(0)

    for unit, name in units:
        whole, value = box(f"v-{unit.pk}", f"{name}, cả kỳ")
        cells: list[SheetCell] = []
        parts: dict[str, Decimal] = {}
        for period in periods:
            cell, part = box(f"v-{unit.pk}-{period.code}", f"{name}, {period.name}", period.name)
            cells.append(cell)
            if part:
                parts[period.code] = part
        if parts and not value:
            value = sum(parts.values(), Decimal(0))
            whole = SheetCell(whole.name, format_number(value), whole.label, whole.error)
        difference = value - sum(parts.values(), Decimal(0)) if parts else Decimal(0)
        rows.append(SheetRow(unit, name, whole, tuple(cells), difference))
        if value or whole.text:
            shares.append(Share(unit, value, parts))
    reserve, held_back = box("reserve", "Dự phòng")
    given = sum((share.value for share in shares), Decimal(0))
    return Sheet(tuple(rows), tuple(periods), reserve, total, given, held_back, tuple(shares), has_errors)


def boxes_of(items: Mapping[tuple[int, str], Decimal], reserve: Decimal) -> dict[str, str]:
    """The boxes that show what stands in an allocation: {(unit id, period code): value}."""
    boxes = {
        f"v-{unit_id}-{period}" if period else f"v-{unit_id}": format_number(value.normalize() + 0)
        for (unit_id, period), value in items.items()
    }
    boxes["reserve"] = format_number(reserve.normalize() + 0) if reserve else ""
    return boxes


def day_within(span: Span, today: date) -> date:
    """``today`` when it lies in the window, else the window's nearest day: the first choice of a day field."""
    return min(max(today, span.from_on), span.last_day)
