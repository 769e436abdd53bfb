"""Carrying a decision out and taking it back: a page that says once more what will happen, then work in the background."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from congdoan.foundation.access.queries import require
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import format_number
from congdoan.registry.reorganisation.choices import UNIT_CHANGES
from congdoan.registry.reorganisation.forms import CommitForm, UndoForm
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.queries import (
    Balance,
    journal_is_short,
    saved_balance,
    undo_hindrances,
)
from congdoan.registry.reorganisation.rules import COMMIT
from congdoan.registry.reorganisation.views.asking import (
    begin,
    crumbs,
    form_page,
    found_decision,
    head,
    waiting_page,
    work_of,
)
from congdoan.registry.reorganisation.views.balance_page import conclusion

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@never_cache
@_GET_OR_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Repeat the figures, ask for number and day of the paper and for a yes, and begin."""
    found = found_decision(request, pk)
    require(request.actor, COMMIT, found.authority)
    work = work_of(found)
    if work is not None and not work.is_over:
        return waiting_page(request, found, work)
    sheet = saved_balance(found)
    refusal = _not_yet(found, sheet, request)
    if refusal or sheet is None:
        messages.error(request, refusal)
        return redirect("reorganisation:decision", pk)
    seen = found.checked_at.isoformat() if found.checked_at else ""
    form = CommitForm(
        request.POST or None,
        today=request.actor.today,
        initial={"number": found.number, "issued_on": found.issued_on or found.effective_on, "seen": seen},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data["seen"] != seen:
            messages.error(
                request,
                "Bảng cân đối vừa được kiểm tra lại. Hãy đọc lại các con số rồi xác nhận một lần nữa.",
            )
            return redirect("reorganisation:commit", pk)
        begin(request, found, "commit", number=data["number"], issued_on=data["issued_on"].isoformat())
        return redirect("reorganisation:decision", pk)
    return form_page(
        request,
        form,
        title="Thực hiện quyết định",
        button="Thực hiện",
        way=crumbs(found),
        template="reorganisation/commit.html",
        sheet=sheet,
        figures=_figures(sheet),
        conclusion=conclusion(sheet),
        **head(request, found),
    )


def _not_yet(found: Reorganisation, sheet: Balance | None, request: HttpRequest) -> str:
    """Why the decision cannot be carried out now; '' when it can."""
    if not found.is_open:
        return f"Quyết định này {found.get_state_display()} rồi."
    if found.state != "checked" or sheet is None:
        return "Hãy kiểm tra và sửa hết lỗi trước khi thực hiện."
    if found.effective_on > request.actor.today:
        return f"Quyết định có hiệu lực từ ngày {format_date(found.effective_on)}; đến ngày đó mới thực hiện được."
    return ""


def _figures(sheet: Balance) -> list[tuple[str, str]]:
    """What will happen, as a few figures."""
    found = [
        (word, f"{format_number(sheet.counts[what])} đơn vị")
        for what, word in UNIT_CHANGES.items()
        if sheet.counts.get(what)
    ]
    for line in sheet.lines:
        if line.passes:
            found.append((line.label, f"{format_number(line.passes)} chuyển về đơn vị kế thừa"))
        if line.leaves:
            found.append((line.label, f"{format_number(line.leaves)} ra khỏi tổ chức"))
        if line.ends:
            found.append((line.label, f"{format_number(line.ends)} kết thúc"))
    return found


@login_required
@never_cache
@_GET_OR_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back with a reason, or show what stands in the way."""
    found = found_decision(request, pk)
    require(request.actor, COMMIT, found.authority)
    work = work_of(found)
    if work is not None and not work.is_over:
        return waiting_page(request, found, work)
    if found.state != "committed":
        messages.error(request, "Quyết định này chưa được thực hiện nên không có gì để hoàn tác.")
        return redirect("reorganisation:decision", pk)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        begin(request, found, "undo", reason=form.cleaned_data["reason"])
        return redirect("reorganisation:decision", pk)
    is_short = journal_is_short(found)
    return form_page(
        request,
        form,
        title="Hoàn tác quyết định",
        button="Hoàn tác",
        way=crumbs(found),
        template="reorganisation/undo.html",
        is_examined=is_short,
        hindrances=undo_hindrances(found, actor=request.actor, on=request.actor.today) if is_short else [],
        **head(request, found),
    )
