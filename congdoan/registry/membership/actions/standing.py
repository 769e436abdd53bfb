"""Open memberships: found and locked for a write, and ended by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.module_loading import autodiscover_modules

from congdoan.registry.membership.actions.book import day_words, hold_units_of, lock_people
from congdoan.registry.membership.actions.errors import LaterMovement, NotAMember
from congdoan.registry.membership.models import Membership
from congdoan.registry.people.models import Person


@dataclass
class OpenMembership:
    """A membership that is open, locked for the write."""

    id: int
    person_id: int
    unit_id: int
    since: date
    sector: str | None
    sex: str
    sort_key: str
    joined_on: date | None
    application_on: date | None


_OPEN_COLUMNS = "id, person_id, unit_id, lower(during), sector_id, sex, sort_key, joined_on, application_on"


def open_of_people(person_ids: Iterable[int]) -> dict[int, OpenMembership]:
    """Open memberships by person; their units are held first, then the people locked."""
    ids = list(set(person_ids))
    hold_units_of(ids)
    lock_people(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_OPEN_COLUMNS} FROM membership_membership
                WHERE person_id = ANY(%s) AND is_primary AND upper_inf(during)""",
            [ids],
        )
        return {row[1]: OpenMembership(*row) for row in cursor}


def open_then(person: Person, held: dict[int, OpenMembership], on: date) -> OpenMembership:
    """The open membership that holds on a day. Raises NotAMember or LaterMovement."""
    row = held.get(person.pk)
    if row is None or row.since > on:
        earlier = Membership.objects.filter(person=person, is_primary=True, during__contains=on).exists()
        if earlier:
            raise LaterMovement(
                f"{person.full_name}: đã có biến động ghi sau ngày {day_words(on)}. Hãy đảo các bút toán sau đó"
                " trước, hoặc chọn ngày muộn hơn.",
                person=person,
            )
        raise NotAMember(
            f"{person.full_name} không phải là đoàn viên vào ngày {day_words(on)}. Hãy kiểm tra lại ngày hoặc"
            " kết nạp trước.",
            person=person,
        )
    return row


#: Called with the people whose memberships end, in the transaction that ends them.
Parting = Callable[[Sequence[int]], None]
_PARTINGS: dict[str, Parting] = {}


def declare_parting(name: str, told: Parting) -> None:
    """Declared in a room's ``succession.py``: what must follow there when people leave a unit, for another or for good."""
    _PARTINGS[name] = told


def close_memberships(ended: Sequence[tuple[OpenMembership, date]]) -> None:
    """End memberships: from the day they hold no more; one that began on that very day leaves no row."""
    people = [row.person_id for row, _ in ended]
    autodiscover_modules("succession")
    for name in sorted(_PARTINGS):
        _PARTINGS[name](people)
    emptied = [row.id for row, on in ended if row.since == on]
    closed = [(row.id, on) for row, on in ended if row.since != on]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM membership_silence WHERE person_id = ANY(%s)", [people])
        if emptied:
            cursor.execute("DELETE FROM membership_membership WHERE id = ANY(%s)", [emptied])
        if closed:
            cursor.execute(
                """UPDATE membership_membership m SET during = daterange(lower(m.during), e.until_on)
                   FROM unnest(%s::bigint[], %s::date[]) AS e(id, until_on) WHERE m.id = e.id""",
                [[pk for pk, _ in closed], [on for _, on in closed]],
            )
