"""Who sits on a committee on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, IntegerField, QuerySet, Value, When

from congdoan.registry.committees.choices import POSTS
from congdoan.registry.founding.models import CommitteePost

_RANK = Case(
    *(When(post=code, then=Value(n)) for n, (code, _) in enumerate(POSTS)), output_field=IntegerField()
)


def posts_on(unit_id: int, on: date) -> QuerySet[CommitteePost]:
    """The posts held on a day, the chair first, then as the law lists them and by name."""
    found = CommitteePost.objects.filter(unit=unit_id, during__contains=on)
    return found.select_related("person", "decision").order_by(_RANK, "person__sort_key", "pk")


def earlier_posts(unit_id: int, on: date) -> QuerySet[CommitteePost]:
    """The posts that had ended by a day, the last ended first."""
    found = CommitteePost.objects.filter(unit=unit_id, during__endswith__lte=on)
    return found.select_related("person", "decision").order_by("-during__endswith", "person__sort_key", "pk")
