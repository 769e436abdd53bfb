"""Doors of the audit trail. Nothing here writes."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from congdoan.foundation.access.rules import refuse
from congdoan.foundation.audit.queries import visible_entries
from congdoan.foundation.audit.rules import VIEW


@login_required
@require_GET
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with all that was written down."""
    if not request.actor.has_anywhere(VIEW):
        raise refuse(VIEW)
    found = get_object_or_404(visible_entries(request.actor).select_related("unit", "user"), pk=pk)
    near = visible_entries(request.actor).filter(object_type=found.object_type, object_id=found.object_id)
    return render(
        request,
        "audit/entry.html",
        {
            "entry": found,
            "data": json.dumps(found.data, ensure_ascii=False, indent=2) if found.data else "",
            "others": near.exclude(pk=found.pk).order_by("-at", "-pk")[:20] if found.object_id else [],
            "as_object": f"{found.object_type}:{found.object_id}",
        },
    )
