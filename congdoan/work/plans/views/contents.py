"""Editing the lists of a plan row by row."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from congdoan.foundation.access.queries import require
from congdoan.kit.rows import Rows
from congdoan.work.plans import actions, cards, forms, queries
from congdoan.work.plans.actions import PlanError
from congdoan.work.plans.views.asking import GET_OR_POST, find_plan


@login_required
@GET_OR_POST
def contents(request: HttpRequest, code: str, part: str) -> HttpResponse:
    """Legal bases, recipients, norms, campaigns or open points. Rows are added and taken away before saving."""
    plan = find_plan(request, code)
    require(request.actor, "plans.edit", plan.issuer)
    declared = forms.PARTS.get(part)
    if declared is None:
        raise Http404("Kế hoạch không có phần này.")
    back = cards.plan_url(plan, plan.issuer, muc=declared.tab)
    if plan.state == "ended":
        messages.error(request, "Kế hoạch đã kết thúc nên không sửa được nữa.")
        return redirect(back)
    stored = queries.contents_of(plan, declared.key)
    is_issued = plan.state == "issued"
    is_saved = False
    if request.method == "POST":
        rows = Rows(declared.form, noun=declared.noun, data=request.POST)
        typed = {"seen": request.POST.get("seen", ""), "reason": request.POST.get("reason", "")}
        if rows.is_rearranged:
            form = forms.CorrectionForm(initial=typed, is_issued=is_issued)
        else:
            form = forms.CorrectionForm(request.POST, is_issued=is_issued)
            if all([form.is_valid(), rows.is_valid()]):
                try:
                    actions.edit_contents(
                        actor=request.actor,
                        on=request.actor.today,
                        plan=plan,
                        part=declared.key,
                        rows=[row.form.row() for row in rows if not row.is_blank],
                        seen=form.cleaned_data["seen"],
                        reason=form.cleaned_data.get("reason", ""),
                    )
                    is_saved = True
                except PlanError as error:
                    form.add_error(None, str(error))
        if is_saved:
            messages.success(request, f"Đã lưu phần {declared.title.lower()}.")
            return redirect(back)
    else:
        rows = Rows(
            declared.form, noun=declared.noun, initial=[declared.form.initial_of(row) for row in stored]
        )
        form = forms.CorrectionForm(initial={"seen": queries.mark_of(stored)}, is_issued=is_issued)
    status = 422 if request.method == "POST" and not rows.is_rearranged else 200
    shown = {"plan": plan, "title": declared.title, "rows": rows, "form": form, "back_url": back}
    return render(request, "plans/contents.html", shown, status=status)
