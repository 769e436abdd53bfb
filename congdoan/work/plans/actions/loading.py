"""Bringing a plan to what its file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.work.indicators.models import Indicator
from congdoan.work.indicators.rules import UncountableThreshold, check_threshold
from congdoan.work.plans import plan_files
from congdoan.work.plans.actions.authority import as_dict, delete_target, update_row
from congdoan.work.plans.actions.errors import PlanError
from congdoan.work.plans.models import Campaign, Plan, Target


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
        changes += update_row(plan, wanted, "kế hoạch")
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
            changes += update_row(stored[item.code], wanted, f"đợt {item.code}")
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
            changes += update_row(stored[item.code], wanted, f"chỉ tiêu {item.code}")
        else:
            stored[item.code] = Target.objects.create(plan=plan, code=item.code, **wanted)
            changes.append(f"thêm chỉ tiêu {item.code}")
    for item in source.targets:
        whole = stored[item.of_which] if item.of_which else None
        changes += update_row(stored[item.code], {"of_which": whole}, f"chỉ tiêu {item.code}")
    named = {item.code for item in source.targets}
    for code, target in stored.items():
        if code not in named:
            delete_target(target)
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
        for name, value in as_dict(plan_files.as_data(item.scope)).items()
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
