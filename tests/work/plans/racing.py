"""Setting up committed rows for tests in which two connections meet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from congdoan.foundation.access.actions import install_default_roles
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.actions import install_catalogues
from congdoan.foundation.units.actions import install_kinds
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.plans.actions import DecisionData, Share, allocate, load_plan_file
from congdoan.work.plans.models import Allocation, Target
from congdoan.work.plans.plan_files import load_plans
from tests.work.plans.conftest import EXAMPLES, Country, grow_country


def prepare(today: date) -> tuple[Allocation, Country, Actor]:
    """A target of 1,900 in force at HP, given wholly to one body. Everything is committed."""
    install_catalogues()
    install_kinds()
    install_default_roles(on=today)
    install_catalogue()
    system = Actor.system("kiểm thử", today=today)
    country = grow_country(system)
    for plan_file in load_plans(EXAMPLES).values():
        load_plan_file(actor=system, plan_file=plan_file)
    allocation = allocate(
        actor=system,
        on=date(2026, 1, 20),
        target=Target.objects.get(plan__code="hai-phong-2026", code="T-01"),
        unit=country["HP"],
        items=[Share(country["HP-VB"], Decimal(1900))],
        effective_on=date(2026, 1, 20),
        decision=DecisionData("15/QĐ-LĐLĐ", date(2026, 1, 20)),
    )
    return allocation, country, system
