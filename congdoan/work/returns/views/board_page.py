"""The board of a round."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.jobs.actions import start
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.dates import days_left_words
from congdoan.kit.documents import DOCX
from congdoan.work.returns import actions, queries, rules
from congdoan.work.returns.booklet import handed_in, make_booklet
from congdoan.work.returns.choices import (
    STANDINGS,
)
from congdoan.work.returns.definitions import (
    DefinitionError,
    period_words,
    read_definition,
)
from congdoan.work.returns.models import ReturnForm
from congdoan.work.returns.views.asking import attachment


def round_of(request: HttpRequest, given: Any) -> tuple[Unit, ReturnForm | None, str]:
    """The body, form and period that an address or a form speaks of; 404 out of scope."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.VIEW):
        raise refuse(rules.VIEW)
    code = given.get("don_vi", "")
    unit = unit_named(code) if code else home_unit(actor)
    if unit is None or not may(actor, rules.VIEW, unit):
        raise Http404
    number = given.get("mau", "")
    form = (
        ReturnForm.objects.select_related("owner").filter(pk=int(number)).first()
        if number.isdecimal() and len(number) < 18
        else None
    )
    return unit, form, given.get("ky", "")


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """A round at a superior: who is missing, late, returned, submitted, accepted, level by level."""
    actor: Actor = request.actor
    unit, form, period = round_of(request, request.GET)
    rounds = queries.rounds(actor, unit)
    if form is None and rounds:
        form, period = rounds[0][0], rounds[0][1]
    shown = queries.board(form, period, unit, actor.today) if form is not None else None
    name = ""
    if form is not None and shown is not None and (version := queries.form_version(form)):
        try:
            name = read_definition(version.definition).span(period).name
        except DefinitionError:
            name = period
    rows = [branch_row(branch, actor) for branch in shown.branches[:SHOWN]] if shown else []
    return render(
        request,
        "returns/board.html",
        {
            "unit": unit,
            "form": form,
            "period": period,
            "period_name": name,
            "board": shown,
            "rounds": [
                {
                    "label": f"{item.title}, {period_words(code)}",
                    "value": f"{item.pk}|{code}",
                    "url": f"{reverse('returns:board')}?mau={item.pk}&ky={code}&don_vi={unit.code}",
                    "active": form is not None and item.pk == form.pk and code == period,
                }
                for item, code, _ in rounds
            ],
            "tiles": [
                {"code": code, "words": words, "tone": tone, "n": shown.counts.get(code, 0)}
                for code, (words, tone) in STANDINGS.items()
            ]
            if shown
            else [],
            "branches": rows,
            "more": max(0, len(shown.branches) - SHOWN) if shown else 0,
            "has_below": any(row["below"] for row in rows),
            "can_accept": queries.acts_for(actor, rules.ACCEPT, unit)[0],
            "crumbs": [("Báo cáo định kỳ", reverse("returns:list"))],
        },
    )


def branch_row(branch: queries.Branch, actor: Actor) -> dict[str, Any]:
    own = branch.own
    standing = getattr(own, "standing", "") if own else ""
    words, tone = STANDINGS[standing] if standing else ("không phải nộp", "muted")
    below = branch.total - (1 if own else 0)
    return {
        "branch": branch,
        "code": branch.code,
        "own": own,
        "words": words,
        "tone": tone,
        "left": days_left_words(actor.today, own.due)
        if own and standing in {"missing", "late", "returned"}
        else "",
        "below": below,
        "below_accepted": branch.accepted - (1 if standing in {"accepted", "closed"} else 0),
        "late": branch.counts.get("late", 0) - (1 if standing == "late" else 0),
    }


def board_url(unit: Unit, form: ReturnForm, period: str) -> str:
    return f"{reverse('returns:board')}?mau={form.pk}&ky={period}&don_vi={unit.code}"


@login_required
@require_POST
def close_round(request: HttpRequest) -> HttpResponse:
    """Lock all accepted returns of a round that are owed to a body."""
    unit, form, period = round_of(request, request.POST)
    if form is None:
        raise Http404
    count = actions.close_round(actor=request.actor, form=form, period=period, superior=unit)
    messages.success(request, f"Đã khoá {count} báo cáo đã nghiệm thu.")
    return redirect(board_url(unit, form, period))


@login_required
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Remind all bodies that have not handed in their return of a round."""
    unit, form, period = round_of(request, request.POST)
    if form is None:
        raise Http404
    actor: Actor = request.actor
    done = actions.remind(actor=actor, on=actor.today, form=form, period=period, superior=unit)
    messages.success(request, f"Đã nhắc {done.bodies} đơn vị.")
    if done.without_people:
        names = ", ".join(item.name for item in done.without_people[:5])
        more = f" và {len(done.without_people) - 5} đơn vị khác" if len(done.without_people) > 5 else ""
        messages.warning(request, f"Chưa có tài khoản nào để nhắc: {names}{more}. Hãy liên hệ trực tiếp.")
    return redirect(board_url(unit, form, period))


#: The board shows so many direct subordinates, the most pressing first; the list has them all.
SHOWN = 150
#: More are put together by a worker: a page of Word takes a moment each.
BOOKLET = 12


@login_required
@require_POST
def booklet(request: HttpRequest) -> HttpResponse:
    """All returns that the direct subordinates have handed in, as one Word file; many of them in the background."""
    unit, form, period = round_of(request, request.POST)
    if form is None:
        raise Http404
    actor: Actor = request.actor
    if handed_in(actor, form, period, unit).count() > BOOKLET:
        run = start(
            kind="returns.booklet",
            title=f"Tập báo cáo “{form.title}”, {period_words(period)}",
            actor=actor,
            unit=unit,
            arguments={"form": form.pk, "period": period},
        )
        return redirect("jobs:run", run.pk)
    name, data = make_booklet(actor, form, period, unit, on=actor.today)
    return attachment(data, name, DOCX)
