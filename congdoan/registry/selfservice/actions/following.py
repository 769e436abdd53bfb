"""Open requests go with the member from union to union."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

_FOLLOW = """
    UPDATE selfservice_memberrequest r SET unit_id = m.unit_id FROM membership_membership m
    WHERE m.person_id = r.person_id AND m.is_primary AND upper_inf(m.during) AND r.state = 'open'
      AND r.unit_id <> m.unit_id
"""


def follow_after(people: Sequence[int]) -> None:
    """Once the transaction in which these people left their unit is committed, their open requests are where they are then.
    What a crash leaves behind, the job makes up for."""
    asked = list(people)

    def follow() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"{_FOLLOW} AND r.person_id = ANY(%s)", [asked])

    transaction.on_commit(follow, robust=True)


def follow_all() -> int:
    """Every open request is where its member is: also after bodies were rearranged. Returns how many went."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW)
        return cursor.rowcount
