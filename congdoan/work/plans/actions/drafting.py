"""Plans by hand: drafted, edited, issued, ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.kit.dates import format_date
from congdoan.work.plans.actions.authority import check_authority, require_reason, update_row
from congdoan.work.plans.actions.errors import PlanError
from congdoan.work.plans.actions.requests import PlanData
from congdoan.work.plans.actions.telling import tell_issued
from congdoan.work.plans.models import Plan


@transaction.atomic
def create_plan(*, actor: Actor, on: date, data: PlanData) -> Plan:
    """Draft a plan. Raises PlanError for a taken code, an empty period, or a body that issues no plans then."""
    require(actor, "plans.edit", data.issuer)
    if Plan.objects.filter(code=data.code).exists():
        raise PlanError(f"Mã kế hoạch {data.code} đã được dùng. Hãy chọn mã khác.")
    check_authority(data.issuer, "issue_plan", max(data.from_on, data.issuer.founded_on), "ban hành kế hoạch")
    plan = Plan.objects.create(
        code=data.code,
        legal_bases=[dict(row) for row in data.legal_bases],
        recipients=[dict(row) for row in data.recipients],
        **_plan_values(data),
    )
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
def edit_plan(*, actor: Actor, on: date, plan: Plan, data: PlanData, reason: str = "") -> Plan:
    """Change the heading of a plan that has not ended; its lists are changed by `edit_contents`.

    Raises PlanError, also when an issued plan is changed without a reason.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    require(actor, "plans.edit", plan.issuer)
    if plan.state == "ended":
        raise PlanError("Kế hoạch đã kết thúc nên không sửa được nữa.")
    wanted = _plan_values(data)
    before = {name: str(getattr(plan, name) or "") for name in wanted if getattr(plan, name) != wanted[name]}
    changes = update_row(plan, wanted, "kế hoạch")
    if changes:
        require_reason(plan, reason)
        record(
            actor=actor,
            verb="plans.edit",
            unit_id=plan.issuer_id,
            obj=plan,
            reason=reason,
            summary=f"{'Đính chính' if plan.state == 'issued' else 'Sửa'} kế hoạch “{plan.title}”",
            data={"on": on.isoformat(), "changes": changes, "before": before},
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
    }


@transaction.atomic
def issue_plan(*, actor: Actor, on: date, plan: Plan, number: str, issued_on: date) -> Plan:
    """Issue a draft under its number and day, and make it known to the bodies directly below. Raises PlanError without
    targets, or when it is no draft."""
    plan = Plan.objects.select_for_update().select_related("issuer").get(pk=plan.pk)
    require(actor, "plans.edit", plan.issuer)
    if plan.state != "draft":
        raise PlanError("Kế hoạch này đã được ban hành. Hãy tải lại trang để xem bản mới nhất.")
    if not plan.targets.exists():
        raise PlanError("Kế hoạch chưa có chỉ tiêu nào. Hãy thêm chỉ tiêu trước khi ban hành.")
    check_authority(plan.issuer, "issue_plan", issued_on, "ban hành kế hoạch")
    plan.state, plan.number, plan.issued_on = "issued", number, issued_on
    plan.save(update_fields=["state", "number", "issued_on"])
    tell_issued(actor, plan, on)
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
