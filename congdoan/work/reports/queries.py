"""Reads of reports: gathering the figures of one, and the reports an actor may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.queries import Groups, stock
from congdoan.foundation.succession.queries import groups_for
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.foundation.units.queries import ancestors_on, children_on, known_version
from congdoan.kit.dates import Period
from congdoan.registry.membership.queries import reconciliation
from congdoan.work.indicators import queries as indicators
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.queries import TargetProgress, children_table, concerns, progress, targets_of
from congdoan.work.plans.rules import SCORED
from congdoan.work.reports import prose, rules
from congdoan.work.reports.choices import DEFAULT_SYMBOL, NUMBER_SYMBOLS, WITH_STANDING_COMMITTEE
from congdoan.work.reports.figures import (
    ChildFigure,
    ChildTarget,
    PlanReport,
    Recipient,
    ReconciliationFigure,
    TargetFigure,
)
from congdoan.work.reports.models import Report

#: How many targets the sheet of bodies below has columns for.
CHILD_TARGETS = 3
_LEVELS = frozenset({"ratio", "average", "stock"})
_LONG_AGO = date(1900, 1, 1)


def visible_reports(actor: Actor) -> QuerySet[Report]:
    """The reports of the bodies in the actor's reach."""
    return Report.objects.filter(scope(actor, rules.VIEW).filter("unit"))


def periods_for(plan: Plan, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The periods a report of the plan can be written for, newest first: (group, [(code, words)]).

    All years, half-years and quarters, and the last twelve months, that lie in the plan and have begun.
    """
    first, last = plan.during.lower, min(plan.during.upper - timedelta(days=1), today)
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for label, starting, limit in (
        ("Quý", Period.quarter_of, 12),
        ("6 tháng", Period.half_of, 6),
        ("Năm", Period.year_of, 12),
        ("Tháng", Period.month_of, 12),
    ):
        found: list[tuple[str, str]] = []
        period = starting(last)
        while period.to_on > first and len(found) < limit and last >= first:
            name = period.name
            found.append((period.code, f"{name[0].upper()}{name[1:]}"))
            period = period.previous()
        if found:
            groups.append((label, found))
    return groups


def gather(
    plan: Plan, unit: Unit, period: Period, as_of: date, *, structure_on: date | None = None
) -> PlanReport:
    """Everything a report of ``plan`` at ``unit`` says, at the end of ``as_of``. ``structure_on`` asks for the structure
    of that later day: the bodies below are those of then, with what counts for them (docs/adr/0012).

    Raises rules.ReportError when the day is not in the period, the plan does not run in it, or does not bind the
    unit. The number of queries grows with the plan's targets, not with the bodies below.
    """
    rules.check_day(period, as_of)
    rules.check_plan_period(plan.title, plan.during.lower, plan.during.upper, period)
    if not concerns(plan, unit):
        raise rules.ReportError(
            f"“{plan.title}” không áp dụng cho {unit.name}: đơn vị không trực thuộc cơ quan ban hành kế hoạch "
            "trong thời gian thực hiện. Hãy chọn kế hoạch hoặc đơn vị khác."
        )
    version = known_version(unit, as_of)
    if version is None:
        raise rules.ReportError(f"{unit.name} chưa có tên và cấp trên trong cây tổ chức. Hãy bổ sung trước.")
    groups = groups_for([unit.pk], structure_on)
    read = progress(plan, unit, as_of, with_trends=False, structure_on=structure_on)
    targets = tuple(_target(item, unit, period, as_of, groups) for item in read.targets)
    chosen = _child_targets(plan, as_of)
    children, remainders = _children(plan, chosen, unit, as_of, structure_on)
    kind = version.kind_id
    committee = "Ban Thường vụ" if kind in WITH_STANDING_COMMITTEE else "Ban Chấp hành"
    capacity, role = f"TM. {committee.upper()}", "CHỦ TỊCH"
    issuer_version = known_version(plan.issuer_id, min(plan.during.lower, as_of))
    issuer_name = issuer_version.name if issuer_version else plan.issuer.name
    if unit.pk == plan.issuer_id:
        committee = plan.issuer_body or committee
        capacity, role = plan.signer_capacity or capacity, plan.signer_role or role
    superior = known_version(version.parent_id, as_of) if version.parent_id else None
    place = _place(unit, version, as_of)
    report = PlanReport(
        plan_code=plan.code,
        plan_title=plan.title,
        plan_number=plan.number,
        plan_issued_on=plan.issued_on,
        plan_issuer=f"{plan.issuer_body} {shortened(issuer_name)}".strip(),
        plan_from=plan.during.lower,
        plan_to=plan.during.upper,
        is_invented=plan.is_invented,
        unit_code=unit.code,
        unit_name=version.name,
        unit_short=shortened(version.name),
        superior=superior.name if superior else "",
        committee=committee,
        signer_capacity=capacity,
        signer_role=role,
        symbol=NUMBER_SYMBOLS.get(kind, DEFAULT_SYMBOL),
        place=place,
        period=period,
        as_of=as_of,
        targets=targets,
        reconciliations=_reconciliations(plan, unit, period, as_of, groups),
        structure="then" if structure_on is None else "today",
        may=_may(unit, period, as_of, groups),
        children=children,
        child_targets=tuple(target.code for target in chosen),
        child_remainders=remainders,
        recipients=_recipients(plan, unit, version, superior, bool(children)),
        open_points=tuple(str(point.get("text", "")) for point in plan.open_points),
    )
    return replace(report, gaps=_gaps(report))


# --------------------------------------------------------------------------------------------------
# Targets
# --------------------------------------------------------------------------------------------------


def _target(
    item: TargetProgress, unit: Unit, period: Period, as_of: date, groups: Groups | None
) -> TargetFigure:
    target, indicator = item.target, item.target.indicator
    goal = item.assessed if item.assessed is not None else item.demand
    lead = prose.growth_word(indicator.code) if indicator.kind == "net" else ""
    # An issued allocation is seen by the software itself; only other sources were typed in by somebody.
    by_hand = bool(item.source) and indicator.code != "allocation_table"
    in_period, last_year = _in_period(item, indicator, unit, period, as_of, groups)
    notice = indicators.notice(indicator)
    notes = [note for note in item.notes if note != notice]
    if item.source and not by_hand:
        notes.append(item.source)
    state = _state(item, as_of)
    # Before its window begins a target has no result yet, whatever the level may be.
    value = None if state == "new" else item.value
    is_share = indicator.kind in {"ratio", "average"} and not by_hand and value is not None
    return TargetFigure(
        code=target.code,
        name=target.name,
        unit_name=target.unit_name,
        kind=target.kind,
        indicator_kind=indicator.kind,
        indicator=indicator.code,
        operator=target.operator,
        wording=target.wording,
        demand=prose.demand_words(
            target.operator,
            item.demand,
            target.value_to if item.demand == target.value else None,
            target.unit_name,
            lead=lead,
        ),
        state=state,
        window_from=item.span.from_on,
        window_to=item.span.to_on,
        target_value=goal,
        original_value=item.demand,
        value=value,
        period_value=in_period,
        start_value=_at_start(item, indicator, unit, period, groups),
        same_last_year=last_year,
        percent=item.value / goal if goal and item.value is not None and target.operator in SCORED else None,
        expected_by_now=item.expected,
        forecast=item.forecast,
        forecast_reason=item.forecast_reason,
        missing=item.missing,
        numerator=Decimal(item.reading.numerator.value) if is_share and item.reading.numerator else None,
        denominator=Decimal(item.reading.denominator.value)
        if is_share and item.reading.denominator
        else None,
        decimals=indicator.decimals,
        citation=target.citation,
        of_which=target.of_which.code if target.of_which else "",
        campaign=target.campaign.name if target.campaign else "",
        note=" ".join(notes),
        explanation=indicator.explanation,
        by_hand=by_hand,
        hand_source=item.source if by_hand else "",
        hand_on=item.read_on if by_hand else None,
        notice=notice,
        is_party=indicator.room == "party" or indicator.code.startswith("party_"),
        open_points=tuple(str(point) for point in target.open_points),
    )


def _state(item: TargetProgress, as_of: date) -> str:
    """The state of plans, with what a report says apart: not begun yet, and figures without a pass mark."""
    if as_of < item.span.from_on:
        return "new"
    if item.value is None:
        return "none"
    if item.state == "none":
        return "open"
    if item.state == "done" and item.target.indicator.kind in _LEVELS:
        return "met"
    return item.state


def _in_period(
    item: TargetProgress,
    indicator: Indicator,
    unit: Unit,
    period: Period,
    as_of: date,
    groups: Groups | None,
) -> tuple[Decimal | None, Decimal | None]:
    """What happened within the report's period and the target's window, and in the same days a year before.

    The year before is None while the books of the unit had not begun then.
    """
    if not indicator.is_available:
        return None, None
    if indicator.kind in _LEVELS:
        return None if as_of < item.span.from_on else item.value, None
    if indicator.kind not in {"net", "flow", "count"}:
        return None, None
    start = max(period.from_on, item.span.from_on)
    end = min(as_of + timedelta(days=1), item.span.to_on)
    if start >= end:
        return None, None
    now = _read(indicator, unit, item.target, start, end, groups)
    begun, ended = _a_year_before(start), _a_year_before(end)
    measure = indicator.numerator["measure"]
    if not stock(measure, [unit.pk], on=begun - timedelta(days=1), groups=groups)[unit.pk]:
        return now, None
    return now, _read(indicator, unit, item.target, begun, ended, groups)


def _read(
    indicator: Indicator, unit: Unit, target: Target, start: date, end: date, groups: Groups | None
) -> Decimal | None:
    return indicators.read(
        indicator,
        unit_id=unit.pk,
        window=(start, end),
        as_of=end - timedelta(days=1),
        scope=target.scope,
        groups=groups,
    ).value


def _at_start(
    item: TargetProgress, indicator: Indicator, unit: Unit, period: Period, groups: Groups | None
) -> Decimal | None:
    """A level on the eve of the period; None where the unit did not exist yet, and nothing that counts for it."""
    if not indicator.is_available or indicator.kind not in _LEVELS:
        return None
    if groups is None and period.from_on <= unit.founded_on:
        return None
    return _read(indicator, unit, item.target, _LONG_AGO, period.from_on, groups)


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return date(day.year - 1, 3, 1)


# --------------------------------------------------------------------------------------------------
# The ledger
# --------------------------------------------------------------------------------------------------


def _reconciliations(
    plan: Plan, unit: Unit, period: Period, as_of: date, groups: Groups | None
) -> tuple[ReconciliationFigure, ...]:
    """The period, and beside it the time since the plan began; the year before where the two are the same."""
    end = as_of + timedelta(days=1)
    now = _ledger(period.name, unit, period.from_on, end, groups)
    if plan.during.lower < period.from_on:
        return now, _ledger("từ đầu kế hoạch", unit, plan.during.lower, end, groups)
    before = _ledger(
        f"cùng kỳ năm {period.from_on.year - 1}",
        unit,
        _a_year_before(period.from_on),
        _a_year_before(end),
        groups,
    )
    return now, before


def _may(unit: Unit, period: Period, as_of: date, groups: Groups | None) -> ReconciliationFigure | None:
    """The ledger of May when the whole month lies in the period and is over."""
    may = Period.month_of(date(period.from_on.year, 5, 1))
    if period.from_on <= may.from_on and may.to_on <= period.to_on and may.last_day <= as_of:
        return _ledger(may.name, unit, may.from_on, may.to_on, groups)
    return None


def _ledger(
    title: str, unit: Unit, from_on: date, to_on: date, groups: Groups | None
) -> ReconciliationFigure:
    found = reconciliation(unit.pk, from_on, to_on, groups=groups)
    lines = [
        *found.lines,
        ("opening", "Số dư khi bắt đầu ghi sổ", found.opening_balances),
        ("reorganised", "Sắp xếp tổ chức", found.reorganised),
        ("structure", "Đơn vị chuyển đến, chuyển đi nguyên tổ chức", found.structure),
    ]
    return ReconciliationFigure(
        title, from_on, to_on, found.opening, tuple(lines), found.closing, found.net_growth
    )


# --------------------------------------------------------------------------------------------------
# Bodies below
# --------------------------------------------------------------------------------------------------


def _child_targets(plan: Plan, as_of: date) -> list[Target]:
    """The targets whose figures add up over the bodies below: net growth first, parts of another one left out."""
    found = [
        target
        for target in targets_of(plan)
        if target.kind == "target"
        and target.indicator.kind in {"net", "flow", "count"}
        and target.indicator.is_available
        and target.of_which_id is None
        and target.window.lower <= as_of
    ]
    found.sort(key=lambda target: target.indicator.kind != "net")
    return found[:CHILD_TARGETS]


def _children(
    plan: Plan, chosen: Sequence[Target], unit: Unit, as_of: date, structure_on: date | None
) -> tuple[tuple[ChildFigure, ...], tuple[Decimal | None, ...]]:
    if not chosen:
        versions = list(children_on(unit, structure_on or as_of))
        members = _members([version.unit_id for version in versions], as_of, structure_on)
        plain = [ChildFigure(v.unit.code, v.name, members[v.unit_id], ()) for v in versions]
        return tuple(plain), ()
    table = children_table(plan, list(chosen), unit, as_of, with_trends=False, structure_on=structure_on)
    columns = [table[target.code] for target in chosen]
    by_unit = [{child.unit.pk: child for child in column.children} for column in columns]
    units = {child.unit.pk: child for child in columns[0].children}
    members = _members(list(units), as_of, structure_on)
    children = [
        ChildFigure(
            child.unit.code,
            child.name if _exists(child.unit, as_of) else f"{child.name} (đã kết thúc)",
            members[pk] if _exists(child.unit, as_of) else None,
            tuple(
                ChildTarget(
                    column[pk].progress.demand if pk in column else None,
                    column[pk].progress.value if pk in column else None,
                    column[pk].progress.state if pk in column else "none",
                )
                for column in by_unit
            ),
        )
        for pk, child in units.items()
    ]
    return tuple(prose.slowest_first(children)), tuple(column.remainder for column in columns)


def _members(unit_ids: list[int], on: date, structure_on: date | None) -> dict[int, int]:
    return stock("members", unit_ids, on=on, groups=groups_for(unit_ids, structure_on))


def _exists(unit: Unit, on: date) -> bool:
    return unit.ended_on is None or on < unit.ended_on


# --------------------------------------------------------------------------------------------------
# Who writes to whom
# --------------------------------------------------------------------------------------------------

_SHORTER = (
    (r"Tổng Liên đoàn Lao động", "Tổng LĐLĐ"),
    (r"Liên đoàn Lao động", "LĐLĐ"),
    (r"Công đoàn cơ sở", "CĐCS"),
    (r"Nghiệp đoàn cơ sở", "NĐCS"),
)
_PREFIX = re.compile(
    r"^(Tỉnh|Thành phố|TP\.?|Huyện|Quận|Thị xã|Xã|Phường|Đặc khu|Thị trấn)\s+", re.IGNORECASE
)
_IN_NAME = re.compile(
    r"\b(?:tỉnh|thành phố|TP\.?|huyện|quận|thị xã|xã|phường|đặc khu)\s+(.+)$", re.IGNORECASE
)


def shortened(name: str) -> str:
    """A body's name as running text has it: "LĐLĐ tỉnh Lai Châu"."""
    for full, short in _SHORTER:
        name = re.sub(full, short, name, flags=re.IGNORECASE)
    return name


def _place(unit: Unit, version: UnitVersion, as_of: date) -> str:
    """Where the report is dated: the body's own territory, else that of the nearest above, else from its name."""
    chain = [version, *reversed(ancestors_on(unit, as_of))]
    for found in chain:
        if found.territory is not None:
            return _PREFIX.sub("", found.territory.name)
    for found in chain:
        match = _IN_NAME.search(found.name)
        if match:
            return match[1]
    return ""


def _recipients(
    plan: Plan, unit: Unit, version: UnitVersion, superior: UnitVersion | None, has_children: bool
) -> tuple[Recipient, ...]:
    """The plan's own list where the issuer reports; for other bodies the superior, themselves, those below."""
    above = [Recipient(shortened(superior.name), "report")] if superior else []
    if unit.pk == plan.issuer_id and plan.recipients:
        listed = [Recipient(str(item["name"]), str(item.get("purpose") or "")) for item in plan.recipients]
        reports_up = any(item.purpose == "report" for item in listed)
        return tuple(listed if reports_up else [*above, *listed])
    head = "Thường trực" if version.kind_id in WITH_STANDING_COMMITTEE else "Ban Chấp hành"
    found = [*above, Recipient(f"{head} {shortened(version.name)}", "direct")]
    if has_children:
        found.append(Recipient("Các đơn vị trực thuộc", "implement"))
    return (*found, Recipient("VT", "file"))


def _gaps(report: PlanReport) -> tuple[str, ...]:
    """What the officer has to fill in before the report can be signed."""
    gaps = []
    if not report.place:
        gaps.append("Chưa biết địa danh: ghi địa bàn cho đơn vị trong cây tổ chức, hoặc điền vào bản Word.")
    if not report.plan_number:
        gaps.append("Kế hoạch chưa có số, ký hiệu: ghi số của kế hoạch nếu đã ban hành.")
    empty = [item for item in report.scored if item.state == "none"]
    if empty:
        names = "; ".join(f"{item.code} {item.name}" for item in empty)
        gaps.append(f"Chưa có số liệu của {len(empty)} chỉ tiêu, hãy nhập số báo cáo kèm nguồn: {names}.")
    if report.children and not any(child.targets and child.targets[0].given for child in report.children):
        gaps.append("Chưa giao chỉ tiêu cho đơn vị trực thuộc nên bảng đơn vị không có tỷ lệ hoàn thành.")
    return tuple(gaps)
