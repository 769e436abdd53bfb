"""Doors of messaging."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.messaging import actions, queries
from congdoan.foundation.messaging.channels import channels_on
from congdoan.foundation.messaging.choices import CHANNEL_NAMES
from congdoan.foundation.messaging.forms import PreferenceForm
from congdoan.foundation.messaging.rules import notice_kind


def notice_buttons(request: HttpRequest) -> dict[str, Any]:
    """What stands above the list of notices."""
    buttons: list[dict[str, Any]] = []
    if queries.unread_count(request.actor):
        buttons.append(
            {
                "label": "Đánh dấu đã đọc hết",
                "url": reverse("messaging:read_all"),
                "icon": "check",
                "post": True,
            }
        )
    buttons.append(
        {"label": "Cách nhận thông báo", "url": reverse("messaging:preferences"), "icon": "settings"}
    )
    return {"actions": buttons}


@login_required
@require_GET
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One of my notices; opening it is reading it."""
    found = get_object_or_404(queries.visible_notices(request.actor), pk=pk)
    actions.mark_read(actor=request.actor, notices=[found.pk])
    try:
        kind = notice_kind(found.kind).name
    except KeyError:
        kind = ""
    return render(request, "messaging/notice.html", {"notice": found, "kind": kind})


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all my notices as read."""
    count = actions.mark_all_read(actor=request.actor)
    messages.success(request, f"Đã đánh dấu {count} thông báo là đã đọc." if count else "Bạn đã đọc hết rồi.")
    return redirect("messaging:list")


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Which kinds I am told of, and how."""
    form = PreferenceForm(request.POST or None, preference=queries.preference_of(request.user))
    if request.method == "POST" and form.is_valid():
        actions.choose_channels(
            actor=request.actor,
            user=request.user,
            channels=form.chosen(),
            is_digest=form.cleaned_data.get("is_digest", False),
        )
        messages.success(request, "Đã lưu cách nhận thông báo.")
        return redirect("messaging:preferences")
    return render(
        request,
        "messaging/preferences.html",
        {"form": form, "channels": [CHANNEL_NAMES[code] for code in channels_on()]},
        status=422 if form.errors else 200,
    )
