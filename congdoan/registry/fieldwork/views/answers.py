"""Answers of surveys: one beside the register, taken or set aside."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import may, require
from congdoan.foundation.listing.views import list_view
from congdoan.kit.sealed import unseal
from congdoan.registry.enterprises.models import HeadcountObservation
from congdoan.registry.enterprises.queries import visible_enterprises
from congdoan.registry.fieldwork import actions, choices, queries, rules
from congdoan.registry.fieldwork.models import Survey
from congdoan.registry.fieldwork.views.shown import CRUMB

surveys = list_view("fieldwork.surveys")


def _survey(request: HttpRequest, pk: int) -> Survey:
    rows = queries.visible_surveys(request.actor).select_related(
        "enterprise", "surveyor", "task__round__unit", "sector", "photo", "decided_by"
    )
    found: Survey = get_object_or_404(rows, pk=pk)
    return found


def _figure(value: Any) -> str:
    return "Chưa rõ" if value is None else f"{value:,}".replace(",", ".")


def _beside(found: Survey, other: HeadcountObservation | None) -> list[tuple[str, str, str]]:
    """Name of a figure, what the answer says, what the register says."""
    names = (
        ("workers", "Tổng số lao động"),
        ("women", "Nữ"),
        ("foreign", "Nước ngoài"),
        ("seasonal", "Thời vụ"),
    )
    return [
        (name, _figure(getattr(found, field)), _figure(getattr(other, field)) if other else "Chưa có")
        for field, name in names
    ]


@login_required
@require_GET
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer, and what the register says beside it."""
    found, actor = _survey(request, pk), request.actor
    unit = found.task.round.unit
    other = queries.others_say(found)
    shown: dict[str, Any] = {
        "survey": found,
        "state_words": found.get_state_display().capitalize(),
        "other": other,
        "beside": _beside(found, other),
        "others": queries.other_surveys(actor, found),
        "may_settle": found.state in choices.OPEN_STATES and may(actor, rules.RUN, unit),
        "is_open": found.state in choices.OPEN_STATES,
        "crumbs": [CRUMB, ("Phiếu khảo sát", reverse("fieldwork:surveys")), (found.enterprise.name, "")],
        "can_open_employer": visible_enterprises(actor).filter(pk=found.enterprise_id).exists(),
        "may_see_photo": found.photo_id is not None and may(actor, rules.VIEW, unit),
    }
    if queries.may_read_confidence(actor, unit_id=unit.pk, author_id=found.surveyor_id):
        attitude = dict(choices.ATTITUDES).get(unseal(found.attitude_sealed), "")
        shown["confidence"] = [
            ("Thái độ", attitude.capitalize()),
            ("Người liên hệ", unseal(found.contacts_sealed)),
            ("Nhận xét kín", unseal(found.remarks_sealed)),
        ]
    return render(request, "fieldwork/survey.html", shown)


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an answer into the register, or set it aside."""
    found = _survey(request, pk)
    take = request.POST.get("chon") == "ghi"
    if request.POST.get("chon") not in {"ghi", "bo"}:
        require(request.actor, rules.RUN, found.task.round.unit)
        messages.error(request, "Hãy chọn ghi sổ hoặc không dùng phiếu này.")
        return redirect("fieldwork:survey", pk=found.pk)
    try:
        actions.settle(actor=request.actor, on=request.actor.today, survey=found, take=take)
    except actions.FieldworkError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, "Đã ghi phiếu vào sổ." if take else "Đã để phiếu lại, số trong sổ giữ nguyên."
        )
    return redirect("fieldwork:survey", pk=found.pk)
