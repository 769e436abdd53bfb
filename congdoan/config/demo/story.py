"""What happened in the demonstration, as plain data: employers, unions, people, and each year's events.

Nothing here touches a database. The same seed, scale and last day give the same story, down to every name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from congdoan.config.demo.bodies import (
    ADMINISTRATIVE_END,
    BOOKS_OPEN,
    COMMUNE_MEMBERS,
    COMMUNE_UNIONS,
    PROVINCES,
    REFORM,
    SECTOR_UNIONS,
    District,
    Province,
    Zone,
    short_place,
)
from congdoan.config.demo.companies import CompanyNames, Trade, tax_code
from congdoan.config.demo.names import DemoPerson, PeopleMaker

#: Shares of a year's admissions by month: Workers' Month (May) and the union's founding month (July) stand out.
_ADMISSIONS_BY_MONTH = (5, 4, 8, 9, 22, 8, 14, 7, 6, 6, 6, 5)
#: People leave after Tết and in summer.
_DEPARTURES_BY_MONTH = (7, 13, 12, 8, 6, 8, 9, 9, 8, 7, 7, 6)
_FOUNDINGS_BY_MONTH = (4, 4, 9, 11, 18, 9, 13, 8, 8, 8, 6, 2)
#: How headcounts of employers moved on average, by year; the last figure goes on.
_GROWTH = {2021: 1.002, 2022: 1.015, 2023: 0.985, 2024: 1.012, 2025: 1.015}
_GROWTH_SINCE = 1.03
_MONTHS = range(1, 13)

_ENDS = {
    "leave": (
        "Chấm dứt hợp đồng lao động",
        "Thôi việc theo nguyện vọng",
        "Chuyển nơi làm việc, không chuyển sinh hoạt",
    ),
    "strike_off": ("Không đóng đoàn phí, không tham gia sinh hoạt từ 6 tháng",),
    "expel": ("Vi phạm kỷ luật theo Điều lệ",),
    "die": ("Từ trần",),
    "retire": ("Nghỉ hưu theo chế độ",),
}
DISSOLVED = "Doanh nghiệp chấm dứt hoạt động"
ADMINISTRATIVE = "Kết thúc hoạt động công đoàn cơ quan hành chính (Công văn 4133/TLĐ-ToC ngày 23/5/2025)"
_JOBS = {
    "C": "Công nhân sản xuất",
    "F": "Công nhân xây dựng",
    "H": "Lái xe, phụ xe",
    "P": "Giáo viên",
    "Q": "Nhân viên y tế",
}


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


def tell(*, until: date, scale: float = 1.0, seed: int = 20211001) -> Story:
    """The whole story up to and with ``until``. ``scale`` shrinks it for tests: 0.02 is about 1,200 members.

    Raises ValueError when it would end before the books open.
    """
    if until <= BOOKS_OPEN:
        raise ValueError(f"Dữ liệu mẫu bắt đầu từ {BOOKS_OPEN:%d/%m/%Y}; hãy chọn ngày sau đó.")
    teller = _Teller(until=until, scale=scale, seed=seed)
    return teller.tell()


@dataclass(slots=True)
class _Part:
    """The state of one province while its story is told."""

    province: Province
    rng: Random
    unions: list[DemoUnion] = field(default_factory=list)
    #: Employers that will have a union, in the order in which it comes.
    waiting: list[DemoEmployer] = field(default_factory=list)


class _Teller:
    def __init__(self, *, until: date, scale: float, seed: int) -> None:
        self.until = until
        self.scale = scale
        self.seed = seed
        self.employers: list[DemoEmployer] = []
        self.unions: list[DemoUnion] = []
        self.people: list[DemoPerson] = []
        self.maker = PeopleMaker(Random(seed))
        self.companies = CompanyNames(Random(seed + 1))
        #: Year of a person's last event, so that nobody does two things in one year.
        self.last_year: list[int] = []
        self.gone: list[tuple[int, str]] = []
        self.at_reform: dict[int, int] = {}

    # ------------------------------------------------------------------ sizes

    def count(self, number: int) -> int:
        return max(1, round(number * self.scale)) if number else 0

    def sizes(self, rng: Random, number: int, total: int, *, spread: float, largest: int) -> list[int]:
        """``number`` sizes from 5 to ``largest`` that add up to about ``total``: few large ones, many small."""
        drawn = [rng.lognormvariate(0, spread) for _ in range(number)]
        factor = total / sum(drawn) if drawn else 0.0
        for _ in range(6):
            sizes = [min(largest, max(5, size * factor)) for size in drawn]
            factor *= total / sum(sizes)
        return [round(size) for size in sizes]

    # ------------------------------------------------------------------ making

    def place(self, part: _Part, *, in_zone: float) -> tuple[str, str, str, str]:
        """(superior, commune, park, address) for an employer."""
        rng, province = part.rng, part.province
        district: District = rng.choices(
            province.districts, weights=[district.weight for district in province.districts]
        )[0]
        commune = rng.choices(
            district.communes, weights=[4 - min(3, at) for at in range(len(district.communes))]
        )[0]
        superior, park, where = district.code, "", f"{commune}, {short_place(province)}"
        drawn = rng.random() * (1 if in_zone else 1e9)
        for zone in province.zones:
            drawn -= zone.share * in_zone
            if drawn < 0:
                park, park_name = rng.choice(zone.parks)
                return zone.code, commune, park, f"Lô {rng.randint(1, 60)}, {park_name}, {where}"
        return superior, commune, park, f"Số {rng.randint(1, 400)}, {where}"

    def employer(
        self, part: _Part, *, sector: str, workers: int, registered_on: date, trade: Trade | None = None
    ) -> DemoEmployer:
        rng, province = part.rng, part.province
        trade = trade or self.companies.trade(sector)
        superior, commune, park, address = self.place(part, in_zone=1.6 if sector == "fdi" else 0.75)
        opening = registered_on <= BOOKS_OPEN
        started_on = (
            date(rng.randint(2004, 2020), rng.randint(1, 12), rng.randint(1, 28))
            if opening
            else registered_on
        )
        made = DemoEmployer(
            index=len(self.employers),
            tax_code=tax_code(len(self.employers) + 1),
            name=self.companies.name(sector, trade),
            sector=sector,
            trade=trade.section,
            address=address,
            province=province.code,
            superior=superior,
            commune=commune,
            park=park,
            registered_on=registered_on,
            started_on=started_on,
            headcount=workers,
            women_share=min(0.92, max(0.05, trade.women + rng.uniform(-0.12, 0.12))),
            is_stable=(rng.random() < 0.9) if workers >= 20 else (rng.random() < 0.6 or None),
            has_party=rng.random() < (0.9 if sector == "soe" else 0.28 if workers >= 100 else 0.04),
            job=_JOBS.get(trade.section, "Nhân viên"),
        )
        self.employers.append(made)
        return made

    def public_employer(self, part: _Part, *, administrative: bool, workers: int) -> DemoEmployer:
        rng, province = part.rng, part.province
        made = self.employer(
            part, sector="non_state", workers=workers, registered_on=BOOKS_OPEN, trade=_PUBLIC_TRADE
        )
        made.park = ""
        if made.superior in {zone.code for zone in province.zones}:
            made.superior = rng.choice(province.districts).code
        district = next(d for d in province.districts if d.code == made.superior)
        made.commune = rng.choice(district.communes)
        made.address = f"{made.commune}, {short_place(province)}"
        made.is_stable, made.has_party = True, True
        if administrative:
            made.sector, made.trade, made.job, made.women_share = "administrative", "O", "Công chức", 0.45
            made.name = f"Cơ quan hành chính mẫu số {len(self.employers)}, {district.territory}"
            return made
        two = made.name.rsplit(" ", 2)
        words = " ".join(two[1:]) if len(two) > 2 else made.name
        made.sector = "public_service"
        ends = "CNYT" if rng.random() < 0.3 else "CNGD"
        if ends == "CNYT":
            kind = rng.choice(("Trung tâm Y tế", "Bệnh viện Đa khoa", "Bệnh viện Y học cổ truyền"))
            made.trade, made.job, made.women_share = "Q", _JOBS["Q"], 0.66
        else:
            kind = rng.choice(("Trường Mầm non", "Trường Tiểu học", "Trường THCS", "Trường THPT"))
            made.trade, made.job, made.women_share = "P", _JOBS["P"], 0.72
        made.name = f"{kind} {words}"
        if rng.random() < 0.35:
            made.superior = f"{province.code}-{ends}"
        return made

    def union(self, part: _Part, employer: DemoEmployer, *, founded_on: date, is_opening: bool) -> DemoUnion:
        rng = part.rng
        low, high = part.province.density
        public = employer.sector in ("public_service", "administrative")
        made = DemoUnion(
            index=len(self.unions),
            code=f"{part.province.code}-{len(part.unions) + 1:04d}",
            name=f"CĐCS {employer.name}",
            kind="grassroots_union",
            sector=employer.sector,
            province=part.province.code,
            superior=employer.superior,
            commune=employer.commune,
            employer=employer.index,
            founded_on=founded_on,
            is_opening=is_opening,
            density=rng.uniform(0.965, 1.0) if public else rng.uniform(low, high),
            women_share=employer.women_share,
            ages=(23, 36, 58) if public else (18, 28, 55),
            address=employer.address,
        )
        employer.union = made.index
        self.unions.append(made)
        part.unions.append(made)
        return made

    def occupational(self, part: _Part, *, founded_on: date, is_opening: bool) -> DemoUnion:
        rng, province = part.rng, part.province
        district = rng.choice(province.districts)
        commune = rng.choice(district.communes)
        trade = rng.choice(("Xe ôm công nghệ", "Taxi", "Bốc xếp", "Giúp việc gia đình", "Nghề cá", "Thợ xây"))
        made = DemoUnion(
            index=len(self.unions),
            code=f"{province.code}-{len(part.unions) + 1:04d}",
            name=f"Nghiệp đoàn cơ sở {trade} {commune}",
            kind="occupational_union",
            sector="informal",
            province=province.code,
            superior=district.code,
            commune=commune,
            employer=None,
            founded_on=founded_on,
            is_opening=is_opening,
            density=rng.uniform(24, 70),
            women_share=0.85 if trade == "Giúp việc gia đình" else 0.1,
            ages=(20, 38, 59),
            address=f"{commune}, {short_place(province)}",
        )
        self.unions.append(made)
        part.unions.append(made)
        return made

    # ------------------------------------------------------------------ joining and leaving

    def join_new(self, chapter: Chapter, union: DemoUnion, number: int, on: date, kind: str) -> None:
        if number <= 0 or on > self.until:
            return
        at = len(self.people)
        self.people += self.maker.make(
            number,
            province=union.province,
            women_share=union.women_share,
            ages=union.ages,
            on=on,
            address=union.address.partition(", ")[2] or union.address,
        )
        fresh = range(at, len(self.people))
        self.last_year += [on.year] * number
        union.members += fresh
        chapter.joined += [Joining(person, union.index, on, kind) for person in fresh]

    def leave_some(self, chapter: Chapter, rng: Random, union: DemoUnion, number: int, on: date) -> None:
        if on > self.until:
            return
        members = union.members
        for _ in range(number):
            if len(members) <= 5:
                return
            for _ in range(4):
                at = int(rng.random() * len(members))
                if self.last_year[members[at]] != on.year:
                    break
            else:
                continue
            person = members[at]
            members[at] = members[-1]
            members.pop()
            self.last_year[person] = on.year
            born = self.people[person].birth_on
            drawn = rng.random()
            age = on.year - born.year
            if age >= 57:
                kind = "retire"
            elif drawn < 0.86:
                kind = "leave"
                self.gone.append((person, union.province))
            else:
                kind = "strike_off" if drawn < 0.975 else "die" if drawn < 0.99 else "expel"
            chapter.left.append(Leaving(person, union.index, on, kind, rng.choice(_ENDS[kind])))

    def leave_all(self, chapter: Chapter, union: DemoUnion, on: date, reason: str) -> None:
        chapter.left += [Leaving(person, union.index, on, "leave", reason) for person in union.members]
        for person in union.members:
            self.last_year[person] = on.year
        union.members = []

    # ------------------------------------------------------------------ telling

    def tell(self) -> Story:
        chapters = list(self._chapters())
        parts = [_Part(province, Random(f"{self.seed} {province.code}")) for province in PROVINCES]
        for part in parts:
            self._open(part, chapters[0])
        for chapter in chapters:
            for part in parts:
                self._year(part, chapter)
            self._transfers(parts, chapter)
            self._readmissions(parts, chapter)
        reform = self._reform() if self.until >= REFORM else None
        for employer in self.employers:
            for chapter in chapters:
                if chapter.from_on <= employer.registered_on < chapter.to_on:
                    chapter.employers.append(employer.index)
        return Story(self.until, self.scale, self.employers, self.unions, self.people, chapters, reform)

    def _chapters(self) -> Iterator[Chapter]:
        starts = BOOKS_OPEN
        after = self.until + timedelta(days=1)
        while starts < after:
            ends = date(starts.year + 1, 1, 1)
            yield Chapter(starts, min(ends, after))
            starts = ends

    def _open(self, part: _Part, chapter: Chapter) -> None:
        """The state when the books open: unions with their members, employers without a union."""
        rng, province = part.rng, part.province
        number = self.count(province.unions)
        sizes = self.sizes(rng, number, round(province.members * self.scale), spread=1.15, largest=1500)
        for size in sizes:
            sector = self._sector(rng, province, size)
            density = rng.uniform(*province.density)
            employer = self.employer(
                part, sector=sector, workers=max(6, round(size / density)), registered_on=BOOKS_OPEN
            )
            union = self.union(part, employer, founded_on=BOOKS_OPEN, is_opening=True)
            union.density = density
            self.join_new(chapter, union, size, BOOKS_OPEN, "opening")
        for administrative, unions, members in (
            (False, province.public_unions, province.public_members),
            (True, province.administrative_unions, province.administrative_members),
        ):
            for size in self.sizes(
                rng, self.count(unions), round(members * self.scale), spread=0.6, largest=300
            ):
                employer = self.public_employer(part, administrative=administrative, workers=size)
                union = self.union(part, employer, founded_on=BOOKS_OPEN, is_opening=True)
                employer.headcount = max(size, round(size / union.density))
                self.join_new(chapter, union, size, BOOKS_OPEN, "opening")
        for _ in range(self.count(province.occupational_unions)):
            union = self.occupational(part, founded_on=BOOKS_OPEN, is_opening=True)
            self.join_new(chapter, union, round(union.density), BOOKS_OPEN, "opening")
        for union in part.unions:
            chapter.unions.append(union.index)
        for _ in range(self.count(province.small_enterprises)):
            workers = min(13, max(1, round(rng.lognormvariate(1.3, 0.6))))
            self.employer(
                part,
                sector="cooperative" if rng.random() < 0.06 else "non_state",
                workers=workers,
                registered_on=BOOKS_OPEN if rng.random() < 0.62 else self._some_day(rng, after=BOOKS_OPEN),
            )
        for at in range(self.count(province.large_uncovered)):
            # A few large foreign investors have had no union for years; the others are newcomers.
            foreign = province.fdi_share > 0.1 and at % 4 == 0
            self.employer(
                part,
                sector="fdi" if foreign else "non_state",
                workers=rng.randint(90, 260) if foreign and self.scale > 0.2 else rng.randint(21, 48),
                registered_on=BOOKS_OPEN
                if foreign and province.code != "NA"
                else self._some_day(rng, after=date(2024, 2, 1)),
            )

    def _sector(self, rng: Random, province: Province, size: int) -> str:
        drawn = rng.random()
        if drawn < province.fdi_share * (1.8 if size > 60 else 0.7):
            return "fdi"
        drawn = rng.random()
        if drawn < 0.05 + (0.05 if province.code == "LC" else 0):
            return "soe"
        return "cooperative" if drawn < 0.1 else "non_state"

    def _some_day(self, rng: Random, *, after: date) -> date:
        days = (date(2026, 6, 30) - after).days
        return after + timedelta(days=rng.randint(20, days))

    def _year(self, part: _Part, chapter: Chapter) -> None:
        rng, year = part.rng, chapter.from_on.year
        for union in list(part.unions):
            if union.ended_on is None:
                self._union_year(part, union, chapter)
        self._found(part, chapter)
        for employer in self.employers:
            if employer.province == part.province.code and employer.union is None:
                self._count_employer(rng, employer, chapter, year)

    def _days(
        self, rng: Random, chapter: Chapter, total: int, weights: tuple[int, ...]
    ) -> list[tuple[date, int]]:
        """``total`` of something on one to four days of the year, as (day, how many), in order."""
        if total <= 0:
            return []
        months = _MONTHS if chapter.from_on.month == 1 else range(chapter.from_on.month, 13)
        batches = min(total, 1 if total <= 3 else 2 if total <= 9 else 3 if total <= 40 else 5)
        drawn = Counter(rng.choices(months, weights=[weights[month - 1] for month in months], k=batches))
        share, rest = divmod(total, batches)
        days: list[tuple[date, int]] = []
        for month, times in sorted(drawn.items()):
            number = share * times + min(rest, times)
            rest -= min(rest, times)
            days.append((date(chapter.from_on.year, month, rng.randint(3, 27)), number))
        return days

    def _union_year(self, part: _Part, union: DemoUnion, chapter: Chapter) -> None:
        rng, year = part.rng, chapter.from_on.year
        span = (13 - chapter.from_on.month) / 12
        administrative = union.sector == "administrative"
        if administrative and year == REFORM.year:
            self.at_reform[union.index] = 0
            if self.until >= ADMINISTRATIVE_END:
                self.leave_all(chapter, union, ADMINISTRATIVE_END, ADMINISTRATIVE)
            if self.until >= REFORM:
                union.ended_on = REFORM
            return
        employer = self.employers[union.employer] if union.employer is not None else None
        ends_on = self._dissolves(rng, union, employer, chapter)
        if employer is not None:
            self._count_employer(rng, employer, chapter, year)
            union.density = min(0.998, union.density + rng.uniform(0, 0.005))
            wanted = min(employer.headcount, max(5, round(union.density * employer.headcount)))
        else:
            union.density *= rng.uniform(1.0, 1.12)
            wanted = round(union.density)
        now = len(union.members)
        turnover = {"administrative": 0.03, "public_service": 0.035}.get(union.sector, 0.085)
        out = min(now, round(now * turnover * span * rng.uniform(0.5, 1.5) + rng.random() - 0.5))
        events = [
            (on, "in", n) for on, n in self._days(rng, chapter, wanted - now + out, _ADMISSIONS_BY_MONTH)
        ]
        out -= min(0, wanted - now + out)
        events += [(on, "out", n) for on, n in self._days(rng, chapter, out, _DEPARTURES_BY_MONTH)]
        for on, way, number in sorted(events):
            if ends_on is not None and on >= ends_on:
                break
            if on >= REFORM and union.index not in self.at_reform:
                self.at_reform[union.index] = len(union.members)
            if way == "in":
                self.join_new(chapter, union, number, on, "admit")
            else:
                self.leave_some(chapter, rng, union, number, on)
        if year == REFORM.year:
            self.at_reform.setdefault(union.index, len(union.members))
        if ends_on is not None and employer is not None and ends_on <= self.until:
            self.leave_all(chapter, union, ends_on, DISSOLVED)
            union.ended_on = employer.ended_on = ends_on
            chapter.dissolved.append(union.index)
            self.at_reform[union.index] = 0
        if (
            union.ended_on is None
            and year >= REFORM.year
            and union.sector == "fdi"
            and now >= 80
            and rng.random() < 0.4
        ):
            self._foreign(rng, union, chapter)

    def _dissolves(
        self, rng: Random, union: DemoUnion, employer: DemoEmployer | None, chapter: Chapter
    ) -> date | None:
        drawn = rng.random()
        if employer is None or union.sector in ("administrative", "public_service", "soe"):
            return None
        if len(union.members) > 45 or union.founded_on.year >= chapter.from_on.year or drawn >= 0.011:
            return None
        return date(chapter.from_on.year, rng.randint(chapter.from_on.month, 12), rng.randint(2, 27))

    def _foreign(self, rng: Random, union: DemoUnion, chapter: Chapter) -> None:
        """Foreign workers with a contract of 12 months and more join, since Law 50/2024/QH15 Art. 5."""
        first = max(REFORM + timedelta(days=30), chapter.from_on)
        on = first + timedelta(days=rng.randint(0, (date(chapter.from_on.year, 12, 20) - first).days))
        number = rng.randint(1, 3)
        if on > self.until:
            return
        at = len(self.people)
        self.people += self.maker.make_foreign(number, on=on, address=union.address)
        self.last_year += [on.year] * number
        began = on - timedelta(days=rng.randint(40, 500))
        contract = (began, date(began.year + 3, began.month, min(began.day, 28)))
        for person in range(at, at + number):
            union.members.append(person)
            chapter.joined.append(Joining(person, union.index, on, "admit", contract))

    def _count_employer(self, rng: Random, employer: DemoEmployer, chapter: Chapter, year: int) -> None:
        """The employer grows or shrinks, and somebody counts it once in the year."""
        covered = employer.union is not None
        growth = _GROWTH.get(year, _GROWTH_SINCE) * rng.uniform(0.93, 1.07)
        drawn, day, month = rng.random(), rng.randint(2, 27), rng.randint(1, 12)
        women_drawn, foreign_drawn = rng.random(), rng.random()
        if employer.registered_on >= chapter.to_on or employer.ended_on is not None:
            return
        if employer.registered_on.year < year:
            grown = round(employer.headcount * growth)
            if not covered:
                # Below the borders of 15 and 20 workers, or clearly above: the names without a union stay the same.
                grown = min(14, grown) if employer.headcount < 15 else max(21, grown)
            employer.headcount = max(1, grown if employer.headcount > 12 else employer.headcount)
        elif chapter.from_on > BOOKS_OPEN and employer.registered_on >= chapter.from_on:
            return
        if not covered and employer.headcount < 15 and (employer.index + year) % 3:
            return
        source = "survey" if drawn < 0.4 else "social_insurance" if drawn < 0.75 else "union_report"
        if source == "union_report" and not covered:
            source = "registration"
        on = date(year, max(month, chapter.from_on.month), day)
        if on > self.until or on < employer.registered_on:
            return
        foreign = round(employer.headcount * 0.02) if employer.sector == "fdi" else None
        chapter.counted.append(
            Counted(
                employer.index,
                on,
                source,
                employer.headcount,
                min(employer.headcount, round(employer.headcount * employer.women_share + women_drawn - 0.5)),
                foreign,
                round(employer.headcount * 0.05 * foreign_drawn) if source == "survey" else None,
            )
        )

    def _found(self, part: _Part, chapter: Chapter) -> None:
        rng, province, year = part.rng, part.province, chapter.from_on.year
        plan = province.foundings
        number = self.count(plan[min(year - 2021, len(plan) - 1)])
        months = list(_MONTHS if chapter.from_on.month == 1 else range(chapter.from_on.month, 13))
        vinh_bao = _VINH_BAO_2025 if province.code == "HP" and year == 2025 else ()
        for at in range(number):
            month = rng.choices(months, weights=[_FOUNDINGS_BY_MONTH[month - 1] for month in months])[0]
            if at < len(vinh_bao) and self.scale == 1:
                month = vinh_bao[at]
            on = date(year, month, rng.randint(4, 26))
            if at == number - 1 and number > 5:
                union = self.occupational(part, founded_on=on, is_opening=False)
            else:
                size = min(220, max(7, round(rng.lognormvariate(3.15, 0.75))))
                sector = self._sector(rng, province, size)
                if province.code == "NA":
                    # Covered in the year they come, so that the plan to the end of 2023 reaches its 100%.
                    registered = max(chapter.from_on, on - timedelta(days=rng.randint(20, 80)))
                else:
                    days = 200 + 365 * rng.choice((0, 1, 1, 2, 3, 5)) + rng.randint(0, 120)
                    registered = max(BOOKS_OPEN, on - timedelta(days=days))
                employer = self.employer(part, sector=sector, workers=size, registered_on=registered)
                if at < len(vinh_bao) and self.scale == 1:
                    self._settle(part, employer, "HP-VB")
                union = self.union(part, employer, founded_on=on, is_opening=False)
                if employer.registered_on < chapter.from_on:
                    employer.headcount = size
            if on > self.until:
                # It lies ahead of the last day: the employer has no union yet.
                self.unions.pop()
                part.unions.pop()
                if union.employer is not None:
                    self.employers[union.employer].union = None
                continue
            chapter.unions.append(union.index)
            if on < REFORM and year == REFORM.year:
                self.at_reform[union.index] = 0
            self._first_members(rng, union, chapter)

    def _settle(self, part: _Part, employer: DemoEmployer, code: str) -> None:
        district = next(district for district in part.province.districts if district.code == code)
        employer.superior, employer.park = code, ""
        employer.commune = part.rng.choice(district.communes)
        employer.address = f"Số {part.rng.randint(1, 90)}, {employer.commune}, {short_place(part.province)}"

    def _first_members(self, rng: Random, union: DemoUnion, chapter: Chapter) -> None:
        """The founders on the founding day, the rest of the first year's members some weeks later."""
        if union.employer is None:
            wanted = round(union.density)
        else:
            wanted = max(5, round(union.density * self.employers[union.employer].headcount))
        first = max(5, round(wanted * rng.uniform(0.5, 0.8)))
        second = union.founded_on + timedelta(days=rng.randint(30, 80))
        self.join_new(chapter, union, first, union.founded_on, "admit")
        if union.founded_on < REFORM:
            self.at_reform[union.index] = first
        if second < date(chapter.from_on.year + 1, 1, 1):
            self.join_new(chapter, union, wanted - first, second, "admit")
            if second < REFORM:
                self.at_reform[union.index] = wanted

    def _transfers(self, parts: list[_Part], chapter: Chapter) -> None:
        """People change their workplace and keep their membership: about one in a hundred a year."""
        year = chapter.from_on.year
        first = chapter.from_on if chapter.from_on.month == 1 else chapter.from_on + timedelta(days=20)
        days = (date(year, 12, 20) - first).days
        for part in parts:
            rng = part.rng
            alive = [
                union
                for union in part.unions
                if union.ended_on is None
                and union.founded_on < first
                and union.sector not in ("administrative", "informal")
                and union.index not in chapter.dissolved
            ]
            total = sum(len(union.members) for union in alive)
            for _ in range(round(total * 0.01) if len(alive) > 1 else 0):
                source, target = rng.sample(alive, 2)
                at = int(rng.random() * len(source.members)) if source.members else 0
                on = first + timedelta(days=rng.randint(0, days))
                if (
                    len(source.members) < 12
                    or on > self.until
                    or (source.sector == "public_service") != (target.sector == "public_service")
                ):
                    continue
                person = source.members[at]
                if self.last_year[person] == year or self.people[person].nationality != "VN":
                    continue
                source.members[at] = source.members[-1]
                source.members.pop()
                target.members.append(person)
                self.last_year[person] = year
                chapter.moved.append(Moving(person, source.index, target.index, on))

    def _readmissions(self, parts: list[_Part], chapter: Chapter) -> None:
        """Some of those who left two years ago and more come back, at another union of the province."""
        year = chapter.from_on.year
        by_code = {part.province.code: part for part in parts}
        back = [item for item in self.gone if self.last_year[item[0]] <= year - 2]
        back_set = set(back[: len(back) // 25])
        self.gone = [item for item in self.gone if item not in back_set]
        for person, code in sorted(back_set):
            part = by_code[code]
            union = part.rng.choice(part.unions)
            on = date(year, part.rng.randint(2, 11), part.rng.randint(3, 27))
            if (
                union.ended_on is not None
                or union.founded_on >= date(year, 1, 1)
                or union.sector
                in (
                    "administrative",
                    "public_service",
                )
            ):
                continue
            if on > self.until or self.until.year - self.people[person].birth_on.year > 58:
                continue
            union.members.append(person)
            self.last_year[person] = year
            chapter.joined.append(Joining(person, union.index, on, "readmit"))

    def _reform(self) -> Reform:
        by_code = {province.code: province for province in PROVINCES}
        zones: set[str] = {zone.code for province in PROVINCES for zone in province.zones}
        members: Counter[tuple[str, str]] = Counter()
        unions: Counter[tuple[str, str]] = Counter()
        ended: list[int] = []
        homes: dict[tuple[str, str], Province] = {}
        for union in self.unions:
            if union.sector == "administrative":
                ended.append(union.index)
                continue
            if union.founded_on >= REFORM or (union.ended_on is not None and union.ended_on <= REFORM):
                continue
            if union.superior in zones or union.superior.endswith(tuple(f"-{end}" for end in SECTOR_UNIONS)):
                continue
            province = by_code[union.province]
            place = (province.communes_of, union.commune)
            homes[place] = province
            unions[place] += 1
            members[place] += self.at_reform.get(union.index, len(union.members))
        least_members = max(5, round(COMMUNE_MEMBERS * self.scale))
        least_unions = max(2, round(COMMUNE_UNIONS * min(1.0, self.scale * 2)))
        communes: list[CommuneUnion] = []
        by_commune: dict[tuple[str, str], str] = {}
        numbers: Counter[str] = Counter()
        for place in sorted(unions):
            if members[place] < least_members or unions[place] < least_unions:
                continue
            province = homes[place]
            home = province.successor or province.code
            numbers[home] += 1
            code = f"{home}-X{numbers[home]:02d}"
            by_commune[place] = code
            communes.append(CommuneUnion(code, place[1], place[0], home))
        return Reform(communes, by_commune, ended)


#: Months of the new unions of Vĩnh Bảo in 2025, before the district ends: so that its plan has something to show.
_VINH_BAO_2025 = (2, 3, 3, 4, 5, 5, 5, 5, 6)
_PUBLIC_TRADE = Trade("P", ("Trường",), 0.7, 1)


def zone_of(province: Province, code: str) -> Zone | None:
    """The zone union of a province with this code."""
    return next((zone for zone in province.zones if zone.code == code), None)
