"""Doors of founding: the board, one file, its acts. Whoever may not know of a file finds nothing, whether it exists
or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.access.rules import refuse as forbidden
from congdoan.foundation.catalogues.queries import parameter
from congdoan.kit.numbers import whole_number
from congdoan.registry.founding import actions, choices, queries, rules
from congdoan.registry.founding.forms import (
    AbandonForm,
    HandOverForm,
    KindForm,
    MemberForm,
    OpenForm,
    RecogniseForm,
    StepForm,
)
from congdoan.registry.founding.models import CommitteePost, FoundingFile, Nominee, Step
from congdoan.registry.founding.proofs import missing_proof
from congdoan.registry.joining.choices import OPEN_STATES
from congdoan.registry.joining.queries import named_units
from congdoan.registry.membership.rules import add_months

#: Cards of a column of the board, rows of a page of the list, and where its next page begins.
_CARDS, _PAGE = 12, 50
_KEY = re.compile(r"(\d{1,9})\.(\d{1,18})")
#: Files whose next step nothing sets a day for come last.
_LAST_DAY = date(9999, 12, 31)


def _mine(actor: Actor) -> QuerySet[FoundingFile]:
    if not actor.has_anywhere(rules.WORK):
        raise forbidden(rules.WORK)
    return queries.visible_files(actor).select_related("enterprise", "leading_unit")


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The live files the reader may know of, by the step they stand at. The same page for everybody with the right, empty
    for whoever is in no team. Two queries a column."""
    actor: Actor = request.actor
    live = _mine(actor).filter(state__in=choices.LIVE)
    counts = dict(live.order_by().values_list("step").annotate(n=Count("pk")))
    names = queries.step_names(actor.today)
    codes = [code for code in names if counts.get(code)]
    picked: list[FoundingFile] = []
    for code in codes:
        picked += live.filter(step=code).order_by("due_on", "pk")[:_CARDS]
    cards: dict[str, list[queries.Standing]] = {}
    for found in queries.standings(picked, actor.today):
        cards.setdefault(found.file.step, []).append(found)
    columns = [
        {"code": code, "name": names[code], "count": counts[code], "cards": cards.get(code, [])}
        for code in codes
    ]
    shown = {"columns": columns, "may_open": bool(named_units(actor)), "total": sum(counts.values())}
    return render(request, "founding/board.html", shown)


@login_required
@require_GET
def files(request: HttpRequest) -> HttpResponse:
    """The same files as a list, the first due first; ``xem=tat-ca`` with those that are done or stopped."""
    actor: Actor = request.actor
    rows = _mine(actor)
    shows_all = request.GET.get("xem") == "tat-ca"
    step = request.GET.get("buoc", "")[:24]
    if not shows_all:
        rows = rows.filter(state__in=choices.LIVE)
    if step:
        rows = rows.filter(step=step)
    after = _KEY.fullmatch(request.GET.get("sau", ""))
    if after:
        day, pk = date.fromordinal(max(1, min(int(after[1]), date.max.toordinal()))), int(after[2])
        later = Q(due_on__gt=day) | Q(due_on=day, pk__gt=pk) | Q(due_on=None)
        rows = rows.filter(Q(due_on=None, pk__gt=pk) if day == _LAST_DAY else later)
    page = list(rows.order_by("due_on", "pk")[: _PAGE + 1])
    last = page[_PAGE - 1] if len(page) > _PAGE else None
    shown = {
        "rows": queries.standings(page[:_PAGE], actor.today),
        "shows_all": shows_all,
        "step": step,
        "next": f"{(last.due_on or _LAST_DAY).toordinal()}.{last.pk}" if last is not None else "",
        "is_later": bool(after),
    }
    return render(request, "founding/files.html", shown)


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Open the file of an employer before anybody has applied."""
    actor: Actor = request.actor
    _mine(actor)
    form = OpenForm(request.POST or None, initial={"enterprise": request.GET.get("noi", "")[:40]})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_file(actor=actor, on=actor.today, **form.cleaned_data)
        except (actions.FoundingError, Forbidden) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã mở hồ sơ.")
            return redirect("founding:file", pk=made.pk)
    return render(
        request, "founding/new.html", {"form": form}, status=422 if request.method == "POST" else 200
    )


def found_file(request: HttpRequest, pk: int) -> FoundingFile:
    """The file, or 404 for whoever may not know of it."""
    found = _mine(request.actor).select_related("unit", "decision", "territory").filter(pk=pk).first()
    if found is None:
        raise Http404("Không có hồ sơ này trong phạm vi của bạn.")
    return found


@login_required
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: where it stands, what comes next and by whom, its team, its log."""
    return _page(request, found_file(request, pk))


def _page(request: HttpRequest, found: FoundingFile, *, problem: str = "", **forms: Any) -> HttpResponse:
    actor: Actor = request.actor
    today = actor.today
    way = queries.steps(found.kind, today)
    (standing,) = queries.standings([found], today)
    reached = standing.step.position if standing.step is not None else 0
    leads = queries.leads(actor, found)
    names = {step.code: step.name for step in way}
    is_recognition = standing.next is not None and standing.next.code == choices.RECOGNISED_STEP
    posts = (
        CommitteePost.objects.filter(unit=found.unit_id) if found.unit_id else CommitteePost.objects.none()
    )
    shown = {
        "item": found,
        "standing": standing,
        "problem": problem,
        "leads": leads,
        "way": [
            {
                "step": step,
                "is_done": step.position <= reached,
                "is_next": standing.next is not None and step.pk == standing.next.pk,
            }
            for step in way
        ],
        "quorum": queries.quorum(today, found.leading_unit_id),
        "support": queries.support_norm(found, today) if found.unit_id is not None else None,
        "asked": _asked(found, standing.next, today),
        "can_move": found.is_live and standing.next is not None and not is_recognition,
        "may_recognise": found.state == choices.OPEN
        and is_recognition
        and leads
        and may(actor, rules.RECOGNISE, found.leading_unit),
        "waits_for_recognition": found.state == choices.OPEN and is_recognition,
        "applications": list(queries.applications_of(actor, found).filter(state__in=OPEN_STATES)[:200]),
        "team": found.team.filter(during__contains=today).select_related("user").order_by("pk"),
        "tasks": [
            {
                "task": task,
                "is_late": task.done_on is None and task.due_on is not None and task.due_on < today,
            }
            for task in found.tasks.all()
        ],
        "posts": posts.select_related("person").order_by("pk"),
        "events": [
            {
                "on": event.on,
                "title": names.get(event.step, "") or "Ghi chú",
                "detail": " · ".join(filter(None, [event.words, event.by])),
            }
            for event in found.events.order_by("-pk")[:100]
        ],
        "step_form": forms.get("step") or StepForm(initial={"from_step": found.step, "on": today}),
        "member_form": (forms.get("member") or MemberForm(officers=queries.possible_members(found, today)))
        if leads
        else None,
        "kind_form": forms.get("kind") or KindForm(initial={"kind": found.kind}),
        "hand_form": forms.get("hand") or HandOverForm(auto_id="chuyen_%s"),
        "abandon_form": forms.get("abandon") or AbandonForm(),
    }
    return render(request, "founding/file.html", shown, status=422 if request.method == "POST" else 200)


#: Where what proves a step is kept.
_KEPT_AT = {"core_group": "founding:core", **dict.fromkeys(choices.PROOF_PAPERS, "founding:dossier")}


def _asked(found: FoundingFile, coming: Step | None, on: date) -> dict[str, Any] | None:
    """What must be kept before the next step, whether it is, and where it is kept."""
    if coming is None or not coming.proof:
        return None
    door = _KEPT_AT.get(coming.proof)
    if door is not None:
        url = reverse(door, args=[found.pk])
    elif found.enterprise is None:
        return None
    else:
        url = reverse("enterprises:enterprise", args=[found.enterprise.pk])
    return {"words": coming.get_proof_display(), "is_kept": not missing_proof(found, coming, on), "url": url}


@login_required
@require_POST
def advance(request: HttpRequest, pk: int) -> HttpResponse:
    """The file reaches its next step."""
    found, form = found_file(request, pk), StepForm(request.POST)
    if not form.is_valid():
        return _page(request, found, step=form)
    return _act(
        request,
        found,
        lambda: actions.advance(actor=request.actor, pk=pk, **form.cleaned_data),
        "Đã ghi bước này.",
        step=form,
    )


@login_required
@require_POST
def name(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an officer on the team."""
    found = found_file(request, pk)
    form = MemberForm(request.POST, officers=queries.possible_members(found, request.actor.today))
    if not form.is_valid():
        return _page(request, found, member=form)
    actor: Actor = request.actor
    return _act(
        request,
        found,
        lambda: actions.name_member(actor=actor, on=actor.today, pk=pk, **form.cleaned_data),
        "Đã cử vào tổ vận động.",
        member=form,
    )


def _act(
    request: HttpRequest, found: FoundingFile, act: Callable[[], Any], done: str, **forms: Any
) -> HttpResponse:
    """Do it and say so; what stands against it is said on the page, with the form as it was filled in."""
    try:
        act()
    except actions.FoundingError as error:
        return _page(request, found, problem=str(error), **forms)
    messages.success(request, done)
    return redirect("founding:file", pk=found.pk)


@login_required
@require_POST
def end_member(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """An officer leaves the team."""
    actor: Actor = request.actor
    return _act(
        request,
        found_file(request, pk),
        lambda: actions.end_member(actor=actor, on=actor.today, pk=pk, member=member),
        "Đã ghi thôi ở tổ vận động.",
    )


@login_required
@require_POST
def finish_task(request: HttpRequest, pk: int, task: int) -> HttpResponse:
    """A task of the first year is done."""
    actor: Actor = request.actor
    return _act(
        request,
        found_file(request, pk),
        lambda: actions.finish_task(actor=actor, on=actor.today, pk=pk, task=task),
        "Đã ghi việc này là xong.",
    )


@login_required
@require_POST
def change_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """Found the union in another way."""
    found, form = found_file(request, pk), KindForm(request.POST)
    if not form.is_valid():
        return _page(request, found, kind=form)
    actor: Actor = request.actor
    return _act(
        request,
        found,
        lambda: actions.change_kind(actor=actor, on=actor.today, pk=pk, **form.cleaned_data),
        "Đã đổi hình thức.",
        kind=form,
    )


@login_required
@require_POST
def abandon(request: HttpRequest, pk: int) -> HttpResponse:
    """End the file without a union."""
    found, form = found_file(request, pk), AbandonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, abandon=form)
    actor: Actor = request.actor
    return _act(
        request,
        found,
        lambda: actions.abandon(actor=actor, on=actor.today, pk=pk, **form.cleaned_data),
        "Đã dừng hồ sơ.",
        abandon=form,
    )


@login_required
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the file to another body; the officer sees it no longer, unless they are named there too."""
    found, form = found_file(request, pk), HandOverForm(request.POST)
    if not form.is_valid():
        return _page(request, found, hand=form)
    actor: Actor = request.actor
    try:
        moved = actions.hand_over(actor=actor, on=actor.today, pk=pk, **form.cleaned_data)
    except actions.FoundingError as error:
        return _page(request, found, problem=str(error), hand=form)
    messages.success(request, f"Đã chuyển hồ sơ sang {moved.leading_unit.name}.")
    return redirect("founding:board")


@login_required
def recognise(request: HttpRequest, pk: int) -> HttpResponse:
    """Book the decision of recognition: who is admitted, who holds which post."""
    actor: Actor = request.actor
    found = found_file(request, pk)
    if not queries.leads(actor, found) or not may(actor, rules.RECOGNISE, found.leading_unit):
        raise forbidden(rules.RECOGNISE, found.leading_unit.name)
    if found.state != choices.OPEN:
        messages.info(request, f"Hồ sơ này: {found.get_state_display()}.")
        return redirect("founding:file", pk=pk)
    # One decision admits those who applied to the body that issues it.
    mine = queries.applications_of(actor, found).filter(receiving_unit=found.leading_unit_id)
    applicants = list(mine.filter(state__in=OPEN_STATES)[:500])
    is_post = request.method == "POST"
    ticked = {value for item in request.POST.getlist("don") if (value := whole_number(item)) is not None}
    known = dict(choices.POSTS)
    posts = {
        row.pk: post for row in applicants if (post := request.POST.get(f"chuc-vu-{row.pk}", "")) in known
    }
    if not is_post:
        posts = _elected(found)
    form = RecogniseForm(request.POST or None, initial=_beginning(found, actor.today))
    if is_post and form.is_valid():
        try:
            done = actions.recognise(
                actor=actor,
                pk=pk,
                data=form.recognition(applications=sorted(ticked), posts=posts),
            )
        except (actions.FoundingError, Forbidden) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã công nhận và ghi {len(ticked)} đoàn viên vào sổ.")
            return redirect("founding:file", pk=done.pk)
    shown = {
        "item": found,
        "form": form,
        "rows": [
            {"row": row, "ticked": row.pk in ticked or not is_post, "post": posts.get(row.pk, "")}
            for row in applicants
        ],
        "posts": choices.POSTS,
        "quorum": queries.quorum(actor.today, found.leading_unit_id),
        "back": reverse("founding:file", args=[pk]),
    }
    return render(request, "founding/recognise.html", shown, status=422 if is_post else 200)


def _elected(found: FoundingFile) -> dict[int, str]:
    """{application: post} as the dossier says that the congress chose them."""
    rows = Nominee.objects.filter(file=found, body__in=[choices.EXECUTIVE, choices.INSPECTION]).exclude(
        post=""
    )
    return {row.application_id: row.post for row in rows.order_by("-body", "pk")}


def _beginning(found: FoundingFile, today: date) -> dict[str, Any]:
    is_temporary = found.kind == choices.TEMPORARY
    term = parameter(
        "founding.temporary_term_months" if is_temporary else "founding.term_months",
        on=today,
        unit_id=found.leading_unit_id,
    )
    word = "Nghiệp đoàn cơ sở" if found.kind == choices.OCCUPATIONAL else "Công đoàn cơ sở"
    return {
        "issued_on": today,
        "on": today,
        "name": f"{word} {found.workplace}",
        "term_until": add_months(today, int(term.value)) - timedelta(days=1),
    }
