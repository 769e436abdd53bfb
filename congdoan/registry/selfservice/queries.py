"""Reads of members' requests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from congdoan.foundation.access.queries import may, scope
from congdoan.foundation.access.rules import Actor
from congdoan.kit.dates import format_date
from congdoan.kit.sealed import match_digest, match_key, unseal
from congdoan.kit.text import mask
from congdoan.registry.membership.queries import membership_on
from congdoan.registry.people.models import Employment, Person
from congdoan.registry.people.queries import unsealed
from congdoan.registry.people.rules import citizen_id_key, passport_key, plain_citizen_id
from congdoan.registry.selfservice import choices, rules
from congdoan.registry.selfservice.models import MemberRequest, Proof

#: So long one may go on after the code.
STAY = timedelta(minutes=30)
#: Who left so many days ago still finds the answer to what they asked.
_AFTER_LEAVING = timedelta(days=60)


def identity_key(typed: str) -> UUID | None:
    """What a citizen id or passport number, as typed, is found by: one key however it is written. None for a blank one."""
    plain = plain_citizen_id(typed)
    found = citizen_id_key(plain) if plain.isdigit() and len(plain) in {9, 12} else passport_key(typed)
    return found if isinstance(found, UUID) else None


def member_named(*, key: UUID, card: str, on: date) -> int | None:
    """The member, or one who left not long ago, to whom both an identity number and a card belong. One statement, found by
    the number alone, so that a wrong card costs the same time."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id FROM people_person p
               WHERE (p.citizen_id_key = %(key)s OR p.passport_key = %(key)s)
                 AND EXISTS (SELECT FROM membership_membership m WHERE m.person_id = p.id AND m.is_primary
                             AND (upper_inf(m.during) OR upper(m.during) > %(since)s) AND lower(m.during) <= %(on)s)
                 AND (upper(regexp_replace(p.card_number, '\\s', '', 'g')) = %(card)s
                      OR EXISTS (SELECT FROM cards_card c WHERE c.person_id = p.id AND c.state = 'valid'
                                 AND upper(regexp_replace(c.number, '\\s', '', 'g')) = %(card)s))
               ORDER BY p.id LIMIT 1""",
            {"key": key, "card": card, "on": on, "since": on - _AFTER_LEAVING},
        )
        row = cursor.fetchone()
    return row[0] if row else None


def pass_key(given: str) -> UUID | None:
    """The digest that a pass is kept as."""
    return match_key(given, kind="member_pass")


def holder(given: str, now: datetime) -> Person | None:
    """Whose pass this is, while it holds."""
    key = pass_key(given)
    if key is None:
        return None
    found = Proof.objects.filter(pass_key=key, passed_at__gt=now - STAY, person__isnull=False)
    proof = found.select_related("person").first()
    return proof.person if proof is not None else None


def job_of(person_id: int, on: date) -> Employment | None:
    """Where a person works on a day; of several the place begun last."""
    rows = Employment.objects.filter(person=person_id, during__contains=on).select_related("enterprise")
    return rows.order_by("-during", "-pk").first()


def values_of(person: Person, job: Employment | None, fields: Iterable[str]) -> dict[str, str]:
    """What the register says now, as text to compare: numbers by their keys, days as 1990-01-31."""
    found: dict[str, str] = {}
    for name in fields:
        if name == "job_title":
            found[name] = job.job_title if job is not None else ""
        elif name in choices.IDENTITY:
            found[name] = str(getattr(person, f"{name}_key") or "")
        elif name == "birth_on":
            exact = person.birth_precision == "day" or person.birth_on is None
            found[name] = str(person.birth_on or "") + ("" if exact else f" {person.birth_precision}")
        else:
            found[name] = getattr(person, name)
    return found


def mark_of(person: Person, job: Employment | None, fields: Iterable[str]) -> str:
    """A mark of what the register says of these fields: another one when any of them changed."""
    text = json.dumps(values_of(person, job, sorted(fields)), sort_keys=True)
    return match_digest(text, kind="seen").hex()


@dataclass(frozen=True)
class Content:
    """What a request says. ``proposed`` in plain values; ``before`` as values_of gave it when it was sent."""

    proposed: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    reason: str = ""


def content_of(found: MemberRequest) -> Content:
    """What a request says, for the page of those who may read it; empty once it was emptied."""
    text = unseal(found.content_sealed)
    return Content(**json.loads(text)) if text else Content()


@dataclass(frozen=True)
class Line:
    """A field of a change, side by side. ``changed``: the register says something else than when it was sent."""

    label: str
    now: str
    proposed: str
    changed: bool


def lines_of(found: MemberRequest, person: Person, job: Employment | None) -> list[Line]:
    """The register and the proposal side by side, in the order of the fields; numbers masked."""
    content = content_of(found)
    now = values_of(person, job, content.proposed)
    numbers = unsealed(person)
    lines = []
    for name, label in choices.FIELDS.items():
        if name not in content.proposed:
            continue
        shown, proposed = now[name], content.proposed[name]
        if name in choices.IDENTITY:
            held = getattr(numbers, name)
            shown, proposed = mask(held) if held else "", mask(proposed)
        elif name == "birth_on":
            shown = _born(person)
            proposed = format_date(date.fromisoformat(proposed))
        lines.append(
            Line(label.capitalize(), shown, proposed, now[name] != content.before.get(name, now[name]))
        )
    return lines


def _born(person: Person) -> str:
    if person.birth_on is None:
        return ""
    if person.birth_precision == "year":
        return str(person.birth_on.year)
    return f"{person.birth_on:%m/%Y}" if person.birth_precision == "month" else format_date(person.birth_on)


def masked_contact(value: str) -> str:
    """A phone or e-mail address as its owner recognises it and nobody else can use it."""
    name, at, host = value.partition("@")
    if at:
        return f"{name[:2]}{'•' * max(3, len(name) - 2)}@{host}"
    return mask(value) if value else ""


def requests_of(person: Person) -> QuerySet[MemberRequest]:
    """What a person asked for, the newest first."""
    return MemberRequest.objects.filter(person=person).order_by("-pk")


def visible_requests(actor: Actor) -> QuerySet[MemberRequest]:
    """Requests at units where the actor holds all that answering them needs."""
    if actor.is_system:
        return MemberRequest.objects.all()

    def reached(*capabilities: str) -> Q:
        found = Q()
        for capability in capabilities:
            found &= scope(actor, capability).filter("unit")
        return found

    of_numbers = Q(fields__overlap=list(choices.IDENTITY))
    change = Q(kind=choices.CHANGE) & reached(*rules.CHANGE_NEEDS)
    return MemberRequest.objects.filter(
        (change & (~of_numbers | reached(rules.IDENTITY_NEEDS)))
        | (Q(kind=choices.LEAVE) & reached(rules.LEAVE_NEEDS))
    )


def request_for(actor: Actor, pk: int) -> MemberRequest | None:
    """One request the actor may read. An open one whose member went elsewhere is read there alone, also before it
    followed."""
    found = visible_requests(actor).filter(pk=pk).select_related("person", "unit").first()
    if found is None or not found.is_open:
        return found
    held = membership_on(found.person_id, actor.today)
    if held is not None and held.unit_id != found.unit_id:
        if not all(may(actor, capability, held.unit) for capability in rules.needs(found.kind, found.fields)):
            return None
    return found


def waiting(actor: Actor) -> dict[str, tuple[int, date]]:
    """{kind: (how many wait for the actor, since when)}. One query; none for who may answer nothing."""
    if not actor.has_anywhere(rules.LEAVE_NEEDS) and not actor.has_anywhere(rules.CHANGE_NEEDS[0]):
        return {}
    rows: Any = (
        visible_requests(actor)
        .filter(state=choices.OPEN)
        .values("kind")
        .annotate(n=Count("pk"), first=Min("asked_on"))
    )
    return {row["kind"]: (row["n"], row["first"]) for row in rows.order_by("kind")}
