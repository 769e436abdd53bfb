"""A plan as a file: the shape of `examples/plans/*.yaml`, read and checked without a database.

Everything a plan says is kept with the place it says it (`citation`: document, section, lines), in the words
it uses where the words matter (`wording`), and whatever it leaves open is listed as open and not filled in.
Dates are days; every range is half-open, `to_on` being the first day after it. Percentages are 95, not 0.95;
money is whole đồng.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from congdoan.kit.data_files import DataFileError, Entry, open_data_file


class Level(StrEnum):
    """Level of the issuing union. A city run by the central government stands at the level of a province."""

    CONFEDERATION = "confederation"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    GRASSROOTS = "grassroots"


class BasisKind(StrEnum):
    """What kind of document a plan rests on."""

    LAW = "law"
    DECREE = "decree"
    CHARTER = "charter"
    RESOLUTION = "resolution"
    DIRECTIVE = "directive"
    PROGRAMME = "programme"
    ACTION_PROGRAMME = "action_programme"
    PROJECT = "project"
    PLAN = "plan"
    DECISION = "decision"


class Purpose(StrEnum):
    """Why a recipient gets the plan: để báo cáo, chỉ đạo, phối hợp, thực hiện, lưu."""

    REPORT = "report"
    DIRECT = "direct"
    COORDINATE = "coordinate"
    IMPLEMENT = "implement"
    FILE = "file"


class NormPeriod(StrEnum):
    """How often a norm is paid."""

    ONCE = "once"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class TargetKind(StrEnum):
    """What a target is. A baseline is where one starts from and is never scored; a standing one has no due day."""

    TARGET = "target"
    BASELINE = "baseline"
    MILESTONE = "milestone"
    ALLOCATION = "allocation"
    CAMPAIGN = "campaign"
    STANDING = "standing"


class Operator(StrEnum):
    """How the plan words its demand; never normalised, since “trên 75%” and “75% trở lên” are two demands."""

    EQ = "eq"  # a bare figure: "thực tăng 1.810", "thành lập mới 132"
    GE = "ge"  # "ít nhất", "trở lên"
    GT = "gt"  # "trên"
    LE = "le"  # "không quá"
    ABOUT = "about"  # "khoảng", "dự kiến"
    MOST = "most"  # "hầu hết"
    MAJORITY = "majority"  # "phần lớn"
    UPWARD = "upward"  # "tăng", "nâng cao", without a figure
    COMPLETED = "completed"  # done or not done

    @property
    def takes_value(self) -> bool:
        """Whether a target with this operator names a figure."""
        return self in _WITH_VALUE


_WITH_VALUE = frozenset({Operator.EQ, Operator.GE, Operator.GT, Operator.LE, Operator.ABOUT})


class SectorGroup(StrEnum):
    STATE = "state"
    NON_STATE = "non_state"
    INFORMAL = "informal"


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `from_on` up to and not including `to_on`."""

    from_on: dt.date
    to_on: dt.date

    def contains(self, other: Window) -> bool:
        return self.from_on <= other.from_on and other.to_on <= self.to_on


@dataclass(frozen=True, slots=True)
class Signer:
    """In which capacity and role the plan is signed. Never a person's name."""

    capacity: str
    role: str


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A document the plan rests on. `number`, `issued_on`, `issuer`, `subject` are None where the plan omits them.

    `note` tells of a contradiction in the plan itself, such as a symbol that does not fit its issuer.
    """

    kind: BasisKind
    number: str | None
    issued_on: dt.date | None
    issuer: str | None
    subject: str | None
    citation: str | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str
    purpose: Purpose | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A stretch of days in which effort is concentrated; `yearly` ones come back on the same days each year."""

    code: str
    name: str
    window: Window
    yearly: bool
    citation: str | None


@dataclass(frozen=True, slots=True)
class Norm:
    """A spending norm (định mức chi). `amount` in đồng; None where the plan only says that one is to be drawn up.

    `unit` is what one amount is paid for ("CĐCS", "người"), `period` how often (None where the plan is silent,
    which `open` then says), `source` the fund it is paid from.
    """

    code: str
    name: str
    amount: int | None
    in_words: str | None
    unit: str | None
    period: NormPeriod | None
    source: str | None
    conditions: str | None
    citation: str | None
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which employers, unions or people a target counts. None or empty: the plan does not say, so no filter.

    `min_headcount` is "from this many workers"; `sectors` are codes of the register of sectors;
    `has_representative` is any organisation that represents the workers, `has_union` a trade union.
    """

    sector_group: SectorGroup | None = None
    sectors: tuple[str, ...] = ()
    min_headcount: int | None = None
    stable: bool | None = None
    operating: bool | None = None
    eligible: bool | None = None
    has_party: bool | None = None
    has_union: bool | None = None
    has_representative: bool | None = None
    industrial_zone: bool | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The level a target starts from. `derived`: worked out from the plan's other figures, stated nowhere.

    `on` is None where no day is given; the opening of the target's window is then meant.
    """

    value: Decimal
    on: dt.date | None
    derived: bool
    citation: str | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One demand of a plan on one indicator.

    `window` is the target's own dates and `campaign` the code of a campaign; with neither it holds for the plan's
    period, and with `yearly` it is judged anew for every calendar year (or every yearly campaign) in it.
    `of_which` is the code of a target of the same plan that this one is part of. `outside_period` marks the
    deliberate case of a window that reaches beyond the plan's period. `value_to` is the upper end where the plan
    names a range.
    """

    code: str
    name: str
    indicator: str
    kind: TargetKind
    operator: Operator
    value: Decimal | None
    value_to: Decimal | None
    unit: str
    wording: str
    citation: str | None
    window: Window | None
    campaign: str | None
    yearly: bool
    scope: Scope
    of_which: str | None
    baseline: Baseline | None
    outside_period: bool
    open: tuple[str, ...]
    note: str | None

    def met_by(self, measured: Decimal) -> bool | None:
        """Whether a measured figure meets the demand; None where the words give no pass mark.

        A bare figure is met by that much or more: to found 140 unions where 132 are asked for is no failure. A
        range is met from its lower end. "Hầu hết", "phần lớn", "khoảng", an upward trend and a baseline have none.
        """
        if self.value is None or self.kind is TargetKind.BASELINE:
            return None
        match self.operator:
            case Operator.EQ | Operator.GE:
                return measured >= self.value
            case Operator.GT:
                return measured > self.value
            case Operator.LE:
                return measured <= self.value
            case _:
                return None


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something the plan leaves open, which a person has to settle before figures can lean on it."""

    code: str
    text: str
    citation: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """The document the file was made from (None for an invented plan)."""

    seed: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with its targets, norms, campaigns, bases, recipients and open points.

    `number` and `issued_on` are None where the document leaves them blank, and `issued_text` then holds as much of
    the date as it gives. `issuer_unit` is the code of a unit, `issuer_body` the body within it that decides.
    """

    code: str
    number: str | None
    issued_on: dt.date | None
    issued_text: str | None
    title: str
    issuer_unit: str
    issuer_body: str
    level: Level
    period: Window
    signer: Signer
    parent: str | None
    invented: bool
    legal_bases: tuple[LegalBasis, ...]
    recipients: tuple[Recipient, ...]
    campaigns: tuple[Campaign, ...]
    norms: tuple[Norm, ...]
    targets: tuple[Target, ...]
    open_points: tuple[OpenPoint, ...]
    source: Source

    def target(self, code: str) -> Target:
        """The target with this code. Raises `KeyError`."""
        for target in self.targets:
            if target.code == code:
                return target
        raise KeyError(code)

    def campaign(self, code: str) -> Campaign:
        """The campaign with this code. Raises `KeyError`."""
        for campaign in self.campaigns:
            if campaign.code == code:
                return campaign
        raise KeyError(code)

    def windows_of(self, target: Target) -> tuple[Window, ...]:
        """The windows in which `target` is judged, in order: one, or one a year for a yearly target."""
        if target.campaign is not None:
            return tuple(_occurrences(self.campaign(target.campaign), self.period))
        whole = target.window or self.period
        return tuple(_calendar_years(whole)) if target.yearly else (whole,)
