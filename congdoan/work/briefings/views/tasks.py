"""Conclusions as tasks: the list, one of them, its result."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.files.actions import TooLarge
from congdoan.foundation.files.queries import may_read
from congdoan.foundation.listing.views import list_view
from congdoan.work.briefings import actions, queries, rules
from congdoan.work.briefings.forms import ReasonForm, ResultForm
from congdoan.work.briefings.models import Conclusion
from congdoan.work.briefings.rules import BriefingError
from congdoan.work.briefings.views.asking import UNFIT, find_task

tasks = list_view("briefings.conclusions")


@login_required
@require_safe
def task(request: HttpRequest, task: int) -> HttpResponse:
    """One task: what, who, until when, what became of it."""
    return _page(request, find_task(request, task))


def _page(
    request: HttpRequest,
    found: Conclusion,
    *,
    form: ResultForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor
    tone, words = queries.state_line(found, actor.today)
    runs = may(actor, rules.RUN, found.briefing.unit_id)
    is_live = found.state == "open" and found.is_given
    shown = {
        "item": found,
        "tone": tone,
        "words": words,
        "form": form or ResultForm(),
        "reason_form": ReasonForm(),
        "may_finish": is_live and queries.may_finish(actor, found),
        "may_drop": found.state == "open" and runs,
        "may_reopen": found.state == "done" and runs,
        "evidence": found.evidence
        if found.evidence is not None and may_read(actor, found.evidence)
        else None,
        "earlier": queries.earlier(found),
        "later": Conclusion.objects.filter(carried_from=found).select_related("briefing").first(),
        "problem": problem,
    }
    return render(request, "briefings/task.html", shown, status=status)


@login_required
@require_POST
def finish(request: HttpRequest, task: int) -> HttpResponse:
    """The task is done."""
    found = find_task(request, task)
    form = ResultForm(request.POST, request.FILES or None)
    if form.is_valid():
        sent = form.cleaned_data["evidence"]
        try:
            actions.finish(
                actor=request.actor,
                on=request.actor.today,
                conclusion=found,
                result=form.cleaned_data["result"],
                file_name=sent.name if sent else "",
                chunks=sent.chunks() if sent else None,
            )
        except (BriefingError, TooLarge) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã báo kết quả.")
            return redirect("briefings:task", task)
    return _page(request, find_task(request, task), form=form, status=UNFIT)


@login_required
@require_POST
def drop(request: HttpRequest, task: int) -> HttpResponse:
    """The task is given up, with a reason."""
    found = find_task(request, task)
    try:
        actions.drop(
            actor=request.actor,
            on=request.actor.today,
            conclusion=found,
            reason=request.POST.get("reason", ""),
        )
    except BriefingError as error:
        return _page(request, find_task(request, task), problem=str(error), status=UNFIT)
    messages.success(request, "Đã ghi là thôi thực hiện.")
    return redirect("briefings:task", task)


@login_required
@require_POST
def reopen(request: HttpRequest, task: int) -> HttpResponse:
    """The result does not satisfy."""
    found = find_task(request, task)
    try:
        actions.reopen(
            actor=request.actor,
            on=request.actor.today,
            conclusion=found,
            reason=request.POST.get("reason", ""),
        )
    except BriefingError as error:
        return _page(request, find_task(request, task), problem=str(error), status=UNFIT)
    messages.success(request, "Đã yêu cầu bổ sung kết quả.")
    return redirect("briefings:task", task)
