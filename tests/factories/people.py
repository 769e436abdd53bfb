"""Invented people and their admissions, for tests."""

from __future__ import annotations

from datetime import date

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.registry.membership.actions import Admission, admit
from congdoan.registry.people.actions import PersonData, register_people
from congdoan.registry.people.models import Person

_NAMES = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Hoàng Châu", "Phạm Đức Dũng", "Vũ Thị Giang", "Đỗ Quốc Hải")


def make_people(actor: Actor, count: int = 1, *, start: int = 0, **values: object) -> list[Person]:
    """People with names in turn and citizen ids that count up; women and men by turns."""
    items = []
    for number in range(start, start + count):
        given: dict[str, object] = {
            "full_name": _NAMES[number % len(_NAMES)],
            "birth_on": date(1990, 1, 1 + number % 28),
            "sex": "mf"[number % 2],
            "citizen_id": f"031090{number:06d}",
            **values,
        }
        items.append(PersonData(**given))  # type: ignore[arg-type]
    return register_people(actor=actor, on=actor.today, items=items)


def make_members(
    actor: Actor, unit: Unit, on: date, count: int = 1, *, start: int = 0, **values: object
) -> list[Person]:
    """People who are members of a unit since a day."""
    people = make_people(actor, count, start=start, **values)
    admit(actor=actor, items=[Admission(person, unit, on) for person in people])
    return people
