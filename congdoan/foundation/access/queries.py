"""Reads of access: grants in force, and the scope every list starts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from congdoan.foundation.access.rules import Actor, refuse, units_with
from congdoan.foundation.units.models import Unit, UnitPlacement


@dataclass(frozen=True)
class Scope:
    """The units an actor may see with a capability. ``everything`` only for the system.

    A grant reaches over every unit that stands below its unit now, or stood below it when that unit ended.
    """

    everything: bool
    below: tuple[int, ...]
    own: tuple[int, ...]

    def filter(self, column: str = "unit") -> Q:
        """A condition on the foreign key ``column`` to Unit that keeps only rows in scope."""
        if self.everything:
            return Q()
        if not self.below and not self.own:
            return Q(pk__in=[])
        condition = Q(**{f"{column}__in": list(self.own)}) if self.own else Q(pk__in=[])
        if self.below:
            placed = UnitPlacement.objects.filter(ancestor__in=self.below, is_last=True).values("unit_id")
            condition |= Q(**{f"{column}__in": placed})
        return condition

    def filter_on(self, column: str, on: date) -> Q:
        """Like ``filter``, and also units that stood below such a unit on a day: so that a figure of a past day
        opens to all the names it counted, to whoever may see the figure."""
        condition = self.filter(column)
        if self.everything or not self.below:
            return condition
        placed = UnitPlacement.objects.filter(ancestor__in=self.below, during__contains=on).values("unit_id")
        return condition | Q(**{f"{column}__in": placed})

    def sql(self, column: str) -> tuple[str, list[Any]]:
        """The same condition as SQL for hand-written queries: (text, parameters)."""
        if self.everything:
            return "TRUE", []
        return (
            f"({column} = ANY(%s) OR {column} IN (SELECT p.unit_id FROM units_unitplacement p"
            " WHERE p.ancestor_id = ANY(%s) AND p.is_last))",
            [list(self.own), list(self.below)],
        )

    def contains(self, unit_id: int) -> bool:
        """Whether a unit is in scope. At most one query."""
        if self.everything or unit_id in self.own or unit_id in self.below:
            return True
        if not self.below:
            return False
        return UnitPlacement.objects.filter(unit_id=unit_id, ancestor__in=self.below, is_last=True).exists()


def scope(actor: Actor, capability: str) -> Scope:
    """Where the actor has the capability."""
    if actor.is_system:
        return Scope(True, (), ())
    below, own = units_with(actor, capability)
    return Scope(False, tuple(below), tuple(own))


def may(actor: Actor, capability: str, unit: Unit | int) -> bool:
    """Whether the actor has the capability at this unit."""
    return scope(actor, capability).contains(unit if isinstance(unit, int) else unit.pk)


def require(actor: Actor, capability: str, unit: Unit | int) -> None:
    """Raise Forbidden unless the actor has the capability at this unit."""
    if not may(actor, capability, unit):
        raise refuse(capability, unit.name if isinstance(unit, Unit) else "")


def visible_units(actor: Actor, capability: str = "units.view") -> QuerySet[Unit]:
    """The units an actor may see."""
    return Unit.objects.filter(scope(actor, capability).filter("pk"))


def home_unit(actor: Actor) -> Unit | None:
    """The body whose figures a user sees first: the chosen one when a grant covers it, else the first grant's."""
    if actor.user is None:
        return None
    chosen = actor.user.home_unit
    if chosen is not None and may(actor, "units.view", chosen):
        return chosen
    for grant in actor.grants():
        if "units.view" in grant.capabilities:
            return Unit.objects.get(pk=grant.unit_id)
    return None
