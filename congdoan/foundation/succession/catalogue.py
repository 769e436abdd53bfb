"""The rules of succession: declared in the rooms' ``succession.py``, found here.

Every foreign key to a unit or a person has one rule, which says in words what becomes of its rows when a unit ends,
is divided or is placed elsewhere. Most rules are one of a few fates and need no code; a room with more to do gives a
handler. The reorganisation (registry.reorganisation) works through them in the order of ``order``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q
from django.utils.module_loading import autodiscover_modules

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Decision

#: What may become of rows, and how the balance sheet says it.
FATES = {
    "history": "giữ nguyên làm lịch sử",
    "successor": "chuyển cho đơn vị kế thừa",
    "ends": "kết thúc cùng đơn vị",
    "stays": "vẫn thuộc đơn vị, đi theo đơn vị",
    "derived": "tính lại từ dữ liệu gốc",
    "person": "đi theo người",
    "own": "theo cách riêng",
}


@dataclass(frozen=True)
class Part:
    """What one successor of a divided unit takes: who works at these employers, or at employers in these territories,
    these people, these units; with them the employers themselves."""

    into: int
    enterprises: frozenset[int] = frozenset()
    territories: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Route:
    """Where everything of one unit goes: all ``to`` one unit, or divided into ``parts`` (first match counts: people
    named, then employer, then territory) with ``rest`` for whoever matches none, or out of the organisation by the
    movement ``leave`` with a reason. ``step`` is the position of the step: what arrives later does not follow."""

    step: int
    way: str
    to: int | None = None
    leave: str = ""
    reason: str = ""
    parts: tuple[Part, ...] = ()
    rest: int | None = None
    #: The unit exists on (a split that keeps it); otherwise it ends.
    stands: bool = False
    #: Grants at the unit also hold at its successors from then on; otherwise they reach its archive only.
    passes_grants: bool = False

    @property
    def heirs(self) -> tuple[int, ...]:
        """The units that succeed, the main one first."""
        if self.to is not None:
            return (self.to,)
        first = (self.rest,) if self.rest is not None else ()
        return tuple(dict.fromkeys([*first, *(part.into for part in self.parts)]))


@dataclass
class Passage:
    """One rearrangement as the rules see it.

    ``routes`` by unit id, as decided step by step (`final` follows chains); ``parents`` are the superiors after it for
    every unit that is placed elsewhere or new, ``were`` those before it. In a dry run, units to be founded have
    negative ids and nothing may be written.
    """

    batch: UUID
    on: date
    actor: Actor
    recorded_at: datetime
    routes: dict[int, Route]
    founded: frozenset[int] = frozenset()
    parents: dict[int, int | None] = field(default_factory=dict)
    were: dict[int, int | None] = field(default_factory=dict)
    #: Units that are given another sector of their own.
    resectored: frozenset[int] = frozenset()
    #: For units that take members: (holds members, kind of the grassroots union they are or belong to).
    kinds: dict[int, tuple[bool, str]] = field(default_factory=dict)
    #: Names of units that do not exist yet, for sentences.
    names: dict[int, str] = field(default_factory=dict)
    decision: Decision | None = None
    reason: str = ""
    #: How the members of a divided unit are shared out, once the rule of the members has counted or moved them:
    #: {unit: {where they are in the end: how many}}, the unit itself too when it stands.
    shares: dict[int, dict[int, int]] = field(default_factory=dict)
    #: Sentences by a rule about what needs a person.
    notes: list[str] = field(default_factory=list)

    @property
    def ended(self) -> list[int]:
        """The units that exist no longer; those founded and given up by the same decision never did."""
        return [pk for pk, route in self.routes.items() if not route.stands and pk > 0]

    def final(self, unit_id: int, after: int = -1) -> int | Route:
        """Where something of a unit is in the end: a unit, or the Route of a unit that is divided or left on the
        way. ``after``: only what steps behind this position do."""
        seen = 0
        while (route := self.routes.get(unit_id)) is not None and route.step > after:
            if route.to is None:
                return route
            unit_id, after = route.to, route.step
            seen += 1
            if seen > len(self.routes):
                raise RuntimeError("routes run in a circle")
        return unit_id

    def heir(self, unit_id: int, after: int = -1) -> int | None:
        """The one unit that takes what can go to one place only; the unit itself when it stands; None when nobody."""
        end = self.final(unit_id, after)
        while isinstance(end, Route):
            if end.leave or not end.heirs:
                return None
            end = self.final(end.heirs[0], end.step)
        return end

    def passing(self, unit_id: int, n: int) -> Tally:
        """The tally of rows that go to the main successor, and end where there is none."""
        to = self.heir(unit_id)
        return Tally(unit_id, n, to, "passed" if to is not None else "ended")

    def heirs(self, unit_id: int) -> tuple[int, ...]:
        """All units that succeed an ended unit in the end, the main one first."""
        found: dict[int, None] = {}
        route = self.routes[unit_id]

        def follow(step: Route) -> None:
            for heir in step.heirs:
                end = self.final(heir, step.step)
                if isinstance(end, Route):
                    follow(end)
                else:
                    found[end] = None

        follow(route)
        found.pop(unit_id, None)
        return tuple(found)


@dataclass(frozen=True)
class Tally:
    """``n`` rows of a unit: they end up at ``to``, or (None) ``fate`` says what becomes of them: "left" (out of the
    organisation), "ended", "kept" (as history, or where they are), "homeless" (nobody said where to)."""

    unit_id: int
    n: int
    to: int | None = None
    fate: str = "kept"


@dataclass(frozen=True)
class Hindrance:
    """Something that stands in the way, of a check or of an undo: a sentence that says which rows, whose and when."""

    message: str
    unit_id: int | None = None


class Handler:
    """What a room does itself. Every method works on any number of units with a constant number of statements."""

    def tally(self, passage: Passage) -> list[Tally]:
        """How many rows go where; reads only."""
        return []

    def hindrances(self, passage: Passage) -> list[Hindrance]:
        """What forbids committing; reads only."""
        return []

    def apply(self, passage: Passage) -> None:
        """Write, in the transaction of the commit, after the tree was changed."""

    def undo_hindrances(self, passage: Passage) -> list[Hindrance]:
        """What forbids taking it back."""
        return []

    def undo(self, passage: Passage) -> None:
        """Take back what `apply` did and the journal does not hold, in the transaction of the undo, before the journal
        is restored. A passage of an undo has no routes; its batch finds what was written."""

    def undone(self, passage: Passage) -> None:
        """Bring in line what follows from rows that the journal has just put back."""


@dataclass(frozen=True)
class SuccessionRule:
    """The rule for one foreign key. ``label`` names the rows on the balance sheet ('' leaves them out); ``open`` tells
    which rows are still at work (only these pass to the successor); ``binds``: a row at a unit that was founded by a
    rearrangement stands in the way of taking that back."""

    model: str
    field: str
    fate: str
    label: str = ""
    why: str = ""
    open: Q | None = None
    binds: bool = True
    order: int = 50
    handler: Handler | None = None

    @property
    def key(self) -> str:
        return f"{self.model}.{self.field}"

    @property
    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)


_RULES: dict[str, SuccessionRule] = {}


def declare_succession(
    model: str,
    field: str,
    fate: str,
    *,
    label: str = "",
    why: str = "",
    open: Q | None = None,
    binds: bool | None = None,
    order: int = 50,
    handler: Handler | None = None,
) -> SuccessionRule:
    """Say what becomes of the rows of ``model`` ("access.Grant") that refer to a unit or a person by ``field``.

    ``fate`` is one of FATES. Left out, ``binds`` is False for history, derived rows and rows of a person. Raises
    ValueError for an unknown fate or "own" without a handler.
    """
    if fate not in FATES or (fate == "own" and handler is None):
        raise ValueError(fate)
    if binds is None:
        binds = fate not in {"history", "derived", "person"}
    rule = SuccessionRule(model, field, fate, label, why, open, binds, order, handler)
    _RULES[rule.key] = rule
    return rule


def rules() -> list[SuccessionRule]:
    """All declared rules in the order in which they are applied."""
    autodiscover_modules("succession")
    return sorted(_RULES.values(), key=lambda rule: (rule.order, rule.key))


def references() -> dict[str, Any]:
    """Every foreign key of an installed model to a unit or a person: {"access.Grant.unit": field}."""
    found: dict[str, Any] = {}
    for model in apps.get_models(include_auto_created=True):
        for item in model._meta.local_fields:
            target = getattr(item, "related_model", None)
            if (
                item.is_relation
                and target is not None
                and target._meta.label in {"units.Unit", "people.Person"}
            ):
                found[f"{model._meta.label}.{item.name}"] = item
    return found


def handlers() -> Mapping[str, Handler]:
    """The handlers of all rules by the rule's key."""
    return {rule.key: rule.handler for rule in rules() if rule.handler is not None}
