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


class ActorMiddleware:
    """``request.actor``: the signed-in user (or nobody) on today's date, with the address for the audit.
    ``request.as_of``: the day figures are shown for: ``?ngay=2025-06-30`` (kept for the session; ``?ngay=`` goes
    back to today). Days to come are not shown.

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
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        with pghistory.context(user=user.pk if user else None, url=request.path):
            return self.get_response(request)

    def _as_of(self, request: HttpRequest) -> date:
        today: date = request.actor.today
        asked = request.GET.get("ngay")
        if asked is None:
            asked = request.session.get("as_of", "") if request.user.is_authenticated else ""
        elif request.user.is_authenticated and request.session.get("as_of", "") != asked:
            request.session["as_of"] = asked
        try:
            return min(parse_date(asked) or today, today)
        except DateError:
            return today
