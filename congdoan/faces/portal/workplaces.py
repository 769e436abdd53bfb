"""Finding an employer by what a worker types."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Length

from congdoan.foundation.catalogues.models import Territory
from congdoan.kit.text import search_key, search_prefix_query
from congdoan.registry.enterprises.models import Enterprise

#: As many are shown as fit on a phone.
SHOWN = 8
#: No more than so many are put in order: "công ty" finds most of a country's employers.
_ORDERED = 400


def workplaces(typed: str) -> tuple[list[Enterprise], bool]:
    """Employers that have every word typed in their name or code: the one that is called exactly so first (also when very
    many others have the words), then the shorter names; and whether there are more than `SHOWN`. None for what has no word.
    When no name has them all, the last words may be the commune: "hoa sữa thủy nguyên".

    At 900,000 employers a search reads at most some hundred rows beyond what the index says.
    """
    words = search_key(typed)
    if not words:
        return [], False
    some = Enterprise.objects.filter(search=_having(words)).order_by().values("pk")[:_ORDERED]
    found = _nearest(some, words, typed.strip())
    if not found and (there := _in_communes(words.split())) is not None:
        found = _nearest(there.order_by().values("pk")[:_ORDERED], words, typed.strip())
    return found[:SHOWN], len(found) > SHOWN


def _having(words: str) -> SearchQuery:
    return SearchQuery(search_prefix_query(words), search_type="raw", config="simple")


def _nearest(some: QuerySet[Enterprise, dict[str, Any]], words: str, typed: str) -> list[Enterprise]:
    rows = Enterprise.objects.order_by()
    same = rows.filter(name_key=words).values("pk")[: SHOWN + 1]
    is_so = Q(name_key=words) | Q(tax_code=typed) | Q(code=typed)
    return list(
        Enterprise.objects.filter(pk__in=some.union(same))
        .select_related("territory")
        .annotate(
            is_so=Case(When(is_so, then=Value(True)), default=Value(False), output_field=BooleanField())
        )
        .order_by("-is_so", Length("name"), "name", "pk")[: SHOWN + 1]
    )


def _in_communes(words: list[str]) -> QuerySet[Enterprise] | None:
    """Employers that have the first words in their name and are in a commune of the last one to four words."""
    splits = [(words[:-length], words[-length:]) for length in range(1, min(5, len(words)))]
    names = {
        f"{kind}{' '.join(place)}": " ".join(name)
        for name, place in splits
        for kind in ("", "xa ", "phuong ", "dac khu ")
    }
    communes = Territory.objects.filter(name_key__in=names, level="commune").values_list("code", "name_key")
    there = Q()
    for code, key in communes:
        there |= Q(territory=code, search=_having(names[key]))
    return Enterprise.objects.filter(there) if there else None
