"""Changing one part of a form."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from congdoan.foundation.units.models import UnitKind
from congdoan.registry.enterprises.choices import BANDS
from congdoan.work.indicators.queries import catalogue
from congdoan.work.returns import actions, editing
from congdoan.work.returns.choices import PLACES
from congdoan.work.returns.definitions import (
    DefinitionError,
    read_definition,
)
from congdoan.work.returns.forms import (
    CheckForm,
    DeadlinesForm,
    HeadForm,
    RowForm,
    SectionForm,
    TextForm,
)
from congdoan.work.returns.views.form_page import edited, form_for


def part_form(what: str, data: Any, code: str, section_code: str, post: Any) -> Any:
    """The form for one part of a definition, filled with what the draft says."""
    sections = {item["code"]: item for item in data["sections"]}
    if what == "head":
        deadlines = data.get("deadlines") or {}
        return HeadForm(
            post,
            initial={
                **{
                    name: data.get(name)
                    for name in ("title", "cadence", "owed_by", "gathers", "closes_books")
                },
                **{name: deadlines.get(name) for name in ("opens", "due", "late")},
                "cutoffs": ", ".join(_day_first(item) for item in data.get("cutoffs") or []),
                "months": ", ".join(map(str, data.get("months") or [])),
            },
        )
    if what == "deadlines":
        kinds = dict(UnitKind.objects.filter(code__in=data["owed_by"]).values_list("code", "name"))
        return DeadlinesForm(
            post,
            kinds=[(kind, kinds.get(kind, kind)) for kind in data["owed_by"]],
            common=asdict(read_definition(data).deadlines),
            initial={
                f"{kind}-{part}": days
                for kind, own in (data.get("deadlines_by_kind") or {}).items()
                for part, days in own.items()
            },
        )
    if what == "section":
        found = sections.get(code, {})
        own = found.get("columns") or [{"code": "total", "title": "Tổng số"}]
        choices = {name: title for name, (title, _) in editing.COLUMNS.items()}
        choices |= {column["code"]: column["title"] for column in own}
        return SectionForm(
            post,
            columns=list(choices.items()),
            initial={"title": found.get("title", ""), "columns": [column["code"] for column in own]},
        )
    if what == "row":
        section = sections.get(section_code)
        if section is None:
            raise Http404
        row: dict[str, Any] = next((item for item in section["rows"] if item["code"] == code), {})
        columns = [(column["code"], column["title"]) for column in section["columns"] or []]
        source = row.get("source") or next(
            (name for name in ("indicator", "measure", "formula") if row.get(name)), "asked"
        )
        return RowForm(
            post,
            columns=columns,
            measures=[(item.code, item.name) for item in catalogue().measures.values() if item.available],
            bands=[(str(border), f"{border} lao động trở lên") for border in BANDS if border >= 5],
            initial={
                **row,
                "source": source,
                "window": row.get("window", "period"),
                "columns": row.get("columns") or [name for name, _ in columns],
                **_narrowed(row),
            },
        )
    items = data.get("checks" if what == "check" else "texts") or []
    item: dict[str, Any] = next((found for found in items if found["code"] == code), {})
    return (CheckForm if what == "check" else TextForm)(post, initial=item)


def _day_first(cutoff: str) -> str:
    """ "05-31" as it is said: "31/5"."""
    month, _, day = cutoff.partition("-")
    return f"{int(day)}/{int(month)}" if month.isdecimal() and day.isdecimal() else cutoff


def _narrowed(row: dict[str, Any]) -> dict[str, Any]:
    """What a row counts, as the fields of its form."""
    scope, moved = row.get("scope") or {}, (row.get("filters") or {}).get("movement") or []
    return {
        "min_headcount": str(scope.get("min_headcount", "")),
        "sector_group": scope.get("sector_group", ""),
        "sex": scope.get("sex", ""),
        "places": [name for name in dict(PLACES) if scope.get(name)],
        "movement": [moved] if isinstance(moved, str) else moved,
    }


PUT = {"check": editing.put_check, "text": editing.put_text}


PART_WORDS = {
    "head": "Đầu mẫu và thời hạn",
    "deadlines": "Thời hạn riêng theo loại đơn vị",
    "section": "Phần",
    "row": "Dòng",
    "check": "Phép kiểm tra",
    "text": "Phần lời",
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, form: int) -> HttpResponse:
    """Change or add one part of the draft: ``?phan=`` head, deadlines, section, row, check or text; ``ma`` its code;
    for a row ``thuoc`` its section."""
    found = form_for(request, form)
    what = request.GET.get("phan", "head")
    if what not in PART_WORDS:
        raise Http404
    code, section = request.GET.get("ma", ""), request.GET.get("thuoc", "")
    data = edited(found).definition
    part = part_form(what, data, code, section, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if part.is_valid():
            given = part.cleaned_data
            try:
                if what == "head":
                    changed = editing.set_head(data, given)
                elif what == "deadlines":
                    changed = editing.set_deadlines(data, part.by_kind)
                elif what == "section":
                    changed = editing.put_section(data, code, title=given["title"], columns=given["columns"])
                elif what == "row":
                    changed = editing.put_row(data, section, code, given)
                else:
                    changed = PUT[what](data, code, given)
                actions.save_draft(actor=request.actor, owner=found.owner, data=changed, form=found)
            except DefinitionError as error:
                part.add_error(None, str(error))
            else:
                messages.success(request, "Đã ghi vào bản nháp.")
                return redirect("returns:form", form)
        status = 422
    return render(
        request,
        "returns/form_new.html",
        {
            "title": PART_WORDS[what],
            "subtitle": found.title,
            "form": part,
            "button": "Ghi vào bản nháp",
            "back_url": reverse("returns:form", args=[form]),
            "remove": {"url": reverse("returns:change", args=[form]), "what": what, "code": code}
            if code and what in {"check", "text"}
            else None,
            "codes": cell_codes(data) if what in {"row", "check"} else [],
        },
        status=status,
    )


def cell_codes(data: Any) -> list[tuple[str, str]]:
    """What can be named in a formula: (code of the cell, its words)."""
    return [(cell.key, cell.label) for cell in read_definition(data).cells.values()]
