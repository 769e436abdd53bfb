"""Doors of those who receive applications: the inbox, one application, decisions, and who may read."""

from __future__ import annotations

import base64
import re
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.access.rules import refuse as forbidden
from congdoan.foundation.accounts.models import User
from congdoan.foundation.listing.views import list_view
from congdoan.foundation.papers.queries import AbsentData
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import known_version
from congdoan.kit.answers import file_answer
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields
from congdoan.kit.numbers import whole_number
from congdoan.kit.sealed import unseal
from congdoan.kit.text import mask
from congdoan.registry.joining import actions, choices, queries, rules
from congdoan.registry.joining.documents import LANGUAGES, SHEETS, decision_paper, poster
from congdoan.registry.joining.forms import AdmitForm, AskForm, ReaderForm, RefuseForm, SourceForm
from congdoan.registry.joining.models import Application, NamedReader, Source
from congdoan.registry.people.choices import CONSENT_PURPOSES

#: Rows of a page, and where the next begins: the day due, as its ordinal, and the row.
_PAGE = 50
_KEY = re.compile(r"(\d{1,9})\.(\d{1,18})")


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
    buttons.append({"label": "Phễu gia nhập", "url": reverse("joining:funnel"), "icon": "filter"})
    if request.actor.has_anywhere(rules.INVITE):
        buttons.append(
            {"label": "Nguồn giới thiệu", "url": reverse("joining:sources"), "icon": "qrcode"},
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
    wanted = request.GET.get("xem", "")
    rows = queries.confidential_applications(request.actor).select_related("receiving_unit", "enterprise")
    if wanted != "tat-ca":
        rows = rows.filter(state__in=choices.OPEN_STATES)
    after = _KEY.fullmatch(request.GET.get("sau", ""))
    if after:
        day, pk = date.fromordinal(max(1, min(int(after[1]), date.max.toordinal()))), int(after[2])
        rows = rows.filter(Q(due_on__gt=day) | Q(due_on=day, pk__gt=pk))
    page = list(rows.order_by("due_on", "pk")[: _PAGE + 1])
    last = page[_PAGE - 1] if len(page) > _PAGE else None
    shown = {
        "rows": page[:_PAGE],
        "today": request.actor.today,
        "shows_all": wanted == "tat-ca",
        "is_later": bool(after),
        "next": f"{last.due_on.toordinal()}.{last.pk}" if last is not None else "",
    }
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
    signed = getattr(found, "signature", None)
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
        "signature": signed,
        "certificate": getattr(signed, "certificate", None)
        if signed and signed.kind == choices.DIGITAL
        else None,
        "problem": problem,
        "may_decide": found.is_open and is_decider,
        "ask_form": forms.get("ask") or AskForm(),
        "refuse_form": forms.get("refuse") or RefuseForm(),
        "back": reverse("joining:confidential" if found.is_confidential else "joining:list"),
        "union": _union_since(found, actor.today),
        "is_late": found.is_open and found.due_on < actor.today,
    }
    return render(request, "joining/application.html", shown, status=422 if problem or forms else 200)


def _union_since(found: Application, on: date) -> Unit | None:
    """The union that has come to the workplace since an open application was sent to the superior."""
    if not found.is_confidential or not found.is_open or found.was_member or found.enterprise is None:
        return None
    return queries.union_at(found.enterprise, on)


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
        asked = actions.ask_more(actor=request.actor, pk=pk, words=form.cleaned_data["words"])
    except actions.JoiningError as error:
        return _page(request, found, problem=str(error), ask=form)
    told = (
        "được nhắn trong giờ làm việc để mở trang Theo dõi đơn"
        if queries.way_to(asked)
        else "thấy ở trang Theo dõi đơn"
    )
    messages.success(request, f"Đã gửi đề nghị bổ sung; người làm đơn {told}.")
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
@require_POST
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an application to the union that works at its workplace since."""
    found = _opened(request, pk)
    union = _union_since(found, request.actor.today)
    if union is None:
        return _page(request, found, problem="Nơi làm việc này chưa có công đoàn để chuyển đơn đến.")
    try:
        actions.pass_on(actor=request.actor, on=request.actor.today, pks=[pk], to=union)
    except actions.JoiningError as error:
        return _page(request, found, problem=str(error))
    messages.success(request, f"Đã chuyển đơn đến {union.name}; người làm đơn thấy ở trang Theo dõi đơn.")
    return redirect("joining:confidential")


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
    return file_answer(content, DOCX, "Quyết định kết nạp.docx")


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
    shown = {"unit": unit, "form": form, "rows": rows, "has_officers": officers.exists()}
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


def _source_buttons(request: HttpRequest) -> dict[str, Any]:
    return {
        "actions": [
            {
                "label": "Thêm nguồn",
                "url": reverse("joining:new_source"),
                "icon": "plus",
                "primary": True,
            }
        ]
    }


sources = list_view("joining.sources", extra=_source_buttons)


@login_required
def new_source(request: HttpRequest) -> HttpResponse:
    """Make a source: a code of its own, to be printed or told."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.INVITE):
        raise forbidden(rules.INVITE)
    start = {
        "from_on": actor.today,
        "unit": home_unit(actor),
        "enterprise": request.GET.get("noi", "")[:40],
        "kind": request.GET.get("loai", "")[:12],
    }
    form = SourceForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_source(actor=actor, data=form.source())
        except (actions.JoiningError, Forbidden) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã lập nguồn với mã {made.code}.")
            return redirect("joining:source", source=made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "joining/new_source.html", {"form": form}, status=status)


def _source(request: HttpRequest, pk: int) -> Source:
    rows = queries.visible_sources(request.actor).select_related("unit", "enterprise")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("Không có nguồn này trong phạm vi của bạn.")
    return found


def _address(request: HttpRequest, source: Source) -> str:
    """Where its code leads: at the address the installation has told, else the one the reader uses."""
    path = reverse("source", args=[source.code])
    site = settings.MESSAGING["site"]
    return f"{site}{path}" if site else request.build_absolute_uri(path)


@login_required
@require_GET
def source(request: HttpRequest, source: int) -> HttpResponse:
    """One source: where it leads, its sheets to print, and how many came by it as far as the reader may know."""
    found = _source(request, source)
    today = request.actor.today
    shown = {
        "item": found,
        "address": _address(request, found),
        "last": found.during.upper - timedelta(days=1) if found.during.upper else None,
        "may_end": found.during.upper is None and found.during.lower <= today,
        "may_list": request.actor.has_anywhere(rules.DECIDE),
        "came": queries.came_by(request.actor, [found.pk])[found.pk],
        "sheets": [
            {"label": label, "sheet": sheet, "language": language}
            for label, sheet, language in (
                ("Áp phích A4, tiếng Việt", "a4", "vi"),
                ("Áp phích A4, Việt và Anh", "a4", "vi-en"),
                ("Áp phích A3, tiếng Việt", "a3", "vi"),
                ("Áp phích A3, Việt và Anh", "a3", "vi-en"),
                ("Tờ rơi A5 hai mặt, tiếng Việt", "a5", "vi"),
                ("Tờ rơi A5 hai mặt, Việt và Anh", "a5", "vi-en"),
            )
        ],
    }
    return render(request, "joining/source.html", shown)


@login_required
@require_GET
def print_source(request: HttpRequest, source: int, sheet: str, language: str) -> HttpResponse:
    """A poster or leaflet of a source, as PDF."""
    found = _source(request, source)
    if sheet not in SHEETS or language not in LANGUAGES:
        raise Http404("Không có khổ giấy này.")
    made = poster(found, address=_address(request, found), sheet=sheet, language=language)
    name = f"{'Tờ rơi' if sheet == 'a5' else 'Áp phích'} {sheet.upper()} {found.code}.pdf"
    return file_answer(made, "application/pdf", name)


@login_required
@require_POST
def finish_source(request: HttpRequest, source: int) -> HttpResponse:
    """From tomorrow applications are put down to it no longer."""
    found = _source(request, source)
    try:
        actions.end_source(actor=request.actor, on=request.actor.today + timedelta(days=1), pk=found.pk)
    except actions.JoiningError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Đã kết thúc; mã vẫn dẫn đến trang gia nhập.")
    return redirect("joining:source", source=found.pk)
