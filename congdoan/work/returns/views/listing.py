"""The lists of returns and of forms."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.listing.views import list_view
from congdoan.work.returns import rules


def list_extra(request: HttpRequest) -> dict[str, Any]:
    buttons = []
    actor: Actor = request.actor
    if actor.has_anywhere(rules.ACCEPT):
        buttons.append({"label": "Bảng theo dõi", "url": reverse("returns:board"), "icon": "layout-grid"})
    if actor.has_anywhere(rules.SUBMIT):
        buttons.append({"label": "Uỷ quyền", "url": reverse("returns:delegations"), "icon": "user-check"})
    if actor.has_anywhere(rules.DEFINE):
        buttons.append({"label": "Mẫu báo cáo", "url": reverse("returns:forms"), "icon": "forms"})
    return {"actions": buttons}


def forms_extra(request: HttpRequest) -> dict[str, Any]:
    return {
        "actions": [{"label": "Mẫu mới", "url": reverse("returns:new_form"), "icon": "plus", "primary": True}]
    }


returns = list_view("returns.returns", extra=list_extra)


forms = list_view("returns.forms", extra=forms_extra)
