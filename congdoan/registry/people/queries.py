"""Reads of people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.kit.sealed import unseal
from congdoan.kit.text import search_key, search_prefix_query
from congdoan.registry.membership.models import Membership, Movement
from congdoan.registry.people import rules
from congdoan.registry.people.models import Employment, Person


@dataclass(frozen=True)
class Identity:
    """Unsealed numbers of one person; only `actions.reveal_identity` hands them out, and logs it."""

    citizen_id: str
    passport: str
    ethnicity: str


def within(actor: Actor, capability: str) -> QuerySet[Person]:
    """People the actor may meet with a capability: members, or last members, of units in scope.

    ``last_unit_id`` is annotated: the unit of the newest membership, or of the newest movement for a person
    whose admission was reversed.
    """
    newest = Membership.objects.filter(person=OuterRef("pk")).order_by("-during").values("unit")[:1]
    booked = Movement.objects.filter(person=OuterRef("pk")).order_by("-on", "-id").values("unit")[:1]
    found = Person.objects.annotate(last_unit_id=Coalesce(Subquery(newest), Subquery(booked)))
    return found.filter(scope(actor, capability).filter("last_unit_id"))


def find_by_identity(*, citizen_ids: Iterable[str] = (), passports: Iterable[str] = ()) -> dict[str, Person]:
    """People by the numbers asked for, written as they were asked: {"036…": Person, "B123": Person}.

    One query whatever the number of ids. Finds whoever is registered, in scope or not: it answers "is this the
    same person?" for actions and imports and never shows anything by itself.
    """
    wanted: dict[object, list[str]] = {}
    for given in citizen_ids:
        key = rules.citizen_id_key(given)
        if key is not None:
            wanted.setdefault(key, []).append(given)
    passport_keys: dict[object, list[str]] = {}
    for given in passports:
        key = rules.passport_key(given)
        if key is not None:
            passport_keys.setdefault(key, []).append(given)
    found: dict[str, Person] = {}
    if wanted:
        for person in Person.objects.filter(citizen_id_key__in=list(wanted)):
            found |= dict.fromkeys(wanted[person.citizen_id_key], person)
    if passport_keys:
        for person in Person.objects.filter(passport_key__in=list(passport_keys)):
            found |= dict.fromkeys(passport_keys[person.passport_key], person)
    return found


def namesakes(full_name: str, birth_on: date | None) -> QuerySet[Person]:
    """People of the same name without marks and the same birth date: who may be the same person."""
    typed = search_prefix_query(full_name)
    if not typed:
        return Person.objects.none()
    found = Person.objects.filter(
        search=SearchQuery(typed, search_type="raw", config="simple"), name_key=search_key(full_name)
    )
    return found.filter(birth_on=birth_on) if birth_on is not None else found


def employments_of(people: Sequence[int], on: date) -> dict[int, Employment]:
    """Where people work on a day, by person id; of several the one begun last. One query."""
    # One array instead of thousands of parameters: an export asks for everybody.
    asked = RawSQL("SELECT unnest(%s::bigint[])", [list(people)])
    rows = (
        Employment.objects.filter(person__in=asked, during__contains=on)
        .select_related("enterprise")
        .only("person_id", "enterprise_id", "enterprise__name")
        .order_by("person_id", "during")
    )
    return {row.person_id: row for row in rows}


class EmploymentFacts(NamedTuple):
    """What a row of Employment says, apart from whom it speaks of."""

    enterprise_id: int
    from_on: date
    until_on: date | None
    contract_kind: str
    contract_from: date | None
    contract_to: date | None
    job_title: str


def facts_of(row: Employment) -> EmploymentFacts:
    """What an employment says."""
    return EmploymentFacts(
        row.enterprise_id,
        row.during.lower,
        row.during.upper,
        row.contract_kind,
        row.contract_from,
        row.contract_to,
        row.job_title,
    )


def employment_facts(
    people: Sequence[int], *, locked: bool = False
) -> dict[tuple[int, int, date], Employment]:
    """All employments of people, by person, enterprise and first day. One query."""
    rows = Employment.objects.filter(person__in=people)
    if locked:
        rows = rows.select_for_update().order_by("pk")
    return {(row.person_id, row.enterprise_id, row.during.lower): row for row in rows}


def unsealed(person: Person) -> Identity:
    """The plain numbers of a person, for actions only: a screen goes through `actions.reveal_identity`."""
    return Identity(
        unseal(person.citizen_id_sealed), unseal(person.passport_sealed), unseal(person.ethnicity_sealed)
    )
