"""The list, the page of a briefing, its steps and its papers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from congdoan.foundation.access.queries import may, require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.listing.views import list_view
from congdoan.kit.dates import Period
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields
from congdoan.work.briefings import actions, queries, rules, word
from congdoan.work.briefings.choices import STATE_TONES
from congdoan.work.briefings.forms import AddendumForm, CloseForm
from congdoan.work.briefings.models import Briefing, Conclusion
from congdoan.work.briefings.rules import BriefingError
from congdoan.work.briefings.views.asking import UNFIT, find, find_to_run


def _list_extra(request: HttpRequest) -> dict[str, Any]:
    shown: list[dict[str, Any]] = [
        {
            "label": "Việc được giao",
            "url": f"{reverse('briefings:tasks')}?cua_toi=1&trang_thai=open",
            "icon": "checklist",
        }
    ]
    if request.actor.has_anywhere(rules.RUN):
        shown.append(
            {"label": "Lập lịch họp", "url": reverse("briefings:new"), "icon": "plus", "primary": True}
        )
    return {"actions": shown}


briefings = list_view("briefings.briefings", extra=_list_extra)


@login_required
@require_safe
def briefing(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting: agenda, who comes, papers, conclusions. Who is only invited sees the agenda and their own tasks."""
    return _page(request, find(request, pk))


def _page(
    request: HttpRequest,
    found: Briefing,
    *,
    close_form: CloseForm | None = None,
    addendum_form: AddendumForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor
    whole = queries.sees_whole(actor, found)
    runs = may(actor, rules.RUN, found.unit_id)
    is_open = found.state in {"planned", "held"}
    shown_conclusions = (
        queries.visible_conclusions(actor)
        .filter(briefing=found)
        .select_related("owner_unit", "taken_over_by", "owner_user", "carried_from__briefing")
        .order_by("position", "id")
    )
    agenda = queries.agenda_seen(actor, found)
    on_agenda = {item.source_key for item in agenda if item.source_key}
    attendances = list(found.attendances.select_related("unit", "user")) if whole else []
    shown = {
        "briefing": found,
        "tone": STATE_TONES[found.state],
        "period": Period.parse(found.period),
        "whole": whole,
        "runs": runs,
        "is_open": is_open,
        "can_hold": runs and found.state == "planned" and found.held_on <= actor.today,
        "agenda": agenda,
        "suggestions": [item for item in queries.suggestions(found, actor.today) if item.key not in on_agenda]
        if runs and is_open
        else [],
        "attendances": attendances,
        "present": sum(row.is_present is True for row in attendances),
        "is_called": any(row.is_present is not None for row in attendances),
        "conclusions": [_line(item, request) for item in shown_conclusions],
        "last": [_line(item, request) for item in queries.last_conclusions(found)]
        if whole and is_open
        else [],
        "addenda": found.addenda.select_related("created_by"),
        "close_form": close_form or CloseForm(initial={"dated_on": actor.today}),
        "addendum_form": addendum_form or AddendumForm(),
        "problem": problem,
    }
    return render(request, "briefings/briefing.html", shown, status=status)


def _line(item: Conclusion, request: HttpRequest) -> dict[str, Any]:
    tone, words = queries.state_line(item, request.actor.today)
    return {"item": item, "tone": tone, "words": words, "url": reverse("briefings:task", args=[item.pk])}


@login_required
@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting was held."""
    found = find_to_run(request, pk)
    try:
        actions.hold(actor=request.actor, on=request.actor.today, briefing=found)
    except BriefingError as error:
        return _page(request, find(request, pk), problem=str(error), status=UNFIT)
    messages.success(request, "Đã ghi là đã họp. Hãy điểm danh, ghi ý kiến và kết luận, rồi khóa biên bản.")
    return redirect("briefings:briefing", pk)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting is called off."""
    found = find_to_run(request, pk)
    try:
        actions.cancel(
            actor=request.actor,
            on=request.actor.today,
            briefing=found,
            reason=request.POST.get("reason", ""),
        )
    except BriefingError as error:
        return _page(request, find(request, pk), problem=str(error), status=UNFIT)
    messages.success(request, "Đã ghi là không họp.")
    return redirect("briefings:briefing", pk)


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the minutes and give the conclusions."""
    found = find_to_run(request, pk)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            actions.close(
                actor=request.actor,
                on=request.actor.today,
                briefing=found,
                number=form.cleaned_data["number"],
                dated_on=form.cleaned_data["dated_on"],
            )
        except (BriefingError, MissingFields, BrokenTemplate) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã khóa biên bản và giao việc. Thông báo kết luận nằm ở mục Văn bản.")
            return redirect("briefings:briefing", pk)
    return _page(request, find(request, pk), close_form=form, status=UNFIT)


@login_required
@require_POST
def add_addendum(request: HttpRequest, pk: int) -> HttpResponse:
    """A correction beside closed minutes."""
    found = find_to_run(request, pk)
    form = AddendumForm(request.POST)
    if form.is_valid():
        try:
            actions.add_addendum(
                actor=request.actor, on=request.actor.today, briefing=found, **form.cleaned_data
            )
        except BriefingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã ghi đính chính; biên bản gốc giữ nguyên.")
            return redirect("briefings:briefing", pk)
    return _page(request, find(request, pk), addendum_form=form, status=UNFIT)


@login_required
@require_safe
def pack(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The data pack: the kept one of closed minutes, else as things stand today."""
    return _paper(request, pk, "tai-lieu-hop", "Tải tài liệu họp")


@login_required
@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The notice of conclusions: the kept one of closed minutes, else a draft."""
    return _paper(request, pk, "thong-bao-ket-luan", "Tải thông báo kết luận")


def _paper(request: HttpRequest, pk: int, what: str, summary: str) -> HttpResponseBase:
    found = find(request, pk)
    require(request.actor, rules.VIEW, found.unit)
    is_pack = what == "tai-lieu-hop"
    kept = found.pack if is_pack else found.notice
    if kept is not None:
        return redirect("files:download", kept.pk)
    try:
        write = word.write_pack if is_pack else word.write_notice
        data = write(found, on=request.actor.today)
    except (BriefingError, MissingFields, BrokenTemplate) as error:
        messages.error(request, str(error))
        return redirect("briefings:briefing", pk)
    record(
        actor=request.actor,
        verb="briefings.paper",
        unit_id=found.unit_id,
        obj=found,
        summary=f"{summary}: {found.title}, {found.unit.name}",
    )
    name = f"{word.file_stem(found, what)}.docx"
    return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type=DOCX)
