"""What every write of plans asks first, and the small steps they share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import may_decide, version_on
from congdoan.kit.dates import format_date
from congdoan.work.plans.actions.errors import PlanError
from congdoan.work.plans.models import Plan, Target


def as_dict(data: object) -> dict[str, Any]:
    assert isinstance(data, dict)
    return data


def update_row(row: Any, wanted: Mapping[str, Any], what: str) -> list[str]:
    """Set the fields that differ; what changed, in words."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(row, name, wanted[name])
    row.save(update_fields=changed)
    return [f"{what}: {', '.join(name.removesuffix('_id') for name in changed)}"]


def delete_target(target: Target) -> None:
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


def require_open(actor: Actor, plan: Plan) -> None:
    require(actor, "plans.edit", plan.issuer)
    if plan.state == "ended":
        raise PlanError("Kế hoạch đã kết thúc nên không sửa được nữa.")


def require_reason(plan: Plan, reason: str) -> None:
    """An issued plan is only corrected, and the audit says why. Raises PlanError."""
    if plan.state == "issued" and len(reason.strip()) < 10:
        raise PlanError(
            "Kế hoạch đã ban hành nên chỉ đính chính được, kèm lý do. Hãy ghi rõ lý do (ít nhất một câu ngắn); lý do"
            " được lưu vào nhật ký."
        )


def check_authority(unit: Unit, act: str, on: date, words: str) -> None:
    if may_decide(unit, act, on) is None:
        version = version_on(unit, on)
        kind = f"“{version.kind.name}”" if version else "đơn vị này"
        raise PlanError(
            f"{unit.name}: {kind} không có thẩm quyền {words} vào ngày {format_date(on)}. Thẩm quyền theo loại đơn"
            " vị được khai trong danh mục."
        )


def locked_target(target: Target) -> Target:
    """The target, locked: whoever gives it down at the same time waits and then sees what was done."""
    return (
        Target.objects.select_for_update(of=("self",))
        .select_related("plan__issuer", "indicator", "campaign")
        .get(pk=target.pk)
    )
