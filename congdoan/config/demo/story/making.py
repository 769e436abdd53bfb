"""What a story is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from congdoan.config.demo.bodies import BOOKS_OPEN, District, Province, short_place
from congdoan.config.demo.companies import CompanyNames, Trade, tax_code
from congdoan.config.demo.names import DemoPerson, PeopleMaker
from congdoan.config.demo.story.shapes import Chapter, DemoEmployer, DemoUnion, Joining, Leaving

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


_JOBS = {
    "C": "Công nhân sản xuất",
    "F": "Công nhân xây dựng",
    "H": "Lái xe, phụ xe",
    "P": "Giáo viên",
    "Q": "Nhân viên y tế",
}


@dataclass(slots=True)
class Part:
    """The state of one province while its story is told."""

    province: Province
    rng: Random
    unions: list[DemoUnion] = field(default_factory=list)
    #: Employers that will have a union, in the order in which it comes.
    waiting: list[DemoEmployer] = field(default_factory=list)


class Making:
    """What a story is made of: employers, unions, people who come and go."""

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

    def place(self, part: Part, *, in_zone: float) -> tuple[str, str, str, str]:
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
        self, part: Part, *, sector: str, workers: int, registered_on: date, trade: Trade | None = None
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

    def public_employer(self, part: Part, *, administrative: bool, workers: int) -> DemoEmployer:
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

    def union(self, part: Part, employer: DemoEmployer, *, founded_on: date, is_opening: bool) -> DemoUnion:
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

    def occupational(self, part: Part, *, founded_on: date, is_opening: bool) -> DemoUnion:
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


_PUBLIC_TRADE = Trade("P", ("Trường",), 0.7, 1)
