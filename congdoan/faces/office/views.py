"""Home, search across the registers, and switching the body in view."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from congdoan.faces.office.current import choose_unit, chosen_unit
from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.queries import may, visible_units
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.succession.queries import today_of
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.kit.dates import format_date
from congdoan.kit.lists import OF_TODAY, STRUCTURE, ListContext, get_list, names_url, read_page
from congdoan.registry.organisation.queries import search_units
from congdoan.work.plans.cards import (
    card,
    children_rows,
    growth_target,
    growth_waterfall,
    heading,
    main_targets,
    window_of,
)
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import PlanReading, targets_of, visible_plans

#: The lists the search box looks through, in this order.
SEARCHED = ("membership.members", "organisation.unions", "enterprises.enterprises")


#: Bodies shown on the home page; the plan page shows all.
_CHILDREN_SHOWN = 8
#: The part (``phan``) of the home page that holds only their panel.
_CHILDREN_PART = "don-vi"


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The body's current plan at a glance, and what is to be done."""
    actor: Actor = request.actor
    unit = chosen_unit(request)
    if unit is None and actor.has_anywhere("fieldwork.survey"):
        # A collaborator sees no body; what there is to do is on the phone's page.
        return redirect("fieldwork:mine")
    if unit is None:
        return render(request, "office/no_grant.html", status=200)
    plan = current_plan(actor, unit, request.as_of) if actor.has_anywhere("plans.view") else None
    if request.htmx and request.GET.get("phan") == _CHILDREN_PART and plan is not None:
        return render(request, "office/_children.html", _children(request, plan, unit))
    shown: dict[str, Any] = {
        "unit": unit,
        "work": work_queue(actor, unit, request.as_of),
        "obeys_structure": True,
    }
    if plan is not None:
        shown |= _plan_at_a_glance(request, plan, unit)
        if shown["has_growth"]:
            asked = {"phan": _CHILDREN_PART} | (
                {"ngay": f"{request.as_of}"} if request.as_of < actor.today else {}
            )
            if request.structure == "today":
                asked[STRUCTURE] = OF_TODAY
            shown["slowest_url"] = f"{reverse('office:home')}?{urlencode(asked)}"
    return render(request, "office/home.html", shown)


def current_plan(actor: Actor, unit: Unit, on: date) -> Plan | None:
    """The plan a body works by on a day: its own before its superiors', the nearest superior's first, the
    shortest period first (a year's plan before a term's)."""
    above = dict(UnitPlacement.objects.filter(unit=unit, is_last=True).values_list("ancestor_id", "depth"))
    plans = visible_plans(actor).filter(issuer__in=above, during__contains=on).exclude(state="draft")
    plans = plans.select_related("issuer")
    return min(
        plans,
        key=lambda plan: (above[plan.issuer_id], plan.during.upper - plan.during.lower, plan.code),
        default=None,
    )


def _structure_on(request: HttpRequest) -> date | None:
    """The day in whose structure a past day is read, when the reader asks for today's."""
    today: date = request.actor.today
    return today if request.structure == "today" else None


def _plan_at_a_glance(request: HttpRequest, plan: Plan, unit: Unit) -> dict[str, Any]:
    reading = PlanReading(plan, unit, request.as_of, with_children=False, structure_on=_structure_on(request))
    found = reading.progress()
    start, end = window_of(found)
    return {
        "plan": plan,
        "heading": heading(found),
        "cards": [card(item, url=_target_url(plan, item.target.code, unit)) for item in main_targets(found)],
        "waterfall": growth_waterfall(
            reading.growth(start, end),
            title="Thực tăng được cộng từ đâu",
            opening_label="Đầu kỳ",
            closing_label="Hiện nay",
        ),
        "plan_url": f"{reverse('plans:plan', args=[plan.code])}?don_vi={unit.code}",
        "children_url": _children_url(plan, unit),
        "has_growth": growth_target(found) is not None,
        "report_url": f"{reverse('reports:new')}?ke_hoach={plan.code}&don_vi={unit.code}",
    }


def _children(request: HttpRequest, plan: Plan, unit: Unit) -> dict[str, Any]:
    """The slowest bodies below by net growth, for the panel that the page asks for once it is shown. Nothing when the
    plan wants no growth, or no body stands below."""
    targets = [target for target in targets_of(plan) if target.of_which_id is None]
    growth = [target for target in targets if target.indicator.kind == "net"][:1]
    if not growth:
        return {}
    founded = [target for target in targets if target.indicator_id == "unions_founded"][:1]
    reading = PlanReading(plan, unit, request.as_of, [*growth, *founded], structure_on=_structure_on(request))
    tables = reading.children([*growth, *founded], trends_of=growth)
    [leading] = growth
    rows = children_rows(tables, leading.code, [target.code for target in founded], limit=_CHILDREN_SHOWN)
    return {
        "children": rows,
        "children_count": len(tables[leading.code].children),
        "children_url": _children_url(plan, unit),
        "founded": founded,
    }


def _children_url(plan: Plan, unit: Unit) -> str:
    return f"{reverse('plans:plan', args=[plan.code])}?don_vi={unit.code}&muc=don-vi"


def _target_url(plan: Plan, target: str, unit: Unit) -> str:
    return f"{reverse('plans:target', args=[plan.code, target])}?don_vi={unit.code}"


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """The first few hits of each register, and the way to all of them."""
    actor: Actor = request.actor
    typed = request.GET.get("q", "").strip()
    groups: list[dict[str, Any]] = []
    for name in SEARCHED if typed else ():
        spec = get_list(name)
        if not actor.has_anywhere(spec.capability):
            continue
        context = ListContext(actor=actor, as_of=request.as_of, params={"q": typed})
        page = read_page(spec, context, size=8)
        shown = [column for column in spec.columns if column.on_screen and not column.capability][:4]
        groups.append(
            {
                "title": spec.title,
                "all_url": names_url(name, {"q": typed}),
                "has_more": bool(page.next_key),
                "rows": [
                    {
                        "url": spec.row_url(row, context) if spec.row_url else "",
                        "title": shown[0].words(shown[0].read(row, context)),
                        "detail": " · ".join(
                            filter(
                                None, (c.words(c.read(row, context)) for c in shown[1:] if c.kind != "badge")
                            )
                        ),
                    }
                    for row in page.rows
                ],
            }
        )
    if typed and actor.has_anywhere("units.view") and (ended := _ended(request, typed)):
        groups.append({"title": "Đơn vị đã kết thúc", "all_url": "", "has_more": False, "rows": ended})
    return render(request, "office/search.html", {"typed": typed, "groups": groups})


def _ended(request: HttpRequest, typed: str) -> list[dict[str, str]]:
    """Bodies that exist no longer, found by their old name or code: each leads to the body that took over, when
    there is one that the reader may open. Three queries at most."""
    found = [
        unit
        for unit in search_units(request.actor, typed, request.as_of, limit=24)
        if unit.ended_on is not None and unit.ended_on <= request.as_of
    ][:8]
    led = today_of(unit.pk for unit in found)
    heirs = visible_units(request.actor, "units.view").in_bulk(
        [heir for old, heir in led.items() if heir != old]
    )
    rows = []
    for unit in found:
        heir = heirs.get(led[unit.pk])
        ended = f"kết thúc từ {format_date(unit.ended_on)}"
        rows.append(
            {
                "url": reverse("organisation:unit", args=[(heir or unit).code]),
                "title": unit.name,
                "detail": f"{ended} · kế thừa: {heir.name}" if heir else ended,
            }
        )
    return rows


@login_required
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """Look at another body of one's own from now on."""
    unit = Unit.objects.filter(code=code).first()
    if unit is None or not may(request.actor, "units.view", unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    choose_unit(request, unit)
    return redirect("office:home")
