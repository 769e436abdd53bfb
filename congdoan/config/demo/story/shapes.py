"""What a story holds: employers, unions, comings and goings, chapters, the reform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from congdoan.config.demo.bodies import SECTOR_UNIONS, Province, Zone
from congdoan.config.demo.names import DemoPerson

DISSOLVED = "Doanh nghiệp chấm dứt hoạt động"


ADMINISTRATIVE = "Kết thúc hoạt động công đoàn cơ quan hành chính (Công văn 4133/TLĐ-ToC ngày 23/5/2025)"


@dataclass(slots=True)
class DemoEmployer:
    """An invented employer. ``superior`` is in charge of it until the reform."""

    index: int
    tax_code: str
    name: str
    sector: str
    trade: str
    address: str
    province: str
    superior: str
    #: Commune's name, '' where none is set; its code is looked up when it is written.
    commune: str
    park: str
    registered_on: date
    started_on: date
    headcount: int
    women_share: float
    is_stable: bool | None
    has_party: bool
    job: str
    union: int | None = None
    ended_on: date | None = None


@dataclass(slots=True)
class DemoUnion:
    """An invented grassroots or occupational union, under ``superior`` until the reform."""

    index: int
    code: str
    name: str
    kind: str
    sector: str
    province: str
    superior: str
    commune: str
    employer: int | None
    founded_on: date
    is_opening: bool
    density: float
    women_share: float
    ages: tuple[int, int, int]
    address: str
    ended_on: date | None = None
    #: Members now, as indexes of people; while the story is told.
    members: list[int] = field(default_factory=list, repr=False)


@dataclass(frozen=True, slots=True)
class Joining:
    """A person joins a union on a day; ``kind`` as in the ledger. ``contract`` only for foreign workers."""

    person: int
    union: int
    on: date
    kind: str
    contract: tuple[date, date | None] | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    person: int
    union: int
    on: date
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Moving:
    person: int
    from_union: int
    to_union: int
    on: date


@dataclass(frozen=True, slots=True)
class Counted:
    """A headcount of an employer: ``source`` as in the register."""

    employer: int
    on: date
    source: str
    workers: int
    women: int
    foreign: int | None
    seasonal: int | None


@dataclass(slots=True)
class Chapter:
    """What happened in one calendar year, or the part of it that the story covers: [from_on, to_on)."""

    from_on: date
    to_on: date
    employers: list[int] = field(default_factory=list)
    unions: list[int] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    joined: list[Joining] = field(default_factory=list)
    moved: list[Moving] = field(default_factory=list)
    left: list[Leaving] = field(default_factory=list)
    #: Unions that end with their employers, by index.
    dissolved: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CommuneUnion:
    """A commune union set up by the reform."""

    code: str
    commune: str
    #: Code of the province whose communes it belongs to, and of the federation above it.
    communes_of: str
    superior: str


@dataclass(slots=True)
class Reform:
    """What 01/7/2025 made: commune unions, and by code who stands above a union or is in charge of an employer."""

    communes: list[CommuneUnion]
    #: (territory code of the province, commune name) → code of the commune union.
    by_commune: dict[tuple[str, str], str]
    #: Unions of administrative bodies, which end.
    ended: list[int]


@dataclass(slots=True)
class Story:
    """Everything that happened from BOOKS_OPEN up to and with ``until``."""

    until: date
    scale: float
    employers: list[DemoEmployer]
    unions: list[DemoUnion]
    people: list[DemoPerson]
    chapters: list[Chapter]
    reform: Reform | None

    def superior_after(self, province: Province, superior: str, commune: str) -> str:
        """Who stands above a union or an employer since the reform, from who did before it."""
        assert self.reform is not None
        home = province.successor or province.code
        if superior.endswith(tuple(f"-{code}" for code in SECTOR_UNIONS)):
            return f"{home}-{superior.rsplit('-', 1)[1]}"
        if superior in {zone.code for zone in province.zones}:
            return superior
        return self.reform.by_commune.get((province.communes_of, commune), home)


def zone_of(province: Province, code: str) -> Zone | None:
    """The zone union of a province with this code."""
    return next((zone for zone in province.zones if zone.code == code), None)
