"""Who sits on a committee on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, QuerySet, Value, When

from congdoan.foundation.units.models import Decision
from congdoan.registry.committees.choices import CHAIR, POSTS
from congdoan.registry.founding.models import CommitteePost

_RANK = Case(
    *(When(post=code, then=Value(n)) for n, (code, _) in enumerate(POSTS)), output_field=IntegerField()
)


#: So many days before its end a term is near it.
NEAR = 90


@dataclass(frozen=True)
class Summary:
    """A committee on a day: who chairs it ('' for nobody), how many sit on it, the last day of the term that ends first,
    and how it stands in words."""

    chair: str
    people: int
    last_on: date | None
    words: str


def summaries(unit_ids: Sequence[int], on: date) -> dict[int, Summary]:
    """The committees of unions on a day, by union. Two queries."""
    held: dict[int, list[CommitteePost]] = {pk: [] for pk in unit_ids}
    found = CommitteePost.objects.filter(unit__in=unit_ids, during__contains=on).select_related("person")
    for post in found:
        held[post.unit_id].append(post)
    past = CommitteePost.objects.filter(unit__in=unit_ids, during__startswith__lte=on)
    known = set(past.values_list("unit_id", flat=True))
    return {pk: _summary(posts, pk in known, on) for pk, posts in held.items()}


def _summary(posts: Sequence[CommitteePost], is_known: bool, on: date) -> Summary:
    chair = next((post.person.full_name for post in posts if post.post == CHAIR), "")
    last_on = min((post.last_on for post in posts if post.last_on), default=None)
    if not posts:
        words = "đã hết nhiệm kỳ" if is_known else "sổ chưa ghi"
    elif not chair:
        words = "khuyết Chủ tịch"
    elif last_on is not None and (last_on - on).days < NEAR:
        words = "sắp hết nhiệm kỳ"
    else:
        words = "có Chủ tịch"
    return Summary(chair, len({post.person_id for post in posts}), last_on, words)


def posts_on(unit_id: int, on: date) -> QuerySet[CommitteePost]:
    """The posts held on a day, the chair first, then as the law lists them and by name."""
    found = CommitteePost.objects.filter(unit=unit_id, during__contains=on)
    return found.select_related("person", "decision").order_by(_RANK, "person__sort_key", "pk")


def earlier_posts(unit_id: int, on: date) -> QuerySet[CommitteePost]:
    """The posts that had ended by a day, the last ended first."""
    found = CommitteePost.objects.filter(unit=unit_id, during__endswith__lte=on)
    return found.select_related("person", "decision").order_by("-during__endswith", "person__sort_key", "pk")


def decisions_on(unit_id: int) -> QuerySet[Decision]:
    """The decisions that changed the committee of a union, the last first; the first committee is of its recognition."""
    ids = CommitteePost.objects.filter(unit=unit_id).values_list("decision_id", "ending_decision_id")
    chosen = {pk for pair in ids for pk in pair if pk is not None}
    return Decision.objects.filter(pk__in=chosen).select_related("issuer").order_by("-issued_on", "-pk")


def changed_by(unit_id: int, decision: Decision) -> tuple[list[CommitteePost], list[CommitteePost]]:
    """The posts that ended and those that began by a decision, in the order of the committee."""
    found = CommitteePost.objects.filter(unit=unit_id).select_related("person")
    ordered = found.order_by(_RANK, "person__sort_key", "pk")
    return list(ordered.filter(ending_decision=decision)), list(ordered.filter(decision=decision))
