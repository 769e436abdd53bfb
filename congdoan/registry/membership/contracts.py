"""Contracts of foreign members that end. By Law 50/2024/QH15 Art. 5 a foreign citizen who works under a labour contract of
full 12 months or more may join; when it ends without another, the union looks whether it was renewed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from congdoan.foundation.access.queries import Scope, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.queries import parameter
from congdoan.registry.membership.models import ContractNotice


class Ending(NamedTuple):
    """A foreign member of a unit and the last day of their last known contract."""

    person_id: int
    unit_id: int
    contract_end: date


def notice_days(on: date) -> int:
    """So many days before the end the union acts."""
    return int(parameter("membership.contract_notice_days", on=on).value)


def endings(
    on: date,
    until: date,
    *,
    within: Scope | None = None,
    units: Iterable[int] | None = None,
    people: Iterable[int] | None = None,
) -> list[Ending]:
    """Foreign members on a day whose last known contract has ended, or ends by ``until``, the earliest first; not who works
    by a later contract or one without an end, nor of whom no contract is known. One statement, which begins with the foreign
    people, who are few; ``within``, ``units`` and ``people`` narrow it."""
    where, values = ["p.nationality <> 'VN'"], []
    if within is not None:
        text, given = within.sql("m.unit_id")
        where.append(text)
        values += given
    for column, asked in (("m.unit_id", units), ("p.id", people)):
        if asked is not None:
            where.append(f"{column} = ANY(%s)")
            values.append(list(asked))
    known: list[Any] = [on, on, on, until]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.id, m.unit_id, e.last FROM people_person p
                JOIN membership_membership m ON m.person_id = p.id AND m.is_primary AND m.during @> %s::date
                JOIN LATERAL (
                    SELECT max(contract_to) AS last, bool_or(contract_to IS NULL AND during @> %s::date) AS endless
                    FROM people_employment e WHERE e.person_id = p.id AND lower(e.during) <= %s
                ) e ON e.last <= %s AND NOT e.endless
                WHERE {" AND ".join(where)} ORDER BY e.last, p.id""",
            [*known, *values],
        )
        return [Ending(*row) for row in cursor]


def waiting(on: date, *, people: Iterable[int] | None = None) -> list[Ending]:
    """Whose contract has ended or ends soon, everywhere."""
    return endings(on, on + timedelta(days=notice_days(on)), people=people)


def ending_for(actor: Actor, on: date) -> list[Ending]:
    """Of these, whose membership the actor may end: who is to act."""
    until = on + timedelta(days=notice_days(on))
    return endings(on, until, within=scope(actor, "membership.end"))


def contracts_waiting(actor: Actor, on: date) -> dict[str, tuple[int, date]]:
    """{"ended" or "ending": (how many wait for the actor, the earliest end)}. Two queries."""
    found: dict[str, tuple[int, date]] = {}
    for row in ending_for(actor, on):
        name = "ended" if row.contract_end < on else "ending"
        n, first = found.get(name, (0, row.contract_end))
        found[name] = (n + 1, first)
    return found


def told_on(day: date) -> QuerySet[ContractNotice]:
    """Of whom officers were told on a day."""
    return ContractNotice.objects.filter(told_on=day)
