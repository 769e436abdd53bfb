"""What every door of plans asks first, and the page of a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.listing.queries import seen_heirs
from congdoan.foundation.succession.queries import ended_by
from congdoan.foundation.units.models import Unit
from congdoan.work.plans import cards, queries
from congdoan.work.plans.actions import PlanError
from congdoan.work.plans.models import Plan, Target

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def find_plan(request: HttpRequest, code: str) -> Plan:
    found = (
        queries.visible_plans(request.actor)
        .select_related("issuer", "parent__issuer")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise Http404("Không có kế hoạch này trong phạm vi của bạn.")
    return found


def find_target(plan: Plan, code: str) -> Target:
    for target in queries.targets_of(plan):
        if target.code == code:
            return target
    raise Http404("Kế hoạch không có chỉ tiêu này.")


def chosen_unit(request: HttpRequest, plan: Plan) -> Unit:
    """The body whose figures are shown: the one asked for, the issuer, or the reader's own; never one out of
    reach, and never one that the plan does not concern."""
    actor: Actor = request.actor
    code = request.GET.get("don_vi") or request.POST.get("don_vi")
    if code:
        unit = Unit.objects.filter(code=code).first()
    elif may(actor, "plans.view", plan.issuer_id):
        return plan.issuer
    else:
        unit = home_unit(actor)
    if unit is None or not may(actor, "plans.view", unit) or not queries.concerns(plan, unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    return unit


def structure_asked(request: HttpRequest) -> date | None:
    """The day whose structure a past day is read in, when the reader asks for today's; None for bodies as they stood."""
    today: date = request.actor.today
    return today if request.structure == "today" else None


def ended_unit(
    request: HttpRequest, plan: Plan, unit: Unit, target: Target | None = None
) -> dict[str, Any] | None:
    """The line that leads on from a body that exists no longer on the day shown: to the same page of its heirs."""
    ended = seen_heirs(request.actor, "plans.view", ended_by(unit, request.as_of))
    if ended is None:
        return None
    heirs = [heir for heir in ended.heirs if queries.concerns(plan, heir)]

    def url(heir: Unit) -> str:
        if target is None:
            return cards.plan_url(plan, heir)
        return f"{reverse('plans:target', args=[plan.code, target.code])}?don_vi={heir.code}"

    return {"unit": unit, "heirs": [{"name": heir.name, "url": url(heir)} for heir in heirs]}


def crumbs(plan: Plan, unit: Unit, *more: tuple[str, str]) -> list[tuple[str, str]]:
    found = [("Kế hoạch, chỉ tiêu", reverse("plans:list")), (_short(plan), cards.plan_url(plan, plan.issuer))]
    if unit.pk != plan.issuer_id:
        found.append((unit.name, cards.plan_url(plan, unit)))
    return [*found, *more]


def _short(plan: Plan) -> str:
    return plan.number or plan.code


def list_actions(request: HttpRequest) -> dict[str, Any]:
    """The button of the list of plans, for those who may draft one."""
    if not request.actor.has_anywhere("plans.edit"):
        return {}
    return {
        "actions": [
            {"label": "Lập kế hoạch", "url": reverse("plans:create"), "icon": "plus", "primary": True}
        ]
    }


def tried(form: Form, act: Callable[[], Any]) -> Any:
    """What the action gave; None with its sentence on the form when it refused."""
    try:
        return act()
    except PlanError as error:
        form.add_error(None, str(error))
        return None


def form_page(
    request: HttpRequest,
    form: Form,
    title: str,
    back_url: str,
    button: str,
    template: str = "plans/form.html",
    **more: Any,
) -> HttpResponse:
    shown = {"form": form, "title": title, "back_url": back_url, "button": button} | more
    return render(request, template, shown, status=422 if request.method == "POST" else 200)
