"""What is asked for: plans and targets as their forms have them, shares, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from congdoan.foundation.units.models import Unit
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.models import Campaign, Plan, Target


@dataclass(frozen=True)
class PlanData:
    """A plan as its form has it. ``during`` is half-open."""

    code: str
    title: str
    issuer: Unit
    from_on: date
    to_on: date
    number: str = ""
    issued_on: date | None = None
    issuer_body: str = "Ban Thường vụ"
    parent: Plan | None = None
    signer_capacity: str = "TM. BAN THƯỜNG VỤ"
    signer_role: str = "CHỦ TỊCH"
    legal_bases: Sequence[Mapping[str, Any]] = ()
    recipients: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class TargetData:
    """A target as its form has it; the window is half-open, percentages are 95 and not 0.95."""

    code: str
    name: str
    indicator: Indicator
    operator: str
    value: Decimal | None
    wording: str
    from_on: date
    to_on: date
    citation: str = ""
    kind: str = "target"
    value_to: Decimal | None = None
    campaign: Campaign | None = None
    is_yearly: bool = False
    scope: Mapping[str, Any] = field(default_factory=dict)
    of_which: Target | None = None
    note: str = ""


@dataclass(frozen=True)
class Share:
    """What one child body is given: the whole, and by quarter or month where wanted ({"2025-Q1": 100})."""

    unit: Unit
    value: Decimal
    periods: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class DecisionData:
    """Number and day of the decision a target is given down by."""

    number: str
    issued_on: date
    title: str = ""
