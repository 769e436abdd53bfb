"""Assessment by another figure, and figures entered by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Decision, Unit
from congdoan.foundation.units.queries import version_on
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import format_number
from congdoan.work.plans.actions.authority import locked_target
from congdoan.work.plans.actions.errors import PlanError
from congdoan.work.plans.actions.requests import DecisionData
from congdoan.work.plans.actions.telling import tell
from congdoan.work.plans.models import Adjustment, ReportedValue, Target
from congdoan.work.plans.queries import ADDITIVE, given_to


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
    target = locked_target(target)
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
    Adjustment.objects.filter(target=target, unit=unit, withdrawn_at__isnull=True).update(
        withdrawn_at=now, ended_on=effective_on
    )
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
        created_at=now,
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
    if superior.pk != unit.pk:
        tell(
            actor,
            target.plan,
            superior,
            kind="adjustment",
            subject=f"{superior.name} điều chỉnh mức đánh giá: {target.name}",
            body=(
                f"{unit.name}: mức đã giao {format_number(original)}, nay đánh giá theo {format_number(value)} từ ngày"
                f" {format_date(effective_on)}. Lý do: {reason.strip()}"
            ),
            to=[unit.pk],
            target=target,
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
    """Judge by the original target again from the day ``on``; earlier days read as they stood.

    Raises PlanError when it is withdrawn already; Forbidden.
    """
    adjustment = (
        Adjustment.objects.select_for_update(of=("self",))
        .select_related("unit", "target__plan")
        .get(pk=adjustment.pk)
    )
    version = version_on(adjustment.unit, adjustment.effective_on)
    superior = version.parent if version and version.parent else adjustment.unit
    require(actor, "plans.adjust", superior)
    if adjustment.withdrawn_at is not None:
        raise PlanError("Điều chỉnh này đã được rút lại.")
    adjustment.withdrawn_at, adjustment.ended_on = recorded_at or timezone.now(), on
    adjustment.save(update_fields=["withdrawn_at", "ended_on"])
    record(
        actor=actor,
        verb="plans.withdraw_adjustment",
        unit_id=adjustment.unit_id,
        obj=adjustment,
        reason=reason,
        summary=f"Rút điều chỉnh mức đánh giá chỉ tiêu {adjustment.target.code} của {adjustment.unit.name}",
        data={"on": on.isoformat()},
    )
    if superior.pk != adjustment.unit_id:
        tell(
            actor,
            adjustment.target.plan,
            superior,
            kind="adjustment",
            subject=f"{superior.name} rút mức đánh giá riêng: {adjustment.target.name}",
            body=(
                f"{adjustment.unit.name}: từ ngày {format_date(on)} lại đánh giá theo mức đã giao"
                f" {format_number(adjustment.original_value)}. Lý do: {reason.strip()}"
            ),
            to=[adjustment.unit_id],
            target=adjustment.target,
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
