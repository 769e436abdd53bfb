"""Finding members among millions: which units, which way in.

A list of members is asked for one page in order. Three ways lead there, and none is right for all: walk the order
until a page is full (a body that holds most of them, a name that many bear), fetch the units' members and sort
them (a small body), or look the name up first (a rare name). PostgreSQL cannot know how often the words of a
name and a body come together, and takes 1,000 ms where another way takes 10; so the way is chosen here, by
estimates that cost less than a millisecond.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet

from congdoan.foundation.access.queries import Scope
from congdoan.foundation.units.models import UnitPlacement, UnitVersion
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.text import search_prefix_query
from congdoan.registry.membership.models import Membership
from congdoan.registry.people.models import Person

#: Rows a page needs; relative costs of reading a row along the order, and of fetching one by a look-up.
_PAGE = 51
_WALK, _FETCH = 1.0, 2.0
#: More names than this are not looked up beforehand.
_NAMES_LIMIT = 20_000


class AnyOf(Func):
    """``column = ANY(array)``: one parameter however many values, which IN (…) is not."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, values: Sequence[int]) -> None:
        super().__init__(F(column))
        self.values = list(values)

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        text, parameters = compiler.compile(self.source_expressions[0])
        return f"({text} = ANY(%s::bigint[]))", [*parameters, self.values]

    def copy(self) -> AnyOf:
        made = super().copy()
        made.values = self.values
        return made


def only_top() -> int | None:
    """The unit that stands above every other at all times; None when there are several tops."""
    tops = list(
        UnitVersion.objects.filter(parent__isnull=True).values_list("unit_id", flat=True).distinct()[:2]
    )
    return tops[0] if len(tops) == 1 else None


@dataclass(frozen=True)
class Units:
    """The units a list is about; ``ids`` None means all there are."""

    ids: tuple[int, ...] | None

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Only rows of these units."""
        return rows if self.ids is None else rows.filter(AnyOf("unit_id", self.ids))


def units_of(scope: Scope, asked: str, on: date) -> Units:
    """The units in scope on a day, and of these only the unit asked for (code or number) and all below it then.

    As Scope.filter_on: what stands, or last stood, below the units of the grants, and what stood there that day.
    """
    top = only_top()
    held: set[int] | None = None
    if not scope.everything and top not in scope.below:
        held = set(scope.own)
        for day in ({"is_last": True}, {"during__contains": on}):
            held |= set(
                UnitPlacement.objects.filter(ancestor__in=scope.below, **day).values_list(
                    "unit_id", flat=True
                )
            )
    if asked:
        unit = unit_named(asked)
        if unit is None:
            return Units(())
        if unit.pk != top:
            below = set(
                UnitPlacement.objects.filter(ancestor=unit, during__contains=on).values_list(
                    "unit_id", flat=True
                )
            )
            held = below if held is None else held & below
    return Units(None if held is None else tuple(sorted(held)))


def _rows_of(table: str) -> int:
    """About how many rows a table holds, from the planner's statistics."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT GREATEST(reltuples, 1) FROM pg_class WHERE oid = %s::regclass", [table])
        return int(cursor.fetchone()[0])


def _estimate(rows: QuerySet[Any]) -> int:
    """About how many rows a query gives, as the planner sees it; nothing is read."""
    text, parameters = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {text}", parameters)
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    return int(plan[0]["Plan"]["Plan Rows"])


def by_name(rows: QuerySet[Membership], typed: str, units: Units) -> tuple[QuerySet[Membership], bool]:
    """Memberships of people whose names have the typed words, and whether these are too many to be counted."""
    words = search_prefix_query(typed)
    if not words:
        return rows, False
    query = SearchQuery(words, search_type="raw", config="simple")
    named = Person.objects.filter(search=query)
    people = max(_rows_of("people_person"), 1)
    expected = max(_estimate(named), 1)
    share = expected / people
    held = 1.0
    if units.ids is not None:
        members = _estimate(Membership.objects.filter(AnyOf("unit_id", units.ids)))
        held = min(1.0, max(members, 1) / max(_rows_of("membership_membership"), 1))
    walk = _PAGE / (share * held) * _WALK
    lookup = expected * _FETCH
    if lookup <= walk:
        found = list(named.values_list("pk", flat=True)[: _NAMES_LIMIT + 1])
        if len(found) <= _NAMES_LIMIT:
            return rows.filter(AnyOf("person_id", found)), False
    # Written as a function, the condition cannot use the index of names: the order is walked instead.
    matches = Func(F("person__search"), query, function="ts_match_vq", output_field=BooleanField())
    return rows.filter(matches), True
