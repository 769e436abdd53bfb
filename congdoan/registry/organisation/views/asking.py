"""What every door of the tree asks first, and the names it looks up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse

from congdoan.foundation.access.queries import may, scope
from congdoan.foundation.measures.catalogue import NamesLink, measure
from congdoan.foundation.succession.queries import standing_below, successors_of, today_of
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.foundation.units.queries import ancestors_on, known_version
from congdoan.kit.lists import OF_TODAY, STRUCTURE, names_url
from congdoan.registry.organisation.rules import EDIT, FOUND, VIEW

#: Words under the bars of the picture, where there is little room.
SHORT = {"transferred_in": "Đến", "transferred_out": "Đi", "left": "Thôi", "retired": "Nghỉ hưu"}


def names(request: HttpRequest, code: str, unit_id: int, on: date, **filters: Any) -> str:
    """The list behind a stock figure, in the structure that the reader asks for. A day that the session holds is not
    repeated."""
    found = measure(code).stock_names
    link = found(unit_id, on, filters) if found else None
    return _in_structure(
        request, _address(link, without_day=on == request.as_of and request.day_of_link is None)
    )


def flow_names(
    request: HttpRequest, code: str, unit_id: int, from_on: date, to_on: date, **filters: Any
) -> str:
    """The list behind a flow figure, in the structure that the reader asks for."""
    found = measure(code).flow_names
    return _in_structure(request, _address(found(unit_id, from_on, to_on, filters) if found else None))


def _in_structure(request: HttpRequest, address: str) -> str:
    if not address or request.structure != "today":
        return address
    return f"{address}{'&' if '?' in address else '?'}{STRUCTURE}={OF_TODAY}"


def _address(link: NamesLink | None, *, without_day: bool = False) -> str:
    """Where a list is; '' when its room has no screen for it."""
    if link is None:
        return ""
    try:
        return names_url(
            link.list_name, {k: v for k, v in link.params.items() if not (without_day and k == "ngay")}
        )
    except (KeyError, NoReverseMatch):
        return ""


def groups_of(request: HttpRequest, unit_ids: Iterable[int]) -> dict[int, list[int]] | None:
    """What makes up the figures of these bodies when the reader asks for today's structure; None for the bodies as they
    stood. The top holds everything in either."""
    if request.structure != "today":
        return None
    return standing_below(unit_ids, today=request.actor.today)


def found_unit(request: HttpRequest, code: str) -> Unit:
    held = scope(request.actor, VIEW)
    return get_object_or_404(Unit.objects.filter(held.filter_on("pk", request.as_of)), code=code)


_TABS = (
    ("unit", "Tổng quan"),
    ("people", "Người"),
    ("children", "Trực thuộc"),
    ("enterprises", "Doanh nghiệp"),
    ("history", "Lịch sử"),
)


def unit_page(
    request: HttpRequest, unit: Unit, tab: str, *, version: UnitVersion | None = None, **more: Any
) -> HttpResponse:
    """The frame of every page of a unit: path, name of the day, tabs and what may be done. ``version``: what the unit
    was on the day, where the page has asked already."""
    on = request.as_of
    version = version or known_version(unit, on)
    assert version is not None
    path = ancestors_on(unit, on) or [version]
    held = scope(request.actor, VIEW)
    seen = held.among([step.unit_id for step in path], on)
    crumbs: list[tuple[str, str]] = [("Tổ chức công đoàn", reverse("organisation:tree"))]
    for step in path[:-1]:
        url = reverse("organisation:unit", args=[step.unit.code]) if step.unit_id in seen else ""
        crumbs.append((step.short_name or step.name, url))
    crumbs.append((version.short_name or version.name, ""))
    can_edit, can_found = may(request.actor, EDIT, unit), may(request.actor, FOUND, unit)
    context = {
        "unit": unit,
        "version": version,
        "exists": on in version.during,
        "crumbs": crumbs,
        "tabs": [
            {"label": label, "url": reverse(f"organisation:{name}", args=[unit.code]), "active": name == tab}
            for name, label in _TABS
        ],
        "succession": succession(request, unit),
        "obeys_structure": tab != "history",
        "can_edit": can_edit and unit.ended_on is None,
        "can_found": can_found and unit.ended_on is None,
    }
    return render(request, f"organisation/{tab}.html", context | more)


@dataclass(frozen=True)
class Heir:
    """A unit that took something of another. ``url`` is '' for whoever may not open it; ``led_to`` is the unit that
    stands today when the heir itself ended since."""

    name: str
    url: str
    led_to: str = ""
    led_to_url: str = ""


@dataclass(frozen=True)
class Succession:
    """Who took over from a unit on a day, by which decision, the main heir first."""

    on: date
    way: str
    decision: str
    heirs: list[Heir]


def succession(request: HttpRequest, unit: Unit) -> list[Succession]:
    """Who succeeded a unit, rearrangement by rearrangement. Three queries, one when nobody did."""
    rows = successors_of(unit)
    if not rows:
        return []
    led = today_of(row.successor_id for row in rows)
    units = Unit.objects.in_bulk([*led, *led.values()])
    seen = set(
        Unit.objects.filter(scope(request.actor, VIEW).filter("pk"), pk__in=units).values_list(
            "pk", flat=True
        )
    )

    def url(pk: int) -> str:
        return reverse("organisation:unit", args=[units[pk].code]) if pk in seen else ""

    found: dict[tuple[date, str, str], list[Heir]] = {}
    for row in rows:
        last = led[row.successor_id]
        moved_on = last != row.successor_id
        found.setdefault((row.on, row.get_way_display(), str(row.decision or "")), []).append(
            Heir(
                units[row.successor_id].name,
                url(row.successor_id),
                units[last].name if moved_on else "",
                url(last) if moved_on else "",
            )
        )
    return [Succession(*key, heirs) for key, heirs in found.items()]


def crumbs_of(unit: Unit | None = None) -> list[tuple[str, str]]:
    found = [("Tổ chức công đoàn", reverse("organisation:tree"))]
    if unit is not None:
        found.append((unit.name, reverse("organisation:unit", args=[unit.code])))
    return found
