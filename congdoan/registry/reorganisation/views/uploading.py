"""The attached list of a decision: an empty one to fill in, and the filled one read into steps."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import refuse
from congdoan.foundation.files.actions import TooLarge, chunks_of, store
from congdoan.foundation.imports.reading import FileRefused
from congdoan.kit.numbers import format_number
from congdoan.registry.reorganisation import actions
from congdoan.registry.reorganisation.actions.attaching import attach_list
from congdoan.registry.reorganisation.decision_lists import DecisionList, read_decision_list, write_template
from congdoan.registry.reorganisation.forms import UploadForm
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.rules import PREPARE, VIEW
from congdoan.registry.reorganisation.views.asking import crumbs, form_page, found_decision

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PROBLEMS_SHOWN = 200


@login_required
@require_safe
def template(request: HttpRequest) -> FileResponse:
    """An empty list to fill in."""
    if not request.actor.has_anywhere(VIEW):
        raise refuse(VIEW)
    target = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115
    write_template(Path(target.name))
    return FileResponse(target, as_attachment=True, filename="mau-sap-xep-to-chuc.xlsx", content_type=XLSX)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a list into steps; with a mistake in any row nothing is taken, and every mistake is shown with its row."""
    found = found_decision(request, pk)
    require(request.actor, PREPARE, found.authority)
    form = UploadForm(request.POST or None, request.FILES or None)
    read: DecisionList | None = None
    if request.method == "POST" and form.is_valid():
        try:
            read = _take(request, found, form)
        except (FileRefused, TooLarge) as error:
            form.add_error("file", str(error))
        except actions.ReorganisationError as error:
            form.add_error(None, str(error))
        else:
            if not read.problems:
                count = format_number(len(read.steps))
                messages.success(request, f"Đã nhận {count} bước từ tệp. Hãy kiểm tra trước khi thực hiện.")
                return redirect("reorganisation:decision", pk)
            form.add_error(
                "file",
                f"{format_number(len(read.problems))} trong {format_number(read.rows)} dòng cần sửa; chưa nhận bước nào.",
            )
    return form_page(
        request,
        form,
        title="Tải danh sách lên",
        button="Tải lên",
        way=crumbs(found),
        template="reorganisation/upload.html",
        found=found,
        problems=read.problems[:_PROBLEMS_SHOWN] if read else [],
        more=max(0, len(read.problems) - _PROBLEMS_SHOWN) if read else 0,
        count=found.steps.count(),
    )


def _take(request: HttpRequest, found: Reorganisation, form: UploadForm) -> DecisionList:
    """Read the file; when all of it is sound, keep it and its steps."""
    sent: UploadedFile = form.cleaned_data["file"]
    limit = settings.UPLOAD_LIMIT_BYTES
    with tempfile.NamedTemporaryFile(suffix=".list") as copy:
        for chunk in sent.chunks():
            copy.write(chunk)
        copy.flush()
        path = Path(copy.name)
        read = read_decision_list(path, limit_bytes=limit)
        if read.problems:
            return read
        kept = store(
            actor=request.actor,
            name=sent.name or "danh-sach.xlsx",
            chunks=chunks_of(path),
            capability=VIEW,
            unit=found.authority,
            content_type=XLSX if (sent.name or "").lower().endswith(".xlsx") else "application/octet-stream",
        )
        attach_list(
            actor=request.actor,
            on=request.actor.today,
            reorganisation=found,
            steps=read.steps,
            file=kept,
            replace=form.cleaned_data["replace"],
        )
    return read
