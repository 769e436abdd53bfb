"""Where people work: written, completed, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.kit.bulk import copy_rows
from congdoan.kit.text import nfc
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.people import choices
from congdoan.registry.people.actions.registering import PeopleError
from congdoan.registry.people.models import Employment, Person
from congdoan.registry.people.queries import EmploymentFacts, employment_facts, facts_of

_CONTRACTS = {code for code, _ in choices.CONTRACT_KINDS} | {""}
_COLUMNS = {
    "person_id": "int8",
    "enterprise_id": "int8",
    "during": "daterange",
    "contract_kind": "varchar",
    "contract_from": "date",
    "contract_to": "date",
    "job_title": "varchar",
}


@dataclass(frozen=True)
class EmploymentData:
    """A person works at an enterprise from a day; ``until_on`` is the first day no more, ``contract_to`` the
    contract's last day (None: without an end)."""

    person: Person
    enterprise: Enterprise
    from_on: date
    until_on: date | None = None
    contract_kind: str = ""
    contract_from: date | None = None
    contract_to: date | None = None
    job_title: str = ""


@dataclass(frozen=True)
class EmploymentChange:
    """What `employ` made of one item: the row as it was (None: there was none) and as it is."""

    person_id: int
    before: EmploymentFacts | None
    after: EmploymentFacts


@transaction.atomic
def employ(*, actor: Actor, items: Sequence[EmploymentData]) -> list[EmploymentChange]:
    """Write where people work. Returns what was written or changed, in the order of the items.

    When the person already works at that enterprise in an overlapping time, that row is completed with what is
    new (contract, job, end) instead of being doubled. Raises PeopleError for a range that ends before it begins.
    """
    if not actor.has_anywhere("people.edit"):
        raise refuse("people.edit")
    if not items:
        return []
    for item in items:
        _check(item)
    known = _known(items, locked=True)
    fresh: list[Employment] = []
    changed: dict[int, Employment] = {}
    made: dict[int, tuple[EmploymentFacts | None, Employment]] = {}
    for item in items:
        place = (item.person.pk, item.enterprise.pk)
        row = _row_of(known, item)
        if row is None:
            row = Employment(
                person_id=item.person.pk,
                enterprise_id=item.enterprise.pk,
                during=DateRange(item.from_on, item.until_on),
                contract_kind=item.contract_kind,
                contract_from=item.contract_from,
                contract_to=item.contract_to,
                job_title=nfc(item.job_title)[:150],
            )
            known.setdefault(place, []).append(row)
            fresh.append(row)
            made[id(row)] = (None, row)
            continue
        before = facts_of(row)
        if _complete(row, item):
            made.setdefault(id(row), (before, row))
            if row.pk is not None:
                changed[row.pk] = row
    copy_rows(
        "people_employment",
        _COLUMNS,
        (
            (
                row.person_id,
                row.enterprise_id,
                DateRange(row.during.lower, row.during.upper),
                row.contract_kind,
                row.contract_from,
                row.contract_to,
                row.job_title,
            )
            for row in fresh
        ),
    )
    Employment.objects.bulk_update(changed.values(), _CHANGING, 1000)
    first = items[0]
    record(
        actor=actor,
        verb="people.employ",
        obj=first.person if len(items) == 1 else None,
        summary=f"Ghi nơi làm việc của {first.person.full_name}: {first.enterprise.name}"
        if len(items) == 1
        else f"Ghi nơi làm việc của {len(items)} người",
        data={"count": len(items), "new": len(fresh), "changed": len(changed)},
    )
    return [EmploymentChange(row.person_id, before, facts_of(row)) for before, row in made.values()]


_CHANGING = ["during", "contract_kind", "contract_from", "contract_to", "job_title"]


def would_employ(items: Sequence[EmploymentData]) -> list[bool]:
    """Whether `employ` would write or change something for each item alone. One query, writes nothing."""
    known = _known(items, locked=False)
    found = []
    for item in items:
        row = _row_of(known, item)
        found.append(row is None or _complete(row, item))
    return found


@transaction.atomic
def take_back_employments(*, actor: Actor, changes: Sequence[EmploymentChange]) -> int:
    """Undo what `employ` made: rows it wrote go, rows it completed get back what they said. Rows that say something
    else by now stay as they are. Returns how many rows went or were changed."""
    if not actor.has_anywhere("people.edit"):
        raise refuse("people.edit")
    standing = employment_facts([change.person_id for change in changes], locked=True)
    gone: list[int] = []
    restored: list[Employment] = []
    for change in changes:
        row = standing.get((change.person_id, change.after.enterprise_id, change.after.from_on))
        if row is None or facts_of(row) != change.after:
            continue
        if change.before is None:
            gone.append(row.pk)
            continue
        before = change.before
        row.during = DateRange(before.from_on, before.until_on)
        row.contract_kind, row.job_title = before.contract_kind, before.job_title
        row.contract_from, row.contract_to = before.contract_from, before.contract_to
        restored.append(row)
    Employment.objects.filter(pk__in=gone).delete()
    Employment.objects.bulk_update(restored, _CHANGING, 1000)
    if gone or restored:
        record(
            actor=actor,
            verb="people.take_back_employments",
            summary=f"Hoàn tác nơi làm việc của {len(gone) + len(restored)} người",
            data={"removed": len(gone), "restored": len(restored)},
        )
    return len(gone) + len(restored)


def _check(item: EmploymentData) -> None:
    if item.until_on is not None and item.until_on <= item.from_on:
        raise PeopleError(f"{item.person.full_name}: ngày nghỉ việc phải sau ngày vào làm.")
    if item.contract_kind not in _CONTRACTS:
        raise PeopleError(f"{item.person.full_name}: không có loại hợp đồng “{item.contract_kind}”.")
    if item.contract_from and item.contract_to and item.contract_to < item.contract_from:
        raise PeopleError(f"{item.person.full_name}: ngày cuối của hợp đồng trước ngày bắt đầu.")


def _known(items: Sequence[EmploymentData], *, locked: bool) -> dict[tuple[int, int], list[Employment]]:
    known: dict[tuple[int, int], list[Employment]] = {}
    rows = Employment.objects.select_for_update() if locked else Employment.objects
    for row in rows.filter(
        person__in=[item.person.pk for item in items], enterprise__in={item.enterprise.pk for item in items}
    ):
        known.setdefault((row.person_id, row.enterprise_id), []).append(row)
    return known


def _row_of(known: dict[tuple[int, int], list[Employment]], item: EmploymentData) -> Employment | None:
    rows = known.get((item.person.pk, item.enterprise.pk), ())
    return next((row for row in rows if _overlap(row.during, item.from_on, item.until_on)), None)


def _overlap(during: Any, from_on: date, until_on: date | None) -> bool:
    return (until_on is None or during.lower < until_on) and (during.upper is None or from_on < during.upper)


def _complete(row: Employment, item: EmploymentData) -> bool:
    """Put what is new into the row; whether anything was."""
    before = (row.during, row.contract_kind, row.contract_from, row.contract_to, row.job_title)
    if item.until_on is not None and row.during.upper is None and item.until_on > row.during.lower:
        row.during = DateRange(row.during.lower, item.until_on)
    if item.contract_from is not None:
        # A newer contract replaces the whole of the older one: its end may be open on purpose.
        row.contract_from, row.contract_to = item.contract_from, item.contract_to
    row.contract_kind = item.contract_kind or row.contract_kind
    row.job_title = nfc(item.job_title)[:150] or row.job_title
    return before != (row.during, row.contract_kind, row.contract_from, row.contract_to, row.job_title)
