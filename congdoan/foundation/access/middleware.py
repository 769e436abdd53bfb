"""Puts the actor on every request: the only place where a request's clock is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pghistory
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.kit.dates import DateError, parse_date
from congdoan.kit.lists import ALONE, OF_TODAY, STRUCTURE


class ActorMiddleware:
    """``request.actor``: the signed-in user (or nobody) on today's date, with the address for the audit.
    ``request.as_of``: the day figures are shown for: ``?ngay=2025-06-30`` (kept for the session; ``?ngay=`` goes
    back to today). Days to come are not shown. A link that carries today's date means "today", tomorrow too: only
    a past day is kept.
    ``request.day_of_link``: the past day that is this page's alone, because its link says so (``&rieng=1``, as the names
    behind a figure do: kit.lists.names_url) and the session keeps what it has; or None.
    ``request.structure``: whether figures of a past day are those of the bodies as they stood ("then") or of the bodies
    of today with all that counts for them now ("today"): ``?co_cau=hien-nay``, kept for the session. For today there is
    only one.

    Writes are also marked for the row history with the user's id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        request.actor = Actor(
            user=user,
            today=timezone.localdate(),
            address=get_client_ip(request),
        )
        request.as_of = self._as_of(request)
        request.structure = self._structure(request)
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        with pghistory.context(user=user.pk if user else None, url=request.path):
            return self.get_response(request)

    def _as_of(self, request: HttpRequest) -> date:
        today: date = request.actor.today
        asked = request.GET.get("ngay")
        request.day_of_link = None
        if asked is None:
            kept = request.session.get("as_of", "") if request.user.is_authenticated else ""
            return _past_day(kept, today) or today
        day = _past_day(asked, today)
        if day is not None and ALONE in request.GET:
            request.day_of_link = day
            return day
        if request.user.is_authenticated:
            keep = day.isoformat() if day else ""
            if request.session.get("as_of", "") != keep:
                request.session["as_of"] = keep
        return day or today

    def _structure(self, request: HttpRequest) -> str:
        asked = request.GET.get(STRUCTURE)
        if asked is None:
            asked = request.session.get("structure", "") if request.user.is_authenticated else ""
        elif request.user.is_authenticated:
            keep = asked if asked == OF_TODAY else ""
            if request.session.get("structure", "") != keep:
                request.session["structure"] = keep
        return "today" if asked == OF_TODAY and request.as_of < request.actor.today else "then"


def _past_day(text: str, today: date) -> date | None:
    """The day a text names when it lies before today; None for today, days to come and what is no day."""
    try:
        day = parse_date(text)
    except DateError:
        return None
    return day if day is not None and day < today else None
