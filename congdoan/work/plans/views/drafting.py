"""Drafting, issuing, ending; targets added, edited, taken out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import refuse
from congdoan.work.plans import actions, cards, forms, queries
from congdoan.work.plans.actions import PlanError
from congdoan.work.plans.models import Plan
from congdoan.work.plans.views.asking import GET_OR_POST, find_plan, find_target, form_page, tried


@login_required
@GET_OR_POST
def create(request: HttpRequest) -> HttpResponse:
    """Draft a plan."""
    if not request.actor.has_anywhere("plans.edit"):
        raise refuse("plans.edit")
    form = forms.PlanForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        made = tried(
            form,
            lambda: actions.create_plan(actor=request.actor, on=request.actor.today, data=form.data_of()),
        )
        if made is not None:
            messages.success(request, "Đã lập dự thảo. Hãy thêm chỉ tiêu rồi ban hành.")
            return redirect("plans:plan", made.code)
    return form_page(request, form, "Lập kế hoạch", reverse("plans:list"), "Lưu dự thảo")


@login_required
@GET_OR_POST
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change the heading of a plan; issue or end it."""
    found = find_plan(request, code)
    require(request.actor, "plans.edit", found.issuer)
    form = forms.PlanForm(request.POST or None, actor=request.actor, plan=found)
    if request.method == "POST" and form.is_valid():
        done = tried(
            form,
            lambda: actions.edit_plan(
                actor=request.actor,
                on=request.actor.today,
                plan=found,
                data=form.data_of(),
                reason=form.cleaned_data.get("reason", ""),
            ),
        )
        if done is not None:
            messages.success(request, "Đã lưu kế hoạch.")
            return redirect("plans:plan", code)
    return _plan_form(request, found, form)


def _plan_form(request: HttpRequest, plan: Plan, form: Form, **more: Any) -> HttpResponse:
    shown = {
        "plan": plan,
        "issue_form": forms.IssueForm(
            initial={"number": plan.number, "issued_on": plan.issued_on or request.actor.today}
        ),
        "end_form": forms.ReasonForm(prefix="end"),
        "targets": queries.targets_of(plan),
        "parts": forms.PARTS,
    } | more
    return form_page(
        request,
        form,
        "Sửa kế hoạch",
        cards.plan_url(plan, plan.issuer),
        "Lưu",
        "plans/plan_form.html",
        **shown,
    )


@login_required
@require_POST
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """Issue a draft."""
    found = find_plan(request, code)
    form = forms.IssueForm(request.POST)
    if form.is_valid():
        done = tried(
            form,
            lambda: actions.issue_plan(
                actor=request.actor, on=request.actor.today, plan=found, **form.cleaned_data
            ),
        )
        if done is not None:
            messages.success(request, f"Đã ban hành kế hoạch {done.number}.")
            return redirect("plans:plan", code)
    return _plan_form(request, found, forms.PlanForm(actor=request.actor, plan=found), issue_form=form)


@login_required
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Close a plan."""
    found = find_plan(request, code)
    form = forms.ReasonForm(request.POST, prefix="end")
    if form.is_valid():
        done = tried(
            form,
            lambda: actions.end_plan(
                actor=request.actor, on=request.actor.today, plan=found, reason=form.cleaned_data["reason"]
            ),
        )
        if done is not None:
            messages.success(request, "Đã kết thúc kế hoạch. Số liệu vẫn xem được.")
            return redirect("plans:plan", code)
    return _plan_form(request, found, forms.PlanForm(actor=request.actor, plan=found), end_form=form)


@login_required
@GET_OR_POST
def add_target(request: HttpRequest, code: str) -> HttpResponse:
    """Add a target to a plan."""
    found = find_plan(request, code)
    require(request.actor, "plans.edit", found.issuer)
    form = forms.TargetForm(request.POST or None, plan=found)
    if request.method == "POST" and form.is_valid():
        made = tried(
            form,
            lambda: actions.add_target(
                actor=request.actor,
                on=request.actor.today,
                plan=found,
                data=form.data_of(),
                reason=form.cleaned_data.get("reason", ""),
            ),
        )
        if made is not None:
            messages.success(request, f"Đã thêm chỉ tiêu {made.code}.")
            return redirect("plans:target", code, made.code)
    back = reverse("plans:edit", args=[code])
    return form_page(request, form, "Thêm chỉ tiêu", back, "Thêm", subtitle=found.title)


@login_required
@GET_OR_POST
def edit_target(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Change a target."""
    found = find_plan(request, code)
    require(request.actor, "plans.edit", found.issuer)
    aim = find_target(found, target)
    form = forms.TargetForm(request.POST or None, plan=found, target=aim)
    if request.method == "POST" and form.is_valid():
        done = tried(
            form,
            lambda: actions.edit_target(
                actor=request.actor,
                on=request.actor.today,
                target=aim,
                data=form.data_of(),
                reason=form.cleaned_data.get("reason", ""),
            ),
        )
        if done is not None:
            messages.success(request, f"Đã lưu chỉ tiêu {done.code}.")
            return redirect("plans:target", code, done.code)
    back = reverse("plans:target", args=[code, target])
    return form_page(request, form, f"Sửa chỉ tiêu {aim.code}", back, "Lưu", subtitle=found.title)


@login_required
@GET_OR_POST
def remove_target(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Take a target out of a plan; out of an issued one with a reason, which is asked for first."""
    found = find_plan(request, code)
    require(request.actor, "plans.edit", found.issuer)
    aim = find_target(found, target)
    form = forms.RemovalForm(request.POST or None)
    asks = found.state == "issued"
    if request.method != "POST" or (asks and not form.is_valid()):
        back = reverse("plans:edit", args=[code])
        return form_page(request, form, f"Bỏ chỉ tiêu {aim.code}", back, "Bỏ chỉ tiêu", subtitle=aim.name)
    reason = form.cleaned_data["reason"] if asks else ""
    try:
        actions.remove_target(actor=request.actor, on=request.actor.today, target=aim, reason=reason)
    except PlanError as error:
        messages.error(request, str(error))
        return redirect("plans:target", code, target)
    messages.success(request, f"Đã bỏ chỉ tiêu {aim.code}.")
    return redirect("plans:edit", code)
