"""The tree, opened branch by branch, and units found by typing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET

from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.succession.queries import today_of
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.foundation.units.queries import children_on
from congdoan.registry.organisation.queries import Node, nodes_on, roots, search_units
from congdoan.registry.organisation.rules import FOUND, VIEW
from congdoan.registry.organisation.views.asking import found_unit, groups_of, names

#: Bodies that gather others stand before those that hold members.
ORDER = ("kind__holds_members", "kind__level__rank", "kind_id", "unit__sort_key", "unit_id")


#: A branch shows so many units; beyond, the list leads on.
_BRANCH = 300


@login_required
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """The tree of units as it stood on the day shown, or today's tree with what counted for each body on that day; a
    search answers with a list."""
    actor: Actor = request.actor
    if not actor.has_anywhere(VIEW):
        raise refuse(VIEW)
    on = request.as_of
    typed = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "typed": typed,
        "can_found": actor.has_anywhere(FOUND),
        "obeys_structure": not typed,
    }
    if typed:
        units = search_units(actor, typed, on)
        versions = {
            version.unit_id: version
            for version in UnitVersion.objects.filter(unit__in=units)
            .select_related("kind", "parent")
            .order_by("during")
        }
        led = today_of(unit.pk for unit in units if unit.ended_on is not None)
        heirs = Unit.objects.in_bulk([heir for old, heir in led.items() if heir != old])
        context["found"] = [(unit, versions[unit.pk], heirs.get(led.get(unit.pk, 0))) for unit in units]
        return render(request, "organisation/tree.html", context)
    tops = roots(actor, _tree_on(request))
    context["nodes"] = _nodes(request, tops)
    if len(tops) == 1:
        below = list(children_on(tops[0].unit_id, _tree_on(request)).order_by(*ORDER)[: _BRANCH + 1])
        context["opened"] = _nodes(request, below[:_BRANCH])
        context["more"] = len(below) > _BRANCH
    return render(request, "organisation/tree.html", context)


@login_required
@require_GET
def branch(request: HttpRequest, code: str) -> HttpResponse:
    """The units directly below one, for the tree to open."""
    unit = found_unit(request, code)
    below = list(children_on(unit, _tree_on(request)).order_by(*ORDER)[: _BRANCH + 1])
    return render(
        request,
        "organisation/_branch.html",
        {
            "nodes": _nodes(request, below[:_BRANCH]),
            "more": len(below) > _BRANCH,
            "unit": unit,
        },
    )


def _tree_on(request: HttpRequest) -> date:
    """The day whose tree is shown."""
    day: date = request.actor.today if request.structure == "today" else request.as_of
    return day


def _nodes(request: HttpRequest, versions: list[UnitVersion]) -> list[tuple[Node, str]]:
    """Bodies with their figures of the day shown, in the structure asked for, each with the list behind it."""
    on = request.as_of
    groups = groups_of(request, [version.unit_id for version in versions])
    nodes = nodes_on(versions, on, tree_on=_tree_on(request), groups=groups)
    return [(node, names(request, "members", node.unit.pk, on)) for node in nodes]


@login_required
@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """Options of a unit being typed, from what the reader may see."""
    typed = request.GET.get(request.GET.get("truong", "q"), "")
    found = search_units(request.actor, typed, request.actor.today, limit=20)
    parents = {
        version.unit_id: version.parent.name if version.parent else ""
        for version in UnitVersion.objects.filter(unit__in=found).select_related("parent").order_by("during")
    }
    rows = ((unit.name, unit.code, parents.get(unit.pk, "")) for unit in found)
    return HttpResponse(format_html_join("", '<option value="{} ({})">{}</option>', rows))
