"""Which body a signed-in user is looking at: the one chosen in this session, else the user's own."""

from __future__ import annotations

from django.http import HttpRequest

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit

_KEY = "unit"


def chosen_unit(request: HttpRequest) -> Unit | None:
    """The body in view; None for a user without any grant. Read once a request."""
    if not hasattr(request, "_chosen_unit"):
        actor: Actor = request.actor
        code = request.session.get(_KEY)
        unit = Unit.objects.filter(code=code).first() if code else None
        if unit is None or not may(actor, "units.view", unit):
            unit = home_unit(actor)
        request._chosen_unit = unit
    found: Unit | None = request._chosen_unit
    return found


def choose_unit(request: HttpRequest, unit: Unit) -> None:
    """Look at this body from now on, in this session."""
    request.session[_KEY] = unit.code


def unit_choices(request: HttpRequest) -> list[Unit]:
    """The bodies the user has grants at, to switch between; [] when there is only one."""
    actor: Actor = request.actor
    ids = {grant.unit_id for grant in actor.grants() if "units.view" in grant.capabilities}
    if len(ids) < 2:
        return []
    return list(Unit.objects.filter(pk__in=ids).order_by("sort_key")[:20])
