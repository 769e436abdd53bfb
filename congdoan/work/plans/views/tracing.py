"""What brought the members whom a plan counts: from poster, event, collaborator or visit to who is a member."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest

from congdoan.foundation.measures.catalogue import Filters, measure
from congdoan.foundation.measures.queries import flow
from congdoan.foundation.units.models import Unit
from congdoan.registry.joining.funnel import GROUPINGS, TABS, funnel, total
from congdoan.registry.joining.rules import DECIDE
from congdoan.work.plans import cards
from congdoan.work.plans.models import Plan

#: The part (``muc``) of the plan page.
TAB = "nguon"
_ADMITTED: Filters = {"movement": ["admit", "readmit"]}


def may_trace(request: HttpRequest) -> bool:
    """Whether the reader decides on applications anywhere."""
    return bool(request.actor.has_anywhere(DECIDE))


def traced(request: HttpRequest, plan: Plan, unit: Unit) -> dict[str, Any]:
    """The funnel of the plan's days, or of one of its campaigns (``dot``), at a body; and how many of those admitted by the
    books came by an application here. Counted are the applications the reader may read."""
    if not may_trace(request):
        raise Http404("Bạn không xem đơn gia nhập.")
    today = request.actor.today
    spans = [("", "Cả kỳ kế hoạch", plan.during.lower, plan.during.upper)]
    spans += [
        (campaign.code, campaign.name, *_latest(campaign.during, campaign.is_yearly, today))
        for campaign in plan.campaigns.order_by("during")
    ]
    asked = request.GET.get("dot", "")
    code, _, from_on, to_on = next((span for span in spans if span[0] == asked), spans[0])
    until = min(to_on, today + timedelta(days=1))
    by = request.GET.get("theo", "loai")
    by = by if by in GROUPINGS else "loai"
    rows = (
        funnel(request.actor, from_on=from_on, to_on=until, on=today, by=by, below=unit.pk)
        if from_on < until
        else []
    )
    admitted = 0
    if from_on < until:
        (admitted,) = flow("members", [unit.pk], from_on=from_on, to_on=until, filters=_ADMITTED).values()
    counted = measure("members").flow_names
    names = counted(unit.pk, from_on, until, _ADMITTED) if counted is not None else None
    whole = total(rows)
    return {
        "rows": [{"row": row, "url": ""} for row in rows],
        "whole": whole,
        "by": by,
        "sourced": sum(row.admitted for row in rows if row.key) if by in ("loai", "nguon") else None,
        "admitted": admitted,
        "admitted_url": cards.link_url(names) if from_on < until else "",
        "share": whole.admitted / admitted if admitted else None,
        "from_on": from_on,
        "last_on": to_on - timedelta(days=1),
        "spans": [
            {
                "label": name,
                "active": key == code,
                "url": cards.plan_url(plan, unit, muc=TAB, dot=key, theo=by),
            }
            for key, name, _, _ in spans
        ],
        "groupings": [
            {
                "label": name,
                "active": key == by,
                "url": cards.plan_url(plan, unit, muc=TAB, dot=code, theo=key),
            }
            for key, name in TABS
        ],
    }


def _latest(during: Any, is_yearly: bool, today: date) -> tuple[date, date]:
    """The days of a campaign; of a yearly one those that began last."""
    first, after = during.lower, during.upper
    while is_yearly and (coming := _a_year_on(first)) <= today:
        first, after = coming, _a_year_on(after)
    return first, after


def _a_year_on(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28 if day.month == 2 else day.day))
