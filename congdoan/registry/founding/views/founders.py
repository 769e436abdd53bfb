"""The founding committee as the officers who lead a file see it: who was let in, who has opened to the others, who has
looked. It holds applicants' names, so the rest of the team has no such page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.rules import Forbidden
from congdoan.kit.numbers import whole_number
from congdoan.registry.founding import actions, choices, queries
from congdoan.registry.founding.forms import ShutOutForm
from congdoan.registry.founding.models import FoundingFile
from congdoan.registry.founding.views.file_page import found_file

#: The most names of applicants that the page shows.
_NAMES = 200


def _led(request: HttpRequest, pk: int) -> FoundingFile:
    found = found_file(request, pk)
    if not queries.leads(request.actor, found):
        raise Forbidden(
            f"Trang này có tên người làm đơn nên chỉ cán bộ được chỉ định đích danh của {found.leading_unit.name} mở được."
        )
    return found


@login_required
@require_GET
def founders(request: HttpRequest, pk: int) -> HttpResponse:
    """The founding committee and its doors."""
    return _page(request, _led(request, pk))


def _page(request: HttpRequest, found: FoundingFile, **given: Any) -> HttpResponse:
    actor = request.actor
    posts = dict(choices.FOUNDER_POSTS)
    committee = queries.founders(actor, found)
    names = list(queries.shown_applications(actor, found)[: _NAMES + 1])
    may_write = found.state == choices.OPEN
    wrong = given.get("door")
    shown = {
        "item": found,
        "committee": [
            {
                "founder": row,
                "post": posts.get(row.post, row.post),
                "is_wrong": row.door is not None and row.door.pk == wrong,
                "form": given.get("form")
                if row.door is not None and row.door.pk == wrong
                else ShutOutForm(auto_id=f"id_%s_{row.pk}"),
            }
            for row in committee
        ],
        "to_let_in": [row for row in committee if row.door is None and row.is_waiting] if may_write else [],
        "names": names[:_NAMES],
        "is_cut": len(names) > _NAMES,
        "closed": queries.closed_doors(actor, found),
        "problem": given.get("problem", ""),
        "may_write": may_write,
    }
    return render(request, "founding/founders.html", shown, status=422 if given else 200)


def _act(request: HttpRequest, found: FoundingFile, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
    except actions.FoundingError as error:
        return _page(request, found, problem=str(error))
    messages.success(request, words)
    return redirect("founding:founders", pk=found.pk)


@login_required
@require_POST
def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the ticked founders in."""
    found, actor = _led(request, pk), request.actor
    ticked = [n for value in request.POST.getlist("don") if (n := whole_number(value)) is not None]
    return _act(
        request,
        found,
        lambda: actions.let_in(actor=actor, on=actor.today, pk=pk, applications=ticked),
        "Đã mở phần ban vận động; người ấy thấy ở trang Theo dõi đơn.",
    )


@login_required
@require_POST
def shut_out(request: HttpRequest, pk: int, door: int) -> HttpResponse:
    """Shut one founder out."""
    found, actor, form = _led(request, pk), request.actor, ShutOutForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, door=door)
    reason = form.cleaned_data["reason"]
    return _act(
        request,
        found,
        lambda: actions.shut_out(actor=actor, on=actor.today, pk=pk, door=door, reason=reason),
        "Đã đóng; từ bây giờ người ấy không thấy ai nữa.",
    )
