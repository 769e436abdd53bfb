"""Doors of those who receive applications: the inbox, one application, decisions, and who may read."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.access.rules import refuse as forbidden
from congdoan.foundation.accounts.models import User
from congdoan.foundation.listing.views import list_view
from congdoan.foundation.papers.queries import AbsentData
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import known_version
from congdoan.kit.documents import BrokenTemplate, MissingFields
from congdoan.kit.numbers import whole_number
from congdoan.kit.sealed import unseal
from congdoan.kit.text import mask
from congdoan.registry.joining import actions, choices, queries, rules
from congdoan.registry.joining.documents import decision_paper
from congdoan.registry.joining.forms import AdmitForm, AskForm, ReaderForm, RefuseForm
from congdoan.registry.joining.models import Application, NamedReader
from congdoan.registry.people.choices import CONSENT_PURPOSES

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _buttons(request: HttpRequest) -> dict[str, Any]:
    buttons: list[dict[str, Any]] = []
    if queries.named_units(request.actor):
        buttons.append(
            {"label": "Nơi chưa có công đoàn", "url": reverse("joining:confidential"), "icon": "lock"}
        )
    unit = home_unit(request.actor)
    if unit is not None and may(request.actor, rules.NAME_READERS, unit):
        buttons.append(
            {
                "label": "Người được xem đơn",
                "url": reverse("joining:readers", args=[unit.code]),
                "icon": "users-group",
            }
        )
    buttons.append(
        {
            "label": "Kết nạp theo quyết định",
            "url": reverse("joining:admit"),
            "icon": "user-plus",
            "primary": True,
        }
    )
    return {"actions": buttons}


applications = list_view("joining.applications", extra=_buttons)


@login_required
@require_GET
def confidential(request: HttpRequest) -> HttpResponse:
    """What came from workplaces without a union, for the officers named to read it; for others there is no such page."""
    if not queries.named_units(request.actor):
        raise Http404("Không có trang này.")
    rows = queries.confidential_applications(request.actor).select_related("receiving_unit", "enterprise")
    shown = {"rows": rows.order_by("due_on", "pk")[:500], "today": request.actor.today}
    return render(request, "joining/confidential.html", shown)


def _opened(request: HttpRequest, pk: int) -> Application:
    found = actions.open_application(actor=request.actor, pk=pk)
    if found is None:
        raise Http404("Không có đơn này trong phạm vi của bạn.")
    return found


def _page(request: HttpRequest, found: Application, *, problem: str = "", **forms: Any) -> HttpResponse:
    actor: Actor = request.actor
    is_decider = actor.has_anywhere("membership.admit")
    number = unseal(found.citizen_id_sealed) or unseal(found.passport_sealed)
    known = queries.same_identity(found).count()
    shown = {
        "item": found,
        "workplace": found.enterprise.name if found.enterprise else found.workplace_name,
        "number": mask(number) if number else "",
        "same": known,
        "consents": [
            {"name": dict(CONSENT_PURPOSES)[row.purpose], "at": row.given_at, "version": row.text_version}
            for row in found.consents.order_by("pk")
        ],
        "events": found.events.order_by("-pk"),
        "signature": getattr(found, "signature", None),
        "problem": problem,
        "may_decide": found.is_open and is_decider,
        "ask_form": forms.get("ask") or AskForm(),
        "refuse_form": forms.get("refuse") or RefuseForm(),
        "back": reverse("joining:confidential" if found.is_confidential else "joining:list"),
        "is_late": found.is_open and found.due_on < actor.today,
    }
    return render(request, "joining/application.html", shown, status=422 if problem or forms else 200)


@login_required
@require_GET
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application; opening it is put on the log its worker sees."""
    return _page(request, _opened(request, pk))


@login_required
@require_GET
def signature(request: HttpRequest, pk: int) -> HttpResponse:
    """The signature of an application, as the worker gave it."""
    found = _opened(request, pk)
    signed = getattr(found, "signature", None)
    if signed is None:
        raise Http404("Đơn này không còn chữ ký.")
    answer = HttpResponse(base64.b64decode(unseal(signed.sealed)), content_type=signed.content_type)
    answer["Cache-Control"] = "private, no-store"
    if signed.content_type == "application/pdf":
        answer["Content-Disposition"] = "attachment; filename=don.pdf"
    return answer


@login_required
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the worker for more."""
    found, form = _opened(request, pk), AskForm(request.POST)
    if not form.is_valid():
        return _page(request, found, ask=form)
    try:
        actions.ask_more(actor=request.actor, pk=pk, words=form.cleaned_data["words"])
    except actions.JoiningError as error:
        return _page(request, found, problem=str(error), ask=form)
    messages.success(request, "Đã gửi đề nghị bổ sung; người làm đơn thấy khi tra mã.")
    return redirect("joining:application", pk=pk)


@login_required
@require_POST
def refuse_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not accept an application."""
    found, form = _opened(request, pk), RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, refuse=form)
    try:
        actions.refuse(actor=request.actor, on=request.actor.today, pk=pk, **form.cleaned_data)
    except actions.JoiningError as error:
        return _page(request, found, problem=str(error), refuse=form)
    messages.success(request, "Đã ghi không kết nạp; người làm đơn thấy lý do và căn cứ.")
    return redirect("joining:application", pk=pk)


@login_required
def admit(request: HttpRequest) -> HttpResponse:
    """Admit one or many by one decision. ``don`` names applications to tick beforehand."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.DECIDE) or not actor.has_anywhere("membership.admit"):
        raise forbidden("membership.admit")
    given = request.POST if request.method == "POST" else request.GET
    ticked = [pk for value in given.getlist("don") if (pk := whole_number(value)) is not None]
    # One whose page led here may be confidential; others of that kind are not offered beside it.
    waiting = queries.visible_applications(actor).filter(state__in=choices.OPEN_STATES)
    rows = list(
        waiting.select_related("receiving_unit", "enterprise").order_by(
            "receiving_unit__sort_key", "due_on", "pk"
        )[:500]
    )
    named = queries.confidential_applications(actor).filter(state__in=choices.OPEN_STATES, pk__in=ticked)
    rows += list(named.select_related("receiving_unit", "enterprise"))
    form = AdmitForm(request.POST or None, today=actor.today)
    if request.method == "POST" and form.is_valid():
        try:
            admitted = actions.admit(
                actor=actor,
                on=form.cleaned_data["on"],
                pks=ticked,
                papers=form.papers(),
                into=form.cleaned_data["into"],
            )
        except actions.JoiningError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã kết nạp {len(admitted)} người và ghi vào sổ đoàn viên.")
            return redirect("joining:application", pk=admitted[0].pk)
    shown = {"form": form, "rows": rows, "ticked": ticked, "today": actor.today}
    return render(request, "joining/admit.html", shown, status=422 if request.method == "POST" else 200)


@login_required
@require_GET
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision an applicant was admitted by, with everybody it admits whom the reader may see, as .docx."""
    found = _opened(request, pk)
    if found.decision is None:
        raise Http404("Đơn này chưa có quyết định kết nạp.")
    visible = (
        queries.confidential_applications(request.actor)
        if found.is_confidential
        else queries.visible_applications(request.actor)
    )
    rows = visible.filter(decision=found.decision, state=choices.ADMITTED)
    people = list(rows.select_related("enterprise", "receiving_unit").order_by("pk"))
    issuer = found.decision.issuer or found.receiving_unit
    version = known_version(issuer, found.decided_on or request.actor.today)
    superior = version.parent.name if version is not None and version.parent is not None else ""
    try:
        content = decision_paper(found.decision, people, superior=superior)
    except (AbsentData, BrokenTemplate, MissingFields, FileNotFoundError) as error:
        messages.error(request, str(error))
        return redirect("joining:application", pk=found.pk)
    answer = HttpResponse(content, content_type=_DOCX)
    answer["Content-Disposition"] = content_disposition_header(True, "Quyết định kết nạp.docx")
    return answer


def _naming_unit(actor: Actor, code: str) -> Unit:
    unit = get_object_or_404(Unit, code=code)
    if not may(actor, rules.NAME_READERS, unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    return unit


@login_required
def readers(request: HttpRequest, code: str) -> HttpResponse:
    """Who may read what comes to a body from workplaces without a union. Says nothing about what there is to read."""
    actor: Actor = request.actor
    unit = _naming_unit(actor, code)
    officers = User.objects.filter(
        is_active=True,
        grants__unit=unit,
        grants__during__contains=actor.today,
        grants__role__capabilities__contains=[rules.CONFIDENTIAL],
    ).distinct()
    form = ReaderForm(request.POST or None, officers=officers.order_by("full_name", "pk"))
    if request.method == "POST" and form.is_valid():
        try:
            actions.name_reader(actor=actor, on=actor.today, unit=unit, **form.cleaned_data)
        except actions.JoiningError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã chỉ định.")
            return redirect("joining:readers", code=code)
    rows = [
        {"row": row, "is_on": row.during.upper is None or row.during.upper > actor.today}
        for row in queries.readers_of(unit.pk)
    ]
    shown = {"unit": unit, "form": form, "rows": rows}
    return render(request, "joining/readers.html", shown, status=422 if request.method == "POST" else 200)


@login_required
@require_POST
def end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """End the naming of an officer."""
    unit = _naming_unit(request.actor, code)
    get_object_or_404(NamedReader, pk=pk, unit=unit)
    actions.end_reader(actor=request.actor, on=request.actor.today, pk=pk)
    messages.success(request, "Đã thôi chỉ định.")
    return redirect("joining:readers", code=code)
