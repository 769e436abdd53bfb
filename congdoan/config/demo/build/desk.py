"""What every part of the writing looks up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from congdoan.config.demo.bodies import BOOKS_OPEN, PROVINCES, REFORM
from congdoan.config.demo.names import DemoPerson
from congdoan.config.demo.story import Chapter, Counted, DemoEmployer, DemoUnion, Joining, Story
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Territory
from congdoan.foundation.units.actions import keep_decision
from congdoan.foundation.units.models import Unit
from congdoan.registry.enterprises.actions import EnterpriseData, HeadcountData, JudgementData
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.membership.actions import Admission, admit
from congdoan.registry.organisation.actions import NewUnion, found_unions
from congdoan.registry.people.actions import PersonData
from congdoan.registry.people.models import Person

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


_JUDGE = "Khảo sát của công đoàn cấp trên"


#: Marks every paper of the demonstration as made up.
PAPER = "(mẫu)"


@dataclass
class Written:
    """What stands in the database, by the codes and indexes of the story."""

    units: dict[str, Unit] = field(default_factory=dict)
    enterprises: dict[int, Enterprise] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)


@dataclass(frozen=True)
class Quarter:
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


class Desk:
    """What every part of the writing looks up."""

    def __init__(
        self, story: Story, *, actor: Actor, now: datetime, say: Callable[[str], None], folder: Path
    ) -> None:
        """``folder``: where sample files go."""
        self.folder = folder
        self.story = story
        self.actor = actor
        self.now = now
        self.say = say
        self.done = Written()
        self._province = {province.code: province for province in PROVINCES}
        self._communes = _commune_codes()

    def _found(self, items: list[NewUnion], *, recorded_at: datetime | None = None) -> list[Unit]:
        made = found_unions(actor=self.actor, items=items, recorded_at=recorded_at or morning(BOOKS_OPEN))
        self.done.units |= {unit.code: unit for unit in made}
        return made

    def _superior(self, thing: DemoUnion | DemoEmployer, on: date) -> Unit:
        """Who stands above a union, or is in charge of an employer, on a day."""
        code = thing.superior
        if on >= REFORM:
            code = self.story.superior_after(self._province[thing.province], code, thing.commune)
        return self.done.units[code]

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
            decision = keep_decision(
                actor=self.actor,
                number=f"{union.code.rsplit('-', 1)[1]}/QĐ-LĐLĐ {PAPER}",
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


def person_data(person: DemoPerson) -> PersonData:
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


def morning(day: date) -> datetime:
    return datetime.combine(day, time(8), _ZONE)


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
