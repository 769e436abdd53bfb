"""A small round of returns: a province asks a form of its districts and unions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.returns.actions import make_obligations, publish, save_draft
from congdoan.work.returns.models import Obligation, ReturnForm
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.factories.users import make_actor

#: A form small enough to be read, with every kind of cell.
SHEET: dict[str, Any] = {
    "code": "to-khai",
    "title": "Báo cáo thử",
    "cadence": "month",
    "owed_by": ["district_federation", "grassroots_union"],
    "deadlines": {"opens": 1, "due": 5, "late": 8},
    "closes_books": True,
    "sections": [
        {
            "code": "members",
            "title": "Đoàn viên",
            "columns": [
                {"code": "total", "title": "Tổng số"},
                {"code": "women", "title": "Nữ", "scope": {"sex": "f"}},
            ],
            "rows": [
                {"code": "start", "title": "Đầu kỳ", "indicator": "members_total", "window": "start"},
                {"code": "net", "title": "Thực tăng", "indicator": "members_net_growth"},
                {"code": "end", "title": "Cuối kỳ", "indicator": "members_total", "window": "end"},
                {"code": "labour", "title": "Lao động", "measure": "workers", "window": "end"},
                {"code": "contracts", "title": "Ký hợp đồng", "required": True, "columns": ["total"]},
                {"code": "men", "title": "Nam", "formula": "end.total - end.women", "columns": ["total"]},
            ],
        }
    ],
    "checks": [
        {
            "code": "contracts",
            "level": "hard",
            "left": "contracts.total",
            "operator": "le",
            "right": "end.total",
            "message": "Hợp đồng không nhiều hơn đoàn viên",
        },
        {
            "code": "women",
            "level": "soft",
            "left": "end.women",
            "operator": "ge",
            "right": "1",
            "message": "Thường có đoàn viên nữ",
        },
    ],
    "texts": [{"code": "said", "title": "Kết quả"}],
}
PERIOD = "2026-10"
DAY = date(2026, 11, 3)


@dataclass
class Round:
    tree: Tree
    form: ReturnForm
    system: Actor

    def owed(self, code: str) -> Obligation:
        return Obligation.objects.select_related("unit", "superior", "form", "version").get(
            form=self.form, unit__code=code, period=PERIOD
        )

    def unit(self, code: str) -> Unit:
        return Unit.objects.get(code=code)


def make_round(tree: Tree, system: Actor) -> Round:
    install_catalogue()
    make_members(system, tree.unions["NA1"], date(2026, 3, 1), 20)
    make_members(system, tree.unions["NA1"], date(2026, 10, 5), 4, start=20)
    make_members(system, tree.unions["NA2"], date(2026, 3, 1), 6, start=30)
    form = save_draft(actor=system, owner=tree.north, data=SHEET).form
    publish(actor=system, form=form)
    make_obligations(actor=system, form=form, period=PERIOD)
    return Round(tree, form, system)


@pytest.fixture
def turn(tree: Tree, system: Actor) -> Round:
    return make_round(tree, system)


@pytest.fixture
def people(turn: Round) -> dict[str, Actor]:
    """Who acts: the union's committee, the district's leader and officer, the province, a neighbour, a stranger."""
    tree = turn.tree
    return {
        "committee": make_actor(DAY, tree.unions["NA1"], "committee", reach="own"),
        "district": make_actor(DAY, tree.north_a, "leader"),
        "officer": make_actor(DAY, tree.north_a, "officer"),
        "province": make_actor(DAY, tree.north, "leader"),
        "neighbour": make_actor(DAY, tree.north_b, "leader"),
        "viewer": make_actor(DAY, tree.unions["NA1"], "viewer", reach="own"),
        "stranger": make_actor(DAY, None),
    }
