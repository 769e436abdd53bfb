"""Doors of those who answer what members ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.listing.views import list_view
from congdoan.registry.membership.actions import MembershipError
from congdoan.registry.membership.queries import membership_on
from congdoan.registry.people.actions import PeopleError
from congdoan.registry.selfservice import actions, choices, forms, queries
from congdoan.registry.selfservice.models import Evidence, MemberRequest

requests = list_view("selfservice.requests")


def _found(request: HttpRequest, pk: int) -> MemberRequest:
    found = queries.request_for(request.actor, pk)
    if found is None:
        raise Http404("Không có đề nghị này trong phạm vi của bạn.")
    return found


def _page(request: HttpRequest, found: MemberRequest, *, problem: str = "", **given: Any) -> HttpResponse:
    actor: Actor = request.actor
    held = membership_on(found.person_id, actor.today)
    is_change = found.kind == choices.CHANGE
    job = queries.job_of(found.person_id, actor.today)
    lines = queries.lines_of(found, found.person, job) if is_change else []
    seen = queries.mark_of(found.person, job, found.fields)
    accept_form = given.get("accept")
    if accept_form is None or problem:
        accept_form = (
            forms.AcceptForm(initial={"seen": seen, "words": given.get("words", "")})
            if is_change
            else accept_form or forms.LeaveForm(today=actor.today)
        )
    shown = {
        "item": found,
        "held": held,
        "lines": lines,
        "reason": queries.content_of(found).reason,
        "is_emptied": not found.content_sealed,
        "has_changed": found.is_open and any(line.changed for line in lines),
        "has_evidence": Evidence.objects.filter(request=found).exists(),
        "has_numbers": bool(set(found.fields) & set(choices.IDENTITY)) and bool(found.content_sealed),
        "may_open": held is not None and may(actor, "membership.view", held.unit),
        "is_change": is_change,
        "accept_form": accept_form,
        "refuse_form": given.get("refuse") or forms.RefuseForm(),
        "numbers_form": given.get("numbers") or forms.NumbersForm(),
        "revealed": given.get("revealed"),
        "problem": problem,
    }
    answer = render(
        request, "selfservice/request.html", shown, status=422 if problem or given.get("is_wrong") else 200
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_GET
def request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: the register and the proposal side by side, and the answers."""
    return _page(request, _found(request, pk))


def _answer(
    request: HttpRequest, found: MemberRequest, do: Callable[[], Any], said: str, **given: Any
) -> HttpResponse:
    try:
        do()
    except (actions.RequestError, PeopleError, MembershipError) as error:
        found.refresh_from_db()
        found.person.refresh_from_db()
        return _page(request, found, problem=str(error), **given)
    messages.success(request, said)
    return redirect("selfservice:request", pk=found.pk)


@login_required
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree: what is written of the person changes, or the departure is booked."""
    found, actor, now = _found(request, pk), request.actor, timezone.now()
    if found.kind == choices.LEAVE:
        leave = forms.LeaveForm(request.POST, today=actor.today)
        if not leave.is_valid():
            return _page(request, found, accept=leave, is_wrong=True)
        return _answer(
            request,
            found,
            lambda: actions.accept_leave(actor=actor, pk=pk, now=now, **leave.cleaned_data),
            f"Đã ghi {found.person.full_name} thôi là đoàn viên; người đó đọc được câu trả lời.",
            accept=leave,
        )
    form = forms.AcceptForm(request.POST)
    if not form.is_valid():
        return _page(
            request, found, problem="Hãy tải lại trang rồi trả lời.", words=request.POST.get("words", "")
        )
    return _answer(
        request,
        found,
        lambda: actions.accept_change(actor=actor, on=actor.today, pk=pk, now=now, **form.cleaned_data),
        "Đã sửa sổ theo đề nghị; đoàn viên đọc được câu trả lời.",
        words=form.cleaned_data["words"],
    )


@login_required
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not agree, with words."""
    found, form, actor = _found(request, pk), forms.RefuseForm(request.POST), request.actor
    if not form.is_valid():
        return _page(request, found, refuse=form, is_wrong=True)
    return _answer(
        request,
        found,
        lambda: actions.refuse(
            actor=actor, on=actor.today, pk=pk, words=form.cleaned_data["words"], now=timezone.now()
        ),
        "Đã trả lời; đoàn viên đọc được lý do.",
        refuse=form,
    )


@login_required
@require_POST
def numbers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the numbers whole, once, to who says why."""
    found, form = _found(request, pk), forms.NumbersForm(request.POST)
    if not form.is_valid():
        return _page(request, found, numbers=form, is_wrong=True)
    try:
        revealed = actions.reveal_proposed(actor=request.actor, pk=pk, reason=form.cleaned_data["reason"])
    except (actions.RequestError, PeopleError) as error:
        return _page(request, found, problem=str(error), numbers=form)
    rows = [
        (
            choices.FIELDS[name].capitalize(),
            getattr(revealed.held, name) or "chưa ghi",
            revealed.proposed[name],
        )
        for name in revealed.proposed
    ]
    return _page(request, found, revealed=rows)


@login_required
@require_GET
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo or scan; that it was opened is written down."""
    found = _found(request, pk)
    scan = actions.evidence_of(actor=request.actor, pk=found.pk)
    if scan is None:
        raise Http404("Đề nghị này không có ảnh, hoặc ảnh đã được xóa.")
    answer = HttpResponse(scan.content, content_type=scan.content_type)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    if scan.content_type == "application/pdf":
        answer["Content-Disposition"] = "attachment; filename=giay-to.pdf"
    return answer
