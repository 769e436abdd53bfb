"""Finding members among millions: which units, which way in.

A page of a list is asked for in order. PostgreSQL reckons that whoever a search finds is spread evenly over that
order, and walks along it until the page is full. Names are not spread evenly: the order begins with the given name,
so all who are called Hoa stand together, and the walk reads hundreds of thousands before it meets the first. But
millions of people share some hundred thousand names. So the names are looked up first (PersonName), in the order of
the list, and memberships are met by the names that the page needs; nobody is read who is not on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet

from congdoan.foundation.access.queries import Scope
from congdoan.foundation.succession.queries import standing_below, standing_below_one
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.kit.finding import AnyOf, around_page, estimate
from congdoan.kit.lists import ListContext, Ordering, RowCompare, page_key
from congdoan.kit.text import search_prefix_query
from congdoan.registry.membership.models import Membership
from congdoan.registry.people.models import Person, PersonName

#: So many names are looked up at first; mostly they fill a page.
NAMES = 400
#: When more names than this match, some stand everywhere: a stretch of so many is read along the order of names.
STRETCH = 20_000
#: A body with so few members is searched whole.
SMALL = 3_000


@dataclass(frozen=True)
class Units:
    """The units a list is about; ``ids`` None means all there are."""

    ids: tuple[int, ...] | None

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Only rows of these units."""
        return rows if self.ids is None else rows.filter(AnyOf("unit_id", self.ids))


def units_of(
    scope: Scope, top: int | None, on: date, *, asked: Unit | None = None, today: date | None = None
) -> Units:
    """The units in scope on a day, and of these only the unit asked for and all below it then. ``top`` as only_top
    gives it.

    As Scope.filter_on: what stands, or last stood, below the units of the grants, and what stood there that day.
    ``today`` asks for the structure of that day instead: what counts for a unit then (succession.standing_below).
    """
    held: set[int] | None = None
    if not scope.everything and top not in scope.below:
        placed = UnitPlacement.objects.filter(ancestor__in=scope.below).filter(
            Q(is_last=True) | Q(during__contains=on)
        )
        held = {*scope.own, *placed.values_list("unit_id", flat=True)}
        if today is not None:
            for members in standing_below(scope.below, today=today).values():
                held.update(members)
    if asked is not None and asked.pk != top and today is not None:
        below = set(standing_below_one(asked, today=today))
        held = below if held is None else held & below
    elif asked is not None and asked.pk != top:
        below = set(
            UnitPlacement.objects.filter(ancestor=asked, during__contains=on).values_list(
                "unit_id", flat=True
            )
        )
        held = below if held is None else held & below
    return Units(None if held is None else tuple(sorted(held)))


@dataclass(frozen=True)
class Found:
    """What a search by name found: memberships, of a page at least those it shows; ``count_to`` counts all of them
    up to a limit."""

    rows: QuerySet[Membership]
    count_to: Callable[[int], int]


def by_name(rows: QuerySet[Membership], typed: str, units: Units, context: ListContext) -> Found:
    """Memberships among ``rows`` of people whose names have the typed words, each word as a prefix."""
    words = search_prefix_query(typed)
    if not words:
        return _all_of(rows)
    query = SearchQuery(words, search_type="raw", config="simple")
    size = context.cache.get("page_size")
    if not size:
        return _all_of(rows.filter(person__in=Person.objects.filter(search=query)))
    if is_small(units, context):
        # Written as a function the condition cannot use the index of names: the rows at hand are checked.
        match = Func(F("person__search"), query, function="ts_match_vq", output_field=BooleanField())
        return _all_of(rows.filter(match))
    names = _Names(words)
    key = page_key(context, 2)
    downwards = context.get("sap").startswith("-") != bool(context.get("truoc") and not context.get("sau"))
    page, beyond = rows, rows
    if key is not None:
        beyond = rows.filter(
            RowCompare(("sort_key", "id"), "<" if downwards else ">", [str(value) for value in key])
        )
    for chosen in names.growing(start=str(key[0]) if key else None, downwards=downwards):
        page = rows.filter(AnyOf("sort_key", chosen, "text"))
        if names.are_all or _count(beyond.filter(AnyOf("sort_key", chosen, "text")), size + 1) > size:
            break

    def count_to(limit: int) -> int:
        found = 0
        for some in names.growing(start=None, downwards=False):
            found = _count(rows.filter(AnyOf("sort_key", some, "text")), limit)
            if names.are_all or found >= limit:
                break
        return found

    return Found(page, count_to)


def is_small(units: Units, context: ListContext) -> bool:
    """Whether so few members were ever in these units that all may be read for a page. Asked once a page."""
    if units.ids is None:
        return False
    if "is_small" not in context.cache:
        ever = Membership.objects.filter(AnyOf("unit_id", units.ids))
        context.cache["is_small"] = _count(ever, SMALL + 1) <= SMALL
    found: bool = context.cache["is_small"]
    return found


def nearby(
    rows: QuerySet[Membership], order: Ordering, units: Units, context: ListContext
) -> QuerySet[Membership]:
    """Of the members of a small body, those around the page; how many there are in all is noted as ``total``."""
    if order.fields != ("sort_key", "id") or not is_small(units, context):
        return rows
    keys = list(rows.order_by().values_list("sort_key", "id"))
    context.cache["total"] = len(keys)
    return around_page(rows, keys, context, downwards=order.descending)


def _all_of(rows: QuerySet[Membership]) -> Found:
    return Found(rows, lambda limit: _count(rows, limit))


def _count(rows: QuerySet[Membership], limit: int) -> int:
    return rows.order_by()[:limit].count()


class _Names:
    """The names that match, in the order of lists."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._query = SearchQuery(words, search_type="raw", config="simple")
        self._found: dict[tuple[int, str | None, bool], list[str]] = {}
        self._are_many: bool | None = None
        #: Whether the names given last are all there are from their start on.
        self.are_all = False

    def growing(self, *, start: str | None, downwards: bool) -> Iterator[list[str]]:
        """The first names from ``start`` on, then more and more of them until they are all."""
        limit = NAMES
        self.are_all = False
        while not self.are_all:
            wanted = (limit + 1, start, downwards)
            if wanted not in self._found:
                self._found[wanted] = self._first(*wanted)
            found = self._found[wanted]
            self.are_all = len(found) <= limit
            yield found[:limit]
            limit *= 8

    def _first(self, limit: int, start: str | None, downwards: bool) -> list[str]:
        matching = PersonName.objects.filter(search=self._query)
        if self._are_many is None:
            self._are_many = estimate(matching) > STRETCH
        if self._are_many:
            found = self._in_stretch(limit, start, downwards)
            if len(found) == limit:
                return found
        if start is not None:
            matching = matching.filter(**{"sort_key__lte" if downwards else "sort_key__gte": start})
        order = "-sort_key" if downwards else "sort_key"
        return list(matching.order_by(order).values_list("sort_key", flat=True).distinct()[:limit])

    def _in_stretch(self, limit: int, start: str | None, downwards: bool) -> list[str]:
        """Those that match among the next names, whatever they are: of very many the first are soon met."""
        sign, way = ("<=", "DESC") if downwards else (">=", "ASC")
        beyond = "" if start is None else f"WHERE sort_key {sign} %(start)s"
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT DISTINCT sort_key FROM (
                        SELECT sort_key, search FROM people_personname {beyond}
                        ORDER BY sort_key {way} LIMIT %(stretch)s
                    ) s WHERE search @@ to_tsquery('simple', %(words)s)
                    ORDER BY sort_key {way} LIMIT %(limit)s""",
                {"start": start, "stretch": STRETCH, "words": self._words, "limit": limit},
            )
            return [name for (name,) in cursor]
