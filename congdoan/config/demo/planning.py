"""The plans of the demonstration: loaded from examples/plans, given down, completed by hand, and reported on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import congdoan
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on
from congdoan.kit.dates import Period
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.plans.actions import (
    DecisionData,
    Share,
    adjust_assessment,
    allocate,
    demand_at,
    end_plan,
    largest_remainder,
    load_plan_file,
    report_value,
    suggest_split,
)
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.plan_files import load_plans
from congdoan.work.reports.actions import file_stem, write_report
from congdoan.work.reports.models import Report
from congdoan.work.reports.rules import report_day

_SOURCE = "Số liệu mẫu, nhập tay để minh hoạ"


@dataclass(frozen=True)
class _Given:
    """A target that its issuer gives down on a day; ``by`` as in plans.actions.SUGGESTIONS, by quarter or not."""

    plan: str
    target: str
    on: date
    by: str
    quarters: tuple[str, ...] = ()


_GIVEN = (
    _Given("lai-chau-2025", "I-01", date(2025, 3, 20), "unorganised_workers"),
    _Given("vinh-bao-2025", "I-10", date(2025, 3, 1), "unorganised_workers"),
    _Given("binh-duong-2025", "I-19", date(2025, 2, 1), "unorganised_workers"),
    _Given("nghe-an-2023", "I-24", date(2021, 11, 1), "unorganised_workers"),
    _Given(
        "hai-phong-2026",
        "T-01",
        date(2026, 1, 20),
        "unorganised_workers",
        ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"),
    ),
    _Given("hai-phong-2026", "T-03", date(2026, 1, 20), "unorganised_workers"),
)
#: Shares of a year's growth by quarter: May and July weigh.
_QUARTER_WEIGHTS = (18, 38, 27, 17)
#: What a province keeps for the unions that stand directly under it.
_RESERVE = Decimal("0.15")

#: Figures the software does not count yet: (plan, target, day, value).
_BY_HAND = (
    ("lai-chau-2025", "I-05", date(2025, 12, 20), "88.4"),
    ("lai-chau-2025", "I-06", date(2025, 12, 20), "57.2"),
    ("lai-chau-2025", "I-07", date(2025, 3, 20), "1"),
    ("lai-chau-2025", "I-08", date(2025, 12, 20), "92"),
    ("vinh-bao-2025", "I-06", date(2025, 6, 25), "61.5"),
    ("vinh-bao-2025", "I-16", date(2025, 6, 25), "1"),
    ("binh-duong-2025", "I-17", date(2025, 6, 25), "15"),
    ("binh-duong-2025", "I-18", date(2025, 6, 25), "43"),
    ("binh-duong-2025", "I-20", date(2025, 6, 25), "1.1"),
    ("binh-duong-2025", "I-21", date(2025, 6, 25), "97"),
    ("hai-phong-2033", "I-26", date(2025, 12, 20), "82.6"),
    ("hai-phong-2033", "I-27", date(2025, 12, 20), "74.8"),
    ("hai-phong-2033", "I-28", date(2025, 12, 20), "0.86"),
    ("hai-phong-2033", "I-26", date(2026, 6, 30), "81.9"),
    ("hai-phong-2033", "I-27", date(2026, 6, 30), "74.8"),
    ("hai-phong-2033", "I-28", date(2026, 6, 30), "0.52"),
    ("hai-phong-2033", "I-36a", date(2026, 5, 28), "1"),
    ("hai-phong-2033", "I-36b", date(2026, 7, 28), "1"),
    ("hai-phong-2026", "T-07", date(2026, 9, 30), "91.5"),
    ("hai-phong-2026", "T-08", date(2026, 9, 30), "47"),
)

#: Reports that are written for each plan, by the issuing body.
_REPORTS = {
    "lai-chau-2025": ("2025",),
    "vinh-bao-2025": ("2025-H1",),
    "binh-duong-2025": ("2025-H1",),
    "nghe-an-2023": ("2023",),
    "hai-phong-2033": ("2025",),
    "hai-phong-2026": ("2026-H1", "2026-Q3"),
}


def plans_folder() -> Path:
    """Where the example plans are. Raises FileNotFoundError when the project's examples are not there."""
    folder = Path(congdoan.__file__).resolve().parents[1] / "examples" / "plans"
    if not folder.is_dir():
        raise FileNotFoundError(
            f"Không thấy thư mục kế hoạch mẫu {folder}. Hãy chạy dữ liệu mẫu từ mã nguồn của dự án."
        )
    return folder


def load_all(*, actor: Actor) -> list[Plan]:
    """Load the catalogue of indicators and every example plan, each as it was when its period began."""
    install_catalogue()
    return [
        load_plan_file(actor=replace(actor, today=item.period.from_on), plan_file=item).plan
        for item in load_plans(plans_folder()).values()
    ]


def end_those_over(*, actor: Actor, until: date) -> None:
    """Plans whose period is over by ``until`` are ended, on the first day after it."""
    for plan in Plan.objects.filter(state="issued", during__endswith__lte=until):
        end_plan(actor=actor, on=plan.during.upper, plan=plan, reason="Hết kỳ kế hoạch")


def give_down(*, actor: Actor, until: date) -> int:
    """Give targets down by decision, as far as their day has come. Returns how many were given."""
    count = 0
    for given in _GIVEN:
        if given.on > until:
            continue
        target = _target(given.plan, given.target)
        unit = target.plan.issuer
        bodies = {
            version.unit_id: version.unit
            for version in children_on(unit, given.on)
            if not version.kind.holds_members
        }
        if not bodies:
            bodies = {version.unit_id: version.unit for version in children_on(unit, given.on)}
        total = demand_at(target, unit, given.on)
        reserve = (total * _RESERVE).to_integral_value() if len(bodies) > 1 else Decimal(0)
        split = suggest_split(target=target, unit=unit, by=given.by, on=given.on, reserve=reserve).values
        weights = {pk: Decimal(split.get(pk, 0)) for pk in bodies}
        if not any(weights.values()):
            weights = dict.fromkeys(bodies, Decimal(1))
        values = largest_remainder(int(total - reserve), weights)
        allocate(
            actor=actor,
            on=given.on,
            target=target,
            unit=unit,
            items=[
                Share(bodies[pk], Decimal(value), _by_quarter(value, given.quarters))
                for pk, value in values.items()
                if value
            ],
            effective_on=given.on,
            reserve=reserve,
            decision=DecisionData(
                f"{target.code}/QĐ-LĐLĐ (mẫu)", given.on, f"Giao chỉ tiêu {target.name}"[:300]
            ),
        )
        count += 1
    return count


def _by_quarter(value: int, quarters: tuple[str, ...]) -> dict[str, Decimal]:
    if not quarters:
        return {}
    parts = largest_remainder(value, dict(enumerate(map(Decimal, _QUARTER_WEIGHTS))))
    return {code: Decimal(parts[at]) for at, code in enumerate(quarters)}


def adjust_one(*, actor: Actor, until: date) -> None:
    """The adjustment of seed 003 §II.1.2: an economic zone is judged by how its enterprises really grew."""
    on = date(2023, 1, 10)
    if on > until:
        return
    target = _target("nghe-an-2023", "I-24")
    unit = Unit.objects.get(code="NA-KKT")
    item = target.allocations.get(state="issued").items.filter(unit=unit, period="").first()
    if item is None or item.value < 10:
        return
    adjust_assessment(
        actor=actor,
        on=on,
        target=target,
        unit=unit,
        value=(item.value * Decimal("0.6")).to_integral_value(),
        reason="Nhiều dự án trong khu kinh tế chậm tiến độ nên số lao động tuyển mới thấp hơn dự kiến.",
        effective_on=on,
        decision=DecisionData("DC/QĐ-LĐLĐ (mẫu)", on),
    )


def enter_by_hand(*, actor: Actor, until: date) -> int:
    """Figures of rooms that do not count yet, with their source. Returns how many."""
    count = 0
    for plan, code, day, value in _BY_HAND:
        if day > until:
            continue
        target = _target(plan, code)
        if target.indicator.is_available:
            continue
        report_value(
            actor=actor,
            on=until,
            target=target,
            unit=target.plan.issuer,
            value=Decimal(value),
            source=_SOURCE,
            day=day,
        )
        count += 1
    return count


def write_reports(plan: Plan, *, actor: Actor, until: date, out: Path) -> list[Path]:
    """Write the reports of a plan into ``out`` as far as their periods have begun; those that are there stay.

    Returns the paths, old and new.
    """
    paths: list[Path] = []
    for code in _REPORTS.get(plan.code, ()):
        period = Period.parse(code)
        if period.from_on > until:
            continue
        stem = file_stem(plan, plan.issuer, period)
        files = [out / f"{stem}{suffix}" for suffix in (".docx", ".xlsx")]
        kept = Report.objects.filter(plan=plan, unit=plan.issuer, period=code).exists()
        if not kept or not all(file.exists() for file in files):
            write_report(
                actor=actor,
                plan=plan,
                unit=plan.issuer,
                period=period,
                as_of=report_day(period, today=until),
                # A report is signed some days after its period.
                dated_on=min(until, period.to_on + timedelta(days=4)),
                out=out,
            )
        paths += files
    return paths


def _target(plan: str, code: str) -> Target:
    return Target.objects.select_related("plan__issuer", "indicator").get(plan__code=plan, code=code)
