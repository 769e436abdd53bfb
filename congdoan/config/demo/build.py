"""Writes the story through the actions that screens and imports use.

Quarter by quarter: whatever belongs to a quarter is booked some days after its end, so that "as it was known then"
has something to show. The reform of 01/7/2025 stands between two quarters and parts the work into two stages; within
a stage people, members and employers are written beside each other, since they meet only in the unions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection

from congdoan.config.demo.bodies import (
    ADMINISTRATIVE_END,
    BOOKS_OPEN,
    PROVINCES,
    REFORM,
    ROOT_CODE,
    SECTOR_UNIONS,
    short_place,
)
from congdoan.config.demo.names import DemoPerson
from congdoan.config.demo.story import Chapter, Counted, DemoEmployer, DemoUnion, Joining, Story
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Park, Territory
from congdoan.foundation.units.models import Unit
from congdoan.registry.enterprises.actions import (
    Assignment,
    EnterpriseData,
    HeadcountData,
    HostData,
    JudgementData,
    assign,
    host,
    judge,
    observe_headcounts,
    register_enterprises,
)
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.membership.actions import (
    Admission,
    Departure,
    Transfer,
    admit,
    close_books,
    depart,
    transfer,
)
from congdoan.registry.organisation.actions import (
    Move,
    NewUnion,
    end_unions,
    found_unions,
    move_units,
    record_decision,
)
from congdoan.registry.people.actions import EmploymentData, PersonData, employ, register_people
from congdoan.registry.people.models import Person

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: Days after the end of a quarter on which its last papers are in the books.
_BOOKED_AFTER = timedelta(days=4)
_ENDED = "Chấm dứt hoạt động theo thông báo của cơ quan đăng ký kinh doanh"
_JUDGE = "Khảo sát của công đoàn cấp trên"
#: Marks every paper of the demonstration as made up.
_PAPER = "(mẫu)"

T = TypeVar("T")


@dataclass
class Written:
    """What stands in the database, by the codes and indexes of the story."""

    units: dict[str, Unit] = field(default_factory=dict)
    enterprises: dict[int, Enterprise] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)


@dataclass(frozen=True)
class _Quarter:
    """Days [starts, ends) of a chapter, booked at an instant."""

    chapter: Chapter
    starts: date
    ends: date
    recorded_at: datetime

    @property
    def number(self) -> int:
        return self.starts.toordinal()

    def __contains__(self, day: date) -> bool:
        return self.starts <= day < self.ends


class Builder:
    """Writes one story. ``now`` is the instant nothing is recorded after."""

    def __init__(self, story: Story, *, actor: Actor, now: datetime, say: Callable[[str], None]) -> None:
        self.story = story
        self.actor = actor
        self.now = now
        self.say = say
        self.done = Written()
        self._province = {province.code: province for province in PROVINCES}
        self._communes = _commune_codes()

    def write(self, *, parallel: bool = True) -> Written:
        """Write everything. ``parallel`` uses three connections at once, so that two cores are both at work; without
        it everything goes over the caller's connection and transaction (tests).

        What was written stays when it is interrupted: the caller marks the beginning and the end.
        """
        self._bodies()
        _analyse()
        quarters = [
            _Quarter(chapter, starts, ends, min(self.now, _morning(ends + _BOOKED_AFTER)))
            for chapter in self.story.chapters
            for starts, ends in _quarters(chapter)
        ]
        self._stage([quarter for quarter in quarters if quarter.ends <= REFORM], parallel=parallel)
        after = [quarter for quarter in quarters if quarter.ends > REFORM]
        if after and self.story.reform is not None:
            self._reform()
            self._stage(after, parallel=parallel)
        return self.done

    def write_employments(self) -> None:
        """Where members work; after `write`, and apart from it because nothing else rests on it."""
        self._employments()

    def _stage(self, quarters: list[_Quarter], *, parallel: bool) -> None:
        """Some quarters: their unions first, then people, members and employers beside each other, then what ended."""
        for quarter in quarters:
            self._unions(quarter)
        people: dict[int, Future[None]] = {quarter.number: Future() for quarter in quarters}

        def register() -> None:
            for quarter in quarters:
                try:
                    self._people(quarter)
                except BaseException as error:
                    for waiting in people.values():
                        if not waiting.done():
                            waiting.set_exception(error)
                    raise
                people[quarter.number].set_result(None)

        def members() -> None:
            for quarter in quarters:
                people[quarter.number].result()
                self._membership(quarter)
                if quarter.starts == BOOKS_OPEN:
                    _analyse("people_person", "membership_membership", "membership_movement")

        def employers() -> None:
            for quarter in quarters:
                self._employers(quarter)

        if parallel:
            with ThreadPoolExecutor(3) as pool:
                for done in [pool.submit(_alone, work) for work in (register, members, employers)]:
                    done.result()
        else:
            for work in (register, members, employers):
                work()
        for quarter in quarters:
            self._dissolved(quarter)

    # ------------------------------------------------------------------ bodies

    def _bodies(self) -> None:
        """The tree above the grassroots as it stood when the books opened."""
        (root,) = self._found(
            [
                NewUnion(
                    ROOT_CODE, "Tổng Liên đoàn Lao động Việt Nam", "TLĐ", "confederation", None, BOOKS_OPEN
                )
            ]
        )
        provinces = self._found(
            [
                NewUnion(
                    province.code,
                    province.name,
                    province.short_name,
                    "provincial_federation",
                    root,
                    BOOKS_OPEN,
                    territory=province.territory,
                )
                for province in PROVINCES
            ]
        )
        territories = dict(Territory.objects.filter(level="district").values_list("name", "code"))
        below: list[NewUnion] = []
        parks: list[Park] = []
        for province, unit in zip(PROVINCES, provinces, strict=True):
            place = short_place(province)
            for district in province.districts:
                below.append(
                    NewUnion(
                        district.code,
                        district.name,
                        district.name[:120],
                        "district_federation",
                        unit,
                        BOOKS_OPEN,
                        territory=territories.get(district.territory),
                    )
                )
            for zone in province.zones:
                below.append(
                    NewUnion(
                        zone.code,
                        zone.name,
                        zone.name[:120],
                        "zone_union",
                        unit,
                        BOOKS_OPEN,
                        territory=province.territory,
                    )
                )
                parks += [
                    Park(code=code, name=name, territory_id=province.territory) for code, name in zone.parks
                ]
            for end, name in SECTOR_UNIONS.items():
                below.append(
                    NewUnion(
                        f"{province.code}-{end}",
                        f"{name} {place}",
                        f"{name} {place}"[:120],
                        "sector_union",
                        unit,
                        BOOKS_OPEN,
                        sector="public_service",
                        territory=province.territory,
                    )
                )
        Park.objects.bulk_create(parks, ignore_conflicts=True)
        self._found(below)

    def _found(self, items: list[NewUnion], *, recorded_at: datetime | None = None) -> list[Unit]:
        made = found_unions(actor=self.actor, items=items, recorded_at=recorded_at or _morning(BOOKS_OPEN))
        self.done.units |= {unit.code: unit for unit in made}
        return made

    def _superior(self, thing: DemoUnion | DemoEmployer, on: date) -> Unit:
        """Who stands above a union, or is in charge of an employer, on a day."""
        code = thing.superior
        if on >= REFORM:
            code = self.story.superior_after(self._province[thing.province], code, thing.commune)
        return self.done.units[code]

    # ------------------------------------------------------------------ quarters

    def _unions(self, quarter: _Quarter) -> None:
        unions = [
            union
            for index in quarter.chapter.unions
            if (union := self.story.unions[index]).founded_on in quarter
        ]
        opening = [union for union in unions if union.is_opening]
        self._found([self._new_union(union) for union in opening])
        founded = [union for union in unions if not union.is_opening]
        if founded:
            self._found([self._new_union(union) for union in founded], recorded_at=quarter.recorded_at)

    def _people(self, quarter: _Quarter) -> None:
        fresh = [
            item.person
            for item in quarter.chapter.joined
            if item.on in quarter and item.person not in self.done.people
        ]
        made = register_people(
            actor=self.actor,
            on=quarter.starts,
            items=[_person_data(self.story.people[index]) for index in fresh],
        )
        self.done.people.update(zip(fresh, made, strict=True))

    def _membership(self, quarter: _Quarter) -> None:
        chapter = quarter.chapter
        joined = [item for item in chapter.joined if item.on in quarter]
        self._admit([item for item in joined if item.kind == "opening"], _morning(BOOKS_OPEN))
        self._admit([item for item in joined if item.kind != "opening"], quarter.recorded_at)
        transfer(
            actor=self.actor,
            items=[
                Transfer(
                    self.done.people[item.person],
                    self.done.units[self.story.unions[item.to_union].code],
                    item.on,
                    "Chuyển nơi làm việc",
                )
                for item in chapter.moved
                if item.on in quarter
            ],
            recorded_at=quarter.recorded_at,
        )
        depart(
            actor=self.actor,
            items=[
                Departure(self.done.people[item.person], item.kind, item.on, item.reason)
                for item in chapter.left
                if item.on in quarter
            ],
            recorded_at=quarter.recorded_at,
        )
        if quarter.ends == chapter.to_on:
            self._close_year(chapter)

    def _admit(self, joined: list[Joining], recorded_at: datetime) -> None:
        admit(
            actor=self.actor,
            items=[
                Admission(
                    person=self.done.people[item.person],
                    unit=self.done.units[self.story.unions[item.union].code],
                    on=item.on,
                    kind=item.kind,
                    application_on=item.on - timedelta(days=10) if item.kind != "opening" else None,
                    contract_from=item.contract[0] if item.contract else None,
                    contract_to=item.contract[1] if item.contract else None,
                )
                for item in joined
            ],
            recorded_at=recorded_at,
        )

    def _employers(self, quarter: _Quarter) -> None:
        chapter = quarter.chapter
        counted = [item for item in chapter.counted if item.on in quarter]
        first_counts = {item.employer: item for item in reversed(counted)}
        employers = [
            employer
            for index in chapter.employers
            if (employer := self.story.employers[index]).registered_on in quarter
        ]
        recorded_at = _morning(BOOKS_OPEN) if quarter.starts == BOOKS_OPEN else quarter.recorded_at
        made = register_enterprises(
            actor=self.actor,
            on=quarter.starts,
            items=[self._enterprise(employer, first_counts.get(employer.index)) for employer in employers],
            recorded_at=recorded_at,
        )
        for employer, enterprise in zip(employers, made, strict=True):
            self.done.enterprises[employer.index] = enterprise
        host(
            actor=self.actor,
            items=[
                HostData(self.done.enterprises[union.employer], self.done.units[union.code], union.founded_on)
                for index in chapter.unions
                if (union := self.story.unions[index]).founded_on in quarter and union.employer is not None
            ],
            recorded_at=recorded_at,
        )
        observe_headcounts(
            actor=self.actor,
            on=quarter.ends - timedelta(days=1),
            items=[
                HeadcountData(
                    workers=item.workers,
                    enterprise=self.done.enterprises[item.employer],
                    on=item.on,
                    source=item.source,
                    women=item.women,
                    foreign=item.foreign,
                    seasonal=item.seasonal,
                )
                for item in counted
            ],
            recorded_at=quarter.recorded_at,
        )

    def _enterprise(self, employer: DemoEmployer, counted: Counted | None) -> EnterpriseData:
        on = employer.registered_on
        return EnterpriseData(
            name=employer.name,
            sector=employer.sector,
            tax_code=employer.tax_code,
            trade=employer.trade,
            address=employer.address,
            territory=self._communes.get((self._province[employer.province].communes_of, employer.commune)),
            park=employer.park or None,
            started_on=employer.started_on,
            phone=f"0900{employer.index:06d}",
            registered_on=on,
            unit=self._superior(employer, on),
            headcounts=[
                HeadcountData(
                    workers=counted.workers if counted else employer.headcount, on=on, source="registration"
                )
            ],
            judgements=[
                JudgementData(
                    on=on,
                    operating="operating",
                    is_stable=employer.is_stable,
                    has_party=employer.has_party,
                    reason=_JUDGE,
                )
            ],
        )

    def _new_union(self, union: DemoUnion) -> NewUnion:
        on = union.founded_on
        parent = self._superior(union, on)
        decision = None
        if not union.is_opening:
            # Since the reform a commune union founds nothing: the federation above it recognises.
            after = on >= REFORM
            home = self._province[union.province].successor if after else None
            issuer = self.done.units[home or union.province] if after else parent
            decision = record_decision(
                number=f"{union.code.rsplit('-', 1)[1]}/QĐ-LĐLĐ {_PAPER}",
                issued_on=on,
                issuer=issuer,
                title=f"Công nhận {union.name}",
            )
        return NewUnion(
            union.code,
            union.name,
            union.name[:120],
            union.kind,
            parent,
            on,
            sector=union.sector,
            territory=self._communes.get((self._province[union.province].communes_of, union.commune)),
            decision=decision,
            address=union.address,
            is_opening=union.is_opening,
        )

    def _dissolved(self, quarter: _Quarter) -> None:
        """Unions that ended with their employers; their members have left on that day."""
        for index in quarter.chapter.dissolved:
            union = self.story.unions[index]
            if union.ended_on is None or union.ended_on not in quarter or union.employer is None:
                continue
            unit = self.done.units[union.code]
            end_unions(actor=self.actor, on=union.ended_on, units=[unit], recorded_at=quarter.recorded_at)
            judge(
                actor=self.actor,
                on=union.ended_on,
                items=[
                    JudgementData(
                        enterprise=self.done.enterprises[union.employer],
                        on=union.ended_on,
                        operating="ended",
                        is_stable=False,
                        has_party=False,
                        reason=_ENDED,
                    )
                ],
                recorded_at=quarter.recorded_at,
            )

    def _close_year(self, chapter: Chapter) -> None:
        """Books of a year that is over are closed in the middle of the next January."""
        first = date(chapter.from_on.year + 1, 1, 1)
        closed_on = date(first.year, 1, 15)
        if closed_on > self.story.until:
            return
        self.say(
            f"Năm {chapter.from_on.year}: {_many(len(chapter.joined))} lượt vào, {_many(len(chapter.left))} lượt ra"
        )
        for province in PROVINCES:
            if province.successor and first > REFORM:
                continue
            close_books(
                actor=self.actor,
                unit=self.done.units[province.code],
                until_on=first,
                reason=f"Khoá sổ sau báo cáo năm {chapter.from_on.year}",
                recorded_at=_morning(closed_on),
            )

    # ------------------------------------------------------------------ the reform

    def _reform(self) -> None:
        """01/7/2025: commune unions begin, unions and employers go to their new superiors, old bodies end."""
        reform, story = self.story.reform, self.story
        assert reform is not None
        recorded_at = min(self.now, _morning(REFORM))
        decision = record_decision(
            number=f"2025/QĐ-TLĐ {_PAPER}",
            issued_on=ADMINISTRATIVE_END,
            issuer=self.done.units[ROOT_CODE],
            title="Sắp xếp tổ chức công đoàn ba cấp theo Luật 97/2025/QH15",
        )
        names = dict(Territory.objects.filter(level="commune").values_list("code", "name"))
        communes: list[NewUnion] = []
        for commune in reform.communes:
            territory = self._communes[commune.communes_of, commune.commune]
            name = f"Công đoàn {names[territory][0].lower()}{names[territory][1:]}"
            communes.append(
                NewUnion(
                    commune.code,
                    name,
                    name,
                    "commune_union",
                    self.done.units[commune.superior],
                    REFORM,
                    territory=territory,
                    decision=decision,
                )
            )
        self._found(communes, recorded_at=recorded_at)
        assign(
            actor=self.actor,
            items=[
                Assignment(self.done.enterprises[employer.index], unit, REFORM)
                for employer in story.employers
                if employer.index in self.done.enterprises
                and (unit := self._superior(employer, REFORM)) is not self.done.units[employer.superior]
            ],
            decision=decision,
            recorded_at=recorded_at,
        )
        end_unions(
            actor=self.actor,
            on=REFORM,
            units=[self.done.units[story.unions[index].code] for index in reform.ended],
            decision=decision,
            recorded_at=recorded_at,
        )
        moves = [
            Move(self.done.units[union.code], parent)
            for union in story.unions
            if union.founded_on < REFORM
            and (union.ended_on is None or union.ended_on > REFORM)
            and (parent := self._superior(union, REFORM)) is not self.done.units[union.superior]
        ]
        moves += [
            Move(self.done.units[zone.code], self.done.units[province.successor])
            for province in PROVINCES
            if province.successor
            for zone in province.zones
        ]
        move_units(actor=self.actor, on=REFORM, items=moves, decision=decision)
        ended = [self.done.units[district.code] for province in PROVINCES for district in province.districts]
        for province in PROVINCES:
            if province.successor:
                ended += [self.done.units[f"{province.code}-{end}"] for end in SECTOR_UNIONS]
        end_unions(actor=self.actor, on=REFORM, units=ended, decision=decision, recorded_at=recorded_at)
        end_unions(
            actor=self.actor,
            on=REFORM,
            units=[self.done.units[province.code] for province in PROVINCES if province.successor],
            decision=decision,
            recorded_at=recorded_at,
        )
        self.say(
            f"Sắp xếp 01/7/2025: {len(communes)} công đoàn xã, phường; {len(moves)} đơn vị chuyển; "
            f"{len(ended)} công đoàn cấp huyện, ngành và {len(reform.ended)} công đoàn cơ quan hành chính kết thúc"
        )

    # ------------------------------------------------------------------ employment

    def _employments(self) -> None:
        """Where members work since they joined or changed the workplace; what ended before last year is left out."""
        recent = date(self.story.until.year - 1, 1, 1)
        began: dict[int, tuple[int, date, Any]] = {}
        items: list[EmploymentData] = []

        def end(person: int, until: date | None) -> None:
            union_index, since, contract = began.pop(person, (0, BOOKS_OPEN, None))
            union = self.story.unions[union_index]
            if union.employer is None or (until is not None and (until <= since or until < recent)):
                return
            employer = self.story.employers[union.employer]
            state = employer.sector in ("administrative", "public_service")
            items.append(
                EmploymentData(
                    person=self.done.people[person],
                    enterprise=self.done.enterprises[employer.index],
                    from_on=since,
                    until_on=until,
                    contract_kind="civil_servant" if state else "fixed" if contract else "indefinite",
                    contract_from=contract[0] if contract else None,
                    contract_to=contract[1] if contract else None,
                    job_title=employer.job,
                )
            )

        for chapter in self.story.chapters:
            for joined in chapter.joined:
                began[joined.person] = (
                    joined.union,
                    joined.contract[0] if joined.contract else joined.on,
                    joined.contract,
                )
            for moved in chapter.moved:
                end(moved.person, moved.on)
                began[moved.person] = (moved.to_union, moved.on, None)
            for left in chapter.left:
                # Who leaves with the union of an administrative body goes on working there.
                stays = left.kind == "strike_off" or left.on == ADMINISTRATIVE_END
                end(left.person, None if stays else left.on)
        for person in list(began):
            end(person, None)
        for part in _batches(items, 20_000):
            employ(actor=self.actor, items=part)


def _alone(work: Callable[[], None]) -> None:
    """Do the work in this thread, and give its connection back."""
    try:
        work()
    finally:
        connection.close()


def _analyse(*tables: str) -> None:
    """Tell the planner how large tables have become: it plans for empty ones until somebody does."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _many(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _person_data(person: DemoPerson) -> PersonData:
    return PersonData(
        full_name=person.full_name,
        birth_on=person.birth_on,
        sex=person.sex,
        nationality=person.nationality,
        citizen_id=person.citizen_id,
        passport=person.passport,
        ethnicity=person.ethnicity,
        phone=person.phone,
        email=person.email,
        address=person.address,
        hometown=person.hometown,
        card_number=person.card_number,
    )


def _quarters(chapter: Chapter) -> Iterable[tuple[date, date]]:
    starts = chapter.from_on
    while starts < chapter.to_on:
        month = (starts.month - 1) // 3 * 3 + 4
        ends = date(starts.year + month // 13, (month - 1) % 12 + 1, 1)
        yield starts, min(ends, chapter.to_on)
        starts = ends


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), _ZONE)


def _batches(items: list[T], size: int) -> Iterable[list[T]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


def _commune_codes() -> dict[tuple[str, str], str]:
    """(code of the province, name without its kind) → territory code."""
    found: dict[tuple[str, str], str] = {}
    for code, name, parent in Territory.objects.filter(level="commune").values_list(
        "code", "name", "parent_id"
    ):
        for kind in ("Phường ", "Xã ", "Đặc khu "):
            name = name.removeprefix(kind)
        found[parent, name.strip()] = code
    return found
