"""Writes of plans: loading, issuing, giving down, revising, adjusting, reporting.

Every action checks the right, locks what two officers could change at once, writes, and leaves an audit row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.measures.queries import flow, stock
from congdoan.foundation.units.models import Decision, Unit
from congdoan.foundation.units.queries import children_on, may_decide, version_on
from congdoan.kit.dates import Period, PeriodError, format_date
from congdoan.kit.numbers import format_number
from congdoan.work.indicators.models import Indicator
from congdoan.work.indicators.queries import Figures, flow_between
from congdoan.work.indicators.rules import UncountableThreshold, check_threshold
from congdoan.work.plans import plan_files
from congdoan.work.plans.models import (
    Adjustment,
    Allocation,
    AllocationItem,
    Campaign,
    Plan,
    ReportedValue,
    Target,
)
from congdoan.work.plans.queries import ADDITIVE, given_to
from congdoan.work.plans.rules import span_of


class PlanError(ValueError):
    """Something a plan cannot be or become; the Vietnamese message says what and what to do."""


class DoesNotAddUp(PlanError):
    """What is given down and held back is not the whole. ``difference`` = whole − given − reserve."""

    def __init__(self, message: str, difference: Decimal) -> None:
        super().__init__(message)
        self.difference = difference


class ChangedMeanwhile(PlanError):
    """Another officer gave the target down, or revised it, while this one was editing."""


# --- loading


@dataclass(frozen=True)
class LoadedPlan:
    """What loading a file did: the plan, whether it is new, and what changed in words ([] for nothing)."""

    plan: Plan
    is_new: bool
    changes: tuple[str, ...]


@transaction.atomic
def load_plan_file(*, actor: Actor, plan_file: plan_files.PlanFile) -> LoadedPlan:
    """Bring a plan to what its file says: plan, campaigns and targets. The same file again changes nothing.

    What has been added by hand under other codes stays; a target that the file no longer has is removed unless it
    was given down, adjusted or reported on. Raises PlanError when the issuing body, the parent plan or an
    indicator is not there, Forbidden without plans.edit at the issuer.
    """
    issuer = Unit.objects.filter(code=plan_file.issuer_unit).first()
    if issuer is None:
        raise PlanError(
            f"Kế hoạch {plan_file.code}: chưa có đơn vị ban hành mang mã {plan_file.issuer_unit}. Hãy lập đơn vị"
            " này trước khi nạp kế hoạch."
        )
    require(actor, "plans.edit", issuer)
    parent = None
    if plan_file.parent is not None:
        parent = Plan.objects.filter(code=plan_file.parent).first()
        if parent is None:
            raise PlanError(
                f"Kế hoạch {plan_file.code}: chưa có kế hoạch cấp trên {plan_file.parent}. Hãy nạp kế hoạch đó trước."
            )
    changes: list[str] = []
    plan = Plan.objects.select_for_update().filter(code=plan_file.code).first()
    is_new = plan is None
    wanted = _plan_fields(plan_file, issuer, parent)
    if plan is None:
        state = "ended" if plan_file.period.to_on <= actor.today else "issued"
        plan = Plan.objects.create(code=plan_file.code, state=state, **wanted)
        changes.append("lập kế hoạch")
    else:
        changes += _update(plan, wanted, "kế hoạch")
    campaigns = _load_campaigns(plan, plan_file, changes)
    _load_targets(plan, plan_file, campaigns, changes)
    if changes:
        record(
            actor=actor,
            verb="plans.load",
            unit_id=issuer.pk,
            obj=plan,
            summary=f"{'Nạp' if is_new else 'Cập nhật'} kế hoạch “{plan.title}” từ tệp",
            data={"code": plan.code, "changes": changes[:200]},
        )
    return LoadedPlan(plan, is_new, tuple(changes))


def _plan_fields(source: plan_files.PlanFile, issuer: Unit, parent: Plan | None) -> dict[str, Any]:
    return {
        "number": source.number or "",
        "issued_on": source.issued_on,
        "issued_text": source.issued_text or "",
        "title": source.title,
        "issuer": issuer,
        "issuer_body": source.issuer_body,
        "level": source.level.value,
        "during": DateRange(source.period.from_on, source.period.to_on),
        "parent": parent,
        "signer_capacity": source.signer.capacity,
        "signer_role": source.signer.role,
        "legal_bases": plan_files.as_data(source.legal_bases),
        "recipients": plan_files.as_data(source.recipients),
        "norms": plan_files.as_data(source.norms),
        "open_points": plan_files.as_data(source.open_points),
        "source": plan_files.as_data(source.source),
        "is_invented": source.invented,
    }


def _load_campaigns(plan: Plan, source: plan_files.PlanFile, changes: list[str]) -> dict[str, Campaign]:
    stored = {campaign.code: campaign for campaign in plan.campaigns.all()}
    for item in source.campaigns:
        wanted = {
            "name": item.name,
            "during": DateRange(item.window.from_on, item.window.to_on),
            "is_yearly": item.yearly,
            "citation": item.citation or "",
        }
        if item.code in stored:
            changes += _update(stored[item.code], wanted, f"đợt {item.code}")
        else:
            stored[item.code] = Campaign.objects.create(plan=plan, code=item.code, **wanted)
            changes.append(f"thêm đợt {item.code}")
    return stored


def _load_targets(
    plan: Plan, source: plan_files.PlanFile, campaigns: Mapping[str, Campaign], changes: list[str]
) -> None:
    known = Indicator.objects.in_bulk([item.indicator for item in source.targets])
    stored = {target.code: target for target in plan.targets.select_related("campaign", "indicator")}
    for position, item in enumerate(source.targets, 1):
        if item.indicator not in known:
            raise PlanError(
                f"Kế hoạch {source.code}, chỉ tiêu {item.code}: danh mục chỉ số chưa có “{item.indicator}”."
                " Hãy cài đặt danh mục chỉ số trước, hoặc sửa mã trong tệp."
            )
        wanted = _target_fields(source, item, position, campaigns)
        if item.code in stored:
            changes += _update(stored[item.code], wanted, f"chỉ tiêu {item.code}")
        else:
            stored[item.code] = Target.objects.create(plan=plan, code=item.code, **wanted)
            changes.append(f"thêm chỉ tiêu {item.code}")
    for item in source.targets:
        whole = stored[item.of_which] if item.of_which else None
        changes += _update(stored[item.code], {"of_which": whole}, f"chỉ tiêu {item.code}")
    named = {item.code for item in source.targets}
    for code, target in stored.items():
        if code not in named:
            _remove_target(target)
            changes.append(f"bỏ chỉ tiêu {code}")


def _target_fields(
    source: plan_files.PlanFile,
    item: plan_files.Target,
    position: int,
    campaigns: Mapping[str, Campaign],
) -> dict[str, Any]:
    window = item.window or source.period
    if item.campaign is not None:
        window = source.windows_of(item)[0]
    scope = {
        name: value
        for name, value in _as_dict(plan_files.as_data(item.scope)).items()
        if value not in (None, [])
    }
    if "min_headcount" in scope:
        try:
            check_threshold(int(scope["min_headcount"]))
        except UncountableThreshold as error:
            raise PlanError(f"Kế hoạch {source.code}, chỉ tiêu {item.code}: {error}") from error
    baseline = item.baseline
    return {
        "position": position,
        "name": item.name,
        "indicator_id": item.indicator,
        "kind": item.kind.value,
        "operator": item.operator.value,
        "value": item.value,
        "value_to": item.value_to,
        "unit_name": item.unit,
        "wording": item.wording,
        "citation": item.citation or "",
        "window": DateRange(window.from_on, window.to_on),
        "campaign": campaigns[item.campaign] if item.campaign else None,
        "is_yearly": item.yearly,
        "scope": scope,
        "baseline": baseline.value if baseline else None,
        "baseline_on": baseline.on if baseline else None,
        "baseline_derived": baseline.derived if baseline else False,
        "baseline_citation": (baseline.citation or "") if baseline else "",
        "open_points": list(item.open),
        "note": "\n".join(part for part in (item.note, baseline.note if baseline else None) if part),
    }


def _as_dict(data: object) -> dict[str, Any]:
    assert isinstance(data, dict)
    return data


def _update(row: Any, wanted: Mapping[str, Any], what: str) -> list[str]:
    """Set the fields that differ; what changed, in words."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(row, name, wanted[name])
    row.save(update_fields=changed)
    return [f"{what}: {', '.join(name.removesuffix('_id') for name in changed)}"]


def _remove_target(target: Target) -> None:
    leans = [
        word
        for word, exists in (
            ("đã giao cho cấp dưới", target.allocations.exists()),
            ("đã có điều chỉnh đánh giá", target.adjustments.exists()),
            ("đã có số liệu nhập", target.reported_values.exists()),
            ("còn chỉ tiêu “trong đó”", target.parts.exists()),
        )
        if exists
    ]
    if leans:
        raise PlanError(
            f"Không thể bỏ chỉ tiêu {target.code} vì {', '.join(leans)}. Hãy giữ chỉ tiêu này trong kế hoạch."
        )
    target.delete()


# --- plans and targets by hand


@dataclass(frozen=True)
class PlanData:
    """A plan as its form has it. ``during`` is half-open."""

    code: str
    title: str
    issuer: Unit
    from_on: date
    to_on: date
    number: str = ""
    issued_on: date | None = None
    issuer_body: str = "Ban Thường vụ"
    parent: Plan | None = None
    signer_capacity: str = "TM. BAN THƯỜNG VỤ"
    signer_role: str = "CHỦ TỊCH"
    legal_bases: Sequence[Mapping[str, Any]] = ()
    recipients: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class TargetData:
    """A target as its form has it; the window is half-open, percentages are 95 and not 0.95."""

    code: str
    name: str
    indicator: Indicator
    operator: str
    value: Decimal | None
    wording: str
    from_on: date
    to_on: date
    citation: str = ""
    kind: str = "target"
    value_to: Decimal | None = None
    campaign: Campaign | None = None
    is_yearly: bool = False
    scope: Mapping[str, Any] = field(default_factory=dict)
    of_which: Target | None = None
    note: str = ""


@transaction.atomic
def create_plan(*, actor: Actor, on: date, data: PlanData) -> Plan:
    """Draft a plan. Raises PlanError for a taken code, an empty period, or a body that issues no plans then."""
    require(actor, "plans.edit", data.issuer)
    if Plan.objects.filter(code=data.code).exists():
        raise PlanError(f"Mã kế hoạch {data.code} đã được dùng. Hãy chọn mã khác.")
    _check_authority(
        data.issuer, "issue_plan", max(data.from_on, data.issuer.founded_on), "ban hành kế hoạch"
    )
    plan = Plan.objects.create(code=data.code, **_plan_values(data))
    record(
        actor=actor,
        verb="plans.create",
        unit_id=data.issuer.pk,
        obj=plan,
        summary=f"Lập dự thảo kế hoạch “{plan.title}”",
        data={"on": on.isoformat()},
    )
    return plan


@transaction.atomic
def edit_plan(*, actor: Actor, on: date, plan: Plan, data: PlanData) -> Plan:
    """Change a plan that has not ended. Raises PlanError."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    require(actor, "plans.edit", plan.issuer)
    if plan.state == "ended":
        raise PlanError("Kế hoạch đã kết thúc nên không sửa được nữa.")
    changes = _update(plan, _plan_values(data), "kế hoạch")
    if changes:
        record(
            actor=actor,
            verb="plans.edit",
            unit_id=plan.issuer_id,
            obj=plan,
            summary=f"Sửa kế hoạch “{plan.title}”",
            data={"on": on.isoformat(), "changes": changes},
        )
    return plan


def _plan_values(data: PlanData) -> dict[str, Any]:
    if data.to_on <= data.from_on:
        raise PlanError("Ngày kết thúc kỳ kế hoạch phải sau ngày bắt đầu. Hãy sửa một trong hai ngày.")
    return {
        "title": data.title,
        "issuer": data.issuer,
        "during": DateRange(data.from_on, data.to_on),
        "number": data.number,
        "issued_on": data.issued_on,
        "issuer_body": data.issuer_body,
        "parent": data.parent,
        "signer_capacity": data.signer_capacity,
        "signer_role": data.signer_role,
        "legal_bases": [dict(row) for row in data.legal_bases],
        "recipients": [dict(row) for row in data.recipients],
    }


@transaction.atomic
def issue_plan(*, actor: Actor, on: date, plan: Plan, number: str, issued_on: date) -> Plan:
    """Issue a draft under its number and day. Raises PlanError without targets, or when it is no draft."""
    plan = Plan.objects.select_for_update().select_related("issuer").get(pk=plan.pk)
    require(actor, "plans.edit", plan.issuer)
    if plan.state != "draft":
        raise PlanError("Kế hoạch này đã được ban hành. Hãy tải lại trang để xem bản mới nhất.")
    if not plan.targets.exists():
        raise PlanError("Kế hoạch chưa có chỉ tiêu nào. Hãy thêm chỉ tiêu trước khi ban hành.")
    _check_authority(plan.issuer, "issue_plan", issued_on, "ban hành kế hoạch")
    plan.state, plan.number, plan.issued_on = "issued", number, issued_on
    plan.save(update_fields=["state", "number", "issued_on"])
    record(
        actor=actor,
        verb="plans.issue",
        unit_id=plan.issuer_id,
        obj=plan,
        summary=f"Ban hành kế hoạch {number} ngày {format_date(issued_on)}: {plan.title}",
        data={"on": on.isoformat()},
    )
    return plan


@transaction.atomic
def end_plan(*, actor: Actor, on: date, plan: Plan, reason: str) -> Plan:
    """Close a plan: its figures stay readable, nothing in it is changed any more. Raises PlanError."""
    plan = Plan.objects.select_for_update().select_related("issuer").get(pk=plan.pk)
    require(actor, "plans.edit", plan.issuer)
    if plan.state == "ended":
        raise PlanError("Kế hoạch này đã kết thúc.")
    plan.state = "ended"
    plan.save(update_fields=["state"])
    record(
        actor=actor,
        verb="plans.end",
        unit_id=plan.issuer_id,
        obj=plan,
        reason=reason,
        summary=f"Kết thúc kế hoạch “{plan.title}” từ ngày {format_date(on)}",
    )
    return plan


@transaction.atomic
def add_target(*, actor: Actor, on: date, plan: Plan, data: TargetData) -> Target:
    """Add a target to a plan. Raises PlanError."""
    plan = Plan.objects.select_for_update().select_related("issuer").get(pk=plan.pk)
    _require_open(actor, plan)
    if plan.targets.filter(code=data.code).exists():
        raise PlanError(f"Kế hoạch đã có chỉ tiêu mang mã {data.code}. Hãy chọn mã khác.")
    position = (plan.targets.aggregate(last=Max("position"))["last"] or 0) + 1
    target = Target.objects.create(plan=plan, code=data.code, position=position, **_target_values(plan, data))
    _audit_target(actor, on, target, "plans.add_target", "Thêm", {})
    return target


@transaction.atomic
def edit_target(*, actor: Actor, on: date, target: Target, data: TargetData) -> Target:
    """Change a target. The figure of one that was given down stands as decided. Raises PlanError."""
    target = Target.objects.select_for_update().select_related("plan__issuer").get(pk=target.pk)
    _require_open(actor, target.plan)
    wanted = _target_values(target.plan, data)
    if wanted["value"] != target.value and target.allocations.exclude(state="draft").exists():
        raise PlanError(
            "Chỉ tiêu đã được giao cho cấp dưới nên không đổi con số được. Hãy điều chỉnh mức đánh giá, hoặc lập"
            " kế hoạch sửa đổi."
        )
    changes = _update(target, wanted, f"chỉ tiêu {target.code}")
    if changes:
        _audit_target(actor, on, target, "plans.edit_target", "Sửa", {"changes": changes})
    return target


@transaction.atomic
def remove_target(*, actor: Actor, on: date, target: Target) -> None:
    """Take a target out of a plan. Raises PlanError when something leans on it."""
    target = Target.objects.select_for_update().select_related("plan__issuer").get(pk=target.pk)
    _require_open(actor, target.plan)
    _audit_target(actor, on, target, "plans.remove_target", "Bỏ", {})
    _remove_target(target)


def _target_values(plan: Plan, data: TargetData) -> dict[str, Any]:
    if data.to_on <= data.from_on:
        raise PlanError("Ngày hết hạn của chỉ tiêu phải sau ngày bắt đầu. Hãy sửa một trong hai ngày.")
    scope = {name: value for name, value in data.scope.items() if value not in (None, "", [])}
    if "min_headcount" in scope:
        try:
            check_threshold(int(scope["min_headcount"]))
        except UncountableThreshold as error:
            raise PlanError(str(error)) from error
    takes_value = plan_files.Operator(data.operator).takes_value
    if takes_value and data.value is None:
        raise PlanError("Cách đặt chỉ tiêu này cần một con số. Hãy ghi con số, hoặc chọn “hầu hết”, “tăng”…")
    if not takes_value and data.value is not None:
        raise PlanError("Cách đặt chỉ tiêu này không đi với con số. Hãy bỏ con số, hoặc chọn =, ≥, >, ≤.")
    if data.indicator.unit_name == "%" and data.value is not None and not 0 < data.value <= 100:
        raise PlanError(f"{format_number(data.value)} không phải là phần trăm. Hãy ghi 95 cho 95%.")
    if data.of_which is not None and data.of_which.plan_id != plan.pk:
        raise PlanError("Chỉ tiêu bao trùm phải thuộc cùng kế hoạch.")
    return {
        "name": data.name,
        "indicator_id": data.indicator.pk,
        "kind": data.kind,
        "operator": data.operator,
        "value": data.value,
        "value_to": data.value_to,
        "unit_name": data.indicator.unit_name,
        "wording": data.wording,
        "citation": data.citation,
        "window": DateRange(data.from_on, data.to_on),
        "campaign": data.campaign,
        "is_yearly": data.is_yearly,
        "scope": scope,
        "of_which": data.of_which,
        "note": data.note,
    }


def _require_open(actor: Actor, plan: Plan) -> None:
    require(actor, "plans.edit", plan.issuer)
    if plan.state == "ended":
        raise PlanError("Kế hoạch đã kết thúc nên không sửa được nữa.")


def _audit_target(actor: Actor, on: date, target: Target, verb: str, word: str, data: dict[str, Any]) -> None:
    record(
        actor=actor,
        verb=verb,
        unit_id=target.plan.issuer_id,
        obj=target,
        summary=f"{word} chỉ tiêu {target.code} “{target.name}” của kế hoạch “{target.plan.title}”",
        data={"on": on.isoformat(), **data},
    )


def _check_authority(unit: Unit, act: str, on: date, words: str) -> None:
    if may_decide(unit, act, on) is None:
        version = version_on(unit, on)
        kind = f"“{version.kind.name}”" if version else "đơn vị này"
        raise PlanError(
            f"{unit.name}: {kind} không có thẩm quyền {words} vào ngày {format_date(on)}. Thẩm quyền theo loại đơn"
            " vị được khai trong danh mục."
        )


# --- giving down


@dataclass(frozen=True)
class Share:
    """What one child body is given: the whole, and by quarter or month where wanted ({"2025-Q1": 100})."""

    unit: Unit
    value: Decimal
    periods: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class DecisionData:
    """Number and day of the decision a target is given down by."""

    number: str
    issued_on: date
    title: str = ""


def demand_at(target: Target, unit: Unit, on: date) -> Decimal:
    """What a body has to give down: the plan's figure at the issuer, its own allocation below it.

    Raises PlanError when the target has no figure, is a rate that binds all alike, or was not given to the body.
    """
    if target.value is None:
        raise PlanError(f"Chỉ tiêu {target.code} không có con số nên không chia cho cấp dưới được.")
    if target.indicator.kind in {"ratio", "average"}:
        raise PlanError(
            f"Chỉ tiêu {target.code} là tỷ lệ, áp dụng như nhau cho mọi đơn vị nên không chia theo đơn vị."
        )
    if unit.pk == target.plan.issuer_id:
        return target.value
    given = given_to([target], [unit.pk], on).get((target.pk, unit.pk))
    if given is None:
        raise PlanError(
            f"{unit.name} chưa được giao chỉ tiêu {target.code} nên chưa có gì để giao tiếp cho cấp dưới."
        )
    return given.total


@transaction.atomic
def allocate(
    *,
    actor: Actor,
    on: date,
    target: Target,
    unit: Unit,
    items: Sequence[Share],
    effective_on: date,
    reserve: Decimal = Decimal(0),
    decision: DecisionData | None = None,
) -> Allocation:
    """Give a target down from a body to its children; a draft without ``decision``, in force with it.

    Σ items + reserve must be the whole at this body, and a child's periods must be its whole (a draft may still
    differ). Raises DoesNotAddUp saying the difference, ChangedMeanwhile when the target is already in force at this
    body, PlanError for a body that is no child or has no authority, Forbidden without plans.allocate.
    """
    target = _lock(target)
    require(actor, "plans.allocate", unit)
    total = demand_at(target, unit, effective_on)
    in_force = Allocation.objects.filter(target=target, unit=unit, state="issued").first()
    if in_force is not None:
        raise ChangedMeanwhile(
            f"Chỉ tiêu {target.code} đã được giao (lần {in_force.revision}). Hãy tải lại trang và lập bản điều"
            " chỉnh trên bản đó."
        )
    return _write(actor, on, target, unit, items, effective_on, total, reserve, decision, "", None)


@transaction.atomic
def revise(
    *,
    actor: Actor,
    on: date,
    allocation: Allocation,
    items: Sequence[Share],
    effective_on: date,
    reserve: Decimal = Decimal(0),
    decision: DecisionData | None = None,
    reason: str = "",
) -> Allocation:
    """Give a target down anew in place of ``allocation``, which is kept as replaced; a draft without ``decision``.

    ``allocation`` is the revision the officer saw: when another one has come into force meanwhile,
    ChangedMeanwhile is raised and nothing is written. Otherwise as `allocate`.
    """
    target = _lock(allocation.target)
    unit = allocation.unit
    require(actor, "plans.allocate", unit)
    in_force = Allocation.objects.select_for_update().filter(target=target, unit=unit, state="issued").first()
    if in_force is None or in_force.pk != allocation.pk:
        seen = f"lần {in_force.revision}" if in_force else "không còn bản nào có hiệu lực"
        raise ChangedMeanwhile(
            f"Chỉ tiêu {target.code} vừa được cán bộ khác giao lại ({seen}). Số bạn nhập chưa được lưu. Hãy tải lại"
            " trang, xem bản mới rồi sửa trên bản đó."
        )
    if effective_on < in_force.effective_on:
        raise PlanError(
            f"Bản điều chỉnh phải có hiệu lực từ ngày {format_date(in_force.effective_on)} (ngày của bản đang dùng)"
            " trở đi."
        )
    total = demand_at(target, unit, effective_on)
    return _write(actor, on, target, unit, items, effective_on, total, reserve, decision, reason, in_force)


def _lock(target: Target) -> Target:
    """The target, locked: whoever gives it down at the same time waits and then sees what was done."""
    return (
        Target.objects.select_for_update(of=("self",))
        .select_related("plan__issuer", "indicator", "campaign")
        .get(pk=target.pk)
    )


def _write(
    actor: Actor,
    on: date,
    target: Target,
    unit: Unit,
    items: Sequence[Share],
    effective_on: date,
    total: Decimal,
    reserve: Decimal,
    decision: DecisionData | None,
    reason: str,
    replaces: Allocation | None,
) -> Allocation:
    if target.plan.state == "ended":
        raise PlanError("Kế hoạch đã kết thúc nên không giao chỉ tiêu được nữa.")
    _check_authority(unit, "allocate_targets", effective_on, "giao chỉ tiêu")
    _check_items(target, unit, items, effective_on)
    if reserve < 0 or any(item.value < 0 for item in items):
        raise PlanError("Số giao và số dự phòng không được âm. Hãy sửa lại các ô âm.")
    if decision is not None:
        check_sum(items, reserve, total)
    Allocation.objects.filter(target=target, unit=unit, state="draft").delete()
    last = Allocation.objects.filter(target=target, unit=unit).aggregate(last=Max("revision"))["last"] or 0
    paper = None
    if decision is not None:
        paper = Decision.objects.create(
            number=decision.number,
            issued_on=decision.issued_on,
            issuer=unit,
            title=decision.title or f"Giao chỉ tiêu {target.name}",
        )
        if replaces is not None:
            replaces.state = "replaced"
            replaces.save(update_fields=["state"])
    allocation = Allocation.objects.create(
        target=target,
        unit=unit,
        revision=last + 1,
        decision=paper,
        effective_on=effective_on,
        total=total,
        reserve=reserve,
        state="issued" if decision is not None else "draft",
        reason=reason,
        created_by=actor.user,
    )
    AllocationItem.objects.bulk_create(
        AllocationItem(allocation=allocation, unit=item.unit, period=period, value=value)
        for item in items
        for period, value in [("", item.value), *item.periods.items()]
    )
    if decision is not None:
        verb = "plans.revise_allocation" if replaces is not None else "plans.allocate"
        word = f"Điều chỉnh (lần {allocation.revision}) giao" if replaces is not None else "Giao"
        summary = (
            f"{word} chỉ tiêu {target.code} cho {len(items)} đơn vị theo quyết định {decision.number} ngày"
            f" {format_date(decision.issued_on)}"
        )
    else:
        verb = "plans.draft_allocation"
        summary = f"Lưu dự thảo giao chỉ tiêu {target.code} cho {len(items)} đơn vị"
    record(
        actor=actor,
        verb=verb,
        unit_id=unit.pk,
        obj=allocation,
        reason=reason,
        summary=summary,
        data={
            "on": on.isoformat(),
            "effective_on": effective_on.isoformat(),
            "total": str(total),
            "reserve": str(reserve),
            "items": {item.unit.code: str(item.value) for item in items},
            "replaces": replaces.revision if replaces is not None else None,
        },
    )
    return allocation


def _check_items(target: Target, unit: Unit, items: Sequence[Share], effective_on: date) -> None:
    if not items:
        raise PlanError("Chưa có đơn vị nào được giao. Hãy nhập số cho ít nhất một đơn vị.")
    below = set(children_on(unit, effective_on).values_list("unit_id", flat=True))
    seen: set[int] = set()
    span = span_of(target, effective_on)
    for item in items:
        if item.unit.pk in seen:
            raise PlanError(f"{item.unit.name} được nhập hai lần. Hãy bỏ một dòng.")
        seen.add(item.unit.pk)
        if item.unit.pk not in below:
            raise PlanError(
                f"{item.unit.name} không trực thuộc {unit.name} vào ngày {format_date(effective_on)}."
            )
        for code in item.periods:
            try:
                period = Period.parse(code)
            except PeriodError as error:
                raise PlanError(str(error)) from error
            if period.length >= 12 or period.to_on <= span.from_on or period.from_on >= span.to_on:
                raise PlanError(f"{item.unit.name}: {period.name} không thuộc thời gian của chỉ tiêu.")


def check_sum(items: Sequence[Share], reserve: Decimal, total: Decimal) -> None:
    """Raise DoesNotAddUp unless Σ items + reserve = total and every body's periods make up its whole."""
    given = sum((item.value for item in items), Decimal(0))
    difference = total - given - reserve
    if difference:
        word = "còn thiếu" if difference > 0 else "đang vượt"
        raise DoesNotAddUp(
            f"Đã giao {format_number(given)} và dự phòng {format_number(reserve)}, {word}"
            f" {format_number(abs(difference))} so với chỉ tiêu {format_number(total)}. Hãy sửa cho đủ rồi ban hành.",
            difference,
        )
    for item in items:
        parts = sum(item.periods.values(), Decimal(0))
        if item.periods and parts != item.value:
            raise DoesNotAddUp(
                f"{item.unit.name}: các quý, tháng cộng lại là {format_number(parts)}, khác số cả kỳ"
                f" {format_number(item.value)}. Hãy sửa cho bằng nhau.",
                item.value - parts,
            )


@dataclass(frozen=True)
class Suggestion:
    """A suggested split: value by unit id, adding up exactly, and the sentence that says what it goes by."""

    values: dict[int, int]
    basis: str


#: Ways a split can be suggested, with the words of their buttons.
SUGGESTIONS = {
    "unorganised_workers": "Theo số người lao động chưa là đoàn viên",
    "last_year": "Theo kết quả năm trước",
    "equal": "Chia đều",
}


def suggest_split(
    *, target: Target, unit: Unit, by: str, on: date, reserve: Decimal = Decimal(0)
) -> Suggestion:
    """Split what a body has to give down among its children of a day, in whole numbers that add up exactly.

    ``by``: unorganised_workers (workers less members), last_year (the same indicator in the same window a year
    before), equal. Where a basis is 0 everywhere the split is equal, and says so. Nothing is written. Raises
    PlanError.
    """
    if by not in SUGGESTIONS:
        raise PlanError(f"Không có cách chia “{by}”. Hãy chọn một trong: {', '.join(SUGGESTIONS.values())}.")
    children = [version.unit_id for version in children_on(unit, on)]
    if not children:
        raise PlanError(f"{unit.name} không có đơn vị trực thuộc vào ngày {format_date(on)}.")
    total = demand_at(target, unit, on) - reserve
    if total < 0:
        raise PlanError("Số dự phòng lớn hơn cả chỉ tiêu. Hãy giảm số dự phòng.")
    basis = SUGGESTIONS[by]
    weights = _weights(target, children, by, on)
    if not any(weights.values()):
        if by != "equal":
            basis = f"{basis}: chưa có số liệu ở đơn vị nào, nên chia đều"
        weights = dict.fromkeys(children, Decimal(1))
    return Suggestion(largest_remainder(int(total), weights), basis + ".")


def _weights(target: Target, children: list[int], by: str, on: date) -> dict[int, Decimal]:
    if by == "equal":
        return dict.fromkeys(children, Decimal(1))
    if by == "unorganised_workers":
        workers, members = stock("workers", children, on=on), stock("members", children, on=on)
        return {pk: Decimal(max(0, workers[pk] - members[pk])) for pk in children}
    span = span_of(target, on)
    from_on, to_on = _year_before(span.from_on), _year_before(span.to_on)
    figures = Figures(children)
    if target.indicator.kind in ADDITIVE:
        found = {
            pk: flow_between(target.indicator, pk, from_on, to_on, scope=target.scope, figures=figures)
            for pk in children
        }
    else:
        found = flow("members", children, from_on=from_on, to_on=to_on)
    return {pk: Decimal(max(0, n)) for pk, n in found.items()}


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def largest_remainder(total: int, weights: Mapping[int, Decimal]) -> dict[int, int]:
    """Whole numbers in proportion to the weights that add up to ``total`` exactly; ties go to the first.

    Weights must not be negative and not all be 0. No share is off its exact part by 1 or more.
    """
    whole = Fraction(sum(weights.values(), Decimal(0)))
    exact = {key: total * Fraction(weight) / whole for key, weight in weights.items()}
    shares = {key: floor(part) for key, part in exact.items()}
    largest_first = sorted(weights, key=lambda key: shares[key] - exact[key])
    for key in largest_first[: total - sum(shares.values())]:
        shares[key] += 1
    return shares


# --- assessment and values by hand


@transaction.atomic
def adjust_assessment(
    *,
    actor: Actor,
    on: date,
    target: Target,
    unit: Unit,
    value: Decimal,
    reason: str,
    effective_on: date,
    decision: DecisionData | None = None,
    recorded_at: datetime | None = None,
) -> Adjustment:
    """Judge a body by another figure than the one it was given, where enterprises grow or close fast
    (seed 003 §II.1.2 L98-104). The original target stands and is shown beside it.

    Only a superior may: plans.adjust is asked at the body above ``unit`` (at the unit itself when none stands
    above). A later adjustment withdraws the earlier one. Raises PlanError without a reason, or when it changes
    nothing; Forbidden.
    """
    target = _lock(target)
    version = version_on(unit, effective_on)
    if version is None:
        raise PlanError(f"{unit.name} không tồn tại vào ngày {format_date(effective_on)}.")
    superior = version.parent or unit
    require(actor, "plans.adjust", superior)
    if len(reason.strip()) < 10:
        raise PlanError("Hãy ghi rõ lý do điều chỉnh (ít nhất một câu), vì lý do được in kèm chỉ tiêu.")
    original = target.value
    if unit.pk != target.plan.issuer_id:
        given = given_to([target], [unit.pk], effective_on).get((target.pk, unit.pk))
        original = given.total if given is not None else target.value
        if given is None and target.indicator.kind in ADDITIVE | {"stock"}:
            raise PlanError(
                f"{unit.name} chưa được giao chỉ tiêu {target.code} nên không có gì để điều chỉnh."
            )
    if original is None:
        raise PlanError(f"Chỉ tiêu {target.code} không có con số nên không điều chỉnh được.")
    if value == original:
        raise PlanError("Mức điều chỉnh bằng mức đã giao. Hãy ghi mức khác, hoặc không điều chỉnh.")
    now = recorded_at or timezone.now()
    Adjustment.objects.filter(target=target, unit=unit, withdrawn_at__isnull=True).update(withdrawn_at=now)
    paper = None
    if decision is not None:
        paper = Decision.objects.create(
            number=decision.number,
            issued_on=decision.issued_on,
            issuer=superior,
            title=decision.title or f"Điều chỉnh mức đánh giá chỉ tiêu {target.name}",
        )
    adjustment = Adjustment.objects.create(
        target=target,
        unit=unit,
        value=value,
        original_value=original,
        reason=reason.strip(),
        decision=paper,
        effective_on=effective_on,
        approved_by=actor.user,
    )
    record(
        actor=actor,
        verb="plans.adjust",
        unit_id=unit.pk,
        obj=adjustment,
        reason=reason,
        summary=(
            f"Điều chỉnh mức đánh giá chỉ tiêu {target.code} của {unit.name}: {format_number(original)} thành"
            f" {format_number(value)}"
        ),
        data={"on": on.isoformat(), "effective_on": effective_on.isoformat()},
    )
    return adjustment


@transaction.atomic
def withdraw_adjustment(
    *,
    actor: Actor,
    on: date,
    adjustment: Adjustment,
    reason: str,
    recorded_at: datetime | None = None,
) -> Adjustment:
    """Judge by the original target again. Raises PlanError when it is withdrawn already; Forbidden."""
    adjustment = (
        Adjustment.objects.select_for_update(of=("self",))
        .select_related("unit", "target")
        .get(pk=adjustment.pk)
    )
    version = version_on(adjustment.unit, adjustment.effective_on)
    require(actor, "plans.adjust", version.parent if version and version.parent else adjustment.unit)
    if adjustment.withdrawn_at is not None:
        raise PlanError("Điều chỉnh này đã được rút lại.")
    adjustment.withdrawn_at = recorded_at or timezone.now()
    adjustment.save(update_fields=["withdrawn_at"])
    record(
        actor=actor,
        verb="plans.withdraw_adjustment",
        unit_id=adjustment.unit_id,
        obj=adjustment,
        reason=reason,
        summary=f"Rút điều chỉnh mức đánh giá chỉ tiêu {adjustment.target.code} của {adjustment.unit.name}",
        data={"on": on.isoformat()},
    )
    return adjustment


@transaction.atomic
def report_value(
    *,
    actor: Actor,
    on: date,
    target: Target,
    unit: Unit,
    value: Decimal,
    source: str,
    day: date,
) -> ReportedValue:
    """Enter a figure that the software does not count, for a day, with its source; the same day again corrects it.

    For milestones 1 is done and 0 is not. Raises PlanError for an indicator the software counts by itself, a day to
    come, or a missing source; Forbidden without plans.report_value at the unit.
    """
    require(actor, "plans.report_value", unit)
    target = Target.objects.select_related("indicator", "plan").get(pk=target.pk)
    if target.indicator.is_available:
        raise PlanError(
            f"“{target.indicator.name}” do phần mềm tự đếm từ sổ, không nhập tay được. Nếu số sai, hãy sửa ở sổ."
        )
    if day > on:
        raise PlanError("Ngày của số liệu không được ở tương lai.")
    if not source.strip():
        raise PlanError("Hãy ghi nguồn của số liệu, ví dụ số và ngày của báo cáo.")
    if value < 0:
        raise PlanError("Số liệu không được âm.")
    row, is_new = ReportedValue.objects.select_for_update().get_or_create(
        target=target,
        unit=unit,
        on=day,
        defaults={"value": value, "source": source.strip(), "reported_by": actor.user},
    )
    before = None if is_new else row.value
    if not is_new and (row.value, row.source) != (value, source.strip()):
        row.value, row.source, row.reported_by = value, source.strip(), actor.user
        row.reported_at = timezone.now()
        row.save(update_fields=["value", "source", "reported_by", "reported_at"])
    record(
        actor=actor,
        verb="plans.report_value",
        unit_id=unit.pk,
        obj=row,
        summary=(
            f"Nhập số liệu chỉ tiêu {target.code} của {unit.name} ngày {format_date(day)}: {format_number(value)}"
        ),
        data={"source": source.strip(), "before": str(before) if before is not None else None},
    )
    return row
