"""Doors to the papers' templates: what a body uses, its versions, putting one in place."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from congdoan.foundation.access.queries import home_unit, may, visible_units
from congdoan.foundation.access.rules import refuse
from congdoan.foundation.papers import actions, queries, rules
from congdoan.foundation.papers.catalogue import Paper, papers
from congdoan.foundation.papers.forms import FromForm, UploadForm
from congdoan.foundation.papers.models import TemplateVersion
from congdoan.foundation.units.models import Unit
from congdoan.kit.answers import file_answer
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields, render_docx
from congdoan.kit.template_marks import LIMIT_BYTES


def _unit(request: HttpRequest, code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None or not may(request.actor, rules.DESIGN, unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    return unit


def _paper(code: str) -> Paper:
    found = papers().get(code)
    if found is None:
        raise Http404("Không có văn bản này.")
    return found


def _file(content: bytes, name: str) -> HttpResponse:
    return file_answer(content, DOCX, f"{name}.docx")


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The papers of the reader's own body, or of the highest whose papers they may change."""
    if not request.actor.has_anywhere(rules.DESIGN):
        raise refuse(rules.DESIGN)
    unit = home_unit(request.actor)
    if unit is None or not may(request.actor, rules.DESIGN, unit):
        unit = visible_units(request.actor, rules.DESIGN).order_by("pk").first()
    if unit is None:
        raise refuse(rules.DESIGN)
    return redirect("papers:list", unit=unit.code)


@login_required
@require_GET
def paper_list(request: HttpRequest, unit: str) -> HttpResponse:
    """Every paper by room, with whose template the body uses."""
    found = _unit(request, unit)
    held = queries.in_force(found, request.actor.today).values()
    rooms = [(room, list(rows)) for room, rows in groupby(held, key=lambda item: item.paper.room)]
    return render(request, "papers/list.html", {"unit": found, "rooms": rooms})


@login_required
@require_http_methods(["GET", "POST"])
def paper_page(request: HttpRequest, unit: str, paper: str) -> HttpResponse:
    """One paper: its fields, the template in use, all versions; and the upload of a new one."""
    found, kind = _unit(request, unit), _paper(paper)
    form = UploadForm(request.POST or None, request.FILES or None, initial={"from_on": request.actor.today})
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.upload_template(
                actor=request.actor,
                unit=found,
                paper=kind,
                name=data["file"].name,
                content=data["file"].read(LIMIT_BYTES + 1),
                from_on=data["from_on"],
                reason=data["reason"],
            )
        except actions.TemplateRefused as error:
            faults = error.faults
        else:
            messages.success(request, f"Đã thay mẫu “{kind.name}”.")
            return redirect("papers:paper", unit=found.code, paper=kind.code)
    current = queries.in_force(found, request.actor.today)[kind.code]
    rows = queries.versions(found, kind)
    shown = {
        "unit": found,
        "paper": kind,
        "form": form,
        "faults": faults,
        "current": current,
        "is_own": current.version is not None and current.version.unit_id == found.pk,
        "versions": rows,
    }
    return render(request, "papers/paper.html", shown, status=422 if request.method == "POST" else 200)


@login_required
@require_GET
def current(request: HttpRequest, unit: str, paper: str) -> HttpResponse:
    """The template the body uses today, to draw on in Word."""
    found, kind = _unit(request, unit), _paper(paper)
    return _file(queries.in_force(found, request.actor.today)[kind.code].content(), f"Mẫu {kind.name}")


@login_required
@require_GET
def shipped(request: HttpRequest, unit: str, paper: str) -> HttpResponse:
    """The template as it was shipped."""
    _unit(request, unit)
    kind = _paper(paper)
    return _file(kind.template.read_bytes(), f"Mẫu gốc {kind.name}")


@login_required
@require_GET
def preview(request: HttpRequest, unit: str, paper: str) -> HttpResponse:
    """The paper filled with invented data, in the template the body uses today."""
    found, kind = _unit(request, unit), _paper(paper)
    held = queries.in_force(found, request.actor.today)[kind.code]
    try:
        return _file(render_docx(held.content(), kind.sample), f"Xem thử {kind.name}")
    except (BrokenTemplate, MissingFields, FileNotFoundError) as error:
        messages.error(request, str(error))
        return redirect("papers:paper", unit=found.code, paper=kind.code)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, unit: str, paper: str, pk: int | None = None) -> HttpResponse:
    """Go back to an older template of the body, or without one to what stands above it."""
    found, kind = _unit(request, unit), _paper(paper)
    version = None
    if pk is not None:
        rows = TemplateVersion.objects.select_related("file", "unit", "recorded_by")
        version = get_object_or_404(rows, pk=pk, unit=found, paper=kind.code, file__isnull=False)
    form = FromForm(request.POST or None, initial={"from_on": request.actor.today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if version is not None:
                actions.use_again(actor=request.actor, version=version, paper=kind, **data)
            else:
                actions.stop_using(actor=request.actor, unit=found, paper=kind, **data)
        except actions.TemplateRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã đổi mẫu; các phiên bản trước vẫn được giữ.")
            return redirect("papers:paper", unit=found.code, paper=kind.code)
    shown = {"unit": found, "paper": kind, "version": version, "form": form}
    return render(request, "papers/change.html", shown, status=422 if request.method == "POST" else 200)
