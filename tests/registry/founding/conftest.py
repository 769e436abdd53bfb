"""A workplace without a union, the province in charge, two officers named there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.kit.sealed import seal
from congdoan.registry.enterprises.models import Enterprise, HeadcountObservation
from congdoan.registry.fieldwork.models import Visit
from congdoan.registry.founding.actions import RecognitionData, advance
from congdoan.registry.founding.choices import RECOGNISED_STEP
from congdoan.registry.founding.models import Attachment, Contact, Dossier, FoundingFile, Nominee, Rating
from congdoan.registry.founding.queries import following, steps
from congdoan.registry.joining.actions import name_reader
from congdoan.registry.joining.models import Application
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user
from tests.factories.tree import Tree


@dataclass
class Campaign:
    """What the tests act on."""

    tree: Tree
    today: date
    enterprise: Enterprise
    lead: Unit
    first: Actor
    second: Actor
    applications: list[Application] = field(default_factory=list)

    def applies(self, count: int, **values: Any) -> list[Application]:
        given = {"enterprise": self.enterprise, **values}
        made = [
            apply(
                self.today,
                full_name=f"Vàng Thị Số {len(self.applications) + n}",
                citizen_id=f"0121980{len(self.applications) + n:05d}",
                **given,
            ).application
            for n in range(count)
        ]
        self.applications += made
        return made

    @property
    def file(self) -> FoundingFile:
        return FoundingFile.objects.get(enterprise=self.enterprise)

    def up_to(self, code: str, actor: Actor | None = None) -> FoundingFile:
        """Every step before ``code``, today."""
        file = self.file
        way = steps(file.kind, self.today)
        while (coming := following(way, file.step)) is not None and coming.code != code:
            prove(file, coming.proof, self.today)
            file = advance(
                actor=actor or self.first,
                on=self.today,
                pk=file.pk,
                from_step=file.step,
                words="Có biên bản",
            )
        return file

    def ready(self, count: int = 5) -> FoundingFile:
        self.applies(count)
        return self.up_to(RECOGNISED_STEP)

    def decision(self, **values: Any) -> RecognitionData:
        pks = [application.pk for application in self.applications]
        given: dict[str, Any] = {
            "number": "12/QĐ-LĐLĐ",
            "issued_on": self.today,
            "on": self.today,
            "code": "CDMOI",
            "name": "Công đoàn cơ sở Công ty Hoa Sữa",
            "applications": pks,
            "posts": {pks[0]: "chair", pks[1]: "member"} if len(pks) > 1 else {},
            "term_until": date(self.today.year + 5, self.today.month, self.today.day),
            **values,
        }
        return RecognitionData(**given)


def prove(file: FoundingFile, proof: str, on: date) -> None:
    """Keep what a step asks for, as its rows."""
    values: dict[str, dict[str, Any]] = {
        "founders": {"founders_number": "1/QĐ", "founders_on": on},
        "congress": {"held_on": on, "ballots_valid": 5},
        "submission": {"submission_number": "1/TTr", "submission_on": on},
        "appraisal": {"appraised_on": on, "appraiser": "Cán bộ", "appraisal": "Đủ"},
        "launch": {"launch_on": on},
    }
    if proof in values:
        Dossier.objects.update_or_create(file=file, defaults=values[proof])
    if proof in ("founders", "congress"):
        body, post = ("founders", "head") if proof == "founders" else ("executive", "chair")
        applicant = (
            Attachment.objects.filter(file=file).order_by("pk").values_list("application_id", flat=True)[0]
        )
        Nominee.objects.get_or_create(file=file, application_id=applicant, body=body, defaults={"post": post})
    if proof == "survey" and file.enterprise_id is not None:
        HeadcountObservation.objects.get_or_create(
            enterprise_id=file.enterprise_id, on=on, source="survey", defaults={"workers": 60}
        )
    if proof == "visit" and file.enterprise_id is not None:
        Visit.objects.create(
            enterprise_id=file.enterprise_id,
            unit_id=file.leading_unit_id,
            on=on,
            kind="meeting",
            result="informed",
            recorded_at=timezone.now(),
        )
    if proof == "core_group":
        assessor = make_user(f"danh-gia-{file.pk}-{Contact.objects.count()}")
        for place in range(3):
            contact = Contact.objects.create(
                file=file, name_sealed=seal(f"Người {place}"), is_leader=place == 0, added_on=on, added_by="x"
            )
            Rating.objects.create(contact=contact, level=1, on=on, at=timezone.now(), assessor=assessor)


@pytest.fixture
def campaign(tree: Tree, system: Actor, today: date) -> Campaign:
    return make_campaign(tree, system, today)


def make_campaign(tree: Tree, system: Actor, today: date) -> Campaign:
    enterprise = make_workplace(system, tree.north, name="Công ty Hoa Sữa")
    leader = make_user("lanh-dao-bac", home_unit=tree.north)
    give(leader, "leader", tree.north)
    named = []
    for username in ("can-bo-1", "can-bo-2"):
        user = make_user(username, home_unit=tree.north)
        give(user, "officer", tree.north)
        name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=user)
        named.append(acting(user, today))
    return Campaign(tree, today, enterprise, tree.north, named[0], named[1])
