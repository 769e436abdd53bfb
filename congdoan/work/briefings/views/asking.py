"""What every door of briefings asks first."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from congdoan.foundation.access.queries import require
from congdoan.work.briefings import queries, rules
from congdoan.work.briefings.models import Briefing, Conclusion

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
#: An unsaved form as it came; the page says what is wrong above it.
UNFIT = 422


def find(request: HttpRequest, pk: int) -> Briefing:
    """A briefing the reader may see, or 404."""
    rows = queries.visible_briefings(request.actor).select_related("unit", "plan__issuer", "pack", "notice")
    return get_object_or_404(rows, pk=pk)


def find_to_run(request: HttpRequest, pk: int) -> Briefing:
    """A briefing the reader runs; 404 when out of sight, else Forbidden."""
    found = find(request, pk)
    require(request.actor, rules.RUN, found.unit)
    return found


def find_task(request: HttpRequest, pk: int) -> Conclusion:
    """A conclusion the reader may see, or 404."""
    rows = queries.visible_conclusions(request.actor).select_related(
        "briefing__unit",
        "owner_unit",
        "taken_over_by",
        "owner_user",
        "evidence",
        "finished_by",
        "carried_from__briefing",
    )
    return get_object_or_404(rows, pk=pk)
