"""The door of the funnel: what brought people, how far they came, and what the bodies below gained meanwhile."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.measures.queries import flow
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on, unit_named
from congdoan.kit.dates import DateError, parse_date
from congdoan.kit.lists import names_url
from congdoan.registry.joining.funnel import GROUPINGS, TABS, Stages, funnel, spans, total
from congdoan.registry.joining.rules import DECIDE, INVITE

#: Bodies below that the page shows; a province has fewer.
_BODIES = 300
_LONGEST = 366 * 5


@login_required
@never_cache
@require_GET
def show_funnel(request: HttpRequest) -> HttpResponse:
    """The funnel of a span of days, grouped one way; and members and unions gained by the bodies below in the same span."""
    actor = request.actor
    if not actor.has_anywhere(DECIDE):
        raise refuse(DECIDE)
    offered = spans(actor.today)
    from_on, to_on = _span(request, offered[2][1], offered[2][2])
    by = request.GET.get("theo", "loai")
    by = by if by in GROUPINGS else "loai"
    unit = _unit(request)
    # A body asked for narrows; without one the reader sees all that may be read, wherever it was received.
    below = unit.pk if unit is not None and request.GET.get("don_vi") else None
    rows = funnel(actor, from_on=from_on, to_on=to_on, on=actor.today, by=by, below=below)
    shown = {
        "rows": [{"row": row, "url": _names(actor, by, row)} for row in rows],
        "whole": total(rows),
        "by": by,
        "tabs": [
            {"label": label, "active": code == by, "url": _url(request, theo=code)} for code, label in TABS
        ],
        "spans": [
            {
                "label": label,
                "active": (first, after) == (from_on, to_on),
                "url": _url(request, tu=first.isoformat(), den=(after - timedelta(days=1)).isoformat()),
            }
            for label, first, after in offered
        ],
        "from_on": from_on,
        "last_on": to_on - timedelta(days=1),
        "unit": unit,
        "bodies": _bodies(request, unit, from_on, to_on) if unit is not None else [],
    }
    return render(request, "joining/funnel.html", shown)


def _span(request: HttpRequest, from_on: date, to_on: date) -> tuple[date, date]:
    try:
        first, last = parse_date(request.GET.get("tu", "")[:20]), parse_date(request.GET.get("den", "")[:20])
    except DateError:
        return from_on, to_on
    if first is None or last is None or not timedelta(0) <= last - first <= timedelta(days=_LONGEST):
        return from_on, to_on
    return first, last + timedelta(days=1)


def _unit(request: HttpRequest) -> Unit | None:
    asked = request.GET.get("don_vi", "")[:40]
    if not asked:
        return home_unit(request.actor)
    unit = unit_named(asked)
    if unit is None or not may(request.actor, "units.view", unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    return unit


def _url(request: HttpRequest, **changed: str) -> str:
    kept = {
        name: value for name in ("tu", "den", "theo", "don_vi") if (value := request.GET.get(name, "")[:40])
    }
    return f"?{urlencode({**kept, **changed})}"


def _names(actor: Actor, by: str, row: Stages) -> str:
    """The page of the source, or the list of the names that everybody with the right may open; confidential ones are on
    their own page."""
    if by == "nguon" and row.key and actor.has_anywhere(INVITE):
        return reverse("joining:source", args=[int(row.key)])
    if by == "noi" and row.key:
        return names_url("joining.applications", {"don_vi": row.key})
    return ""


def _bodies(request: HttpRequest, unit: Unit, from_on: date, to_on: date) -> list[dict[str, Any]]:
    """Members admitted and unions founded in the span, of the body and of each directly below it that gained any."""
    until = min(to_on, request.actor.today + timedelta(days=1))
    if from_on >= until:
        return []
    versions = list(children_on(unit, request.actor.today)[:_BODIES])
    ids = [unit.pk, *(version.unit_id for version in versions)]
    span: dict[str, Any] = {"from_on": from_on, "to_on": until}
    admitted = flow("members", ids, **span, filters={"movement": ["admit", "readmit"]})
    founded = flow("unions", ids, **span, filters={"movement": "found"})
    found = [
        {"name": version.name, "code": version.unit.code, "admitted": admitted[pk], "founded": founded[pk]}
        for version in versions
        if admitted[pk := version.unit_id] or founded[pk]
    ]
    found.sort(key=lambda line: (-line["admitted"], -line["founded"], line["name"]))
    head = {"name": unit.name, "code": unit.code, "admitted": admitted[unit.pk], "founded": founded[unit.pk]}
    return [head, *found]
