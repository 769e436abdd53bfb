"""The screen, export and bulk actions of a declared list.

``list_view("membership.members")`` is a view: GET shows a page (or its rows alone for htmx), ``?xuat=xlsx``
exports exactly what is seen, POST runs a bulk action on the chosen rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.foundation.jobs.actions import start
from congdoan.foundation.listing.exports import EXPORT_KIND, file_name, heading
from congdoan.foundation.listing.queries import UNIT, ended_unit
from congdoan.kit.lists import (
    ALONE,
    COUNT_LIMIT,
    STRUCTURE,
    ActionRefused,
    ListContext,
    ListSpec,
    filtered,
    get_list,
    view_model,
    write_workbook,
)
from congdoan.kit.numbers import whole_number

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def context_of(request: HttpRequest) -> ListContext:
    """The list context of a request: its actor, its day, and its parameters (repeated ones joined by commas)."""
    params = {name: ",".join(filter(None, request.GET.getlist(name))) for name in request.GET}
    if request.day_of_link is None:
        for name in ("ngay", ALONE):
            params.pop(name, None)
    return ListContext(actor=request.actor, as_of=request.as_of, params=params)


def list_view(
    name: str,
    *,
    extra: Callable[[HttpRequest], dict[str, Any]] | None = None,
    template: str = "kit/list_page.html",
) -> Callable[..., HttpResponseBase]:
    """A view for a declared list. ``extra`` may add to the list's model (buttons, subtitle) for a request; what it says
    as ``count_text`` stands in place of the list's own count."""

    @login_required
    def view(request: HttpRequest) -> HttpResponseBase:
        spec = get_list(name)
        actor: Actor = request.actor
        if not actor.has_anywhere(spec.capability):
            raise refuse(spec.capability)
        context = context_of(request)
        # Said in the address and not taken from the session: a figure of a page that reads bodies as they stood must
        # open to just its names, whatever the reader chose elsewhere.
        if spec.obeys_structure and request.GET.get(STRUCTURE):
            context.structure = request.structure
        if request.method == "POST":
            return _run_action(request, spec, context)
        if request.GET.get("xuat") == "xlsx":
            context.params = {key: value for key, value in context.params.items() if key != "xuat"}
            return export(request, spec, context)
        added = extra(request) if extra is not None else {}
        model = view_model(
            spec,
            context,
            url=request.path,
            export_url=request.path,
            holds=actor.has_anywhere,
            count_text=added.get("count_text"),
        )
        query = request.GET.copy()
        query["xuat"] = "xlsx"
        for key in ("sau", "truoc"):
            query.pop(key, None)
        model["export_url"] = f"{request.path}?{query.urlencode()}"
        model["ended"] = _ended_unit(request, spec, context)
        model |= added
        partial = request.headers.get("HX-Target") == "list-body"
        response = render(
            request,
            "kit/_list_rows.html" if partial else template,
            {"list": model, "obeys_structure": context.structure == "today"},
        )
        # Without it the browser's Back may show the bare rows from its cache.
        patch_vary_headers(response, ["HX-Target"])
        return response

    view.list_name = name
    return view


def _ended_unit(request: HttpRequest, spec: ListSpec, context: ListContext) -> dict[str, Any] | None:
    """The line that leads on from a unit that exists no longer: the same list of each heir. Nothing of a unit that the
    reader may not see."""
    ended = ended_unit(spec, context)
    if ended is None or not may(request.actor, spec.capability, ended.unit):
        return None

    def url(code: str) -> str:
        query = request.GET.copy()
        for key in ("sau", "truoc", "xuat"):
            query.pop(key, None)
        query[UNIT] = code
        return f"{request.path}?{query.urlencode()}"

    return {"unit": ended.unit, "heirs": [{"name": heir.name, "url": url(heir.code)} for heir in ended.heirs]}


def export(request: HttpRequest, spec: ListSpec, context: ListContext) -> HttpResponseBase:
    """The list as .xlsx: at once when it is short, as a background job with progress when it is long."""
    actor: Actor = request.actor
    unit = home_unit(actor)
    record(
        actor=actor,
        verb="listing.export",
        unit_id=unit.pk if unit else None,
        summary=f"Xuất danh sách “{spec.title}”",
        data={"list": spec.name, "params": dict(context.params), "as_of": str(context.as_of)},
    )
    if filtered(spec, context).order_by()[: COUNT_LIMIT + 1].count() > COUNT_LIMIT:
        run = start(
            kind=EXPORT_KIND,
            title=f"Xuất Excel: {spec.title}",
            actor=actor,
            unit=unit,
            arguments={
                "list": spec.name,
                "params": dict(context.params),
                "as_of": context.as_of.isoformat(),
                "structure": context.structure,
            },
        )
        return redirect(reverse("jobs:run", args=[run.pk]))
    folder = tempfile.TemporaryDirectory(prefix="congdoan-export-")
    path = Path(folder.name) / "list.xlsx"
    write_workbook(
        spec, context, path, holds=actor.has_anywhere, heading=heading(unit, context.as_of, context.structure)
    )
    response = FileResponse(path.open("rb"), as_attachment=True, filename=file_name(spec), content_type=XLSX)
    # The open handle outlives the folder's entry on every system this runs on.
    folder.cleanup()
    return response


def _run_action(request: HttpRequest, spec: ListSpec, context: ListContext) -> HttpResponse:
    actor: Actor = request.actor
    action = next((item for item in spec.actions if item.name == request.POST.get("action")), None)
    if action is None:
        raise Http404("Không có việc này.")
    if action.capability and not actor.has_anywhere(action.capability):
        raise refuse(action.capability)
    chosen = _numbers(request.POST.getlist("id"))
    if not chosen:
        messages.warning(request, "Chưa chọn dòng nào.")
    else:
        visible = list(spec.queryset(context).filter(pk__in=chosen).values_list("pk", flat=True))
        if action.url is not None:
            return redirect(action.url(context, visible))
        if action.run is not None:
            try:
                messages.success(request, action.run(context, visible))
            except ActionRefused as error:
                messages.error(request, str(error))
    return redirect(request.get_full_path())


def _numbers(texts: list[str]) -> list[int]:
    return [n for n in map(whole_number, texts[:2000]) if n is not None]
