"""The core-group map of a file, for its team: who is known where, who leads, how far they support a union."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from congdoan.kit.numbers import whole_number
from congdoan.registry.founding import actions, choices, queries
from congdoan.registry.founding.forms import AreaForm, ContactForm
from congdoan.registry.founding.models import FoundingFile
from congdoan.registry.founding.views.file_page import found_file

#: What a cell says of its support, beside its colour.
_WORDS = {
    "nobody": "chưa biết ai",
    "unknown": "chưa rõ số người",
    "thin": "mỏng",
    "some": "có ủng hộ",
    "strong": "mạnh",
}


@login_required
@never_cache
@require_GET
def core(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture, and everybody on it."""
    return _page(request, found_file(request, pk))


def _page(request: HttpRequest, found: FoundingFile, **forms: Any) -> HttpResponse:
    made = queries.core_map(found)
    areas = [(cell.area.pk, str(cell.area)) for cell in made.cells.values()]
    names = {person.pk: person.name for person in made.people}
    shown = {
        "item": found,
        "map": made,
        "rows": [
            {
                "workshop": workshop,
                "cells": [
                    {"cell": cell, "words": _WORDS[cell.strength]}
                    if (cell := made.cells.get((workshop, shift))) is not None
                    else None
                    for shift in made.shifts
                ],
            }
            for workshop in made.workshops
        ],
        "people": [
            {
                "person": person,
                "reaches": [names[other] for other in person.reaches if other in names],
                "last": person.levels[-1] if person.levels else None,
                "way": " → ".join(str(level) for _, level, _ in person.levels[-6:]),
            }
            for person in made.people
        ],
        "others": list(names.items()),
        "areas": areas,
        "levels": choices.SUPPORT,
        "area_form": forms.get("area") or AreaForm(),
        "contact_form": forms.get("contact") or ContactForm(areas=areas),
        "may_write": found.is_live,
    }
    return render(request, "founding/core.html", shown, status=422 if forms else 200)


def _done(
    request: HttpRequest, pk: int, act: Callable[[], object], words: str, place: str = ""
) -> HttpResponse:
    try:
        act()
    except actions.FoundingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect(f"{reverse('founding:core', args=[pk])}{place}")


@login_required
@require_POST
def keep_area(request: HttpRequest, pk: int) -> HttpResponse:
    """A workshop on a shift, or its headcount."""
    found, form = found_file(request, pk), AreaForm(request.POST)
    if not form.is_valid():
        return _page(request, found, area=form)
    return _done(
        request,
        pk,
        lambda: actions.keep_area(actor=request.actor, pk=pk, **form.cleaned_data),
        "Đã ghi nơi này.",
    )


@login_required
@require_POST
def remove_area(request: HttpRequest, pk: int, area: int) -> HttpResponse:
    """A place off the map."""
    found_file(request, pk)
    return _done(
        request, pk, lambda: actions.remove_area(actor=request.actor, pk=pk, area=area), "Đã bỏ nơi này."
    )


@login_required
@require_POST
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody the team knows."""
    found = found_file(request, pk)
    form = ContactForm(request.POST, areas=[(area.pk, str(area)) for area in found.areas.all()])
    if not form.is_valid():
        return _page(request, found, contact=form)
    actor = request.actor
    return _done(
        request,
        pk,
        lambda: actions.add_contact(actor=actor, on=actor.today, pk=pk, **form.contact()),
        "Đã ghi lên bản đồ.",
        "#nguoi",
    )


@login_required
@require_POST
def rate(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """How far they support a union, today."""
    found_file(request, pk)
    actor, level = request.actor, whole_number(request.POST.get("muc", "")) or 0
    words = request.POST.get("ghi_chu", "")
    return _done(
        request,
        pk,
        lambda: actions.rate(actor=actor, on=actor.today, pk=pk, contact=contact, level=level, words=words),
        "Đã ghi đánh giá.",
        f"#nguoi-{contact}",
    )


@login_required
@require_POST
def change_contact(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """Where they work, whether they lead, whom they reach."""
    found_file(request, pk)
    reaches = [n for value in request.POST.getlist("toi") if (n := whole_number(value)) is not None]
    return _done(
        request,
        pk,
        lambda: actions.change_contact(
            actor=request.actor,
            pk=pk,
            contact=contact,
            area=whole_number(request.POST.get("noi", "")),
            is_leader=request.POST.get("nong_cot") == "1",
            reaches=reaches,
        ),
        "Đã sửa.",
        f"#nguoi-{contact}",
    )


@login_required
@require_POST
def forget_contact(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """Somebody off the map, with all that was judged."""
    found_file(request, pk)
    return _done(
        request,
        pk,
        lambda: actions.forget_contact(actor=request.actor, pk=pk, contact=contact),
        "Đã xóa khỏi bản đồ.",
        "#nguoi",
    )
