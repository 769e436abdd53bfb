"""Doors of the lists of members, movements and the silent; closing the books."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.listing.views import list_view
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.dates import format_date
from congdoan.registry.membership import actions, queries
from congdoan.registry.membership import forms as shapes
from congdoan.registry.membership.silence import silent_since


def _list_buttons(request: HttpRequest) -> dict[str, Any]:
    actor: Actor = request.actor
    buttons: list[dict[str, Any]] = [
        {"label": "Biến động", "url": reverse("membership:movements"), "icon": "arrows-exchange"}
    ]
    by_contract = any(request.GET.get(name) for name in ("het_hop_dong", "hop_dong", "nhac_hop_dong"))
    if by_contract and actor.has_anywhere("membership.end"):
        buttons.append(
            {"label": "Gia hạn, ghi thôi", "url": reverse("membership:contracts"), "icon": "calendar-due"}
        )
    if actor.has_anywhere("membership.end"):
        buttons.append(
            {"label": "Lâu không sinh hoạt", "url": reverse("membership:silent"), "icon": "clock-pause"}
        )
    if actor.has_anywhere("membership.transfer"):
        buttons.append(
            {"label": "Xin chuyển đến", "url": reverse("membership:request_transfer"), "icon": "transfer"}
        )
    if actor.has_anywhere("membership.admit"):
        buttons.append(
            {"label": "Kết nạp", "url": reverse("membership:admit"), "icon": "user-plus", "primary": True}
        )
    return {"actions": buttons}


def _movement_buttons(request: HttpRequest) -> dict[str, Any]:
    buttons = [{"label": "Đoàn viên", "url": reverse("membership:list"), "icon": "users"}]
    if request.actor.has_anywhere("membership.close_books"):
        buttons.append({"label": "Khoá sổ", "url": reverse("membership:close"), "icon": "lock"})
    return {"actions": buttons}


def _silent_note(request: HttpRequest) -> dict[str, Any]:
    since = format_date(silent_since(request.actor.today))
    return {"subtitle": f"Không có dấu hiệu nào từ ngày {since}; rà lại mỗi đêm"}


members = list_view("membership.members", extra=_list_buttons)


movements = list_view("membership.movements", extra=_movement_buttons)


silent = list_view("membership.silent", extra=_silent_note)


@login_required
def close(request: HttpRequest) -> HttpResponse:
    """Close the books of a body, the reader's own unless ``don_vi`` names another, and see when they were closed."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.close_books"):
        raise refuse("membership.close_books")
    asked = request.GET.get("don_vi", "")
    unit = unit_named(asked) if asked else home_unit(actor)
    if unit is None or not may(actor, "membership.close_books", unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    form = shapes.ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        try:
            actions.close_books(
                actor=actor,
                unit=unit,
                until_on=last_day + timedelta(days=1),
                reason=form.cleaned_data["reason"],
            )
        except actions.MembershipError as error:
            form.add_error("last_day", str(error))
        else:
            messages.success(request, f"Đã khoá sổ của {unit.name} đến hết ngày {format_date(last_day)}.")
            return redirect(f"{reverse('membership:close')}?don_vi={unit.code}")
    refused = request.method == "POST"
    closings = [
        {"unit": row.unit, "last_day": row.until_on - timedelta(days=1), "row": row}
        for row in queries.closings_of(unit.pk)[:20]
    ]
    shown = {
        "unit": unit,
        "form": form,
        "closings": closings,
        "crumbs": [("Biến động đoàn viên", reverse("membership:movements")), ("Khoá sổ", "")],
    }
    return render(request, "membership/closing.html", shown, status=422 if refused else 200)
