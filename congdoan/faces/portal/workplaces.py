"""Finding an employer by what a worker types."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, Case, Q, Value, When
from django.db.models.functions import Length

from congdoan.kit.text import search_key, search_prefix_query
from congdoan.registry.enterprises.models import Enterprise

#: As many are shown as fit on a phone.
SHOWN = 8
#: No more than so many are put in order: "công ty" finds most of a country's employers.
_ORDERED = 400


def workplaces(typed: str) -> tuple[list[Enterprise], bool]:
    """Employers that have every word typed in their name or code: the one that is called exactly so first (also when very
    many others have the words), then the shorter names; and whether there are more than `SHOWN`. None for what has no word.

    At 900,000 employers a search reads at most some hundred rows beyond what the index says.
    """
    query = search_prefix_query(typed)
    if not query:
        return [], False
    words = search_key(typed)
    rows = Enterprise.objects.order_by()
    some = rows.filter(search=SearchQuery(query, search_type="raw", config="simple")).values("pk")[:_ORDERED]
    same = rows.filter(name_key=words).values("pk")[: SHOWN + 1]
    is_so = Q(name_key=words) | Q(tax_code=typed.strip()) | Q(code=typed.strip())
    found = (
        Enterprise.objects.filter(pk__in=some.union(same))
        .select_related("territory")
        .annotate(
            is_so=Case(When(is_so, then=Value(True)), default=Value(False), output_field=BooleanField())
        )
        .order_by("-is_so", Length("name"), "name", "pk")[: SHOWN + 1]
    )
    shown = list(found)
    return shown[:SHOWN], len(shown) > SHOWN
