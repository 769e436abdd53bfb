"""How a public page is answered: in the language of its address, kept by nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from html import escape
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import Context, Engine
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
    context = {**shown, **_frame(request), "query": _query(request)}
    return render(request, f"portal/{name}.html", context, status=status)


def _frame(request: HttpRequest) -> dict[str, str]:
    here = request.LANGUAGE_CODE
    other = "portal" if here == "en" else "portal-en"
    door = request.resolver_match.url_name if request.resolver_match else "landing"
    return {"language": here, "other_door": f"{other}:{door}"}


def _query(request: HttpRequest) -> str:
    asked = request.META["QUERY_STRING"]
    return f"?{asked}" if asked else ""


#: A gap in a page drawn once. Nothing that is filled in is looked through for gaps again.
_GAP = re.compile("\ue000(\\w+)\ue001")


def gap(name: str) -> str:
    """What a page drawn once has in a place that every reader fills differently."""
    return f"\ue000{name}\ue001"


@lru_cache(maxsize=64)
def _drawn(
    name: str, draw: Callable[..., dict[str, Any]], given: tuple[Any, ...], language: str, other_door: str
) -> tuple[str, ...]:
    context = {
        **draw(*given),
        "language": language,
        "other_door": other_door,
        "query": gap("query"),
        "csrf_token": gap("csrf_token"),
    }
    drawn = Context(context)
    # Links of a page lead to pages in its language; the tag looks for the space they are in here.
    drawn.request = SimpleNamespace(current_app="portal-en" if language == "en" else "portal")
    return tuple(_GAP.split(Engine.get_default().get_template(f"portal/{name}.html").render(drawn)))


def drawn_page(
    request: HttpRequest,
    name: str,
    draw: Callable[..., dict[str, Any]],
    given: tuple[Any, ...],
    filled: Mapping[str, object],
) -> HttpResponse:
    """`page` where a hundred readers may come in a second: its template is drawn once for each language and what is
    ``given``, with what ``draw(*given)`` shows, in which every text of one reader is a ``gap``; and is filled with
    ``filled``, escaped, for each of them. The template may only print a gap: an ``if`` or a filter sees its mark, the same
    for everybody."""
    shown = {
        **filled,
        "query": _query(request),
        "csrf_token": get_token(request),
    }
    parts = _drawn(name, draw, given, *_frame(request).values())
    return HttpResponse(
        "".join(escape(str(shown[part])) if place % 2 else part for place, part in enumerate(parts))
    )
