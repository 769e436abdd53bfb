"""Reads of access: grants in force, and the scope every list starts from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.rules import Actor, refuse, units_with
from congdoan.foundation.accounts.models import User
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
        if not self.below:
            return Q(**{f"{column}__in": list(self.own)}) if self.own else Q(pk__in=[])
        condition = Q(**{f"{column}__in": _placed_below(self.below)})
        return Q(**{f"{column}__in": list(self.own)}) | condition if self.own else condition

    def filter_on(self, column: str, on: date) -> Q:
        """Like ``filter``, and also units that stood below such a unit on a day: so that a figure of a past day
        opens to all the names it counted, to whoever may see the figure."""
        condition = self.filter(column)
        if self.everything or not self.below:
            return condition
        placed = UnitPlacement.objects.filter(ancestor__in=self.below, during__contains=on).values("unit_id")
        return condition | Q(**{f"{column}__in": placed})

    def among(self, unit_ids: Iterable[int], on: date) -> set[int]:
        """Which of a few units ``filter_on`` keeps. At most one query."""
        wanted = set(unit_ids)
        if self.everything:
            return wanted
        found = wanted & set(self.own)
        if self.below:
            placed = UnitPlacement.objects.filter(unit__in=wanted, ancestor__in=self.below)
            placed = placed.filter(Q(is_last=True) | Q(during__contains=on))
            found |= set(placed.values_list("unit_id", flat=True))
        return found

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


@lru_cache(maxsize=256)
def _placed_below(units: tuple[int, ...]) -> QuerySet[UnitPlacement, dict[str, int]]:
    """The units that stand below these, as part of a condition: a page asks with many capabilities, and the text of the
    question is always the same. Never read by itself, so that it holds no rows."""
    return UnitPlacement.objects.filter(ancestor__in=units, is_last=True).values("unit_id")


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


def covers_below(actor: Actor, capability: str, unit: Unit | int) -> bool:
    """Whether the actor has the capability at this unit and at every unit below it."""
    where = scope(actor, capability)
    return Scope(where.everything, where.below, ()).contains(unit if isinstance(unit, int) else unit.pk)


def administers_everything(actor: Actor) -> bool:
    """Whether the actor manages access at the top of the tree (every top, when there are several)."""
    if actor.is_system:
        return True
    tops = Unit.objects.filter(versions__parent__isnull=True, versions__during__contains=actor.today)
    ids = list(tops.values_list("pk", flat=True))
    return bool(ids) and all(covers_below(actor, "access.manage", unit_id) for unit_id in ids)


def visible_users(actor: Actor) -> QuerySet[User]:
    """The users an administrator sees: those of the units in scope, and whoever holds or held a role there."""
    if administers_everything(actor):
        return User.objects.all()
    where = scope(actor, "access.manage")
    holders = Grant.objects.filter(where.filter("unit")).values("user_id")
    return User.objects.filter(where.filter("home_unit") | Q(pk__in=holders))


def visible_grants(actor: Actor) -> QuerySet[Grant]:
    """The grants, past ones too, at the units where the actor manages access."""
    return Grant.objects.filter(scope(actor, "access.manage").filter("unit"))


def manages_account(actor: Actor, user: User) -> bool:
    """Whether the actor may switch a user off or reset their sign-in.

    Whoever resets an account can act as its owner; so every role the user holds, now or later, must be at a
    unit the actor manages, and the user must belong there. Nobody does this to themselves.
    """
    if actor.user is not None and actor.user.pk == user.pk:
        return False
    if administers_everything(actor):
        return True
    where = scope(actor, "access.manage")
    held = list(
        Grant.objects.filter(user=user)
        .filter(Q(during__contains=actor.today) | Q(during__startswith__gt=actor.today))
        .values_list("unit", "reach")
    )
    if not all(
        covers_below(actor, "access.manage", unit) if reach == "below" else where.contains(unit)
        for unit, reach in held
    ):
        return False
    return bool(held) or (user.home_unit_id is not None and where.contains(user.home_unit_id))


def grants_reaching(unit: Unit, *, on: date) -> QuerySet[Grant]:
    """The grants in force on a day that reach a unit: its own, and those from above that reach down."""
    above = UnitPlacement.objects.filter(unit=unit, is_last=True).values("ancestor_id")
    return (
        Grant.objects.filter(during__contains=on)
        .filter(Q(unit=unit) | Q(unit__in=above, reach="below"))
        .select_related("user", "role", "unit")
        .order_by("role__name", "user__full_name", "pk")
    )


def visible_units(actor: Actor, capability: str = "units.view") -> QuerySet[Unit]:
    """The units an actor may see."""
    return Unit.objects.filter(scope(actor, capability).filter("pk"))


def home_unit(actor: Actor) -> Unit | None:
    """The body whose figures a user sees first: the chosen one when a grant covers it, else the first grant's.
    Looked up once per actor."""
    if actor.user is None:
        return None
    if actor._home is None:
        object.__setattr__(actor, "_home", (_find_home(actor, actor.user),))
    return actor._home[0] if actor._home else None


def _find_home(actor: Actor, user: User) -> Unit | None:
    chosen = user.home_unit
    if chosen is not None and may(actor, "units.view", chosen):
        return chosen
    for grant in actor.grants():
        if "units.view" in grant.capabilities:
            return Unit.objects.get(pk=grant.unit_id)
    return None
