"""The allocation sheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from congdoan.foundation.access.queries import require
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on, version_on
from congdoan.kit.dates import DateError, parse_date
from congdoan.kit.numbers import whole_number
from congdoan.work.plans import actions, cards, forms, queries
from congdoan.work.plans.actions import PlanError
from congdoan.work.plans.models import Allocation, Target
from congdoan.work.plans.rules import span_of
from congdoan.work.plans.views.asking import GET_OR_POST, chosen_unit, crumbs, find_plan, find_target


@login_required
@GET_OR_POST
def allocation(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Give a target down: boxes for each body and quarter, the sum as one types, suggestions, issue by decision.

    POST ``act``: check (the sum alone), suggest (the boxes filled), draft, issue.
    """
    found = find_plan(request, code)
    aim, unit = find_target(found, target), chosen_unit(request, found)
    require(request.actor, "plans.allocate", unit)
    in_force = Allocation.objects.filter(target=aim, unit=unit, state="issued").first()
    first_day = forms.day_within(span_of(aim, request.as_of), request.actor.today)
    effective_on = _day(request.POST.get("effective_on")) or first_day
    try:
        total = actions.demand_at(aim, unit, effective_on)
    except PlanError as error:
        messages.error(request, str(error))
        return redirect(cards.plan_url(found, unit))
    units = [(version.unit, version.name) for version in children_on(unit, effective_on)]
    periods = forms.periods_of(span_of(aim, effective_on)) if aim.indicator.kind in queries.ADDITIVE else []
    shown: dict[str, Any] = {
        "plan": found,
        "target": aim,
        "unit": unit,
        "crumbs": crumbs(found, unit, (aim.name, reverse("plans:target", args=[code, target]))),
        "in_force": in_force,
        "history": queries.allocation_history(aim, unit),
        "suggestions": actions.SUGGESTIONS,
        "has_authority": version_on(unit, effective_on) is not None,
        "total": total,
    }
    if request.method != "POST":
        shown["form"] = forms.DecisionForm(initial={"effective_on": first_day})
        shown["sheet"] = forms.read_sheet(units, periods, total, _boxes(aim, unit, in_force))
        return render(request, "plans/allocation.html", shown)
    return _allocation_act(request, shown, units, periods, effective_on)


def _allocation_act(
    request: HttpRequest,
    shown: dict[str, Any],
    units: list[tuple[Unit, str]],
    periods: list[Any],
    effective_on: date,
) -> HttpResponse:
    plan, aim, unit, total = shown["plan"], shown["target"], shown["unit"], shown["total"]
    boxes = request.POST.dict()
    sheet = forms.read_sheet(units, periods, total, boxes)
    shown["form"] = form = forms.DecisionForm(request.POST)
    if request.POST.get("act") == "check":
        return render(request, "plans/_sheet_sum.html", shown | {"sheet": sheet})
    if suggestion := request.POST.get("suggest"):
        try:
            made = actions.suggest_split(
                target=aim, unit=unit, by=suggestion, on=effective_on, reserve=sheet.held_back
            )
        except PlanError as error:
            shown["refused"] = str(error)
        else:
            filled = {(pk, ""): Decimal(value) for pk, value in made.values.items()}
            sheet = forms.read_sheet(units, periods, total, forms.boxes_of(filled, sheet.held_back))
            shown["basis"] = made.basis
        shown |= {"sheet": sheet, "form": forms.DecisionForm(initial=boxes)}
        template = "plans/_sheet.html" if request.headers.get("HX-Request") else "plans/allocation.html"
        return render(request, template, shown)
    shown["sheet"] = sheet
    if sheet.has_errors:
        shown["refused"] = "Có ô chưa phải là số. Hãy sửa các ô được đánh dấu."
    elif form.is_valid():
        try:
            made_row = _give(request, shown, sheet, form, effective_on)
        except PlanError as error:
            shown["refused"] = str(error)
        else:
            if made_row.state == "draft":
                messages.success(request, "Đã lưu nháp. Bản nháp chưa có hiệu lực.")
                return redirect(request.get_full_path())
            messages.success(
                request, f"Đã ban hành bản giao lần {made_row.revision} theo quyết định {made_row.decision}."
            )
            return redirect(f"{reverse('plans:target', args=[plan.code, aim.code])}?don_vi={unit.code}")
    return render(request, "plans/allocation.html", shown, status=422)


def _give(
    request: HttpRequest,
    shown: dict[str, Any],
    sheet: forms.Sheet,
    form: forms.DecisionForm,
    effective_on: date,
) -> Allocation:
    """Give down on what the officer saw: anew, or in place of the revision whose number the sheet carries."""
    common: dict[str, Any] = {
        "actor": request.actor,
        "on": request.actor.today,
        "items": sheet.shares,
        "reserve": sheet.held_back,
        "effective_on": effective_on,
        "decision": form.decision(),
    }
    seen = whole_number(request.POST.get("base", ""))
    if seen is None:
        return actions.allocate(target=shown["target"], unit=shown["unit"], **common)
    base = Allocation.objects.filter(pk=seen, target=shown["target"], unit=shown["unit"]).first()
    if base is None:
        raise Http404("Không có bản giao này.")
    return actions.revise(allocation=base, reason=form.cleaned_data["reason"], **common)


def _boxes(target: Target, unit: Unit, in_force: Allocation | None) -> dict[str, str]:
    """What the sheet opens with: the draft, else what is in force, else nothing."""
    start = Allocation.objects.filter(target=target, unit=unit, state="draft").first() or in_force
    if start is None:
        return {}
    items = {(item.unit_id, item.period): item.value for item in start.items.all()}
    return forms.boxes_of(items, start.reserve)


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text)
    except DateError:
        return None
