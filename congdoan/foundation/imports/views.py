"""Doors of imports: upload, columns, preview with decisions, commit, result, undo."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from congdoan.foundation.access.queries import home_unit, may, visible_units
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.foundation.imports import actions, documents, queries
from congdoan.foundation.imports.catalogue import kind_of, kinds
from congdoan.foundation.imports.forms import ColumnsForm, UploadForm
from congdoan.foundation.imports.models import ImportRun
from congdoan.foundation.imports.reading import FileRefused
from congdoan.foundation.imports.rules import RUN
from congdoan.foundation.jobs.actions import start as start_job
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.units.models import Unit
from congdoan.kit.lists import get_list
from congdoan.kit.numbers import format_number, whole_number
from congdoan.kit.text import search_key

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS_SHOWN = 100
_TABS = [
    ("doubtful", "Cần xem lại"),
    ("refused", "Không nhận"),
    ("create", "Thêm mới"),
    ("update", "Thay đổi"),
    ("unchanged", "Không đổi"),
]


def _found(request: HttpRequest, pk: int) -> ImportRun:
    rows = queries.visible_runs(request.actor).select_related("unit", "file", "decision", "job")
    return get_object_or_404(rows, pk=pk)


def _work(request: HttpRequest, run: ImportRun, step: str, words: str) -> JobRun:
    """Start a step in the background and keep it beside the import."""
    work = start_job(
        kind=f"imports.{step}",
        title=f"{words} {kind_of(run.kind).name} từ tệp {run.file.name}",
        actor=request.actor,
        unit=run.unit,
        arguments={"import": run.pk},
        lock=f"imports:{run.pk}",
    )
    ImportRun.objects.filter(pk=run.pk).update(job=work)
    return work


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Upload a list."""
    actor: Actor = request.actor
    if not actor.has_anywhere(RUN):
        raise refuse(RUN)
    # Members come far more often than anything else.
    declared = sorted(kinds().values(), key=lambda kind: kind.code != "members")
    asked = request.POST.get("kind") or request.GET.get("loai", "")
    chosen = asked if asked in kinds() else declared[0].code
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        actor=actor,
        today=actor.today,
        kind=chosen,
        initial=_initial(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = _take_in(actor, form)
        except (FileRefused, actions.ImportRefused) as error:
            form.add_error("file", str(error))
        else:
            return redirect("imports:run", run.pk)
    recent = queries.visible_runs(actor).select_related("unit", "file").order_by("-created_at")[:5]
    return render(
        request,
        "imports/start.html",
        {
            "form": form,
            "kind": kind_of(chosen),
            "tabs": [
                {
                    "label": kind.name.capitalize(),
                    "url": f"{request.path}?loai={kind.code}",
                    "active": kind.code == chosen,
                }
                for kind in declared
            ],
            "recent": recent,
        },
        status=422 if form.errors else 200,
    )


def _initial(request: HttpRequest) -> dict[str, Any]:
    actor: Actor = request.actor
    asked = Unit.objects.filter(code=request.GET.get("don-vi", "")).first()
    unit = asked if asked is not None else home_unit(actor)
    return {"unit": unit} if unit is not None and may(actor, RUN, unit) else {}


def _take_in(actor: Actor, form: UploadForm) -> ImportRun:
    data = form.cleaned_data
    upload = data["file"]
    return actions.take_in(
        actor=actor,
        on=data["on"],
        kind=data["kind"],
        unit=data["unit"],
        name=upload.name,
        chunks=upload.chunks(),
        options=form.options(),
        decision_number=data["decision_number"],
        decision_on=data["decision_on"],
    )


def list_buttons(request: HttpRequest) -> dict[str, Any]:
    """What stands beside the heading of the list of imports."""
    return {
        "actions": [
            {
                "label": "Nhập danh sách",
                "url": reverse("imports:start"),
                "icon": "file-import",
                "primary": True,
            }
        ]
    }


@login_required
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """Units a list may be brought in for, as suggestions while one types."""
    typed = search_key(request.GET.get("unit", ""))
    found = visible_units(request.actor, RUN)
    for word in typed.split()[:6]:
        found = found.filter(name_key__contains=word)
    options = [(f"{unit.name} ({unit.code})",) for unit in found.order_by("sort_key", "id")[:12]]
    return HttpResponse(format_html_join("", '<option value="{}"></option>', options))


@login_required
@require_safe
def template(request: HttpRequest, kind: str) -> FileResponse:
    """An empty list to fill in."""
    if kind not in kinds():
        raise Http404
    return _workbook(f"mau-{kind}.xlsx", lambda path: documents.write_template(kind_of(kind), path))


@login_required
@require_safe
def refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The refused rows of an import, to mend and bring again."""
    run = _found(request, pk)
    record(
        actor=request.actor,
        verb="imports.export_refused",
        unit_id=run.unit_id,
        obj=run,
        summary=f"Tải các dòng không nhận của tệp {run.file.name}",
    )
    try:
        return _workbook(
            f"can-sua-{Path(run.file.name).stem[:80]}.xlsx", lambda path: documents.write_refused(run, path)
        )
    except (FileRefused, FileNotFoundError) as error:
        messages.error(request, str(error))
        return redirect("imports:run", pk)


def _workbook(name: str, write: Any) -> FileResponse:
    target = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115
    write(Path(target.name))
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)


@login_required
@never_cache
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import at whatever step it is; while work runs on it the page asks again."""
    found = _found(request, pk)
    kind = kind_of(found.kind)
    work = found.job
    if work is not None and not work.is_over:
        context = {"run": found, "kind": kind, "work": work}
        return render(request, "imports/_work.html" if request.htmx else "imports/work.html", context)
    if request.htmx and request.headers.get("HX-Target") == "import-work":
        # The work is over: the whole page is another one now.
        response = HttpResponse()
        response["HX-Redirect"] = request.path
        return response
    context = {"run": found, "kind": kind, "work": work}
    if found.state in {"uploaded", "failed", "previewing"}:
        return render(request, "imports/columns.html", context | _columns(found))
    return render(request, "imports/run.html", context | _preview(request, found))


def _columns(found: ImportRun, form: ColumnsForm | None = None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "form": form or ColumnsForm(run=found),
        "missing": [
            item.label
            for item in kind_of(found.kind).fields
            if item.required and item.name not in found.mapping
        ],
    }
    if not found.header_row:
        try:
            context["top"] = queries.first_rows(found)
        except (FileRefused, FileNotFoundError) as error:
            context["unreadable"] = str(error)
    return context


def _preview(request: HttpRequest, found: ImportRun) -> dict[str, Any]:
    counts = found.counts
    is_written = found.state in {"committed", "undoing", "undone"}
    tabs = [(code, label, counts.get(code, 0)) for code, label in _TABS if counts.get(code, 0)]
    outcome = request.GET.get("ket-qua") or (tabs[0][0] if tabs else "create")
    rows = found.rows.filter(outcome=outcome).order_by("number")
    after = whole_number(request.GET.get("sau", ""))
    if after is not None:
        rows = rows.filter(number__gt=after)
    shown = list(rows[: _ROWS_SHOWN + 1])
    more = len(shown) > _ROWS_SHOWN
    shown = shown[:_ROWS_SHOWN]
    here = reverse("imports:run", args=[found.pk])
    undecided = found.rows.filter(outcome="doubtful", choice="").count() if counts.get("doubtful") else 0
    names = [
        ("Dòng", format_number(counts.get("rows", 0))),
        ("Đã thêm" if is_written else "Sẽ thêm", _figure(counts, "created", "create")),
        ("Đã sửa" if is_written else "Sẽ sửa", _figure(counts, "updated", "update")),
        ("Không đổi", _figure(counts, "unchanged")),
        ("Cần xem lại", _figure(counts, "doubtful")),
        ("Không nhận", _figure(counts, "refused")),
    ]
    return {
        "counts": names,
        "is_written": is_written,
        "tabs": [
            {
                "label": label,
                "url": f"{here}?ket-qua={code}",
                "active": code == outcome,
                "count": format_number(n),
            }
            for code, label, n in tabs
        ],
        "outcome": outcome,
        "rows": shown,
        "next_url": f"{here}?ket-qua={outcome}&sau={shown[-1].number}" if more and shown else "",
        "undecided": undecided,
        "will_write": counts.get("create", 0)
        + counts.get("update", 0)
        + found.rows.filter(outcome="doubtful", choice__in=["new", "same"]).count(),
        "can_decide": found.state == "previewed" and outcome == "doubtful",
        "list_url": _list_url(found),
        "rows_url": f"{reverse('imports:rows')}?lan={found.pk}",
        "finish_failed": found.state in {"committing", "undoing"},
    }


def _figure(counts: dict[str, int], *names: str) -> str:
    return format_number(next((counts[name] for name in names if name in counts), 0))


def _list_url(found: ImportRun) -> str:
    """The list that shows what was brought in, for the run's unit."""
    try:
        url = reverse(get_list(kind_of(found.kind).list_name).url_name)
    except (KeyError, NoReverseMatch):
        # The list belongs to another room; without it the result page stands alone.
        return ""
    return f"{url}?don-vi={found.unit.code}"


@login_required
@require_POST
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what each column is, then read the file."""
    found = _found(request, pk)
    form = ColumnsForm(request.POST, run=found)
    if form.is_valid():
        try:
            mapping = form.mapping()
            if mapping != found.mapping:
                actions.set_columns(
                    actor=request.actor, run=found, header_row=found.header_row, mapping=mapping
                )
            _work(request, found, "preview", "Đọc")
            return redirect("imports:run", pk)
        except forms.ValidationError as error:
            form.add_error(None, error)
        except (actions.ImportRefused, FileRefused) as error:
            form.add_error(None, str(error))
    context = {"run": found, "kind": kind_of(found.kind), **_columns(found, form)}
    return render(request, "imports/columns.html", context, status=422)


@login_required
@require_POST
def header_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Say by hand which row holds the headings."""
    found = _found(request, pk)
    given = whole_number(request.POST.get("row", ""))
    try:
        if given is None or not 1 <= given <= 1000:
            raise actions.ImportRefused("Hãy chọn dòng ghi tên các cột.")
        actions.set_columns(actor=request.actor, run=found, header_row=given, mapping=None)
    except (actions.ImportRefused, FileRefused) as error:
        messages.error(request, str(error))
    return redirect("imports:run", pk)


@login_required
@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Go back to the columns of a previewed import, to read it again."""
    found = _found(request, pk)
    try:
        actions.set_columns(
            actor=request.actor, run=found, header_row=found.header_row or 1, mapping=found.mapping
        )
    except (actions.ImportRefused, FileRefused) as error:
        messages.error(request, str(error))
    return redirect("imports:run", pk)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide about doubtful rows: the chosen ones, or all of them."""
    found = _found(request, pk)
    rows = [n for n in map(whole_number, request.POST.getlist("row")) if n is not None]
    everything = request.POST.get("all") == "1"
    if not rows and not everything:
        messages.error(request, "Chưa chọn dòng nào. Hãy đánh dấu các dòng cần quyết định.")
        return redirect(f"{reverse('imports:run', args=[pk])}?ket-qua=doubtful")
    try:
        n = actions.decide(
            actor=request.actor,
            run=found,
            rows=None if everything else rows,
            choice=request.POST.get("choice", ""),
        )
        messages.success(request, f"Đã ghi quyết định cho {format_number(n)} dòng.")
    except actions.ImportRefused as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('imports:run', args=[pk])}?ket-qua=doubtful")


@login_required
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the previewed rows in the background."""
    found = _found(request, pk)
    try:
        actions.begin_commit(actor=request.actor, run=found)
    except actions.ImportRefused as error:
        messages.error(request, str(error))
        return redirect("imports:run", pk)
    _work(request, found, "commit", "Ghi")
    return redirect("imports:run", pk)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a committed import back in the background."""
    found = _found(request, pk)
    if found.state not in {"committed", "undoing"}:
        messages.error(request, f"Lần nhập này {found.get_state_display()} nên không hoàn tác được.")
        return redirect("imports:run", pk)
    _work(request, found, "undo", "Hoàn tác")
    return redirect("imports:run", pk)
