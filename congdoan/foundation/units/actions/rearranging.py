"""The net effect of a whole decision on the tree, written at once: units founded, changed, ended on one day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.measures.actions import placements_change
from congdoan.foundation.units.models import Decision, Unit, UnitPlacement, UnitVersion
from congdoan.kit.text import name_sort_key, nfc, search_key

_BATCH = 2000


@dataclass(frozen=True)
class Founded:
    """A unit to be founded; its superior by code, which may be founded by the same decision."""

    code: str
    name: str
    short_name: str
    kind: str
    parent: str
    sector: str | None = None
    territory: str | None = None


@dataclass(frozen=True)
class Rearranged:
    """What an existing unit becomes; None leaves a field. ``parent`` is a code."""

    unit: Unit
    name: str | None = None
    short_name: str | None = None
    kind: str | None = None
    parent: str | None = None
    sector: str | None = None
    territory: str | None = None


def hold_units(unit_ids: Iterable[int]) -> dict[int, Unit]:
    """The units as they are now, held until the end of the transaction: none of them can be ended or divided
    meanwhile. Whoever books for people or employers of a unit holds the unit first, and people and employers after
    it, so that a booking and a rearrangement come one after the other and never wait for each other in a circle."""
    ids = sorted(set(unit_ids))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM units_unit WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [ids])
    return Unit.objects.in_bulk(ids)


def hold_units_alone(unit_ids: Iterable[int]) -> None:
    """Wait until nobody books for these units any more, and let nobody begin to, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM units_unit WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(set(unit_ids))]
        )


@transaction.atomic
def rearrange(
    *,
    on: date,
    founded: Sequence[Founded],
    changes: Sequence[Rearranged],
    ended: Sequence[Unit],
    decision: Decision | None,
) -> dict[str, Unit]:
    """Write what a checked decision makes of the tree from ``on``; returns the founded units by code.

    The caller (registry.reorganisation) has checked the laws of the tree, holds the ended units alone, and journals.
    The placements of everything below the units are rewritten once, whatever the number of changes.
    """
    made = Unit.objects.bulk_create(
        [
            Unit(
                code=item.code,
                name=nfc(item.name),
                name_key=search_key(item.name),
                sort_key=_sort_key(item.name),
                founded_on=on,
            )
            for item in founded
        ],
        batch_size=_BATCH,
    )
    by_code = {unit.code: unit.pk for unit in made}
    wanted = {item.parent for item in founded} | {item.parent for item in changes if item.parent}
    wanted -= by_code.keys()
    by_code.update(Unit.objects.filter(code__in=wanted).values_list("code", "pk"))
    placed = [change.unit.pk for change in changes if change.parent is not None]
    gone = [unit.pk for unit in ended]
    affected = set(
        UnitPlacement.objects.filter(ancestor__in=[*placed, *gone], during__overlap=DateRange(on, None))
        .values_list("unit_id", flat=True)
        .distinct()
    )
    with placements_change(sorted(affected)):
        _write_versions(on, changes, by_code, decision)
        UnitVersion.objects.bulk_create(
            [
                UnitVersion(
                    unit=unit,
                    during=DateRange(on, None),
                    name=nfc(item.name),
                    short_name=nfc(item.short_name or item.name)[:120],
                    kind_id=item.kind,
                    parent_id=by_code[item.parent],
                    sector_id=item.sector,
                    territory_id=item.territory,
                    decision=decision,
                )
                for unit, item in zip(made, founded, strict=True)
            ],
            batch_size=_BATCH,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE units_unitversion SET during = daterange(lower(during), %s)"
                " WHERE unit_id = ANY(%s) AND (upper_inf(during) OR upper(during) > %s)",
                [on, gone, on],
            )
            cursor.execute("UPDATE units_unit SET ended_on = %s WHERE id = ANY(%s)", [on, gone])
        _rebuild([*affected, *(unit.pk for unit in made)])
    return {unit.code: unit for unit in made}


def _write_versions(
    on: date, changes: Sequence[Rearranged], by_code: dict[str, int], decision: Decision | None
) -> None:
    current = {
        version.unit_id: version
        for version in UnitVersion.objects.select_for_update(of=("self",)).filter(
            unit__in=[change.unit.pk for change in changes], during__contains=on
        )
    }
    fresh: list[UnitVersion] = []
    amended: list[UnitVersion] = []
    cut: list[int] = []
    renamed: list[Unit] = []
    for change in changes:
        version = current[change.unit.pk]
        values = {
            "name": nfc(change.name) if change.name else version.name,
            "short_name": nfc(change.short_name)[:120] if change.short_name else version.short_name,
            "kind_id": change.kind or version.kind_id,
            "parent_id": by_code[change.parent] if change.parent else version.parent_id,
            "sector_id": change.sector or version.sector_id,
            "territory_id": change.territory or version.territory_id,
        }
        if version.during.lower == on:
            for name, value in values.items():
                setattr(version, name, value)
            version.decision = decision or version.decision
            amended.append(version)
        else:
            cut.append(version.pk)
            during = DateRange(on, version.during.upper)
            fresh.append(UnitVersion(unit=change.unit, during=during, decision=decision, **values))
        if change.name:
            unit = change.unit
            unit.name = nfc(change.name)
            unit.name_key, unit.sort_key = search_key(change.name), _sort_key(change.name)
            renamed.append(unit)
    UnitVersion.objects.bulk_update(
        amended,
        ["name", "short_name", "kind", "parent", "sector", "territory", "decision"],
        batch_size=_BATCH,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE units_unitversion SET during = daterange(lower(during), %s) WHERE id = ANY(%s)", [on, cut]
        )
    UnitVersion.objects.bulk_create(fresh, batch_size=_BATCH)
    Unit.objects.bulk_update(renamed, ["name", "name_key", "sort_key"], batch_size=_BATCH)


@contextmanager
def replaced(unit_ids: Sequence[int]) -> Iterator[None]:
    """Around rows of versions being put back as they were: the placements of these units follow, and the figures of
    all above them."""
    with placements_change(list(unit_ids)):
        yield
        _rebuild(unit_ids)


def annul(*, unit_ids: Sequence[int], at: datetime) -> None:
    """The founding of these units was taken back: they are no longer anywhere in the tree on any day. What names them
    for ever (the ledger, the audit) still can; their codes are free again. Their versions are gone already."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM units_unitplacement WHERE unit_id = ANY(%s)", [list(unit_ids)])
        cursor.execute(
            "DELETE FROM measures_measuretotal WHERE unit_id = ANY(%s) AND n = 0", [list(unit_ids)]
        )
        cursor.execute(
            "UPDATE units_unit SET annulled_at = %s, code = left(code, 28) || '~' || id WHERE id = ANY(%s)",
            [at, list(unit_ids)],
        )


def _rebuild(unit_ids: Iterable[int]) -> None:
    from congdoan.foundation.units.actions import rebuild_placements

    rebuild_placements(unit_ids)


def _sort_key(name: str) -> str:
    return " ".join(name_sort_key(word) for word in nfc(name).split())[:400]
