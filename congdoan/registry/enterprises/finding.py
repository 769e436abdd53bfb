"""Finding employers among hundreds of thousands: whose, and by which words.

As with members (registry.membership.finding) the way is chosen here and not by the planner, which takes whoever a
search finds to be spread evenly over the order of the list.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from congdoan.foundation.access.queries import Scope
from congdoan.foundation.succession.queries import standing_below, standing_below_one
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.foundation.units.queries import counted_below_on
from congdoan.kit.finding import AnyOf, around_page, estimate
from congdoan.kit.lists import ListContext, Ordering, page_key
from congdoan.kit.text import search_prefix_query
from congdoan.registry.enterprises.models import Enterprise, Hosting, Standing

#: So many names are looked up beforehand; when there are more, these are the sample that the way is chosen by.
NAMES_LIMIT = 2_000
#: A walk along the order may read so many rows.
WALK_LIMIT = 15_000
#: Bodies in charge of so few are read whole.
SMALL = 3_000
#: A search that finds many is counted up to here.
SOME = 500


def is_whole(held: Scope, top: int | None) -> bool:
    """Whether a scope takes in every body there is; ``top`` as only_top gives it."""
    return held.everything or (top is not None and top in held.below)


@dataclass(frozen=True)
class Places:
    """Whose employers a list shows: bodies in charge (None: all), or these very employers where the reader's unions
    work at some that others are in charge of."""

    units: tuple[int, ...] | None
    besides: tuple[int, ...] = ()

    def narrow(self, rows: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
        """Only the employers of these places."""
        if self.units is None:
            return rows
        in_charge = AnyOf("unit_id", self.units)
        if not self.besides:
            return rows.filter(in_charge)
        return rows.filter(Q(in_charge) | Q(AnyOf("id", self.besides)))


def places(
    held: Scope, top: int | None, asked: Unit | None, day: date, structure_on: date | None = None
) -> Places:
    """The employers in scope on a day, of these only those that ``asked`` and all below it were in charge of then.

    As Scope.filter_on: what stands, or last stood, below the units of the grants, and what stood there that day.
    ``structure_on``: bodies have below them what stands there on that later day (today's structure).
    """
    wanted = None
    if asked is not None and asked.pk != top:
        if structure_on is not None:
            wanted = set(standing_below_one(asked, today=structure_on))
        else:
            wanted = set(counted_below_on(asked, day).values_list("unit_id", flat=True))
    if is_whole(held, top):
        return Places(None if wanted is None else _in_charge(wanted))
    mine = set(held.own)
    for placed in (Q(is_last=True), Q(during__contains=day)):
        mine |= set(
            UnitPlacement.objects.filter(placed, ancestor__in=held.below).values_list("unit_id", flat=True)
        )
    if structure_on is not None:
        for members in standing_below(held.below, today=structure_on).values():
            mine |= set(members)
    # A union also sees the employers it works at, whoever is in charge of them.
    hosted = Hosting.objects.filter(AnyOf("unit_id", sorted(mine)), held.filter("unit"), during__contains=day)
    others = Standing.objects.filter(during__contains=day, enterprise__in=hosted.values("enterprise_id"))
    others = others.exclude(AnyOf("unit_id", sorted(mine)))
    if wanted is not None:
        others = others.filter(AnyOf("unit_id", sorted(wanted)))
    besides = tuple(others.values_list("enterprise_id", flat=True))
    units = _in_charge(mine if wanted is None else mine & wanted)
    if besides:
        # Two ways in at once are a way through everything; where the bodies are few, their employers are named.
        own = Standing.objects.filter(AnyOf("unit_id", units), during__contains=day)
        named = list(own.values_list("enterprise_id", flat=True)[: SMALL + 1])
        if len(named) <= SMALL:
            return Places((), (*named, *besides))
    return Places(units, besides)


def _in_charge(units: set[int]) -> tuple[int, ...]:
    """Those of the units that were ever in charge of an employer. Most never were, and the planner, which takes each
    unit to have as many employers as the next, would choose by their number."""
    found = Unit.objects.filter(
        AnyOf("pk", sorted(units)), Exists(Standing.objects.filter(unit=OuterRef("pk")))
    )
    return tuple(sorted(found.values_list("pk", flat=True)))


@dataclass(frozen=True)
class Found:
    """What a search found: the employers (of a page no more than it needs), and how many there are in all, None when
    that was not worth counting. ``some`` are enough of them to count up to `SOME`."""

    rows: QuerySet[Enterprise]
    count: int | None
    some: QuerySet[Enterprise]


def by_name(rows: QuerySet[Enterprise], typed: str, where: Places, context: ListContext) -> Found:
    """Employers among ``rows`` with the typed words in name, tax code or code, each word as a prefix."""
    words = search_prefix_query(typed)
    if not words:
        return Found(rows, None, rows)
    query = SearchQuery(words, search_type="raw", config="simple")
    # Written as a function the condition cannot use the index of words: the rows at hand are checked one by one.
    checked = rows.filter(Func(F("search"), query, function="ts_match_vq", output_field=BooleanField()))
    share = 1.0
    if where.units is not None:
        if is_small(where, context):
            return Found(checked, None, checked)
        held = estimate(Standing.objects.filter(AnyOf("unit_id", where.units))) + len(where.besides)
        share = min(1.0, held / max(estimate(Standing.objects.all()), 1))
    named = Enterprise.objects.filter(search=query)
    sample = list(named.order_by().values_list("pk", "sort_key")[: NAMES_LIMIT + 1])
    among = rows.filter(AnyOf("id", [pk for pk, _ in sample]))
    if len(sample) <= NAMES_LIMIT:
        return _only_the_page(among, rows, context)
    size = context.cache.get("page_size")
    if size and not context.get("sap").strip("-").startswith(("uu_tien", "lao_dong")):
        step = int(size / share * len(sample) / max(estimate(named), len(sample))) + 1
        if _walk(sorted(key for _, key in sample), step, context) <= WALK_LIMIT:
            return Found(checked, None, among)
    if where.units is not None and size:
        # Both sides are at hand by an index, and together they are few.
        own = Standing.objects.filter(AnyOf("unit_id", where.units), during__contains=context.as_of)
        held_ids = {*own.values_list("enterprise_id", flat=True), *where.besides}
        both = [pk for pk in named.order_by().values_list("pk", flat=True) if pk in held_ids]
        return _only_the_page(rows.filter(AnyOf("id", both)), rows, context)
    return Found(rows.filter(search=query), None, among)


def _only_the_page(found: QuerySet[Enterprise], rows: QuerySet[Enterprise], context: ListContext) -> Found:
    """Keep the rows on either side of the place where the page begins; everything when no page is asked for."""
    size = context.cache.get("page_size")
    pairs = list(found.order_by().values_list("sort_key", "id"))
    asked = context.get("sap")
    all_of_them = rows.filter(AnyOf("id", [pk for _, pk in pairs]))
    near = all_of_them
    if size and asked.lstrip("-") in {"", "ten"}:
        near = around_page(rows, pairs, context, downwards=asked.startswith("-"))
    return Found(near, len(pairs), all_of_them)


def is_small(where: Places, context: ListContext) -> bool:
    """Whether so few employers were ever in these places that all may be read for a page. Asked once a page."""
    if where.units is None:
        return False
    if "is_small" not in context.cache:
        ever = Standing.objects.filter(AnyOf("unit_id", where.units)).order_by()
        context.cache["is_small"] = ever[: SMALL + 1].count() + len(where.besides) <= SMALL
    found: bool = context.cache["is_small"]
    return found


def nearby(
    rows: QuerySet[Enterprise], order: Ordering, where: Places, context: ListContext
) -> QuerySet[Enterprise]:
    """Of the employers of a small body, those around the page; how many there are in all, and how many people work
    there, is noted as ``size``."""
    if order.fields != ("sort_key", "id") or not is_small(where, context):
        return rows
    known = list(rows.order_by().values_list("sort_key", "id", "headcount"))
    context.cache["size"] = (len(known), sum(workers or 0 for _, _, workers in known))
    return around_page(rows, [(key, pk) for key, pk, _ in known], context, downwards=order.descending)


def _walk(keys: list[str], step: int, context: ListContext) -> int:
    """About how many rows must be read along the order to meet the ``step`` next ones, told from where the names of
    the sample (``keys``, sorted) stand in it."""
    start = page_key(context, 2)
    downwards = context.get("sap").startswith("-") != bool(context.get("truoc") and not context.get("sau"))
    span: dict[str, str] = {}
    if downwards:
        place = len(keys) if start is None else bisect_left(keys, str(start[0]))
        if place >= step:
            span["sort_key__gte"] = keys[place - step]
        if start is not None:
            span["sort_key__lte"] = str(start[0])
    else:
        place = 0 if start is None else bisect_left(keys, str(start[0]))
        if place + step <= len(keys):
            span["sort_key__lte"] = keys[place + step - 1]
        if start is not None:
            span["sort_key__gte"] = str(start[0])
    return estimate(Enterprise.objects.filter(**span))
