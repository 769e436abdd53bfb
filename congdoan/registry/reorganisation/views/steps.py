"""Steps of a decision: added, said anew, taken out; and units found by typing."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from congdoan.foundation.access.queries import require
from congdoan.kit.numbers import whole_number
from congdoan.kit.text import search_key
from congdoan.registry.organisation.queries import search_units
from congdoan.registry.reorganisation import actions
from congdoan.registry.reorganisation.choices import STEP_KINDS
from congdoan.registry.reorganisation.forms import STEP_FORMS, Picker
from congdoan.registry.reorganisation.models import Reorganisation, Step
from congdoan.registry.reorganisation.planning import StepData
from congdoan.registry.reorganisation.queries import steps_of
from congdoan.registry.reorganisation.rules import PREPARE
from congdoan.registry.reorganisation.sentences import founded_by
from congdoan.registry.reorganisation.views.asking import crumbs, form_page, found_decision, tried

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def _picker(found: Reorganisation) -> Picker:
    return Picker(found, founded_by(steps_of(found)))


@login_required
@_GET_OR_POST
def add_step(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Put a step of a kind behind the others."""
    found = found_decision(request, pk)
    if kind not in STEP_FORMS:
        raise Http404("Không có loại bước này.")
    return _step_form(request, found, kind)


@login_required
@_GET_OR_POST
def edit_step(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Say a step anew."""
    found = found_decision(request, pk)
    step = get_object_or_404(found.steps.select_related("reorganisation__authority"), position=position)
    return _step_form(request, found, step.kind, step)


def _step_form(
    request: HttpRequest, found: Reorganisation, kind: str, step: Step | None = None
) -> HttpResponse:
    actor = request.actor
    require(actor, PREPARE, found.authority)
    form = STEP_FORMS[kind](
        request.POST or None,
        picker=_picker(found),
        on=found.effective_on,
        given=step.arguments if step is not None else None,
    )
    # One more part of a split is asked for without saving.
    asks_for_more = "them" in request.POST
    if request.method == "POST" and not asks_for_more and form.is_valid():
        data = StepData(kind, form.arguments(), step.row if step is not None else None)

        def write() -> object:
            if step is not None:
                return actions.replace_step(actor=actor, on=actor.today, step=step, data=data)
            return actions.add_steps(actor=actor, on=actor.today, reorganisation=found, steps=[data])

        if tried(form, write) is not None:
            messages.success(request, "Đã lưu bước. Hãy kiểm tra lại trước khi thực hiện.")
            return redirect("reorganisation:decision", found.pk)
    words = dict(STEP_KINDS)[kind]
    return form_page(
        request,
        form,
        title=f"Sửa bước {step.position}: {words}" if step is not None else words,
        button="Lưu bước",
        way=crumbs(found),
        note=form.explanation,
        can_ask_for_more=kind == "split",
    )


@login_required
@require_POST
def remove_steps(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the chosen steps out, or all of them."""
    found = found_decision(request, pk)
    asked = (whole_number(value) for value in request.POST.getlist("buoc"))
    positions = [position for position in asked if position is not None and position < 2**31]
    if request.POST.get("tat_ca") == "1":
        positions = list(found.steps.values_list("position", flat=True))
    if not positions:
        messages.error(request, "Chưa chọn bước nào. Hãy đánh dấu các bước cần bỏ.")
        return redirect("reorganisation:decision", pk)
    try:
        gone = actions.remove_steps(
            actor=request.actor, on=request.actor.today, reorganisation=found, positions=positions
        )
    except actions.ReorganisationError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Đã bỏ {gone} bước.")
    return redirect("reorganisation:decision", pk)


@login_required
@require_GET
def suggest(request: HttpRequest, pk: int) -> HttpResponse:
    """Units being typed: those that the reader may see on the day of the decision, and those that it founds."""
    found = found_decision(request, pk)
    typed = request.GET.get(request.GET.get("truong", "q"), "")
    words = search_key(typed).split()
    rows = [
        (name, code, "lập theo quyết định này")
        for code, name in founded_by(steps_of(found)).items()
        if words and all(word in search_key(f"{name} {code}") for word in words)
    ][:5]
    rows += [
        (unit.name, unit.code, "đã kết thúc" if unit.ended_on and unit.ended_on <= found.effective_on else "")
        for unit in search_units(request.actor, typed, found.effective_on, limit=15)
    ]
    return HttpResponse(format_html_join("", '<option value="{} ({})">{}</option>', rows))
