"""Plans come from files: all of them, once, with what changed told."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from congdoan.config.cli import main
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.models import AuditEntry
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.actions import PlanError, load_plan_file
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.plan_files import load_plans
from tests.work.plans.conftest import EXAMPLES, Country

FILES = load_plans(EXAMPLES)


def test_all_plans_load_with_every_target(plans: dict[str, Plan]) -> None:
    assert set(plans) == set(FILES)
    for code, plan in plans.items():
        stored = {target.code: target for target in plan.targets.all()}
        assert set(stored) == {target.code for target in FILES[code].targets}
        for target in FILES[code].targets:
            row = stored[target.code]
            assert (row.operator, row.value, row.citation) == (
                target.operator,
                target.value,
                target.citation or "",
            )
    every = {
        code[:4] for code in Target.objects.exclude(plan__is_invented=True).values_list("code", flat=True)
    }
    assert every == {f"I-{number:02d}" for number in range(1, 38)}
    assert plans["vinh-bao-2025"].parent == plans["hai-phong-2033"]
    assert plans["nghe-an-2023"].state == "ended"
    assert plans["hai-phong-2026"].state == "issued"


def test_the_same_file_again_changes_nothing(plans: dict[str, Plan], system: Actor) -> None:
    before = AuditEntry.objects.count()
    for plan_file in FILES.values():
        again = load_plan_file(actor=system, plan_file=plan_file)
        assert (again.is_new, again.changes) == (False, ())
    assert AuditEntry.objects.count() == before


def test_a_changed_file_updates_and_is_audited(plans: dict[str, Plan], system: Actor) -> None:
    source = FILES["lai-chau-2025"]
    first, *rest = source.targets
    changed = replace(source, title="Tên khác", targets=(replace(first, value=Decimal(1900)), *rest[:-1]))
    found = load_plan_file(actor=system, plan_file=changed)
    assert found.changes == ("kế hoạch: title", "chỉ tiêu I-01: value", "bỏ chỉ tiêu I-08")
    plan = Plan.objects.get(code="lai-chau-2025")
    assert plan.title == "Tên khác"
    assert plan.targets.get(code="I-01").value == 1900
    assert not plan.targets.filter(code="I-08").exists()
    entry = AuditEntry.objects.filter(verb="plans.load").latest("pk")
    assert entry.data["changes"] == list(found.changes)


def test_what_is_missing_is_said(country: Country, system: Actor) -> None:
    with pytest.raises(PlanError, match="danh mục chỉ số chưa có"):
        load_plan_file(actor=system, plan_file=FILES["lai-chau-2025"])
    assert not Indicator.objects.exists()
    with pytest.raises(PlanError, match="hai-phong-2033"):
        load_plan_file(actor=system, plan_file=FILES["vinh-bao-2025"])
    with pytest.raises(PlanError, match="mã XX"):
        load_plan_file(actor=system, plan_file=replace(FILES["lai-chau-2025"], issuer_unit="XX"))
    assert not Plan.objects.exists()


def test_the_command_shows_a_plan_only_at_bodies_it_binds(
    plans: dict[str, Plan], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("congdoan.config.cli.startup.start", lambda: None)
    assert main(["plans", "show", "hai-phong-2026", "--unit", "HP-VB", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert main(["plans", "show", "hai-phong-2026", "--unit", "LC", "--json"]) == 2
    told = capsys.readouterr()
    assert told.out == "" and "không áp dụng" in told.err
