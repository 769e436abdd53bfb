"""Memberships written anew from the movements in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.units.models import Unit
from congdoan.registry.membership.actions.book import day_words, insert_memberships
from congdoan.registry.membership.actions.errors import CannotReverse
from congdoan.registry.membership.actions.ledger import Booked, is_sector_change
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.people.models import Person


def rebuild(standing: dict[int, list[Booked]]) -> None:
    """Write people's memberships anew from the movements in force. Raises CannotReverse when these do not follow
    on each other, or would leave a member in a unit that has ended."""
    ids = list(standing)
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM membership_membership WHERE person_id = ANY(%s) AND is_primary
               RETURNING person_id, unit_id, lower(during), joined_on, application_on""",
            [ids],
        )
        kept = {row[:3]: row[3:] for row in cursor}
    people = Person.objects.only("full_name", "sort_key").in_bulk(ids)
    joined_before: dict[int, date] = {}
    for (person_id, _, since), (joined_on, _) in kept.items():
        known = [day for day in (joined_on, joined_before.get(person_id)) if day is not None]
        joined_before[person_id] = min(known, default=since)
    rows: list[Sequence[Any]] = []
    for person_id, lines in standing.items():
        for position, line in enumerate(lines):
            following = lines[position + 1] if position + 1 < len(lines) else None
            previous = lines[position - 1] if position else None
            broken = (
                previous is None or previous.sign != 1 or previous.unit_id != line.unit_id
                if line.sign == -1
                else following is not None and following.sign != -1
            )
            if broken:
                raise CannotReverse(
                    f"{people[person_id].full_name}: còn bút toán ghi sau dựa vào bút toán này"
                    f" ({KINDS[line.kind].name} ngày {day_words(line.on)}). Hãy đảo bút toán sau trước, hoặc đảo"
                    " cùng lúc.",
                    person=people[person_id],
                )
            until = following.on if following is not None else None
            if line.sign == 1 and until != line.on:
                joined_on, application_on = kept.get(
                    (person_id, line.unit_id, line.on), (joined_before.get(person_id, lines[0].on), None)
                )
                if is_sector_change(line) and rows and rows[-1][0] == person_id:
                    # The same membership goes on under another sector.
                    joined_on, application_on = rows[-1][7:9]
                rows.append(
                    (
                        person_id,
                        line.unit_id,
                        DateRange(line.on, until),
                        True,
                        people[person_id].sort_key,
                        line.sector,
                        line.sex,
                        joined_on,
                        application_on,
                    )
                )
    ended = dict(
        Unit.objects.filter(pk__in={row[1] for row in rows}, ended_on__isnull=False).values_list(
            "pk", "ended_on"
        )
    )
    for row in rows:
        end = ended.get(row[1])
        if end is not None and (row[2].upper is None or row[2].upper > end):
            raise CannotReverse(
                f"{people[row[0]].full_name}: đơn vị cũ đã kết thúc từ ngày {day_words(end)}, không thể trở lại."
                " Hãy ghi chuyển sinh hoạt đến đơn vị khác.",
                person=people[row[0]],
            )
    insert_memberships(rows)
