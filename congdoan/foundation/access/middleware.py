"""Puts the actor on every request: the only place where a request's clock is read."""

from __future__ import annotations

from collections.abc import Callable

import pghistory
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor


class ActorMiddleware:
    """``request.actor``: the signed-in user (or nobody) on today's date, with the address for the audit.

    Writes are also marked for the row history with the user's id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        request.actor = Actor(  # type: ignore[attr-defined]
            user=user,  # type: ignore[arg-type]
            today=timezone.localdate(),
            address=request.META.get("REMOTE_ADDR") or None,
        )
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        with pghistory.context(user=user.pk if user else None, url=request.path):
            return self.get_response(request)
