"""Lists from outside, held against the register."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.imports.reading import FileRefused
from congdoan.foundation.listing.views import list_view
from congdoan.kit.dates import format_date
from congdoan.kit.lists import names_url
from congdoan.registry.fieldwork import actions, rules
from congdoan.registry.fieldwork import forms as shapes
from congdoan.registry.fieldwork.imports import read_outside
from congdoan.registry.fieldwork.views.shown import CRUMB, own_unit, show_form


def _outside_buttons(request: HttpRequest) -> dict[str, Any]:
    if own_unit(request.actor, rules.RUN) is None:
        return {}
    label = {"label": "Tải danh sách lên", "url": reverse("fieldwork:upload_outside")}
    return {"actions": [{**label, "icon": "upload", "primary": True}]}


outside = list_view("fieldwork.outside", extra=_outside_buttons)
outside_rows = list_view("fieldwork.outside_rows")


@login_required
def upload_outside(request: HttpRequest) -> HttpResponse:
    """Hold a list from outside against the register of one's body."""
    actor: Actor = request.actor
    unit = own_unit(actor, rules.RUN)
    if unit is None:
        raise refuse(rules.RUN)
    form = shapes.OutsideForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with tempfile.NamedTemporaryFile(suffix=".list") as copy:
                for chunk in form.cleaned_data["file"].chunks():
                    copy.write(chunk)
                copy.flush()
                lines = read_outside(Path(copy.name))
            made = actions.hold_against(
                actor=actor,
                on=actor.today,
                unit=unit,
                title=form.cleaned_data["title"],
                least=form.cleaned_data["least"],
                lines=lines,
            )
        except FileRefused as error:
            form.add_error("file", str(error))
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã đối chiếu {len(lines)} dòng với sổ của {unit.name}.")
            return redirect(names_url("fieldwork.outside_rows", {"danh_sach": str(made.pk)}))
    return show_form(
        request,
        form,
        title="Đối chiếu với danh sách ngoài",
        button="Đối chiếu",
        back=reverse("fieldwork:outside"),
        note=f"Với sổ doanh nghiệp của {unit.name}, ngày {format_date(actor.today)}",
        has_file=True,
        crumbs=[CRUMB, ("Đối chiếu", reverse("fieldwork:outside")), ("Tải lên", "")],
    )
