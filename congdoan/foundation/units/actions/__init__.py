"""Writes of the tree: creating, renaming, moving and ending union bodies.

They work on lists, because law moves thousands of bodies in one decision; one body is a list of one. The
rooms above wrap them with their own checks and bookings (registry.organisation).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.measures.actions import placements_change
from congdoan.foundation.units.actions.papers import keep_decision
from congdoan.foundation.units.actions.rearranging import (
    Founded,
    Rearranged,
    annul,
    hold_units,
    hold_units_alone,
    rearrange,
    replaced,
)
from congdoan.foundation.units.models import (
    Decision,
    KindAuthority,
    Unit,
    UnitKind,
    UnitLevel,
    UnitPlacement,
    UnitVersion,
)
from congdoan.foundation.units.queries import _CLOSURE_SQL
from congdoan.kit.text import name_sort_key, nfc, search_key

__all__ = [
    "Change",
    "Founded",
    "NewUnit",
    "Rearranged",
    "TreeError",
    "annul",
    "change_units",
    "create_units",
    "end_units",
    "hold_units",
    "hold_units_alone",
    "install_kinds",
    "keep_decision",
    "name_sort_of_unit",
    "rearrange",
    "rebuild_placements",
    "replaced",
]


class TreeError(ValueError):
    """A change the laws of the tree do not allow; the message says which unit and why."""


@dataclass(frozen=True)
class NewUnit:
    """A body to be created. ``founded_on`` is its first day."""

    code: str
    name: str
    short_name: str
    kind: str
    parent: Unit | None
    founded_on: date
    sector: str | None = None
    territory: str | None = None
    decision: Decision | None = None


@dataclass(frozen=True)
class Change:
    """What a unit becomes from a day on; None leaves a field as it was."""

    unit: Unit
    name: str | None = None
    short_name: str | None = None
    kind: str | None = None
    parent: Unit | None = None
    sector: str | None = None
    territory: str | None = None


@transaction.atomic
def create_units(*, actor: Actor, items: Sequence[NewUnit]) -> list[Unit]:
    """Create bodies with their first versions and their places in the tree.

    Parents must exist on the founding day. Raises TreeError naming the body: taken code, unknown parent day,
    a kind that does not stand under that kind or not on that day.
    """
    if not items:
        return []
    kinds = {kind.code: kind for kind in UnitKind.objects.prefetch_related("child_kinds")}
    taken = set(Unit.objects.filter(code__in=[item.code for item in items]).values_list("code", flat=True))
    parents = {item.parent.pk: item.parent for item in items if item.parent is not None}
    parent_versions: dict[int, list[UnitVersion]] = {}
    for version in UnitVersion.objects.filter(unit__in=parents).order_by("during"):
        parent_versions.setdefault(version.unit_id, []).append(version)
    for item in items:
        _check_kind(item, kinds, parent_versions)
        if item.code in taken:
            raise TreeError(f"Mã đơn vị {item.code} đã được dùng. Hãy chọn mã khác.")
    units = Unit.objects.bulk_create(
        [
            Unit(
                code=item.code,
                name=nfc(item.name),
                name_key=search_key(item.name),
                sort_key=name_sort_of_unit(item.name),
                founded_on=item.founded_on,
            )
            for item in items
        ]
    )
    UnitVersion.objects.bulk_create(
        [
            UnitVersion(
                unit=unit,
                during=DateRange(item.founded_on, None),
                name=nfc(item.name),
                short_name=nfc(item.short_name),
                kind_id=item.kind,
                parent=item.parent,
                sector_id=item.sector,
                territory_id=item.territory,
                decision=item.decision,
            )
            for unit, item in zip(units, items, strict=True)
        ]
    )
    rebuild_placements([unit.pk for unit in units])
    _audit(actor, "units.create", units, "Lập", items[0].decision)
    return units


def _check_kind(
    item: NewUnit, kinds: dict[str, UnitKind], parent_versions: dict[int, list[UnitVersion]]
) -> None:
    kind = kinds.get(item.kind)
    if kind is None:
        raise TreeError(f"{item.name}: không có loại đơn vị “{item.kind}”.")
    if item.founded_on not in kind.during:
        raise TreeError(
            f"{item.name}: loại “{kind.name}” không có hiệu lực vào ngày {item.founded_on:%d/%m/%Y}."
        )
    if item.parent is None:
        return
    above = [
        version for version in parent_versions.get(item.parent.pk, []) if item.founded_on in version.during
    ]
    if not above:
        raise TreeError(f"{item.name}: {item.parent.name} không tồn tại vào ngày {item.founded_on:%d/%m/%Y}.")
    if kind not in kinds[above[0].kind_id].child_kinds.all():
        raise TreeError(f"{item.name}: “{kind.name}” không thể trực thuộc “{kinds[above[0].kind_id].name}”.")


def name_sort_of_unit(name: str) -> str:
    """Units are ordered word by word from the front, unlike people (given name first)."""
    return " ".join(name_sort_key(word) for word in nfc(name).split())[:400]


@transaction.atomic
def change_units(
    *, actor: Actor, on: date, changes: Sequence[Change], decision: Decision | None = None
) -> None:
    """From ``on``, units are called, are, or stand otherwise. Their history before that day is untouched.

    Raises TreeError when a unit does not exist on that day, a later version exists already, the new superior
    does not exist then, or a unit would come to stand below itself.
    """
    units = {change.unit.pk: change.unit for change in changes}
    current = {
        version.unit_id: version
        for version in UnitVersion.objects.select_for_update().filter(unit__in=units, during__contains=on)
    }
    moved = [change for change in changes if change.parent is not None]
    for change in changes:
        version = current.get(change.unit.pk)
        if version is None:
            raise TreeError(f"{change.unit.name} không tồn tại vào ngày {on:%d/%m/%Y}.")
        if version.during.upper is not None and version.during.upper != change.unit.ended_on:
            raise TreeError(
                f"{change.unit.name} đã có thay đổi sau ngày {on:%d/%m/%Y}; hãy hoàn tác thay đổi đó trước."
            )
    above = set(
        UnitPlacement.objects.filter(
            unit__in={change.parent.pk for change in moved if change.parent is not None},
            ancestor__in=[change.unit.pk for change in moved],
            during__contains=on,
        ).values_list("unit_id", "ancestor_id")
    )
    for change in moved:
        assert change.parent is not None
        if (change.parent.pk, change.unit.pk) in above:
            raise TreeError(f"{change.unit.name} không thể trực thuộc đơn vị cấp dưới của chính mình.")
        if on < change.parent.founded_on or (change.parent.ended_on and on >= change.parent.ended_on):
            raise TreeError(f"{change.parent.name} không tồn tại vào ngày {on:%d/%m/%Y}.")
    below = [change.unit.pk for change in moved]
    affected = list(
        UnitPlacement.objects.filter(ancestor__in=below, during__overlap=DateRange(on, None))
        .values_list("unit_id", flat=True)
        .distinct()
    )
    with _refolding(affected):
        fresh: list[UnitVersion] = []
        cut: list[int] = []
        for change in changes:
            version = current[change.unit.pk]
            until = version.during.upper
            values = {
                "name": nfc(change.name) if change.name else version.name,
                "short_name": nfc(change.short_name) if change.short_name else version.short_name,
                "kind_id": change.kind or version.kind_id,
                "parent_id": change.parent.pk if change.parent else version.parent_id,
                "sector_id": change.sector or version.sector_id,
                "territory_id": change.territory or version.territory_id,
            }
            if version.during.lower == on:
                for field, value in values.items():
                    setattr(version, field, value)
                version.decision = decision or version.decision
                version.save()
            else:
                cut.append(version.pk)
                fresh.append(
                    UnitVersion(unit=change.unit, during=DateRange(on, until), decision=decision, **values)
                )
            if change.name:
                unit = change.unit
                unit.name, unit.name_key = values["name"], search_key(values["name"])
                unit.sort_key = name_sort_of_unit(values["name"])
                unit.save(update_fields=["name", "name_key", "sort_key"])
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE units_unitversion SET during = daterange(lower(during), %s) WHERE id = ANY(%s)",
                [on, cut],
            )
        UnitVersion.objects.bulk_create(fresh)
        if affected:
            rebuild_placements(affected)
    _audit(actor, "units.change", list(units.values()), "Thay đổi", decision)


@transaction.atomic
def end_units(*, actor: Actor, on: date, units: Sequence[Unit], decision: Decision | None = None) -> None:
    """From ``on``, the units exist no longer. Nothing may stand below them on that day or later.

    Raises TreeError naming a unit that still has units below it, that has ended already, or that changed on that
    day or later.
    """
    ids = [unit.pk for unit in units]
    for unit in units:
        if unit.ended_on is not None:
            raise TreeError(f"{unit.name} đã kết thúc từ ngày {unit.ended_on:%d/%m/%Y}.")
        if on <= unit.founded_on:
            raise TreeError(
                f"{unit.name} thành lập ngày {unit.founded_on:%d/%m/%Y}, không thể kết thúc trước đó."
            )
    later = (
        UnitVersion.objects.filter(unit__in=ids, during__startswith__gte=on).select_related("unit").first()
    )
    if later is not None:
        raise TreeError(
            f"{later.unit.name} đã có thay đổi từ ngày {later.during.lower:%d/%m/%Y};"
            " hãy hoàn tác thay đổi đó trước hoặc chọn ngày kết thúc muộn hơn."
        )
    left = (
        UnitVersion.objects.filter(parent__in=ids, during__overlap=DateRange(on, None))
        .exclude(unit__in=ids)
        .select_related("unit", "parent")
        .first()
    )
    if left is not None and left.parent is not None:
        raise TreeError(
            f"{left.parent.name} vẫn còn đơn vị trực thuộc ({left.unit.name}). Hãy chuyển đi trước."
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE units_unitversion SET during = daterange(lower(during), %s)"
            " WHERE unit_id = ANY(%s) AND (upper_inf(during) OR upper(during) > %s)",
            [on, ids, on],
        )
        cursor.execute("UPDATE units_unit SET ended_on = %s WHERE id = ANY(%s)", [on, ids])
        cursor.execute(
            "UPDATE units_unitplacement SET during = daterange(lower(during), %s) WHERE unit_id = ANY(%s) AND is_last",
            [on, ids],
        )
    for unit in units:
        unit.ended_on = on
    _audit(actor, "units.end", list(units), "Kết thúc", decision)


def rebuild_placements(unit_ids: Iterable[int]) -> None:
    """Recompute the closure rows of these units from their versions."""
    ids = list(unit_ids)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM units_unitplacement WHERE unit_id = ANY(%s)", [ids])
        cursor.execute(
            f"""INSERT INTO units_unitplacement (unit_id, ancestor_id, depth, during, is_last)
                SELECT c.unit_id, c.ancestor_id, c.depth, c.during,
                       upper_inf(c.during) OR COALESCE(upper(c.during) = u.ended_on, FALSE)
                FROM ({_CLOSURE_SQL.format(where="v.unit_id = ANY(%s)")}) c JOIN units_unit u ON u.id = c.unit_id""",
            [ids],
        )


def _refolding(unit_ids: list[int]) -> AbstractContextManager[Any]:
    return placements_change(unit_ids)


def _audit(actor: Actor, verb: str, units: Sequence[Unit], word: str, decision: Decision | None) -> None:
    first = units[0]
    several = f" và {len(units) - 1} đơn vị khác" if len(units) > 1 else ""
    by = f" theo quyết định {decision.number}" if decision and decision.number else ""
    record(
        actor=actor,
        verb=verb,
        unit_id=first.pk,
        obj=first,
        summary=f"{word} {first.name}{several}{by}",
        data={"units": [unit.pk for unit in units[:2000]], "count": len(units)},
    )


@transaction.atomic
def install_kinds() -> None:
    """Load levels, kinds and authorities from kinds.yaml. Rows that exist are left as the office has them."""
    stored = yaml.safe_load((Path(__file__).parents[1] / "kinds.yaml").read_text())
    for row in stored["levels"]:
        UnitLevel.objects.get_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "rank": row["rank"],
                "source": row["source"],
                "during": DateRange(row["from"], row.get("to")),
            },
        )
    made = set()
    for row in stored["kinds"]:
        _, new = UnitKind.objects.get_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "short_name": row["short"],
                "level_id": row["level"],
                "during": DateRange(row["from"], row.get("to")),
                "holds_members": row.get("holds_members", False),
                "is_grassroots": row.get("grassroots", False),
            },
        )
        if new:
            made.add(row["code"])
    for parent, children in stored["children"].items():
        if parent in made:
            UnitKind.objects.get(pk=parent).child_kinds.set(children)
    if not KindAuthority.objects.exists():
        KindAuthority.objects.bulk_create(
            KindAuthority(
                kind_id=row["kind"],
                act=row["act"],
                during=DateRange(row["from"], row.get("to")),
                source=row["source"],
                verified=row["verified"],
            )
            for row in stored["authorities"]
        )
