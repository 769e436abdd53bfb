"""The log of visits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import may, require
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.listing.views import list_view
from congdoan.kit.sealed import unseal
from congdoan.registry.enterprises.queries import visible_enterprises
from congdoan.registry.fieldwork import actions, queries, rules
from congdoan.registry.fieldwork import forms as shapes
from congdoan.registry.fieldwork.models import Visit
from congdoan.registry.fieldwork.views.shown import CRUMB, own_unit, show_form
from congdoan.registry.joining.rules import INVITE


def _visit_buttons(request: HttpRequest) -> dict[str, Any]:
    unit = own_unit(request.actor, rules.SURVEY)
    if unit is None or not may(request.actor, rules.VIEW, unit):
        return {}
    button = {"label": "Ghi tiếp xúc", "url": reverse("fieldwork:log_visit"), "icon": "plus", "primary": True}
    return {"actions": [button]}


visits = list_view("fieldwork.visits", extra=_visit_buttons)


@login_required
def log_visit(request: HttpRequest) -> HttpResponse:
    """Write down a visit, call or meeting."""
    actor: Actor = request.actor
    unit = own_unit(actor, rules.SURVEY)
    if unit is None:
        raise refuse(rules.SURVEY)
    require(actor, rules.VIEW, unit)
    form = shapes.VisitForm(
        request.POST or None,
        employers=visible_enterprises(actor, rules.SURVEY),
        today=actor.today,
        sources=queries.sources_for(actor, unit=unit, on=actor.today) if may(actor, INVITE, unit) else None,
        initial={"enterprise": request.GET.get("ma", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.log_visit(
                actor=actor, on=actor.today, data=actions.VisitData(unit=unit, **form.cleaned_data)
            )
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã ghi tiếp xúc với {made.enterprise.name}.")
            return redirect("fieldwork:visit", pk=made.pk)
    return show_form(
        request,
        form,
        title="Ghi tiếp xúc doanh nghiệp",
        button="Ghi",
        back=reverse("fieldwork:visits"),
        note=f"Nhân danh {unit.name}",
        crumbs=[CRUMB, ("Ghi tiếp xúc", "")],
    )


def _visit(request: HttpRequest, pk: int) -> Visit:
    rows = queries.visible_visits(request.actor).select_related("enterprise", "unit", "by", "source")
    found: Visit = get_object_or_404(rows, pk=pk)
    return found


@login_required
@require_GET
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry of the log."""
    found, actor = _visit(request, pk), request.actor
    shown: dict[str, Any] = {
        "visit": found,
        "others": queries.visible_visits(actor)
        .filter(enterprise=found.enterprise_id)
        .exclude(pk=found.pk)
        .select_related("by")
        .order_by("-on", "-pk")[:20],
        "may_finish": found.next_on is not None
        and found.next_done_on is None
        and may(actor, rules.SURVEY, found.unit),
        "can_open_employer": visible_enterprises(actor).filter(pk=found.enterprise_id).exists(),
        "crumbs": [CRUMB, ("Nhật ký tiếp xúc", reverse("fieldwork:visits")), (found.enterprise.name, "")],
    }
    count = queries.followed(actor, [found]).get(found.pk)
    if count is not None:
        shown["followed"] = count
        if found.by_id is not None:
            shown["by_officer"] = queries.followed_officer(actor, author_id=found.by_id, on=actor.today)
    if queries.may_read_confidence(actor, unit_id=found.unit_id, author_id=found.by_id):
        shown["confidence"] = [
            ("Đã gặp", unseal(found.met_sealed)),
            ("Nhận xét kín", unseal(found.remarks_sealed)),
        ]
    return render(request, "fieldwork/visit.html", shown)


@login_required
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """The next step is done."""
    found = _visit(request, pk)
    actions.finish_step(actor=request.actor, on=request.actor.today, visit=found)
    messages.success(request, "Đã ghi là làm xong.")
    return redirect("fieldwork:visit", pk=found.pk)
