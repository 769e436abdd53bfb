"""Who takes each member of a divided unit: read by rule, said by name on the page or by a list."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from congdoan.foundation.access.queries import require
from congdoan.foundation.audit.actions import record
from congdoan.foundation.imports.reading import FileRefused
from congdoan.kit.numbers import format_number, whole_number
from congdoan.kit.text import search_key
from congdoan.registry.membership.queries import Placed, membership_on, placed_counts, placed_members
from congdoan.registry.reorganisation import actions
from congdoan.registry.reorganisation.actions.placing import place_people
from congdoan.registry.reorganisation.forms import PlacementForm
from congdoan.registry.reorganisation.models import Step
from congdoan.registry.reorganisation.placement_lists import (
    RULE_WORDS,
    RowProblem,
    read_placement,
    write_placement,
)
from congdoan.registry.reorganisation.queries import Division, division_of
from congdoan.registry.reorganisation.rules import PREPARE
from congdoan.registry.reorganisation.views.asking import crumbs, found_decision, head

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGE = 50
_PROBLEMS_SHOWN = 200
#: The choice that leaves people to the rules again.
_BY_RULE = "-"


def _asked(request: HttpRequest, pk: int, position: int) -> tuple[Step, Division]:
    """The step and what it divides, for whoever prepares the decision and may see the members."""
    found = found_decision(request, pk)
    require(request.actor, PREPARE, found.authority)
    step = get_object_or_404(found.steps.select_related("reorganisation__authority"), position=position)
    division = division_of(found, step)
    if division is None:
        raise Http404("Bước này không chia tách đơn vị nào, hoặc còn lỗi phải sửa trước.")
    require(request.actor, "membership.view", division.unit)
    return step, division


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Members of the divided unit by name, with who takes them; the chosen ones are given to a unit."""
    step, division = _asked(request, pk, position)
    if request.method == "POST":
        chosen = {person for value in request.POST.getlist("nguoi") if (person := whole_number(value))}
        to = request.POST.get("ve", "")
        if not chosen or not to:
            messages.error(request, "Hãy đánh dấu ít nhất một người và chọn đơn vị nhận.")
        else:
            _write(request, step, dict.fromkeys(chosen, "" if to == _BY_RULE else to))
        return redirect(request.get_full_path())
    only_homeless = request.GET.get("xem") == "chua-co-noi"
    typed = request.GET.get("tim", "")[:100]
    rows = placed_members(
        division.sources,
        division.route,
        division.on,
        only_homeless=only_homeless,
        words=search_key(typed).split(),
        after=_after(request, division),
        limit=_PAGE + 1,
    )
    counts = placed_counts(division.sources, division.route, division.on)
    shown = head(request, step.reorganisation) | {
        "step": step,
        "division": division,
        "rows": [_line(division, row) for row in rows[:_PAGE]],
        "next": rows[_PAGE - 1].person_id if len(rows) > _PAGE else None,
        "counts": [(division.heirs[code], counts.get(heir, 0)) for heir, code in division.codes.items()],
        "homeless": counts.get(None, 0),
        "only_homeless": only_homeless,
        "typed": typed,
        "by_rule": _BY_RULE,
        "form": PlacementForm(),
        "crumbs": [*crumbs(step.reorganisation), ("Xếp từng người", "")],
        "problems": request.session.pop(_key(step), None),
    }
    return render(request, "reorganisation/place.html", shown)


def _key(step: Step) -> str:
    return f"placement-{step.pk}"


def _after(request: HttpRequest, division: Division) -> tuple[str, int]:
    person = whole_number(request.GET.get("sau", ""))
    last = membership_on(person, division.on) if person is not None and person < 2**63 else None
    return (last.sort_key, last.person_id) if last is not None else ("", 0)


def _line(division: Division, row: Placed) -> dict[str, Any]:
    code = division.codes.get(row.into or 0, "")
    return {"row": row, "to": division.heirs.get(code, ""), "why": RULE_WORDS[row.rule]}


def _write(request: HttpRequest, step: Step, people: dict[int, str]) -> bool:
    try:
        place_people(actor=request.actor, on=request.actor.today, step=step, people=people)
    except actions.ReorganisationError as error:
        messages.error(request, str(error))
        return False
    messages.success(
        request,
        f"Đã ghi nơi đến của {format_number(len(people))} người. Hãy kiểm tra lại trước khi thực hiện.",
    )
    return True


@login_required
@require_safe
def placement_list(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """All members of the divided unit as a workbook, to be filled in."""
    step, division = _asked(request, pk, position)
    people = placed_members(division.sources, division.route, division.on)
    content = write_placement(division, people, made_on=request.actor.today)
    record(
        actor=request.actor,
        verb="reorganisation.placement_list",
        unit_id=division.unit.pk,
        obj=step.reorganisation,
        summary=f"Tải danh sách {format_number(len(people))} đoàn viên của {division.unit.name} để xếp khi chia tách",
    )
    answer = HttpResponse(content, content_type=_XLSX)
    answer["Content-Disposition"] = content_disposition_header(
        True, f"xep-doan-vien-{division.unit.code}.xlsx"
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_http_methods(["POST"])
def upload_placement(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Take a filled list, wholly or not at all."""
    step, division = _asked(request, pk, position)
    back = redirect("reorganisation:place", pk, position)
    form = PlacementForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return back
    people = placed_members(division.sources, division.route, division.on)
    with tempfile.NamedTemporaryFile(suffix=".list") as copy:
        for chunk in form.cleaned_data["file"].chunks():
            copy.write(chunk)
        copy.flush()
        try:
            read = read_placement(Path(copy.name), division, people, limit_bytes=settings.UPLOAD_LIMIT_BYTES)
        except FileRefused as error:
            messages.error(request, str(error))
            return back
    if read.problems:
        messages.error(
            request,
            f"{format_number(len(read.problems))} trong {format_number(read.rows)} dòng cần sửa; chưa ghi nơi đến của ai.",
        )
        request.session[_key(step)] = _shown(read.problems)
        return back
    _write(request, step, read.people)
    return back


def _shown(problems: list[RowProblem]) -> dict[str, Any]:
    return {
        "rows": [(problem.row, problem.message) for problem in problems[:_PROBLEMS_SHOWN]],
        "more": max(0, len(problems) - _PROBLEMS_SHOWN),
    }
