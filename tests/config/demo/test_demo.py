"""A tiny demonstration from end to end: exact to the last figure, complete, and the same when asked again."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from congdoan.config.cli.check_data import check
from congdoan.config.demo import stage
from congdoan.config.demo.users import PASSWORD
from congdoan.foundation.access.queries import home_unit
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.registry.membership.models import BookClosing, Movement
from congdoan.work.plans.models import Adjustment, Allocation, Plan
from congdoan.work.reports.models import Report
from congdoan.work.returns.models import Obligation

TODAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
PLANS = {
    "lai-chau-2025": "LC",
    "vinh-bao-2025": "HP-VB",
    "binh-duong-2025": "BD",
    "nghe-an-2023": "NA",
    "hai-phong-2033": "HP",
    "hai-phong-2026": "HP",
}


@pytest.fixture
def demo(db: None, tmp_path: Path) -> list[str]:
    said: list[str] = []
    stage.build(today=TODAY, home=tmp_path, say=said.append, now=NOW, scale=0.012, parallel=False)
    return said


@pytest.mark.slow
def test_from_nothing_to_reports(demo: list[str], tmp_path: Path) -> None:
    answer = stage.answer(today=TODAY, home=tmp_path, began=time.monotonic())
    assert {plan["code"]: plan["unit"] for plan in answer["plans"]} == PLANS
    for plan in answer["plans"]:
        assert plan["targets"] and plan["reports"]
        for target in plan["targets"]:
            keys = {"indicator", "operator", "target", "value", "as_of", "status", "citation"}
            assert keys <= target.keys()
        assert all(Path(path).stat().st_size > 5000 for path in plan["reports"])
    assert set(answer) == {"plans", "members", "unions", "enterprises", "seconds"}
    alive = Unit.objects.filter(
        ended_on__isnull=True, versions__kind__is_grassroots=True, versions__during__contains=TODAY
    )
    assert answer["unions"] == alive.count()
    assert answer["members"] == sum(Movement.objects.values_list("sign", flat=True))

    assert check() == {"measures": [], "tree": [], "ledger": [], "standings": []}

    counts = (Movement.objects.count(), Report.objects.count(), Plan.objects.count(), User.objects.count())
    assert stage.state() == "demo"
    again = stage.answer(today=TODAY, home=tmp_path, began=time.monotonic())
    assert again["plans"] == answer["plans"]
    assert counts == (
        Movement.objects.count(),
        Report.objects.count(),
        Plan.objects.count(),
        User.objects.count(),
    )
    with pytest.raises(stage.DemoRefused):
        stage.build(today=TODAY, home=tmp_path, say=demo.append, now=NOW, scale=0.012, parallel=False)

    # What the year of an office leaves behind.
    assert Allocation.objects.filter(state="issued").count() >= 5
    assert Adjustment.objects.count() <= 1
    assert BookClosing.objects.filter(unit__code="HP").count() == 5
    assert not Unit.objects.filter(code__in=["HD", "BD", "HP-VB"], ended_on__isnull=True).exists()
    assert any("Nhập doan-vien-moi-HP" in line for line in demo)

    # Returns at three levels: the provinces to the country, bodies to their province, unions to their body.
    states: dict[str, set[str]] = {"TLD": set(), "HP": set(), "": set()}
    for superior, state in Obligation.objects.values_list("superior__code", "made__state"):
        states[superior if superior in states else ""].add(state)
    assert states["TLD"] == {"accepted", "returned", "submitted", "draft"}
    assert {"accepted", "draft"} <= states["HP"]
    assert states[""]
    late = Obligation.objects.filter(superior__code="TLD", made__state="draft", late_on__lt=TODAY)
    assert [item.unit.code for item in late] == ["HCM"]

    # One user for each role, each with a body of their own, and the password they are told.
    users = stage.signs_in()
    assert {user.role for user in users} == {
        "administrator",
        "leader",
        "officer",
        "committee",
        "collaborator",
        "inspector",
        "viewer",
    }
    for user in users:
        account = User.objects.get(username=user.username)
        unit = home_unit(Actor(account, TODAY))
        # A collaborator looks at no body, only at what is to be surveyed.
        assert (unit.code if unit else "") == ("" if user.role == "collaborator" else user.unit)
        assert account.check_password(PASSWORD) and not account.is_superuser


def test_other_data_is_left_alone(tree: object, tmp_path: Path) -> None:
    assert stage.state() == "other"
    with pytest.raises(stage.DemoRefused):
        stage.build(today=TODAY, home=tmp_path, say=print, now=NOW)
    with pytest.raises(stage.DemoRefused):
        stage.wipe()
