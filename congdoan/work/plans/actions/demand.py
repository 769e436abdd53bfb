"""What a body has to give down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from congdoan.foundation.units.models import Unit
from congdoan.work.plans.actions.errors import PlanError
from congdoan.work.plans.models import Target
from congdoan.work.plans.queries import given_to


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
