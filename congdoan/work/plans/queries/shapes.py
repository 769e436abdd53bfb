"""What progress reads like: a target, a plan, the bodies below."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from congdoan.foundation.measures.catalogue import NamesLink
from congdoan.foundation.units.models import Unit
from congdoan.work.indicators.queries import Reading, TrendPoint
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.rules import SCORED, Span, figure_words

#: States, worst first: what a reader must look at stands before what is well.
STATE_ORDER = ("behind", "missed", "attention", "on_track", "done", "ended", "none")


STATE_WORDS = {
    "behind": "Chậm",
    "missed": "Không đạt",
    "attention": "Cần chú ý",
    "on_track": "Đúng tiến độ",
    "done": "Hoàn thành",
    "ended": "Đã kết thúc",
    "none": "Chưa có số liệu",
}


#: Kinds of indicator that add up over time; the others are levels.
ADDITIVE = frozenset({"net", "flow", "count"})


#: Targets that are no figure to be reached.
_UNSCORED_KINDS = frozenset({"baseline"})


RECENT_DAYS = 90


#: Parts of what is expected by now below which a target needs attention, and is behind.
SHARES = ("plan.attention_share", "plan.behind_share")


@dataclass(frozen=True)
class TargetProgress:
    """How far a target is at a unit.

    ``value``, ``demand`` (what the unit must reach: its allocation when it stands below the issuer), ``expected``
    (by ``read_on``), ``forecast`` (at the end of the window) and ``missing`` are in ``unit_name``; ``percent`` is
    value ÷ demand × 100. ``assessed`` is the demand by which the state is judged when a superior adjusted it; the
    original stands in ``demand``. ``state``: done, on_track, attention, behind, missed, ended, none.
    ``source`` tells where a reported value comes from; '' for counted ones. ``notes`` are sentences to show.
    """

    target: Target
    unit_id: int
    span: Span
    as_of: date
    read_on: date
    reading: Reading
    value: Decimal | None
    value_words: str
    demand: Decimal | None
    demand_words: str
    assessed: Decimal | None
    percent: Decimal | None
    expected: Decimal | None
    expected_reason: str
    forecast: Decimal | None
    forecast_reason: str
    missing: Decimal | None
    state: str
    state_words: str
    source: str
    notes: tuple[str, ...]
    trend: tuple[TrendPoint, ...] = ()

    @property
    def names(self) -> NamesLink | None:
        """The names behind the value."""
        return self.reading.names

    @property
    def citation(self) -> str:
        return self.target.citation

    @property
    def unit_name(self) -> str:
        return self.target.unit_name

    @property
    def is_scored(self) -> bool:
        """Whether the target has a pass mark at all."""
        return self.target.operator in SCORED and self.target.kind not in _UNSCORED_KINDS

    def words(self, value: Decimal | None) -> str:
        """Any value of this target as it is shown."""
        return figure_words(value, self.unit_name, decimals=decimals_of(self.target))

    @property
    def expected_words(self) -> str:
        return self.words(self.expected)

    @property
    def forecast_words(self) -> str:
        return self.words(self.forecast)

    @property
    def missing_words(self) -> str:
        return self.words(self.missing)


@dataclass(frozen=True)
class PlanProgress:
    """A plan at a unit on a day: every target in the plan's order."""

    plan: Plan
    unit: Unit
    as_of: date
    targets: tuple[TargetProgress, ...]

    @property
    def days_left(self) -> int:
        """Days after ``as_of`` until the plan's period is over; 0 when it is."""
        return max(0, (self.plan.during.upper - self.as_of).days - 1)

    @property
    def is_over(self) -> bool:
        return self.plan.during.upper <= self.as_of

    @property
    def counts(self) -> dict[str, int]:
        """How many scored targets are in each state, worst first; states without a target are left out."""
        counted = Counter(item.state for item in self.targets if item.is_scored)
        return {state: counted[state] for state in STATE_ORDER if counted[state]}

    def target(self, code: str) -> TargetProgress:
        """The progress of the target with this code. Raises KeyError."""
        for item in self.targets:
            if item.target.code == code:
                return item
        raise KeyError(code)


@dataclass(frozen=True)
class ChildProgress:
    """A body below and its part in a target. ``share`` is its part of the unit's value, in percent."""

    unit: Unit
    name: str
    progress: TargetProgress
    share: Decimal | None


@dataclass(frozen=True)
class ChildrenProgress:
    """The bodies directly below, those behind first. ``remainder`` is the part of the unit's value that none of
    them accounts for (bodies that have moved or ended); None for levels, which do not add up."""

    whole: TargetProgress
    children: tuple[ChildProgress, ...]
    remainder: Decimal | None


def decimals_of(target: Target) -> int:
    """Figures after the comma: those of the indicator, at least one for rates."""
    return max(target.indicator.decimals, 1 if target.unit_name == "%" else 0)
