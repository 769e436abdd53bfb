"""A small country for plans: the bodies that the plans name, and ways to book figures for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import append, fold
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.foundation.units.models import Unit
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.plans.actions import load_plan_file
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.plan_files import load_plans

EXAMPLES = Path(__file__).parents[3] / "examples" / "plans"
FOUNDED = date(2015, 1, 1)
BOOKED_AT = datetime(2026, 11, 18, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@dataclass
class Country:
    """TLD > four provinces; Hải Phòng > three districts (one of them Vĩnh Bảo) > two grassroots unions each."""

    units: dict[str, Unit] = field(default_factory=dict)

    def __getitem__(self, code: str) -> Unit:
        return self.units[code]

    def book(self, measure: str, code: str, day: date, n: int, **dims: object) -> None:
        """Append a delta at a unit."""
        with transaction.atomic():
            append(measure=measure, rows=[(self[code].pk, dims, day, n)], recorded_at=BOOKED_AT)

    def members(
        self, code: str, day: date, n: int, movement: str = "admit", sector: str = "non_state"
    ) -> None:
        self.book("members", code, day, n, sector=sector, sex="f", movement=movement)

    def enterprises(self, code: str, day: date, n: int, *, band: int, **dims: object) -> None:
        """n enterprises of a band, with as many workers each as the band's border."""
        full = {
            "sector": "non_state",
            "band": band,
            "operating": "operating",
            "is_stable": True,
            "has_party": False,
            "has_union": False,
        } | dims
        self.book("enterprises", code, day, n, **full)
        self.book("workers", code, day, n * band, **full)

    def unions(self, code: str, day: date, n: int, movement: str = "found") -> None:
        self.book("unions", code, day, n, kind="grassroots_union", sector="non_state", movement=movement)


@pytest.fixture
def country(db: None, system: Actor) -> Country:
    return grow_country(system)


def grow_country(system: Actor) -> Country:
    """Make the bodies, all founded on FOUNDED."""
    made = Country()

    def make(kind: str, parent: str | None, *codes: str, sector: str | None = None) -> None:
        above = made.units.get(parent) if parent else None
        items = [NewUnit(code, f"Đơn vị {code}", code, kind, above, FOUNDED, sector=sector) for code in codes]
        made.units |= {unit.code: unit for unit in create_units(actor=system, items=items)}

    make("confederation", None, "TLD")
    make("provincial_federation", "TLD", "LC", "HP", "BD", "NA")
    make("district_federation", "HP", "HP-VB", "HP-AD", "HP-TL")
    for district in ("HP-VB", "HP-AD", "HP-TL"):
        make("grassroots_union", district, f"{district}-1", f"{district}-2", sector="non_state")
    for province in ("LC", "BD", "NA"):
        make("district_federation", province, f"{province}-H")
        make("grassroots_union", f"{province}-H", f"{province}-H-1", sector="non_state")
    return made


@pytest.fixture
def plans(country: Country, system: Actor) -> dict[str, Plan]:
    """The five plans and the invented one, loaded."""
    install_catalogue()
    return {
        code: load_plan_file(actor=system, plan_file=plan_file).plan
        for code, plan_file in load_plans(EXAMPLES).items()
    }


@pytest.fixture
def target(plans: dict[str, Plan]) -> Callable[[str, str], Target]:
    """A target by plan and code."""
    return lambda plan, code: Target.objects.select_related("indicator", "plan__issuer", "campaign").get(
        plan__code=plan, code=code
    )


@pytest.fixture
def folded() -> Callable[[], int]:
    return fold
