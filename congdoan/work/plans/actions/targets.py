"""Targets by hand: added, edited, taken out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.kit.numbers import format_number
from congdoan.work.indicators.rules import UncountableThreshold, check_threshold
from congdoan.work.plans import plan_files, queries
from congdoan.work.plans.actions.authority import delete_target, require_open, require_reason, update_row
from congdoan.work.plans.actions.errors import PlanError
from congdoan.work.plans.actions.requests import TargetData
from congdoan.work.plans.actions.telling import tell
from congdoan.work.plans.models import Plan, Target


@transaction.atomic
def add_target(*, actor: Actor, on: date, plan: Plan, data: TargetData, reason: str = "") -> Target:
    """Add a target to a plan. Raises PlanError, also without a reason when the plan was issued."""
    plan = Plan.objects.select_for_update().select_related("issuer").get(pk=plan.pk)
    require_open(actor, plan)
    require_reason(plan, reason)
    if plan.targets.filter(code=data.code).exists():
        raise PlanError(f"Kế hoạch đã có chỉ tiêu mang mã {data.code}. Hãy chọn mã khác.")
    position = (plan.targets.aggregate(last=Max("position"))["last"] or 0) + 1
    target = Target.objects.create(plan=plan, code=data.code, position=position, **_target_values(plan, data))
    _audit_target(actor, on, target, "plans.add_target", "Thêm", {}, reason)
    _tell(actor, on, target, "thêm", reason)
    return target


@transaction.atomic
def edit_target(*, actor: Actor, on: date, target: Target, data: TargetData, reason: str = "") -> Target:
    """Change a target. The figure of one that was given down stands as decided. Raises PlanError, also without a reason
    when the plan was issued."""
    target = Target.objects.select_for_update().select_related("plan__issuer").get(pk=target.pk)
    require_open(actor, target.plan)
    wanted = _target_values(target.plan, data)
    if wanted["value"] != target.value and target.allocations.exclude(state="draft").exists():
        raise PlanError(
            "Chỉ tiêu đã được giao cho cấp dưới nên không đổi con số được. Hãy điều chỉnh mức đánh giá, hoặc lập"
            " kế hoạch sửa đổi."
        )
    before = {name: str(getattr(target, name)) for name in wanted if getattr(target, name) != wanted[name]}
    changes = update_row(target, wanted, f"chỉ tiêu {target.code}")
    if changes:
        require_reason(target.plan, reason)
        told = {"changes": changes, "before": before}
        _audit_target(actor, on, target, "plans.edit_target", "Sửa", told, reason)
        _tell(actor, on, target, "đính chính", reason)
    return target


@transaction.atomic
def remove_target(*, actor: Actor, on: date, target: Target, reason: str = "") -> None:
    """Take a target out of a plan. Raises PlanError when something leans on it, or without a reason when the plan was
    issued."""
    target = Target.objects.select_for_update().select_related("plan__issuer").get(pk=target.pk)
    require_open(actor, target.plan)
    require_reason(target.plan, reason)
    told = {"wording": target.wording, "value": str(target.value), "window": str(target.window)}
    _audit_target(actor, on, target, "plans.remove_target", "Bỏ", told, reason)
    name = target.name
    delete_target(target)
    _tell(actor, on, target, "bỏ", reason, name=name)


def _tell(actor: Actor, on: date, target: Target, word: str, reason: str, *, name: str = "") -> None:
    """A correction of an issued plan is made known to the bodies directly below its issuer. ``name`` is that of a target
    that is there no more."""
    plan = target.plan
    if plan.state != "issued":
        return
    tell(
        actor,
        plan,
        plan.issuer,
        kind="revision",
        subject=f"{plan.issuer.name} {word} chỉ tiêu: {name or target.name}",
        body=f"Kế hoạch “{plan.title}”. Lý do: {reason.strip()}",
        to=queries.bodies_below(plan.issuer, on, whole=False),
        target=None if name else target,
    )


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


def _audit_target(
    actor: Actor, on: date, target: Target, verb: str, word: str, data: dict[str, Any], reason: str
) -> None:
    record(
        actor=actor,
        verb=verb,
        unit_id=target.plan.issuer_id,
        obj=target,
        reason=reason,
        summary=f"{word} chỉ tiêu {target.code} “{target.name}” của kế hoạch “{target.plan.title}”",
        data={"on": on.isoformat(), **data},
    )
