"""What the doors of this room share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit

CRUMB = ("Khảo sát, tiếp xúc", "/khao-sat/")


def own_unit(actor: Actor, capability: str) -> Unit | None:
    """The body in whose name the actor works, where they hold the right."""
    unit = home_unit(actor)
    return unit if unit is not None and may(actor, capability, unit) else None


def show_form(request: HttpRequest, form: Any, **shown: Any) -> HttpResponse:
    return render(
        request,
        "fieldwork/form.html",
        {"form": form, **shown},
        status=422 if request.method == "POST" else 200,
    )
