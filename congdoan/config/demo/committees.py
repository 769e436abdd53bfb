"""Who sits on the committees of the demonstration's unions, some of them without a chair or past their term, and cases to
complete one or dissolve a union, each at another step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.registry.committees.actions import ChangeData, Seat
from congdoan.registry.committees.choices import BY_ELECTION
from congdoan.registry.founding.models import CommitteePost
from congdoan.registry.membership.queries import members_on
from congdoan.registry.membership.rules import add_months
from congdoan.registry.organisation.queries import unions_on
from congdoan.registry.proceedings.actions import (
    EvidenceData,
    advance,
    decide_consolidation,
    open_proceeding,
)
from congdoan.registry.proceedings.choices import CONSOLIDATION, DECIDED, DISSOLUTION
from congdoan.registry.proceedings.queries import following, stages

_PROVINCES = ("HP", "LC")
_POSTS = ("chair", "vice_chair", "member", "member", "member")
#: Every so many unions has no chair, has come to the end of its term, or is near it.
_NO_CHAIR, _OVER, _NEAR = 29, 41, 23
_TERM_MONTHS = 60
_WORDS = {
    "reviewed": "Đã làm việc với Ban Chấp hành và giám đốc nhân sự.",
    "proposed": "Hội nghị Ban Chấp hành giới thiệu một người, đạt đa số phiếu.",
    "settled": "Đã quyết toán, bàn giao sổ quỹ và con dấu.",
    "submitted": "",
}


def seat_committees(*, until: date) -> int:
    """Give every union of two provinces with five members a committee. Returns how many posts there are."""
    made = []
    for unit_id, rows in groupby(_first_members(until), key=lambda row: row[0]):
        people = list(rows)
        if len(people) < len(_POSTS):
            continue
        since = max(max(row[2] for row in people), date(2023, 3, 1))
        ends = add_months(since, _TERM_MONTHS)
        if unit_id % _OVER == 0:
            ends = until - timedelta(days=unit_id % 300)
        elif unit_id % _NEAR == 0:
            ends = until + timedelta(days=10 + unit_id % 70)
        if ends <= since:
            continue
        for post, (_, person, _) in zip(_POSTS, people, strict=True):
            if post == "chair" and unit_id % _NO_CHAIR == 0:
                continue
            made.append(
                CommitteePost(unit_id=unit_id, person_id=person, post=post, during=DateRange(since, ends))
            )
    CommitteePost.objects.bulk_create(made, batch_size=5000)
    return len(made)


def _first_members(until: date) -> Iterable[tuple[int, int, date]]:
    """(union, person, member since) of the first five members of each union, by union."""
    below = UnitPlacement.objects.filter(ancestor__code__in=_PROVINCES, during__contains=until)
    ids = list(unions_on(until).filter(pk__in=below.values("unit_id")).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.id, m.person_id, lower(m.during) FROM unnest(%s::bigint[]) u(id)
               CROSS JOIN LATERAL (
                   SELECT m.person_id, m.during FROM membership_membership m
                   WHERE m.unit_id = u.id AND m.during @> %s::date AND m.is_primary
                   ORDER BY m.sort_key, m.id LIMIT %s
               ) m ORDER BY u.id, m.person_id""",
            [ids, until, len(_POSTS)],
        )
        rows: list[tuple[int, int, date]] = cursor.fetchall()
    return rows


def work_on_cases(*, until: date) -> int:
    """Cases of Hải Phòng: one just begun, one that is late, one with its decision, and a dissolution before its decision.
    Returns how many."""
    actor = Actor.system("Dữ liệu mẫu", today=until)
    weak = list(_units("HP", until, without_chair=True)[:3])
    sound = list(_units("HP", until, without_chair=False)[:1])
    plan = [
        (unit, CONSOLIDATION, cause, reaches, ago)
        for unit, (cause, reaches, ago) in zip(
            weak,
            (("no_chair", "reviewed", 12), ("no_chair", "opened", 40), ("released", DECIDED, 70)),
            strict=False,
        )
    ] + [(unit, DISSOLUTION, "employer_ended", "submitted", 45) for unit in sound]
    for unit, kind, cause, reaches, ago in plan:
        day = until - timedelta(days=ago)
        found = open_proceeding(actor=actor, on=day, unit=unit, kind=kind, cause=cause)
        way = stages(kind, until)
        place = 0
        while found.stage != reaches and (coming := following(way, found.stage)) is not None:
            place += 1
            day = min(day + timedelta(days=9), until)
            if coming.code == DECIDED:
                person = members_on(unit.pk, day).order_by("-sort_key").values_list("person_id", flat=True)[0]
                seats = [Seat(person, "chair")]
                data = ChangeData(BY_ELECTION, f"{210 + place}/QĐ-LĐLĐ", day, [], seats, date(2030, 3, 1))
                found = decide_consolidation(actor=actor, pk=found.pk, on=day, data=data)
                break
            found = advance(
                actor=actor,
                on=day,
                pk=found.pk,
                from_stage=found.stage,
                evidence=EvidenceData(_WORDS.get(coming.code, ""), f"0{place}/BB-CĐCS", day),
            )
    return len(plan)


def _units(above: str, until: date, *, without_chair: bool) -> QuerySet[Unit]:
    below = Unit.objects.filter(
        pk__in=unions_on(until).values("pk"),
        placements__ancestor__code=above,
        placements__during__contains=until,
        committee_posts__during__contains=until,
    ).distinct()
    chairs = CommitteePost.objects.filter(post="chair", during__contains=until).values("unit_id")
    held = below.exclude(pk__in=chairs) if without_chair else below.filter(pk__in=chairs)
    return held.order_by("sort_key", "pk")
