"""What happens in a year of a province."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from congdoan.config.demo.bodies import ADMINISTRATIVE_END, BOOKS_OPEN, REFORM, Province, short_place
from congdoan.config.demo.story.making import Making, Part
from congdoan.config.demo.story.shapes import (
    ADMINISTRATIVE,
    DISSOLVED,
    Chapter,
    Counted,
    DemoEmployer,
    DemoUnion,
    Joining,
)

#: Shares of a year's admissions by month: Workers' Month (May) and the union's founding month (July) stand out.
_ADMISSIONS_BY_MONTH = (5, 4, 8, 9, 22, 8, 14, 7, 6, 6, 6, 5)


#: People leave after Tết and in summer.
_DEPARTURES_BY_MONTH = (7, 13, 12, 8, 6, 8, 9, 9, 8, 7, 7, 6)


_FOUNDINGS_BY_MONTH = (4, 4, 9, 11, 18, 9, 13, 8, 8, 8, 6, 2)


#: How headcounts of employers moved on average, by year; the last figure goes on.
_GROWTH = {2021: 1.002, 2022: 1.015, 2023: 0.985, 2024: 1.012, 2025: 1.015}


_GROWTH_SINCE = 1.03


_MONTHS = range(1, 13)


class Years(Making):
    """What happens in a year of a province."""

    def _open(self, part: Part, chapter: Chapter) -> None:
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

    def _year(self, part: Part, chapter: Chapter) -> None:
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

    def _union_year(self, part: Part, union: DemoUnion, chapter: Chapter) -> None:
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

    def _found(self, part: Part, chapter: Chapter) -> None:
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

    def _settle(self, part: Part, employer: DemoEmployer, code: str) -> None:
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


#: Months of the new unions of Vĩnh Bảo in 2025, before the district ends: so that its plan has something to show.
_VINH_BAO_2025 = (2, 3, 3, 4, 5, 5, 5, 5, 6)
