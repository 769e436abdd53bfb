"""What has been made known of a plan, and who has read it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from congdoan.foundation.access.queries import may
from congdoan.foundation.units.models import Unit
from congdoan.kit.lists import names_url
from congdoan.kit.numbers import format_number
from congdoan.work.plans import actions, cards, queries
from congdoan.work.plans.actions import PlanError
from congdoan.work.plans.models import Distribution, Plan
from congdoan.work.plans.views.asking import chosen_unit, find_plan

#: The part (``muc``) of the plan page.
TAB = "pho-bien"


def may_distribute(request: HttpRequest, unit: Unit) -> bool:
    """Whether the reader passes plans on there, and there is anybody below to pass them on to."""
    return may(request.actor, "plans.allocate", unit) and queries.has_bodies_below(unit)


def made_known(request: HttpRequest, plan: Plan, unit: Unit) -> dict[str, Any]:
    """What the part “Phổ biến” of a plan shows."""
    if not may_distribute(request, unit):
        raise Http404("Bạn không phổ biến kế hoạch của đơn vị này.")
    return {
        "can_distribute": plan.state != "draft",
        "distributions": [
            {
                "reached": reached,
                "url": _readers_url(reached.distribution),
                "unread_url": _readers_url(reached.distribution, tinh_trang="unread"),
                "without_url": _readers_url(reached.distribution, tinh_trang="none"),
            }
            for reached in queries.distributions_of(plan, unit)
        ],
    }


def _readers_url(distribution: Distribution, **more: str) -> str:
    return names_url("plans.readers", {"dot": str(distribution.pk), **more})


@login_required
@require_POST
def distribute(request: HttpRequest, code: str) -> HttpResponse:
    """Make a plan known below a body (``toi``: ``duoi`` for all below, else those directly below)."""
    found = find_plan(request, code)
    unit = chosen_unit(request, found)
    if not may_distribute(request, unit):
        raise Http404("Bạn không phổ biến kế hoạch của đơn vị này.")
    try:
        made = actions.distribute(
            actor=request.actor,
            on=request.actor.today,
            plan=found,
            unit=unit,
            whole=request.POST.get("toi") == "duoi",
        )
    except PlanError as error:
        messages.error(request, str(error))
    else:
        reached = next(item for item in queries.distributions_of(found, unit) if item.distribution == made)
        messages.success(request, f"Đã phổ biến đến {format_number(reached.bodies)} đơn vị.")
        if reached.without_account:
            messages.warning(
                request,
                f"{format_number(reached.without_account)} đơn vị chưa có tài khoản nào để nhận. Hãy gửi văn bản cho"
                " các đơn vị đó.",
            )
    return redirect(cards.plan_url(found, unit, muc=TAB))


@login_required
@require_POST
def remind_readers(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Remind everybody who has not read a distribution."""
    found = find_plan(request, code)
    made = get_object_or_404(Distribution.objects.select_related("unit"), pk=pk, plan=found)
    if not may(request.actor, "plans.allocate", made.unit):
        raise Http404("Không có lần phổ biến này trong phạm vi của bạn.")
    count = actions.remind_readers(actor=request.actor, on=request.actor.today, distribution=made)
    if count:
        messages.success(request, f"Đã nhắc {format_number(count)} người chưa đọc.")
    else:
        messages.info(request, "Không còn ai để nhắc: mọi người đã đọc hoặc đã được nhắc hôm nay.")
    return redirect(cards.plan_url(found, made.unit, muc=TAB))


def reader_buttons(request: HttpRequest) -> dict[str, Any]:
    """What stands above the list of receipts: the way back to the plan."""
    number = request.GET.get("dot", "")
    if not number.isdecimal() or len(number) > 17:
        return {}
    made = Distribution.objects.select_related("plan", "unit").filter(pk=int(number)).first()
    if made is None or not may(request.actor, "plans.allocate", made.unit):
        return {}
    query = urlencode({"don_vi": made.unit.code, "muc": TAB})
    return {
        "actions": [
            {
                "label": "Về kế hoạch",
                "url": f"{reverse('plans:plan', args=[made.plan.code])}?{query}",
                "icon": "arrow-left",
            }
        ]
    }
