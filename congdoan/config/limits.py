"""Refuses requests that are too large or that nobody can read, in words."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


class UnreadableMiddleware:
    """Answers 400, in words, to an address with a character that no text holds, and to values that the database
    cannot read as what they stand for (a page key nobody gave out, a number no column holds)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return unreadable(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DataError):
            return None
        logger.warning("%s %s: %s", request.method, request.path, exception)
        return unreadable(request)


def unreadable(request: HttpRequest) -> HttpResponse:
    """The answer to a request that cannot be read, to a person or to a program."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"detail": "Yêu cầu này không đọc được: một giá trị trong địa chỉ không đúng."},
            status=400,
            json_dumps_params={"ensure_ascii": False},
        )
    # Without the office around it: that would ask the database, whose transaction may be broken.
    return HttpResponse(render_to_string("400.html"), status=400)


class UploadLimitMiddleware:
    """Answers 413 to a request whose announced length is over CONGDOAN_UPLOAD_LIMIT_MB."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        limit: int = settings.UPLOAD_LIMIT_BYTES
        if announced.isdigit() and int(announced) > limit:
            return render(request, "413.html", {"limit": limit // (1024 * 1024)}, status=413)
        return self.get_response(request)
