"""Keeps what a user sees of their own sessions ("Phiên đăng nhập"): from where, with what, and when last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

#: How exactly the last use of a session is known.
_EXACT_TO = timedelta(minutes=5)
_AGENT_LENGTH: int = UserSession._meta.get_field("user_agent").max_length


class SessionTraceMiddleware:
    """Notes where a session is used from and when, at once when the address or the browser changes, and else every
    five minutes: to write it down at every request would make each page wait for the disk. One query a request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated and not self._is_noted(request, key):
            UserSession.objects.create_from_request(request)
        return self.get_response(request)

    def _is_noted(self, request: HttpRequest, key: str) -> bool:
        return UserSession.objects.filter(
            session_key=key,
            user=request.user.pk,
            ip=get_adapter().get_client_ip(request),
            user_agent=request.META.get("HTTP_USER_AGENT", "")[:_AGENT_LENGTH],
            last_seen_at__gt=timezone.now() - _EXACT_TO,
        ).exists()
