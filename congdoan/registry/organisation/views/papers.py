"""The doors to the papers of a body's beginning and end."""

from __future__ import annotations

import io
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from congdoan.foundation.access.queries import require
from congdoan.foundation.papers.queries import AbsentData
from congdoan.kit.answers import file_answer
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields
from congdoan.registry.organisation.documents import UnitPapers
from congdoan.registry.organisation.rules import EDIT
from congdoan.registry.organisation.views.asking import found_unit


@login_required
@require_GET
def all_papers(request: HttpRequest, code: str) -> HttpResponse:
    """All papers about a body in one .zip; when one lacks something, the list of it and no file."""
    found = found_unit(request, code)
    require(request.actor, EDIT, found)
    held, out = UnitPapers.of(found), io.BytesIO()
    kinds = held.offered()
    if not kinds:
        raise Http404("Đơn vị không có văn bản nào để lập.")
    try:
        with ZipFile(out, "w", ZIP_DEFLATED) as bundle:
            for place, kind in enumerate(kinds, 1):
                bundle.writestr(f"{place:02d} {kind.name}.docx", held.write(kind, on=request.actor.today))
    except (AbsentData, BrokenTemplate, MissingFields, FileNotFoundError) as error:
        messages.error(request, str(error))
        return redirect("organisation:history", code=found.code)
    return file_answer(out.getvalue(), "application/zip", f"Văn bản {found.code}.zip")


@login_required
@require_GET
def paper(request: HttpRequest, code: str, paper: str) -> HttpResponse:
    """A paper about a body as .docx; when something it needs is missing, the list of it and no file."""
    found = found_unit(request, code)
    require(request.actor, EDIT, found)
    held = UnitPapers.of(found)
    kind = next((item for item in held.offered() if item.code == paper), None)
    if kind is None:
        raise Http404("Không có văn bản này của đơn vị.")
    try:
        content = held.write(kind, on=request.actor.today)
    except (AbsentData, BrokenTemplate, MissingFields, FileNotFoundError) as error:
        messages.error(request, str(error))
        return redirect("organisation:history", code=found.code)
    return file_answer(content, DOCX, f"{kind.name} - {found.code}.docx")
