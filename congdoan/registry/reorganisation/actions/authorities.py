"""Which kinds of bodies may decide what, from the day of a decision on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.succession.actions import watching
from congdoan.foundation.units.models import KindAuthority
from congdoan.registry.reorganisation.planning import AuthorityChange


def write_authorities(batch: UUID, on: date, changes: Sequence[AuthorityChange]) -> None:
    """From the day on the one kind holds the act no more and the other does. Journalled."""
    if not changes:
        return
    ids = list(
        KindAuthority.objects.filter(act__in={item.act for item in changes}).values_list("pk", flat=True)
    )
    with watching(batch, KindAuthority, "id", ids):
        for item in changes:
            for row in KindAuthority.objects.filter(
                kind=item.from_kind, act=item.act, during__overlap=DateRange(on, None)
            ):
                if row.during.lower is not None and row.during.lower >= on:
                    row.delete()
                else:
                    row.during = DateRange(row.during.lower, on)
                    row.save(update_fields=["during"])
    made = []
    for item in changes:
        if item.to_kind is None:
            continue
        taken = KindAuthority.objects.filter(
            kind=item.to_kind, act=item.act, during__overlap=DateRange(on, None)
        )
        if not taken.exists():
            made.append(
                KindAuthority.objects.create(
                    kind_id=item.to_kind,
                    act=item.act,
                    during=DateRange(on, None),
                    source=item.source,
                    verified=True,
                ).pk
            )
    from congdoan.foundation.succession.actions import journal_inserted

    journal_inserted(batch, KindAuthority, made)
