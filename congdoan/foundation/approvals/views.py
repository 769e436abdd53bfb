"""Doors of approvals."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.approvals import actions, queries
from congdoan.foundation.approvals.rules import may_decide


@login_required
@require_GET
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal, and deciding it."""
    rows = queries.visible_approvals(request.actor).select_related("unit", "proposed_by", "decided_by")
    found = get_object_or_404(rows, pk=pk)
    return render(
        request,
        "approvals/approval.html",
        {
            "approval": found,
            "may_decide": found.state == "open" and may_decide(request.actor, found),
            "is_mine": found.proposed_by_id == request.user.pk,
        },
    )


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, refuse, or take back one's own."""
    found = get_object_or_404(queries.visible_approvals(request.actor), pk=pk)
    act = request.POST.get("quyet-dinh")
    try:
        if act == "rut":
            actions.withdraw(actor=request.actor, approval=found)
            messages.success(request, "Đã rút đề xuất.")
        elif act in {"duyet", "khong-duyet"}:
            decided = actions.decide(
                actor=request.actor,
                on=request.actor.today,
                approval=found,
                approve=act == "duyet",
                note=request.POST.get("ghi-chu", "").strip(),
            )
            messages.success(request, f"Đã ghi quyết định: {decided.get_state_display()}.")
        else:
            messages.error(request, "Hãy chọn duyệt hoặc không duyệt.")
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("approvals:approval", pk)
