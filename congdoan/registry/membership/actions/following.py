"""What follows when a person's data is changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from congdoan.foundation.access.rules import Actor
from congdoan.registry.membership.actions.book import Book, Line
from congdoan.registry.membership.actions.ledger import in_force, ledger_of, reversal
from congdoan.registry.membership.queries import UnitHistory
from congdoan.registry.people.actions import PersonChange


def follow_people(actor: Actor, on: date, changes: Sequence[PersonChange], recorded_at: datetime) -> None:
    """Names and sexes were corrected: lists are ordered anew; what was booked under the wrong sex is reversed and
    booked under the right one, so that the ledger alone still gives every figure. (people.declare_follower)"""
    renamed = [change.person for change in changes if "sort_key" in change.before]
    if renamed:
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE membership_membership m SET sort_key = p.sort_key FROM people_person p
                   WHERE p.id = m.person_id AND p.id = ANY(%s)""",
                [[person.pk for person in renamed]],
            )
    sexes = {change.person.pk: change.person.sex for change in changes if "sex" in change.before}
    if not sexes:
        return
    ledgers = ledger_of(sexes)
    wrong = [
        line for ledger in ledgers.values() for line in in_force(ledger) if line.sex != sexes[line.person_id]
    ]
    book = Book(
        actor,
        UnitHistory({line.unit_id for line in wrong}),
        recorded_at=recorded_at,
        decision=None,
        batch=None,
    )
    reason = "Sửa giới tính trong thông tin cá nhân"
    for line in wrong:
        book.add(reversal(line, reason))
    for line in wrong:
        again = Line(
            line.kind,
            line.sign,
            line.person_id,
            line.unit_id,
            line.on,
            line.sector,
            sexes[line.person_id],
            reason,
            counter_unit_id=line.counter_unit_id,
            decision_id=line.decision_id,
            batch=line.batch,
        )
        book.add(again)
    book.write()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE membership_membership m SET sex = p.sex FROM people_person p
               WHERE p.id = m.person_id AND p.id = ANY(%s) AND m.sex <> p.sex""",
            [list(sexes)],
        )
