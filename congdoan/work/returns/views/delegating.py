"""Who acts in whose place."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.units.queries import unit_named
from congdoan.work.returns import actions, queries, rules
from congdoan.work.returns.forms import (
    DelegationForm,
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: HttpRequest) -> HttpResponse:
    """Who acts in whose place at a body, and giving a new delegation."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.SUBMIT):
        raise refuse(rules.SUBMIT)
    code = request.GET.get("don_vi", "")
    unit = unit_named(code) if code else home_unit(actor)
    if unit is None or not may(actor, rules.SUBMIT, unit):
        raise Http404
    people = queries.people_at(unit, actor.today)
    form = DelegationForm(
        request.POST or None, people=people, initial={"absent": actor.user, "from_on": actor.today}
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            try:
                actions.delegate(
                    actor=actor,
                    unit=unit,
                    absent=given["absent"],
                    substitute=given["substitute"],
                    from_on=given["from_on"],
                    until=form.until,
                    reason=given["reason"],
                )
            except rules.ReturnsError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Đã ghi uỷ quyền.")
                return redirect(request.get_full_path())
        status = 422
    shown = (
        queries.visible_delegations(actor)
        .filter(unit=unit)
        .select_related("absent", "substitute", "unit")
        .order_by("-during")[:50]
    )
    return render(
        request,
        "returns/delegations.html",
        {
            "unit": unit,
            "form": form,
            "delegations": [
                {"item": item, "holds": actor.today in item.during, "from_on": item.during.lower}
                for item in shown
            ],
            "crumbs": [("Báo cáo định kỳ", reverse("returns:list"))],
        },
        status=status,
    )


@login_required
@require_POST
def end_delegation(request: HttpRequest, delegation: int) -> HttpResponse:
    """End a delegation today."""
    found = get_object_or_404(
        queries.visible_delegations(request.actor).select_related("unit", "absent"), pk=delegation
    )
    actions.end_delegation(actor=request.actor, on=request.actor.today, delegation=found)
    messages.success(request, "Đã kết thúc uỷ quyền.")
    return redirect(f"{reverse('returns:delegations')}?don_vi={found.unit.code}")
