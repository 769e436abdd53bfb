"""What every door of a reorganisation asks first, and the work in the background that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from congdoan.foundation.access.queries import may
from congdoan.foundation.jobs.actions import start
from congdoan.foundation.jobs.models import JobRun
from congdoan.registry.reorganisation.actions import ReorganisationError
from congdoan.registry.reorganisation.lists import BADGES
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.queries import visible_reorganisations
from congdoan.registry.reorganisation.rules import COMMIT, PREPARE

Result = TypeVar("Result")

_WORDS = {
    "check": "Kiểm tra",
    "commit": "Thực hiện",
    "undo": "Hoàn tác",
}


def found_decision(request: HttpRequest, pk: int) -> Reorganisation:
    """The decision, or 404 for whoever may not see it."""
    return get_object_or_404(visible_reorganisations(request.actor), pk=pk)


def list_buttons(request: HttpRequest) -> dict[str, Any]:
    """What stands beside the heading of the list."""
    if not request.actor.has_anywhere(PREPARE):
        return {}
    return {
        "actions": [
            {
                "label": "Lập quyết định",
                "url": reverse("reorganisation:create"),
                "icon": "plus",
                "primary": True,
            }
        ]
    }


def tried(form: forms.Form, act: Callable[[], Result]) -> Result | None:
    """What ``act`` gives; what it refuses is said above the form, and None comes back."""
    try:
        return act()
    except ReorganisationError as error:
        form.add_error(None, ValidationError(str(error)))
        return None


def work_of(found: Reorganisation) -> JobRun | None:
    """The newest work in the background on a decision. One query."""
    return (
        JobRun.objects.filter(
            kind__startswith="reorganisation.",
            unit=found.authority_id,
            arguments__reorganisation=found.pk,
        )
        .order_by("-pk")
        .first()
    )


def begin(request: HttpRequest, found: Reorganisation, step: str, **arguments: Any) -> JobRun:
    """Start work on a decision; one at a time."""
    return start(
        kind=f"reorganisation.{step}",
        title=f"{_WORDS[step]} quyết định sắp xếp “{found.title}”",
        actor=request.actor,
        unit=found.authority,
        arguments={"reorganisation": found.pk, **arguments},
        lock=f"reorganisation:{found.pk}",
    )


def waiting_page(request: HttpRequest, found: Reorganisation, work: JobRun) -> HttpResponse:
    """How far the work is; the page asks again every second."""
    template = "reorganisation/_work.html" if request.htmx else "reorganisation/work.html"
    return render(request, template, head(request, found) | {"work": work, "crumbs": crumbs()})


def over(request: HttpRequest, url: str) -> HttpResponse | None:
    """The answer to a page that waited for work that is over: go there."""
    if request.htmx and request.headers.get("HX-Target") == "reorganisation-work":
        response = HttpResponse()
        response["HX-Redirect"] = url
        return response
    return None


def crumbs(found: Reorganisation | None = None) -> list[tuple[str, str]]:
    way = [("Sắp xếp tổ chức", reverse("reorganisation:list"))]
    if found is not None:
        way.append((found.title, reverse("reorganisation:decision", args=[found.pk])))
    return way


def head(request: HttpRequest, found: Reorganisation) -> dict[str, Any]:
    """What the head of every page of a decision shows."""
    may_prepare = may(request.actor, PREPARE, found.authority_id)
    may_commit = may(request.actor, COMMIT, found.authority_id)
    tone, word = BADGES[found.state]
    return {
        "found": found,
        "tone": tone,
        "state_word": word,
        "may_prepare": may_prepare and found.is_open,
        "may_commit": may_commit and found.is_open,
        "may_undo": may_commit and found.state == "committed",
    }


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    way: list[tuple[str, str]],
    template: str = "reorganisation/form.html",
    **more: Any,
) -> HttpResponse:
    """A form; sent but not accepted is 422."""
    context = {
        "form": form,
        "title": title,
        "button": button,
        "crumbs": [*way, (title, "")],
        "back": way[-1][1],
    }
    return render(request, template, context | more, status=422 if form.is_bound and form.errors else 200)
