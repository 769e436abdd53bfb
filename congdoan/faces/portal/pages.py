"""How a public page is answered: in the language of its address, kept by nobody."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import override


def spoken(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The language of a public page is in its address; nothing of it is kept by anybody on the way."""

    @wraps(view)
    def speak(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        match = request.resolver_match
        language = "en" if match is not None and match.namespace == "portal-en" else "vi"
        with override(language):
            request.LANGUAGE_CODE = language
            response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return speak


def page(request: HttpRequest, name: str, shown: dict[str, Any], *, status: int = 200) -> HttpResponse:
    here = request.LANGUAGE_CODE
    other = "portal" if here == "en" else "portal-en"
    door = request.resolver_match.url_name if request.resolver_match else "landing"
    context = {
        **shown,
        "language": here,
        "other_door": f"{other}:{door}",
        "query": request.META["QUERY_STRING"],
    }
    return render(request, f"portal/{name}.html", context, status=status)
