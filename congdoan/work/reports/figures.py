"""What a report says, as plain frozen figures: gathered once, then written as words, as Word and as Excel.

Percentages of targets measured in % are 95, not 0.95; ``percent`` (how much of a target is reached) is a share,
1 being all of it. Periods are half-open. A figure that is not known is None and never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from congdoan.kit.dates import Period


@dataclass(frozen=True)
class TargetFigure:
    """A target and where it stands.

    ``value`` is what counts for the target on the report's day (since the start of its window for growth and
    events, the level itself for stocks and ratios); ``period_value`` what happened within the report's period, or
    the level at the period's end; ``start_value`` the level just before the period, ``same_last_year`` what
    ``period_value`` was a year earlier. ``indicator_kind`` is one of indicators.Indicator.KINDS.
    """

    code: str
    name: str
    unit_name: str
    kind: str
    indicator_kind: str
    operator: str
    wording: str
    demand: str
    state: str
    window_from: date
    window_to: date
    target_value: Decimal | None = None
    original_value: Decimal | None = None
    value: Decimal | None = None
    period_value: Decimal | None = None
    start_value: Decimal | None = None
    same_last_year: Decimal | None = None
    percent: Decimal | None = None
    expected_by_now: Decimal | None = None
    forecast: Decimal | None = None
    forecast_reason: str = ""
    missing: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    decimals: int = 0
    indicator: str = ""
    citation: str = ""
    of_which: str = ""
    campaign: str = ""
    note: str = ""
    explanation: str = ""
    by_hand: bool = False
    hand_source: str = ""
    hand_on: date | None = None
    notice: str = ""
    is_party: bool = False
    open_points: tuple[str, ...] = ()

    @property
    def adds_up(self) -> bool:
        """Growth and events: figures of periods and of bodies below can be added."""
        return self.indicator_kind in {"net", "flow", "count"}

    @property
    def is_number(self) -> bool:
        return self.target_value is not None

    @property
    def is_milestone(self) -> bool:
        return self.indicator_kind in {"milestone", "qualitative"}


@dataclass(frozen=True)
class ReconciliationFigure:
    """The ledger of members over a stretch of days: opening + Σ lines = closing.

    ``lines`` are (group, label, signed n). The groups "opening" (balances taken over when books were opened),
    "reorganised" and "structure" (bodies that came or went whole) change the level and are no growth.
    """

    title: str
    from_on: date
    to_on: date
    opening: int
    lines: tuple[tuple[str, str, int], ...]
    closing: int
    net_growth: int

    NOT_GROWTH: ClassVar[tuple[str, ...]] = ("opening", "reorganised", "structure")

    @property
    def is_blank(self) -> bool:
        """Nothing was ever booked: an unknown stretch, not one of nobody."""
        return not self.opening and not self.closing and not any(n for _, _, n in self.lines)

    def amount(self, group: str) -> int:
        return sum(n for code, _, n in self.lines if code == group)


@dataclass(frozen=True)
class ChildTarget:
    """What a child body was given of one target and has reached. ``given`` is None when nothing was allocated."""

    given: Decimal | None
    value: Decimal | None
    state: str


@dataclass(frozen=True)
class ChildFigure:
    """A body directly below: its members at the end and its part of each of `PlanReport.child_targets`."""

    code: str
    name: str
    members: int | None
    targets: tuple[ChildTarget, ...]


@dataclass(frozen=True)
class Recipient:
    name: str
    purpose: str = ""


@dataclass(frozen=True)
class PlanReport:
    """A report of one body on one plan for one period, complete but for its number and the officer's own parts."""

    plan_code: str
    plan_title: str
    plan_number: str
    plan_issued_on: date | None
    plan_issuer: str
    plan_from: date
    plan_to: date
    is_invented: bool
    unit_code: str
    unit_name: str
    unit_short: str
    superior: str
    committee: str
    signer_capacity: str
    signer_role: str
    symbol: str
    place: str
    period: Period
    as_of: date
    targets: tuple[TargetFigure, ...]
    reconciliations: tuple[ReconciliationFigure, ...]
    #: In which structure the figures are read: "then" (bodies as they stood) or "today".
    structure: str = "then"
    #: The ledger of May, when the report's period covers it.
    may: ReconciliationFigure | None = None
    children: tuple[ChildFigure, ...] = ()
    #: The codes of the targets whose figures `ChildFigure.targets` hold, in that order.
    child_targets: tuple[str, ...] = ()
    #: What none of the children accounts for (bodies that moved or ended), for each of those targets.
    child_remainders: tuple[Decimal | None, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    open_points: tuple[str, ...] = ()
    #: What the report could not fill in by itself, as sentences for the officer.
    gaps: tuple[str, ...] = ()

    def target(self, code: str) -> TargetFigure:
        """One target by its code. Raises KeyError."""
        for item in self.targets:
            if item.code == code:
                return item
        raise KeyError(code)

    @property
    def scored(self) -> tuple[TargetFigure, ...]:
        """The targets that are assessed: starting figures and standing demands are not."""
        return tuple(item for item in self.targets if item.kind not in {"baseline"})


@dataclass(frozen=True)
class OfficerParts:
    """What only an officer can add to a report. Blank parts become prompts in brackets in the Word file."""

    number: str = ""
    dated_on: date | None = None
    difficulties: str = ""
    proposals: str = ""


def as_json(value: Any) -> Any:
    """The figures as JSON: dates and decimals as text, periods by their code."""
    if isinstance(value, Period):
        return value.code
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: as_json(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    if isinstance(value, Decimal | date):
        return str(value)
    return value
