"""Briefings are tested at the north of the small tree, which has a plan that it is behind with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.kit.dates import Period
from congdoan.work.briefings import actions
from congdoan.work.briefings.actions import BriefingData, ConclusionData
from congdoan.work.briefings.models import Briefing, Conclusion
from congdoan.work.briefings.queries import conclusions_mark
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.actions import (
    DecisionData,
    PlanData,
    Share,
    TargetData,
    add_target,
    allocate,
    create_plan,
    issue_plan,
)
from congdoan.work.plans.models import Plan
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.tree import Tree

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HELD_ON = date(2026, 10, 8)


@dataclass
class Office:
    """The north with its plan, and its officer as an actor of a day."""

    tree: Tree
    plan: Plan
    officer: Actor
    system: Actor

    def at(self, day: date) -> Actor:
        return replace(self.officer, today=day, _grants=None)

    def planned(self, period: str = "2026-Q3", day: date = HELD_ON) -> Briefing:
        """A briefing to come, with both districts invited."""
        made = actions.plan_briefing(
            actor=self.at(day),
            on=day,
            data=BriefingData(
                self.tree.north,
                "briefing",
                Period.parse(period),
                self.plan,
                datetime.combine(day, datetime.min.time().replace(hour=8), ZONE),
                "Phòng họp số 1",
                "đồng chí Chủ tịch",
            ),
        )
        actions.invite(
            actor=self.at(day), on=day, briefing=made, units=[self.tree.north_a, self.tree.north_b]
        )
        return made

    def held(self, period: str = "2026-Q3", day: date = HELD_ON) -> Briefing:
        return actions.hold(actor=self.at(day), on=day, briefing=self.planned(period, day))

    def closed(
        self, *items: ConclusionData, period: str = "2026-Q3", day: date = HELD_ON
    ) -> tuple[Briefing, list[Conclusion]]:
        """A briefing with these conclusions, closed on its day."""
        made = self.held(period, day)
        self.conclude(made, *items, day=day)
        actions.close(actor=self.at(day), on=day, briefing=made)
        made.refresh_from_db()
        return made, list(made.conclusions.order_by("position"))

    def conclude(self, made: Briefing, *items: ConclusionData, day: date = HELD_ON) -> list[Conclusion]:
        return actions.save_conclusions(
            actor=self.at(day), on=day, briefing=made, items=items, seen=conclusions_mark(made)
        )

    def task(self, due_on: date = date(2026, 10, 31), text: str = "Rà soát doanh nghiệp") -> ConclusionData:
        return ConclusionData(text, due_on, unit=self.tree.north_a)


def make_office(tree: Tree, system: Actor) -> Office:
    """Set the north up: a plan of 200 new members of which 3 joined, given wholly to both districts."""
    install_catalogue()
    on = date(2026, 1, 5)
    plan = create_plan(
        actor=system,
        on=on,
        data=PlanData(
            code="bac-2026",
            title="Kế hoạch phát triển đoàn viên năm 2026",
            issuer=tree.north,
            from_on=date(2026, 1, 1),
            to_on=date(2027, 1, 1),
        ),
    )
    target = add_target(
        actor=system,
        on=on,
        plan=plan,
        data=TargetData(
            code="ct-1",
            name="Phát triển đoàn viên thực tăng",
            indicator=Indicator.objects.get(code="members_net_growth"),
            operator="ge",
            value=Decimal(200),
            wording="từ 200 trở lên",
            from_on=date(2026, 1, 1),
            to_on=date(2027, 1, 1),
        ),
    )
    issue_plan(actor=system, on=on, plan=plan, number="12/KH-LĐLĐ", issued_on=on)
    allocate(
        actor=system,
        on=on,
        target=target,
        unit=tree.north,
        items=[Share(tree.north_a, Decimal(120)), Share(tree.north_b, Decimal(80))],
        effective_on=on,
        decision=DecisionData("01/QĐ-LĐLĐ", on),
    )
    make_members(system, tree.unions["NA1"], date(2026, 3, 1), 3)
    user = officer("can-bo", "officer", tree.north)
    return Office(tree, plan, Actor(user=user, today=HELD_ON), system)


@pytest.fixture
def office(tree: Tree, system: Actor) -> Office:
    return make_office(tree, system)
