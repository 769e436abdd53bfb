"""The whole story, year by year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from congdoan.config.demo.bodies import (
    BOOKS_OPEN,
    COMMUNE_MEMBERS,
    COMMUNE_UNIONS,
    PROVINCES,
    REFORM,
    SECTOR_UNIONS,
    Province,
)
from congdoan.config.demo.story.making import Part
from congdoan.config.demo.story.shapes import Chapter, CommuneUnion, Joining, Moving, Reform, Story
from congdoan.config.demo.story.years import Years


def tell(*, until: date, scale: float = 1.0, seed: int = 20211001) -> Story:
    """The whole story up to and with ``until``. ``scale`` shrinks it for tests: 0.02 is about 1,200 members.

    Raises ValueError when it would end before the books open.
    """
    if until <= BOOKS_OPEN:
        raise ValueError(f"Dữ liệu mẫu bắt đầu từ {BOOKS_OPEN:%d/%m/%Y}; hãy chọn ngày sau đó.")
    teller = _Teller(until=until, scale=scale, seed=seed)
    return teller.tell()


class _Teller(Years):
    """The whole story, year by year."""

    def tell(self) -> Story:
        chapters = list(self._chapters())
        parts = [Part(province, Random(f"{self.seed} {province.code}")) for province in PROVINCES]
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

    def _transfers(self, parts: list[Part], chapter: Chapter) -> None:
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

    def _readmissions(self, parts: list[Part], chapter: Chapter) -> None:
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
