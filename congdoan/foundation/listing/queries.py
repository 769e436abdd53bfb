"""What a list says besides its rows."""

from __future__ import annotations

from congdoan.foundation.access.queries import visible_units
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.succession.queries import Ended, ended_by
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.lists import ListContext, ListSpec

#: The filter of lists by a unit's code.
UNIT = "don_vi"


def ended_unit(spec: ListSpec, context: ListContext) -> Ended | None:
    """The unit that a list is narrowed to when it had ended by the day shown, with those of its heirs that the reader
    may see: a list as it stands is empty for it, and its rows are theirs. None otherwise, and in today's structure,
    where a unit that exists no longer shows what was its own."""
    code = context.get(UNIT)
    if not code or context.structure == "today" or all(item.name != UNIT for item in spec.filters):
        return None
    unit = Unit.objects.filter(code=code, ended_on__lte=context.as_of).first()
    return seen_heirs(context.actor, spec.capability, ended_by(unit, context.as_of))


def seen_heirs(actor: Actor, capability: str, ended: Ended | None) -> Ended | None:
    """The same, without the heirs that the reader may not see."""
    if ended is None or not ended.heirs:
        return ended
    seen = set(
        visible_units(actor, capability)
        .filter(pk__in=[heir.pk for heir in ended.heirs])
        .values_list("pk", flat=True)
    )
    return Ended(ended.unit, [heir for heir in ended.heirs if heir.pk in seen])


def unit_option(context: ListContext) -> list[tuple[str, str]]:
    """The one choice of a hidden filter by unit (``don_vi``): the unit named there, by its name."""
    value = context.get(UNIT)
    unit = unit_named(value) if value else None
    return [(value, unit.name if unit else value)] if value else []
