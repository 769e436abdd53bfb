"""Signs of life: written down by the acts that bring them, looked for at night, and asked of officers each quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import Max

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.messaging.models import Notice
from congdoan.foundation.messaging.queries import office_hours
from congdoan.kit.lists import COUNT_LIMIT, names_url
from congdoan.kit.numbers import format_number
from congdoan.registry.membership import rules
from congdoan.registry.membership.actions.book import require_everywhere
from congdoan.registry.membership.actions.errors import MembershipError
from congdoan.registry.membership.choices import ALIVE
from congdoan.registry.membership.models import LifeSign, Membership, Silence
from congdoan.registry.membership.silence import silent_count, silent_since
from congdoan.registry.people.models import Person

#: So many people are looked at in one transaction.
_CHUNK = 50_000


def record_signs(*, people: Sequence[int], on: date, kind: str, by: str) -> None:
    """Write down that these people were heard of on a day, in the transaction of the act that brought it (the caller has
    checked the right): one sign of a kind a day. They are silent no longer. Two statements, however many they are."""
    LifeSign.objects.bulk_create(
        [LifeSign(person_id=pk, on=on, kind=kind, by=by[:200]) for pk in people], ignore_conflicts=True
    )
    end_silence(people)


def end_silence(people: Sequence[int]) -> None:
    """Take these people off the list of the silent."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM membership_silence WHERE person_id = ANY(%s)", [list(people)])


@transaction.atomic
def confirm_alive(*, actor: Actor, on: date, people: Sequence[int]) -> int:
    """An officer says that these members still take part. Needs people.edit where they are members. Returns how many.
    Raises Forbidden, MembershipError for one who is a member no longer."""
    asked = sorted(set(people))
    held = list(
        Membership.objects.filter(
            person__in=asked, is_primary=True, during__contains=actor.today
        ).select_related("unit", "person")
    )
    if not held or len(held) < len(asked):
        raise MembershipError("Có người không còn là đoàn viên. Hãy tải lại trang.")
    require_everywhere(actor, "people.edit", [row.unit for row in held])
    record_signs(people=asked, on=on, kind=ALIVE, by=actor.name)
    record(
        actor=actor,
        verb="membership.confirm_alive",
        unit_id=held[0].unit_id,
        obj=held[0].person if len(held) == 1 else None,
        summary=f"Xác nhận còn sinh hoạt: {held[0].person.full_name if len(held) == 1 else f'{len(held)} đoàn viên'}",
        data={"people": asked[:2000]},
    )
    return len(held)


#: What silence.py says, in one statement for a stretch of people.
_FIND = """
    WITH found AS MATERIALIZED (
        SELECT * FROM (
            SELECT m.person_id, m.unit_id, m.sort_key,
                   GREATEST(v.at, w.at, c.at, l.at, i.at,
                            CASE WHEN p.updated_at > p.created_at
                                 THEN (p.updated_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date END) AS seen
            FROM membership_membership m
            JOIN people_person p ON p.id = m.person_id
            LEFT JOIN (SELECT person_id, max((recorded_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) AS at
                       FROM membership_movement
                       WHERE person_id BETWEEN %(first)s AND %(last)s
                         AND kind NOT IN ('reorganise_in', 'reorganise_out')
                       GROUP BY 1) v ON v.person_id = m.person_id
            LEFT JOIN (SELECT person_id,
                              max(GREATEST(lower(during), CASE WHEN contract_from <= %(on)s THEN contract_from END)) AS at
                       FROM people_employment
                       WHERE person_id BETWEEN %(first)s AND %(last)s AND lower(during) <= %(on)s
                       GROUP BY 1) w ON w.person_id = m.person_id
            LEFT JOIN (SELECT person_id, max(given_on) AS at FROM people_consent
                       WHERE person_id BETWEEN %(first)s AND %(last)s GROUP BY 1) c ON c.person_id = m.person_id
            LEFT JOIN (SELECT person_id, max("on") AS at FROM membership_lifesign
                       WHERE person_id BETWEEN %(first)s AND %(last)s GROUP BY 1) l ON l.person_id = m.person_id
            LEFT JOIN listed_members i ON i.person_id = m.person_id
            WHERE m.person_id BETWEEN %(first)s AND %(last)s AND m.is_primary AND m.during @> %(on)s::date
        ) s WHERE seen IS NULL OR seen < %(since)s
    ), gone AS (
        DELETE FROM membership_silence s
        WHERE s.person_id BETWEEN %(first)s AND %(last)s
          AND NOT EXISTS (SELECT FROM found f WHERE f.person_id = s.person_id)
    )
    INSERT INTO membership_silence AS s (person_id, unit_id, sort_key, last_seen_on)
    SELECT person_id, unit_id, sort_key, seen FROM found
    ON CONFLICT (person_id) DO UPDATE
    SET unit_id = excluded.unit_id, sort_key = excluded.sort_key, last_seen_on = excluded.last_seen_on
    WHERE (s.unit_id, s.sort_key, s.last_seen_on)
          IS DISTINCT FROM (excluded.unit_id, excluded.sort_key, excluded.last_seen_on)
"""


def find_silent(*, on: date) -> int:
    """Look at every member for what silence.py counts as a sign, a stretch of people at a time, each in a transaction of its
    own: one that was cut off is made up for the next night. Returns how many are silent."""
    since = silent_since(on)
    last = Person.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS listed_members")
        cursor.execute(
            """CREATE TEMP TABLE listed_members AS
               SELECT r.matched_id AS person_id, max((n.committed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) AS at
               FROM imports_importrun n JOIN imports_importrow r ON r.run_id = n.id
               WHERE n.kind = 'members' AND n.committed_at IS NOT NULL AND n.undone_at IS NULL
                 AND r.outcome IN ('update', 'unchanged') AND r.matched_id IS NOT NULL
               GROUP BY 1"""
        )
        cursor.execute("ANALYZE listed_members")
        for first in range(1, last + 1, _CHUNK):
            with transaction.atomic():
                cursor.execute(_FIND, {"first": first, "last": first + _CHUNK - 1, "on": on, "since": since})
        cursor.execute("DROP TABLE listed_members")
    return Silence.objects.count()


def remind_silent(*, actor: Actor, on: date) -> int:
    """On a working day, once a quarter, tell those who end memberships that members in their scope are silent: at each union
    whoever holds that right there, else at the nearest body above. Returns how many notices were made."""
    if not office_hours(on).is_worked(on):
        return 0
    quarter = f"{on.year}Q{(on.month + 2) // 3}"
    key = f"membership.silent:{quarter}"
    told = set(Notice.objects.filter(key=key).values_list("user_id", flat=True))
    made = 0
    for user in User.objects.filter(pk__in=_nearest_holders(on) - told).order_by("pk"):
        n = silent_count(Actor(user=user, today=on), COUNT_LIMIT + 1)
        if not n:
            continue
        words = format_number(n) if n <= COUNT_LIMIT else f"Hơn {format_number(COUNT_LIMIT)}"
        made += len(
            notify(
                actor=actor,
                kind=rules.SILENT.code,
                subject=f"{words} đoàn viên lâu không có dấu hiệu sinh hoạt",
                body="Hãy hỏi công đoàn cơ sở: ai còn sinh hoạt thì xác nhận, ai đã nghỉ thì ghi vào sổ.",
                url=names_url("membership.silent", {}),
                users=[user],
                key=key,
            )
        )
    return made


def _nearest_holders(on: date) -> set[int]:
    """Who is to be told of the silent members of any unit: holders of membership.end at it, else at the nearest body above
    (messaging.queries.responsible_users, for all units at once)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT user_id FROM (
                   SELECT g.user_id, p.depth, min(p.depth) OVER (PARTITION BY p.unit_id) AS nearest
                   FROM (SELECT DISTINCT unit_id FROM membership_silence) s
                   JOIN units_unitplacement p ON p.unit_id = s.unit_id AND p.is_last
                   JOIN access_grant g ON g.unit_id = p.ancestor_id AND g.during @> %s::date
                     AND (g.reach = 'below' OR p.ancestor_id = p.unit_id)
                   JOIN access_role r ON r.code = g.role_id AND 'membership.end' = ANY(r.capabilities)
                   JOIN accounts_user u ON u.id = g.user_id AND u.is_active
               ) held WHERE depth = nearest""",
            [on],
        )
        return {pk for (pk,) in cursor}
