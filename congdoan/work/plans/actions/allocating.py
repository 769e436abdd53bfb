"""Giving targets down: drafts, decisions, revisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Decision, Unit
from congdoan.foundation.units.queries import children_on
from congdoan.kit.dates import Period, PeriodError, format_date
from congdoan.kit.numbers import format_number
from congdoan.work.plans.actions.authority import check_authority, locked_target
from congdoan.work.plans.actions.demand import demand_at
from congdoan.work.plans.actions.errors import ChangedMeanwhile, DoesNotAddUp, PlanError
from congdoan.work.plans.actions.requests import DecisionData, Share
from congdoan.work.plans.actions.telling import tell
from congdoan.work.plans.models import Allocation, AllocationItem, Target
from congdoan.work.plans.rules import span_of


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
    target = locked_target(target)
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
    target = locked_target(allocation.target)
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
    check_authority(unit, "allocate_targets", effective_on, "giao chỉ tiêu")
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
        _tell_given(actor, allocation, items, decision, replaces)
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


def _tell_given(
    actor: Actor,
    allocation: Allocation,
    items: Sequence[Share],
    decision: DecisionData,
    replaces: Allocation | None,
) -> None:
    """Those who were given a number are told; of a revision only those whose number, whole or by periods, is another,
    and those who are given nothing any more."""
    target, unit = allocation.target, allocation.unit
    now: dict[int, dict[str, Decimal]] = {item.unit.pk: {"": item.value, **item.periods} for item in items}
    before: dict[int, dict[str, Decimal]] = {}
    if replaces is not None:
        for row in replaces.items.all():
            before.setdefault(row.unit_id, {})[row.period] = row.value
    concerned = [pk for pk in {**now, **before} if now.get(pk) != before.get(pk)]
    word = "điều chỉnh chỉ tiêu" if replaces is not None else "giao chỉ tiêu"
    tell(
        actor,
        target.plan,
        unit,
        kind="revision" if replaces is not None else "allocation",
        subject=f"{unit.name} {word}: {target.name}",
        body=(
            f"Quyết định {decision.number} ngày {format_date(decision.issued_on)}, hiệu lực từ ngày"
            f" {format_date(allocation.effective_on)}. Mở để xem số giao cho đơn vị bạn."
            + (f" Lý do: {allocation.reason}" if allocation.reason else "")
        ),
        to=concerned,
        target=target,
    )


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
