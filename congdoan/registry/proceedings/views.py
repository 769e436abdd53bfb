"""Doors of cases: one case, its steps, its decision, its paper. A case of another body is not found."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.access.rules import refuse as forbidden
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.papers.queries import AbsentData
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.answers import file_answer
from congdoan.kit.dates import format_date
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields
from congdoan.kit.lists import names_url
from congdoan.kit.text import lower_first
from congdoan.registry.committees.forms import ChangeForm
from congdoan.registry.committees.queries import posts_on, summaries
from congdoan.registry.proceedings import actions, choices, queries, rules
from congdoan.registry.proceedings.documents import PROPOSALS
from congdoan.registry.proceedings.documents import proposal as write_proposal
from congdoan.registry.proceedings.forms import DissolveForm, OpenForm, StageForm, StopForm
from congdoan.registry.proceedings.models import Proceeding


def list_buttons(request: HttpRequest) -> dict[str, Any]:
    """What the list of cases offers besides its rows."""
    committees = {"label": "Ban Chấp hành", "url": reverse("committees:list"), "icon": "users"}
    if not request.actor.has_anywhere(rules.DECIDE):
        return {"actions": [committees]}
    opening = {"label": "Mở việc", "url": reverse("proceedings:new"), "icon": "plus", "primary": True}
    return {"actions": [committees, opening]}


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a case; ``don_vi`` names the union."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.WORK):
        raise forbidden(rules.WORK)
    unit = unit_named(request.GET.get("don_vi", ""))
    form = OpenForm(request.POST or None, initial={"unit": unit, "kind": request.GET.get("viec", "")[:14]})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_proceeding(actor=actor, on=actor.today, **form.cleaned_data)
        except (actions.ProceedingError, Forbidden) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã mở việc {made.get_kind_display()}.")
            return redirect("proceedings:proceeding", pk=made.pk)
    return render(
        request, "proceedings/new.html", {"form": form}, status=422 if request.method == "POST" else 200
    )


def _found(request: HttpRequest, pk: int) -> Proceeding:
    seen = queries.visible_proceedings(request.actor)
    found = seen.select_related("unit", "led_by", "decision", "reorganisation").filter(pk=pk).first()
    if found is None:
        raise Http404("Không có việc này trong phạm vi của bạn.")
    return found


@login_required
@require_GET
def proceeding(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: where it stands, what comes next and by whom, its papers, its log."""
    return _page(request, _found(request, pk))


def _page(
    request: HttpRequest,
    found: Proceeding,
    *,
    problem: str = "",
    stage_form: StageForm | None = None,
    stop_form: StopForm | None = None,
) -> HttpResponse:
    actor: Actor = request.actor
    way = queries.way_of(found, actor.today)
    coming = next((row.stage for row in way if row.is_next), None)
    names = queries.stage_names(actor.today)
    (summary,) = summaries([found.unit_id], actor.today).values()
    is_undone = found.reorganisation is not None and found.reorganisation.state == "undone"
    shown: dict[str, Any] = {
        "item": found,
        "way": way,
        "next": coming,
        "is_late": found.is_open and found.due_on is not None and found.due_on < actor.today,
        "days_at_stage": (actor.today - found.stage_since).days,
        "is_decision": coming is not None and coming.code == choices.DECIDED,
        "may_decide": may(actor, rules.DECIDE, found.led_by),
        "stage_form": stage_form
        or StageForm(initial={"from_stage": found.stage, "on": actor.today}, auto_id="buoc_%s"),
        "stop_form": stop_form or StopForm(auto_id="dung_%s"),
        "may_stop": found.is_open and found.decision_id is None,
        "is_undone": is_undone,
        "paper_name": PROPOSALS[found.kind].name,
        "committee": summary,
        "members": stock("members", [found.unit_id], on=actor.today)[found.unit_id],
        "members_url": names_url(
            "membership.members", {"don_vi": found.unit.code, "ngay": actor.today.isoformat()}
        ),
        "entries": [
            {
                "on": entry.on,
                "title": names.get((found.kind, entry.stage), "") or entry.words,
                "detail": " · ".join(
                    part
                    for part in (
                        f"{entry.paper_number}, ngày {format_date(entry.paper_on)}"
                        if entry.paper_number
                        else "",
                        entry.words if entry.stage else "",
                        entry.by,
                    )
                    if part
                ),
                "file": entry.file,
            }
            for entry in found.entries.select_related("file").order_by("-pk")
        ],
        "problem": problem,
    }
    is_refused = bool(problem or stage_form or stop_form)
    return render(request, "proceedings/proceeding.html", shown, status=422 if is_refused else 200)


@login_required
@require_POST
def advance(request: HttpRequest, pk: int) -> HttpResponse:
    """The case reaches its next step."""
    found = _found(request, pk)
    form = StageForm(request.POST, request.FILES, auto_id="buoc_%s")
    if not form.is_valid():
        return _page(request, found, stage_form=form)
    try:
        moved = actions.advance(
            actor=request.actor,
            on=form.cleaned_data["on"],
            pk=pk,
            from_stage=form.cleaned_data["from_stage"],
            evidence=form.evidence(),
        )
    except actions.ProceedingError as error:
        return _page(request, found, problem=str(error), stage_form=form)
    names = queries.stage_names(request.actor.today)
    messages.success(request, f"Đã ghi: {lower_first(names[moved.kind, moved.stage])}.")
    return redirect("proceedings:proceeding", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision: who leaves and enters the committee, or where the members of a dissolved union go."""
    found = _found(request, pk)
    actor: Actor = request.actor
    if not may(actor, rules.DECIDE, found.led_by):
        raise forbidden(rules.DECIDE, found.led_by.name)
    data = request.POST if request.method == "POST" else None
    initial = {"on": actor.today, "issued_on": actor.today}
    form: ChangeForm | DissolveForm
    if found.kind == choices.CONSOLIDATION:
        form = ChangeForm(data, unit=found.unit, posts=posts_on(found.unit_id, actor.today), initial=initial)
    else:
        form = DissolveForm(data, initial=initial)
    problem = ""
    if form.is_bound and form.is_valid():
        try:
            if isinstance(form, ChangeForm):
                actions.decide_consolidation(
                    actor=actor, pk=pk, on=form.cleaned_data["on"], data=form.data_given()
                )
            else:
                actions.decide_dissolution(actor=actor, pk=pk, data=form.decision())
        except actions.ProceedingError as error:
            problem = str(error)
        else:
            messages.success(request, "Đã ghi quyết định.")
            return redirect("proceedings:proceeding", pk=pk)
    shown = {
        "item": found,
        "form": form,
        "problem": problem,
        "members": stock("members", [found.unit_id], on=actor.today)[found.unit_id],
        "members_url": names_url(
            "membership.members", {"don_vi": found.unit.code, "ngay": actor.today.isoformat()}
        ),
    }
    return render(request, "proceedings/decide.html", shown, status=422 if form.is_bound else 200)


@login_required
@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """What the union proposes, as .docx."""
    found = _found(request, pk)
    try:
        content = write_proposal(found, on=request.actor.today)
    except (AbsentData, BrokenTemplate, MissingFields) as error:
        messages.error(request, str(error))
        return redirect("proceedings:proceeding", pk=pk)
    return file_answer(content, DOCX, f"{PROPOSALS[found.kind].name}.docx")


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on after the decision was taken back."""
    found = _found(request, pk)
    try:
        actions.reopen(actor=request.actor, on=request.actor.today, pk=pk)
    except actions.ProceedingError as error:
        return _page(request, found, problem=str(error))
    messages.success(request, "Đã mở lại việc này.")
    return redirect("proceedings:proceeding", pk=pk)


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End the case without a decision."""
    found = _found(request, pk)
    form = StopForm(request.POST, auto_id="dung_%s")
    if not form.is_valid():
        return _page(request, found, stop_form=form)
    try:
        actions.stop(actor=request.actor, on=request.actor.today, pk=pk, words=form.cleaned_data["words"])
    except actions.ProceedingError as error:
        return _page(request, found, problem=str(error), stop_form=form)
    messages.success(request, "Đã dừng việc này.")
    return redirect("proceedings:proceeding", pk=pk)
