"""The parts of a plan that are lists: legal bases, recipients, money norms, campaigns, open points.

A draft is written freely. A plan that was issued is a document that others hold: what it says is only corrected,
with a reason that stands in the audit beside what it said before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.kit.dates import format_date
from congdoan.work.plans.actions.authority import require_open, require_reason, update_row
from congdoan.work.plans.actions.errors import ChangedMeanwhile, PlanError
from congdoan.work.plans.models import Campaign, Plan
from congdoan.work.plans.queries import contents_of, mark_of
from congdoan.work.plans.rules import CONTENTS, campaign_spans

#: Parts whose rows have codes of their own, given when a row is new.
_CODES = {"norms": "M-", "open_points": "O-"}


@transaction.atomic
def edit_contents(
    *,
    actor: Actor,
    on: date,
    plan: Plan,
    part: str,
    rows: Sequence[Mapping[str, Any]],
    seen: str,
    reason: str = "",
) -> Plan:
    """Write one list of a plan anew. ``part``: a key of rules.CONTENTS; ``rows``: in the shapes of plan_files, campaigns
    with from_on, to_on (exclusive), is_yearly; a row without a code is new and gets one. ``seen``: `mark_of` the rows
    that the officer had before them.

    Raises ChangedMeanwhile when somebody else changed the list since, PlanError without a reason for an issued plan, for
    an ended one, or for a campaign that targets lean on; Forbidden.
    """
    plan = Plan.objects.select_for_update(of=("self",)).select_related("issuer").get(pk=plan.pk)
    require_open(actor, plan)
    before = contents_of(plan, part)
    if mark_of(before) != seen:
        raise ChangedMeanwhile(
            "Phần này vừa được cán bộ khác sửa, nên chưa lưu. Hãy tải lại trang, xem bản mới rồi sửa trên bản đó."
        )
    if part == "campaigns":
        _write_campaigns(plan, rows)
    else:
        setattr(plan, part, _with_codes(_CODES.get(part), before, rows))
        plan.save(update_fields=[part])
    after = contents_of(plan, part)
    if after == before:
        return plan
    require_reason(plan, reason)
    record(
        actor=actor,
        verb="plans.edit_contents",
        unit_id=plan.issuer_id,
        obj=plan,
        reason=reason,
        summary=f"{'Đính chính' if plan.state == 'issued' else 'Sửa'} {CONTENTS[part]} của kế hoạch “{plan.title}”",
        data={"on": on.isoformat(), "part": part, "before": before, "after": after},
    )
    return plan


def _with_codes(
    letter: str | None, before: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The rows with their codes: known ones kept, new ones numbered on."""
    if letter is None:
        return [dict(row) for row in rows]
    known = [row["code"] for row in before]
    used = [row["code"] for row in rows if row.get("code") in known]
    last = max((int(code.removeprefix(letter)) for code in known), default=0)
    made: list[dict[str, Any]] = []
    for row in rows:
        code = row.get("code")
        if code not in known or used.count(code) > 1:
            last += 1
            code = f"{letter}{last:02d}"
        made.append({**row, "code": code})
    return made


def _write_campaigns(plan: Plan, rows: Sequence[Mapping[str, Any]]) -> None:
    stored = {campaign.code: campaign for campaign in plan.campaigns.all()}
    kept: set[str] = set()
    last = len(stored)
    for row in rows:
        wanted = {
            "name": row["name"],
            "during": DateRange(row["from_on"], row["to_on"]),
            "is_yearly": row["is_yearly"],
            "citation": row["citation"] or "",
        }
        campaign = stored.get(row.get("code") or "")
        if campaign is None or campaign.code in kept:
            last += 1
            while f"dot-{last}" in stored:
                last += 1
            campaign = Campaign(plan=plan, code=f"dot-{last}", **wanted)
            _check_campaign(plan, campaign)
            campaign.save()
        else:
            moved = (campaign.during, campaign.is_yearly) != (wanted["during"], wanted["is_yearly"])
            update_row(campaign, wanted, campaign.code)
            _check_campaign(plan, campaign)
            if moved:
                _move_targets(plan, campaign)
        kept.add(campaign.code)
    for code, campaign in stored.items():
        if code in kept:
            continue
        leaning = list(campaign.target_set.values_list("code", flat=True).order_by("position"))
        if leaning:
            raise PlanError(
                f"Không bỏ được đợt “{campaign.name}” vì còn chỉ tiêu {', '.join(leaning)} của đợt. Hãy bỏ các chỉ tiêu"
                " đó trước."
            )
        campaign.delete()


def _check_campaign(plan: Plan, campaign: Campaign) -> None:
    from_on, to_on = campaign.during.lower, campaign.during.upper
    if to_on <= from_on:
        raise PlanError(f"Đợt “{campaign.name}”: ngày cuối phải sau ngày đầu. Hãy sửa một trong hai ngày.")
    if campaign.is_yearly and (
        (to_on - from_on).days > 365 or (2, 29) in {(day.month, day.day) for day in (from_on, to_on)}
    ):
        raise PlanError(
            f"Đợt “{campaign.name}” hằng năm phải là những ngày năm nào cũng có và không dài quá một năm."
        )
    if not any(
        plan.during.lower <= span.from_on and span.to_on <= plan.during.upper
        for span in campaign_spans(campaign, plan)
    ):
        raise PlanError(
            f"Đợt “{campaign.name}” nằm ngoài kỳ kế hoạch. Hãy chọn ngày từ {format_date(plan.during.lower)} đến trước"
            f" {format_date(plan.during.upper)}."
        )


def _move_targets(plan: Plan, campaign: Campaign) -> None:
    """Targets of a campaign are counted in its days; those given down stand as decided."""
    first = campaign_spans(campaign, plan)[0]
    for target in campaign.target_set.all():
        if target.allocations.exclude(state="draft").exists():
            raise PlanError(
                f"Không đổi được ngày của đợt “{campaign.name}”: chỉ tiêu {target.code} của đợt đã giao cho cấp dưới theo"
                " những ngày cũ. Hãy lập kế hoạch sửa đổi."
            )
        target.window = DateRange(first.from_on, first.to_on)
        target.save(update_fields=["window"])
