"""A workplace without a union, the province in charge, two officers named there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.founding.actions import RecognitionData, advance
from congdoan.registry.founding.choices import RECOGNISED_STEP
from congdoan.registry.founding.models import FoundingFile
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
