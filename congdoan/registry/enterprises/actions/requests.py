"""What is asked for, and what the register cannot take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from congdoan.foundation.units.models import Unit
from congdoan.registry.enterprises.models import Enterprise


class EnterpriseError(ValueError):
    """A record the register cannot take; the message names the employer and says what to do."""


@dataclass(frozen=True)
class HeadcountData:
    """How many worked at ``enterprise`` on a day by a source (choices.HEADCOUNT_SOURCES). A second figure of the
    same source and day replaces the first."""

    workers: int
    enterprise: Enterprise | None = None
    on: date | None = None
    source: str = "survey"
    women: int | None = None
    foreign: int | None = None
    seasonal: int | None = None
    note: str = ""


@dataclass(frozen=True)
class JudgementData:
    """What is said of ``enterprise`` from a day on. None leaves what was said before as it was."""

    enterprise: Enterprise | None = None
    on: date | None = None
    operating: str | None = None
    is_stable: bool | None = None
    has_party: bool | None = None
    reason: str = ""
    decided_by_label: str = ""


@dataclass(frozen=True)
class EnterpriseData:
    """An employer to be registered. ``unit`` is the union body in charge of it from ``registered_on`` (the action's
    day when None); an employer without one is counted nowhere until one is assigned. ``sector``, ``trade``,
    ``territory`` and ``park`` are codes of the shared lists. ``headcounts`` and ``judgements`` need no enterprise
    and take ``registered_on`` as their day when they have none. ``hosts``: unions that work there, each from a day."""

    name: str
    sector: str
    tax_code: str = ""
    code: str = ""
    trade: str | None = None
    address: str = ""
    territory: str | None = None
    park: str | None = None
    started_on: date | None = None
    phone: str = ""
    email: str = ""
    contact_name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    registered_on: date | None = None
    unit: Unit | None = None
    headcounts: Sequence[HeadcountData] = ()
    judgements: Sequence[JudgementData] = ()
    hosts: Sequence[tuple[Unit, date]] = field(default=())


@dataclass(frozen=True)
class HostData:
    """A union works at an employer from a day on (until ``until``, exclusive, when given)."""

    enterprise: Enterprise
    unit: Unit
    on: date
    until: date | None = None


@dataclass(frozen=True)
class Assignment:
    """A body is in charge of an employer from a day on."""

    enterprise: Enterprise
    unit: Unit
    on: date
