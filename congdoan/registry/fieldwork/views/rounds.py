"""Survey rounds: opening, giving employers, handing on, closing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import home_unit, may, require
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.accounts.models import User
from congdoan.foundation.listing.views import list_view
from congdoan.kit.lists import names_url
from congdoan.registry.fieldwork import actions, queries, rules
from congdoan.registry.fieldwork import forms as shapes
from congdoan.registry.fieldwork.models import SurveyRound
from congdoan.registry.fieldwork.views.shown import CRUMB, own_unit, show_form


def _round_buttons(request: HttpRequest) -> dict[str, Any]:
    actor: Actor = request.actor
    buttons: list[dict[str, Any]] = [
        {"label": "Ưu tiên vận động", "url": reverse("fieldwork:priority"), "icon": "target-arrow"},
        {"label": "Phiếu khảo sát", "url": reverse("fieldwork:surveys"), "icon": "clipboard-data"},
        {"label": "Nhật ký tiếp xúc", "url": reverse("fieldwork:visits"), "icon": "notes"},
        {"label": "Đối chiếu", "url": reverse("fieldwork:outside"), "icon": "arrows-exchange"},
    ]
    if actor.has_anywhere(rules.SURVEY):
        buttons.append(
            {"label": "Khảo sát của tôi", "url": reverse("fieldwork:mine"), "icon": "device-mobile"}
        )
    if own_unit(actor, rules.RUN) is not None:
        buttons.append({"label": "Mở đợt", "url": reverse("fieldwork:open"), "icon": "plus", "primary": True})
    return {"actions": buttons}


def _priority_words(request: HttpRequest) -> dict[str, Any]:
    """Where the weights come from."""
    unit = home_unit(request.actor)
    found = queries.priority_of(unit.pk if unit else None, request.as_of)
    applied = [] if request.htmx else queries.applied_from(request.actor, request.as_of, found)
    return {
        "subtitle": f"Ngưỡng {found.threshold} lao động. Nguồn trọng số: {found.source}",
        "before": "fieldwork/_applied.html" if applied else "",
        "applied": [
            {
                "row": one.row,
                "waiting": one.waiting,
                "reasons": "; ".join(rules.REASONS[name] for name in found.reasons(one.row)),
            }
            for one in applied
        ],
    }


priority = list_view("fieldwork.priority", extra=_priority_words)
rounds = list_view("fieldwork.rounds", extra=_round_buttons)
tasks = list_view("fieldwork.tasks")


@login_required
def open_round(request: HttpRequest) -> HttpResponse:
    """Open a round of one's body."""
    actor: Actor = request.actor
    unit = own_unit(actor, rules.RUN)
    if unit is None:
        raise refuse(rules.RUN)
    start = {"from_on": actor.today, "last_on": actor.today + timedelta(days=30)}
    form = shapes.RoundForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_round(actor=actor, on=actor.today, data=form.values(unit))
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã mở đợt. Bây giờ chọn doanh nghiệp và giao cho người khảo sát.")
            return redirect("fieldwork:give", pk=made.pk)
    return show_form(
        request,
        form,
        title="Mở đợt khảo sát",
        button="Mở đợt",
        back=reverse("fieldwork:rounds"),
        note=f"Đợt của {unit.name}",
        crumbs=[CRUMB, ("Mở đợt", "")],
    )


def _round(request: HttpRequest, pk: int, *, run: bool = False) -> SurveyRound:
    found: SurveyRound = get_object_or_404(
        queries.visible_rounds(request.actor).select_related("unit", "opened_by"), pk=pk
    )
    if run:
        require(request.actor, rules.RUN, found.unit)
    return found


@login_required
@require_GET
def survey_round(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: how far each person is."""
    found = _round(request, pk)
    lines = queries.progress(found)
    for line in lines:
        asked = {"dot": str(found.pk), "nguoi": str(line["user_id"])}
        line["tasks_url"] = names_url("fieldwork.tasks", asked)
        line["left_url"] = names_url("fieldwork.tasks", {**asked, "xong": "0"})
        line["open_url"] = names_url("fieldwork.surveys", {**asked, "trang_thai": "waiting,conflict"})
    return render(
        request,
        "fieldwork/round.html",
        {
            "round": found,
            "last_on": found.during.upper - timedelta(days=1),
            "lines": lines,
            "given": sum(line["given"] for line in lines),
            "done": sum(line["done"] for line in lines),
            "open": sum(line["open"] for line in lines),
            "tasks_url": names_url("fieldwork.tasks", {"dot": str(found.pk)}),
            "surveys_url": names_url("fieldwork.surveys", {"dot": str(found.pk)}),
            "open_url": names_url(
                "fieldwork.surveys", {"dot": str(found.pk), "trang_thai": "waiting,conflict"}
            ),
            "may_run": found.closed_on is None and may(request.actor, rules.RUN, found.unit),
            "crumbs": [CRUMB, (found.title, "")],
        },
    )


@login_required
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose employers of a round and give them to people."""
    found, actor = _round(request, pk, run=True), request.actor
    form = shapes.GiveForm(
        request.POST or None,
        employers=queries.employers_of(found.unit, actor.today),
        surveyors=queries.surveyors_of(found.unit, actor.today),
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            n = actions.give(
                actor=actor,
                on=actor.today,
                survey_round=found,
                enterprise_ids=chosen["enterprise_ids"],
                surveyors=list(chosen["surveyors"]),
            )
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            had = len(chosen["enterprise_ids"]) - n
            messages.success(
                request,
                f"Đã giao {n} doanh nghiệp." + (f" {had} nơi đã có trong đợt từ trước." if had else ""),
            )
            return redirect("fieldwork:round", pk=found.pk)
    return show_form(
        request,
        form,
        title="Giao doanh nghiệp khảo sát",
        button="Giao",
        back=reverse("fieldwork:round", args=[found.pk]),
        crumbs=[CRUMB, (found.title, reverse("fieldwork:round", args=[found.pk])), ("Giao", "")],
    )


@login_required
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person has not done goes to another."""
    found, actor = _round(request, pk, run=True), request.actor
    form = shapes.HandOnForm(
        request.POST or None,
        givers=User.objects.filter(pk__in=found.tasks.filter(done_on__isnull=True).values("surveyor")),
        takers=queries.surveyors_of(found.unit, actor.today),
        initial={"giver": request.GET.get("nguoi")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            n = actions.hand_on(actor=actor, on=actor.today, survey_round=found, **form.cleaned_data)
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã chuyển {n} doanh nghiệp chưa khảo sát.")
            return redirect("fieldwork:round", pk=found.pk)
    return show_form(
        request,
        form,
        title="Chuyển việc chưa làm cho người khác",
        button="Chuyển",
        back=reverse("fieldwork:round", args=[found.pk]),
        note="Phiếu mà người trước đã làm ngoài hiện trường mà chưa gửi vẫn đến được, và chờ bạn tiếp nhận.",
        crumbs=[CRUMB, (found.title, reverse("fieldwork:round", args=[found.pk])), ("Chuyển việc", "")],
    )


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a round."""
    found = _round(request, pk, run=True)
    try:
        actions.close_round(actor=request.actor, on=request.actor.today, survey_round=found)
    except actions.FieldworkError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Đã đóng đợt khảo sát.")
    return redirect("fieldwork:round", pk=found.pk)
