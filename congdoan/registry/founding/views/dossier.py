"""The legal dossier of a file: what its papers say, the papers themselves, their signed scans. For the officers named at the
leading body, who may read the applications; the rest of the team sees no name."""

from __future__ import annotations

import io
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from congdoan.foundation.access.rules import Forbidden
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.papers.queries import AbsentData
from congdoan.kit.answers import file_answer
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields
from congdoan.kit.numbers import whole_number
from congdoan.registry.founding import actions, choices, queries
from congdoan.registry.founding.actions import NomineeData
from congdoan.registry.founding.documents import FilePapers
from congdoan.registry.founding.forms import DossierForm, ScanForm
from congdoan.registry.founding.models import FoundingFile
from congdoan.registry.founding.views.file_page import found_file
from congdoan.registry.joining.choices import ADMITTED, OPEN_STATES

_FIELDS = tuple(DossierForm.base_fields)
#: The most applicants that a page offers; a union of more is founded with these and admits the others afterwards.
_SHOWN = 500
_POSTS = {
    "bvd": (choices.FOUNDERS, choices.FOUNDER_POSTS),
    "bch": (choices.EXECUTIVE, choices.EXECUTIVE_POSTS),
    "ubkt": (choices.INSPECTION, choices.INSPECTION_POSTS),
}


def _led(request: HttpRequest, pk: int) -> FoundingFile:
    found = found_file(request, pk)
    if not queries.leads(request.actor, found):
        raise Forbidden(
            f"Hồ sơ pháp lý có tên người làm đơn nên chỉ cán bộ được chỉ định đích danh của {found.leading_unit.name} mở"
            " được."
        )
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """What the papers say, to be filled in; what each still lacks."""
    actor = request.actor
    found = _led(request, pk)
    papers = FilePapers(found, on=actor.today)
    kept = papers.dossier
    form = DossierForm(request.POST or None, initial={name: getattr(kept, name) for name in _FIELDS})
    applicants = list(
        queries.applications_of(actor, found).filter(state__in=[*OPEN_STATES, ADMITTED])[:_SHOWN]
    )
    is_post = request.method == "POST"
    nominees = _posted(request, [row.pk for row in applicants]) if is_post else _stored(papers)
    if is_post and form.is_valid():
        try:
            actions.keep_dossier(
                actor=actor,
                on=actor.today,
                pk=pk,
                values={name: form.cleaned_data[name] for name in _FIELDS},
                nominees=[
                    NomineeData(application, _POSTS[body][0], post, votes)
                    for (application, body), (post, votes) in nominees.items()
                ],
            )
        except actions.FoundingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã lưu nội dung hồ sơ.")
            return redirect("founding:dossier", pk=pk)
    checklist = papers.checklist()
    shown = {
        "item": found,
        "form": form,
        "rows": [_row(row, nominees) for row in applicants],
        "founder_posts": choices.FOUNDER_POSTS,
        "executive_posts": _POSTS["bch"][1],
        "inspection_posts": choices.INSPECTION_POSTS,
        "has_founders": any(one.paper.code == "founding-committee" for one in papers.offered()),
        "inspection_from": parameter(
            "founding.inspection_from", on=actor.today, unit_id=found.leading_unit_id
        ),
        "checklist": checklist,
        "complete": sum(not row.missing for row in checklist),
        "scans": found.scans.defer("sealed").order_by("-pk"),
        "paper_names": {row.code: row.name for row in checklist},
        "scan_form": ScanForm(papers=[(row.code, row.name) for row in checklist]),
        "may_write": found.is_live,
    }
    return render(request, "founding/dossier.html", shown, status=422 if is_post else 200)


def _posted(request: HttpRequest, applicants: list[int]) -> dict[tuple[int, str], tuple[str, int | None]]:
    """{(application, column): (post, votes)} of those who were given something."""
    found: dict[tuple[int, str], tuple[str, int | None]] = {}
    for pk in applicants:
        for body, (_, posts) in _POSTS.items():
            post = request.POST.get(f"{body}-{pk}", "")
            post = post if post in dict(posts) else ""
            votes = whole_number(request.POST.get(f"phieu-{pk}", "")) if body == "bch" else None
            if votes is not None and votes > 100_000:
                votes = None
            if post or votes is not None:
                found[(pk, body)] = (post, votes)
    return found


def _stored(papers: FilePapers) -> dict[tuple[int, str], tuple[str, int | None]]:
    columns = {body: column for column, (body, _) in _POSTS.items()}
    return {(one.application_id, columns[one.body]): (one.post, one.votes) for one in papers.nominees}


def _row(row: Any, nominees: dict[tuple[int, str], tuple[str, int | None]]) -> dict[str, Any]:
    chosen = {body: nominees.get((row.pk, body), ("", None)) for body in _POSTS}
    return {
        "row": row,
        "founder": chosen["bvd"][0],
        "executive": chosen["bch"][0],
        "votes": chosen["bch"][1],
        "inspection": chosen["ubkt"][0],
    }


@login_required
@require_GET
def paper(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """A paper of the file as .docx; when something it needs is missing, the list of it and no file."""
    found = _led(request, pk)
    papers = FilePapers(found, on=request.actor.today)
    names = {item.paper.code: item.paper.name for item in papers.offered()}
    if paper not in names:
        raise Http404("Hồ sơ này không có giấy tờ đó.")
    try:
        content = papers.write(paper)
    except (AbsentData, BrokenTemplate, MissingFields, FileNotFoundError) as error:
        messages.error(request, str(error))
        return redirect("founding:dossier", pk=pk)
    return file_answer(content, DOCX, f"{names[paper]}.docx")


@login_required
@require_GET
def all_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Every paper that can be written, in one .zip; with a list of those that cannot yet."""
    found = _led(request, pk)
    papers, out = FilePapers(found, on=request.actor.today), io.BytesIO()
    rows = papers.checklist()
    try:
        with ZipFile(out, "w", ZIP_DEFLATED) as bundle:
            for place, row in enumerate(rows, 1):
                if not row.missing:
                    bundle.writestr(f"{place:02d} {row.name}.docx", papers.write(row.code))
            lacking = [f"{row.name}: còn thiếu {'; '.join(row.missing)}" for row in rows if row.missing]
            if lacking:
                bundle.writestr("Còn thiếu.txt", "\r\n".join(lacking))
    except (BrokenTemplate, MissingFields, FileNotFoundError) as error:
        messages.error(request, str(error))
        return redirect("founding:dossier", pk=pk)
    return file_answer(out.getvalue(), "application/zip", "Hồ sơ thành lập.zip")


@login_required
@require_POST
def attach_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a signed paper as it was scanned."""
    found = _led(request, pk)
    names = [
        (item.paper.code, item.paper.name) for item in FilePapers(found, on=request.actor.today).offered()
    ]
    form = ScanForm(request.POST, request.FILES, papers=names)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("founding:dossier", pk=pk)
    sent = form.cleaned_data["file"]
    if sent.size > actions.SCAN_BYTES:
        messages.error(
            request, f"Bản quét quá {actions.SCAN_BYTES // 1024 // 1024} MB. Hãy quét lại nhẹ hơn."
        )
        return redirect("founding:dossier", pk=pk)
    try:
        actions.keep_scan(
            actor=request.actor,
            on=request.actor.today,
            pk=pk,
            paper=form.cleaned_data["paper"],
            name=sent.name or "",
            content=sent.read(),
        )
    except actions.FoundingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Đã đưa bản quét vào hồ sơ.")
    return redirect("founding:dossier", pk=pk)


@login_required
@require_GET
def scan(request: HttpRequest, pk: int, scan: int) -> HttpResponse:
    """A scan, for reading; the reading is a line of the file's log."""
    found = _led(request, pk)
    if not found.scans.filter(pk=scan).exists():
        raise Http404("Không có bản quét này trong hồ sơ.")
    kept, content = actions.open_scan(actor=request.actor, on=request.actor.today, pk=pk, scan=scan)
    return file_answer(content, kept.content_type, kept.name)
