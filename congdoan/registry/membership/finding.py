"""Finding members among millions: which units, which way in.

A page of a list is asked for in order. PostgreSQL reckons that whoever a search finds is spread evenly over that
order, and walks along it until the page is full. Names are not spread evenly: the order begins with the given name,
so all who are called Hoa stand together, and the walk reads hundreds of thousands before it meets the first. So
the way is chosen here: people are looked up by the index of names and only the page's own rows are fetched; the
order is walked only where it has been seen that the walk is short.
"""

from __future__ import annotations

import json
from bisect import bisect_left
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
from congdoan.kit.lists import ListContext, page_key
from congdoan.kit.text import search_prefix_query
from congdoan.registry.membership.models import Membership
from congdoan.registry.people.models import Person

#: So many people are looked up beforehand; when there are more, these are the sample that the way is chosen by.
NAMES_LIMIT = 10_000
#: A walk along the order may read so many rows.
WALK_LIMIT = 30_000
#: A body with so few members is searched whole.
SMALL = 3_000


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


def _estimate(rows: QuerySet[Any]) -> int:
    """About how many rows a query gives, as the planner sees it; nothing is read."""
    text, parameters = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {text}", parameters)
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    return int(plan[0]["Plan"]["Plan Rows"])


@dataclass(frozen=True)
class Found:
    """What a search by name found: the memberships (of a page no more than it needs), and how many there are in
    all, None when that was not worth counting."""

    rows: QuerySet[Membership]
    count: int | None


def by_name(rows: QuerySet[Membership], typed: str, units: Units, context: ListContext) -> Found:
    """Memberships among ``rows`` of people whose names have the typed words, each word as a prefix."""
    words = search_prefix_query(typed)
    if not words:
        return Found(rows, None)
    query = SearchQuery(words, search_type="raw", config="simple")
    # Written as a function the condition cannot use the index of names: the rows at hand are checked one by one.
    checked = rows.filter(
        Func(F("person__search"), query, function="ts_match_vq", output_field=BooleanField())
    )
    members = None
    if units.ids is not None:
        members = max(_estimate(Membership.objects.filter(AnyOf("unit_id", units.ids))), 1)
        if members <= SMALL:
            return Found(checked, None)
    named = Person.objects.filter(search=query)
    sample = list(named.values_list("pk", "sort_key")[: NAMES_LIMIT + 1])
    if len(sample) <= NAMES_LIMIT:
        return _only_the_page(rows.filter(AnyOf("person_id", [pk for pk, _ in sample])), rows, context)
    if context.cache.get("page_size") and _walk(sample, _estimate(named), members, context) <= WALK_LIMIT:
        return Found(checked, None)
    return _only_the_page(rows.filter(person__in=named), rows, context)


def _only_the_page(found: QuerySet[Membership], rows: QuerySet[Membership], context: ListContext) -> Found:
    """Keep the rows on either side of the place where the page begins; everything when no page is asked for."""
    size = context.cache.get("page_size")
    pairs = list(found.order_by().values_list("sort_key", "id"))
    if size and len(pairs) > size:
        pairs.sort()
        key = page_key(context, 2)
        if key is None:
            near = pairs[-size - 1 :] if context.get("sap").startswith("-") else pairs[: size + 1]
        else:
            place = bisect_left(pairs, (str(key[0]), int(key[1]) if isinstance(key[1], int) else 0))
            near = pairs[max(place - size - 1, 0) : place + size + 2]
    else:
        near = pairs
    return Found(rows.filter(AnyOf("id", [pk for _, pk in near])), len(pairs))


def _walk(sample: list[tuple[int, str]], people: int, members: int | None, context: ListContext) -> int:
    """About how many rows must be read along the order until a page is full, told from where the names of the sample
    stand in it."""
    keys = sorted(key for _, key in sample)
    held = 1.0 if members is None else min(1.0, members / max(_estimate(Membership.objects.all()), 1))
    step = int(context.cache["page_size"] / held * len(keys) / max(people, len(keys))) + 1
    start = page_key(context, 2)
    downwards = context.get("sap").startswith("-") != bool(context.get("truoc") and not context.get("sau"))
    if downwards:
        place = len(keys) if start is None else bisect_left(keys, str(start[0]))
        span = {"sort_key__gte": keys[place - step]} if place >= step else {}
        span |= {"sort_key__lte": str(start[0])} if start is not None else {}
    else:
        place = 0 if start is None else bisect_left(keys, str(start[0]))
        last = place + step - 1
        span = {"sort_key__lte": keys[last]} if last < len(keys) else {}
        span |= {"sort_key__gte": str(start[0])} if start is not None else {}
    return _estimate(Membership.objects.filter(**span))
