"""Writes of union bodies: founding, renaming, moving, ending, and their profile.

They wrap the writes of the tree (foundation.units) with the rules of this room and book the count of unions in the
same transaction. They work on lists, because one decision may touch thousands of bodies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.foundation.measures.actions import append
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.succession.actions import journal_inserted, watching
from congdoan.foundation.succession.models import JournalEntry
from congdoan.foundation.units import actions as tree
from congdoan.foundation.units.actions import Change, TreeError
from congdoan.foundation.units.models import Decision, Unit, UnitKind, UnitPlacement, UnitVersion
from congdoan.foundation.units.queries import versions_on
from congdoan.kit.text import nfc
from congdoan.registry.enterprises.actions import end_hosting
from congdoan.registry.enterprises.queries import in_charge_count
from congdoan.registry.organisation.models import UnitProfile
from congdoan.registry.organisation.queries import union_events
from congdoan.registry.organisation.rules import EDIT, FOUND, Recognition

_BATCH = 2000


class OrganisationError(ValueError):
    """What the rules of organisation do not allow; the message says why and what to do."""


class NoAuthority(OrganisationError):
    """The body may not recognise a union on that day; the message names the source and who may."""


@dataclass(frozen=True)
class NewUnion(tree.NewUnit):
    """A body to be founded. ``is_opening``: it was there before its superior began to keep the register, so it is
    not counted among new unions and nobody's authority is asked."""

    address: str = ""
    phone: str = ""
    email: str = ""
    note: str = ""
    is_opening: bool = False


@dataclass(frozen=True)
class Rename:
    """A new name, from the day of the action on."""

    unit: Unit
    name: str
    short_name: str = ""


@dataclass(frozen=True)
class Move:
    """Under another superior, from the day of the action on."""

    unit: Unit
    parent: Unit


@dataclass(frozen=True)
class Reclassification:
    """Another kind or sector, from the day of the action on; None leaves it."""

    unit: Unit
    kind: str | None = None
    sector: str | None = None


@transaction.atomic
def found_unions(
    *,
    actor: Actor,
    items: Sequence[NewUnion],
    decision: Decision | None = None,
    recorded_at: datetime | None = None,
) -> list[Unit]:
    """Found union bodies with their profiles; grassroots unions count from their founding day.

    Who recognises a grassroots union is the issuer of the decision, or without one the nearest body above that has
    the authority on that day. Raises NoAuthority, units' TreeError, Forbidden. Returns them in the order given.
    """
    if not items:
        return []
    _require(actor, FOUND, [item.parent for item in items if item.parent is not None])
    if any(item.parent is None for item in items) and not actor.is_system:
        raise OrganisationError("Hãy chọn công đoàn cấp trên của đơn vị mới.")
    _check_authority([item for item in items if not item.is_opening], decision)
    if decision is not None:
        items = [_with_decision(item, decision) for item in items]
    units = tree.create_units(actor=actor, items=items)
    UnitProfile.objects.bulk_create(
        [
            UnitProfile(
                unit=unit,
                address=nfc(item.address),
                phone=item.phone,
                email=item.email,
                note=nfc(item.note),
                founding_decision=item.decision,
                counted_as="opening" if item.is_opening else "found",
            )
            for unit, item in zip(units, items, strict=True)
        ],
        batch_size=_BATCH,
    )
    append(
        measure="unions",
        rows=union_events([unit.pk for unit in units]),
        recorded_at=recorded_at or timezone.now(),
    )
    return units


def _with_decision(item: NewUnion, decision: Decision) -> NewUnion:
    if item.decision is not None:
        return item
    return NewUnion(**{**item.__dict__, "decision": decision})


def _check_authority(items: Sequence[NewUnion], decision: Decision | None) -> None:
    grassroots = set(UnitKind.objects.filter(is_grassroots=True).values_list("pk", flat=True))
    wanted = [item for item in items if item.kind in grassroots and item.parent is not None]
    if not wanted:
        return
    recognition = Recognition.load()
    parents = {item.parent.pk for item in wanted if item.parent is not None}
    placed: dict[int, list[UnitPlacement]] = defaultdict(list)
    for row in UnitPlacement.objects.filter(unit__in=parents).order_by("depth"):
        placed[row.unit_id].append(row)
    issuers = {
        d.issuer_id for d in (decision, *(item.decision for item in wanted)) if d is not None and d.issuer_id
    }
    bodies = {row.ancestor_id for rows in placed.values() for row in rows} | issuers
    versions: dict[int, list[UnitVersion]] = defaultdict(list)
    for version in UnitVersion.objects.filter(unit__in=bodies):
        versions[version.unit_id].append(version)

    def kind_on(body: int, on: date) -> UnitVersion | None:
        return next((version for version in versions[body] if on in version.during), None)

    for item in wanted:
        assert item.parent is not None
        on = item.founded_on
        chain = [row.ancestor_id for row in placed[item.parent.pk] if on in row.during]
        paper = item.decision or decision
        if paper is not None and paper.issuer_id:
            version = kind_on(paper.issuer_id, on)
            if version is None:
                raise NoAuthority(
                    f"Cơ quan ban hành quyết định {paper} không tồn tại vào ngày {on:%d/%m/%Y};"
                    " hãy chọn lại cơ quan ban hành."
                )
            if recognition.holds(version.kind_id, on) is None:
                raise NoAuthority(recognition.refusal(version.name, version.kind_id, on))
            if paper.issuer_id not in chain:
                raise NoAuthority(
                    f"{version.name} không phải là công đoàn cấp trên của {item.name};"
                    " hãy chọn cơ quan ban hành trong các cấp trên của đơn vị."
                )
            continue
        above = [version for version in (kind_on(body, on) for body in chain) if version is not None]
        if above and not any(recognition.holds(version.kind_id, on) for version in above):
            raise NoAuthority(recognition.refusal(above[0].name, above[0].kind_id, on))


@transaction.atomic
def end_unions(
    *,
    actor: Actor,
    on: date,
    units: Sequence[Unit],
    decision: Decision | None = None,
    recorded_at: datetime | None = None,
) -> None:
    """From ``on``, the bodies exist no longer. What they hosted ends with them.

    Raises OrganisationError while members remain or the body is in charge of enterprises, TreeError while units
    stand below it, Forbidden.
    """
    if not units:
        return
    _require(actor, FOUND, units)
    ids = [unit.pk for unit in units]
    tree.hold_units_alone(ids)
    left = stock("members", ids, on=max(on, actor.today))
    on_that_day = stock("members", ids, on=on)
    for unit in units:
        remaining = max(left[unit.pk], on_that_day[unit.pk])
        if remaining > 0:
            raise OrganisationError(
                f"{unit.name} còn {remaining} đoàn viên. Hãy chuyển họ sang đơn vị khác trước ngày {on:%d/%m/%Y}."
            )
        if enterprises := in_charge_count(unit.pk, on):
            raise OrganisationError(
                f"{unit.name} đang phụ trách {enterprises} doanh nghiệp. Hãy giao cho đơn vị khác trước."
            )
    end_hosting(actor=actor, on=on, units=units, recorded_at=recorded_at)
    with _booking(ids, recorded_at):
        tree.end_units(actor=actor, on=on, units=units, decision=decision)
    autodiscover_modules("succession")
    for name in sorted(_ENDINGS):
        _ENDINGS[name](on, ids, decision)
    UnitProfile.objects.bulk_create(
        [UnitProfile(unit=unit, ending_decision=decision) for unit in units],
        update_conflicts=True,
        unique_fields=["unit"],
        update_fields=["ending_decision"],
    )


@transaction.atomic
def move_units(
    *,
    actor: Actor,
    on: date,
    items: Sequence[Move],
    decision: Decision | None = None,
    recorded_at: datetime | None = None,
) -> None:
    """From ``on``, units stand under other superiors; their members and figures go along, marked as structure. What other
    rooms have booked under a sector that a unit takes from above follows.

    The right is needed at the unit and at its new superior. Raises TreeError, Forbidden.
    """
    if not items:
        return
    _require(actor, EDIT, [unit for item in items for unit in (item.unit, item.parent)])
    ids = {unit.pk for item in items for unit in (item.unit, item.parent)}
    versions = versions_on(ids, on)
    below = {
        kind.pk: {child.pk for child in kind.child_kinds.all()}
        for kind in UnitKind.objects.prefetch_related("child_kinds")
    }
    for item in items:
        mine, theirs = versions.get(item.unit.pk), versions.get(item.parent.pk)
        if mine is not None and theirs is not None and mine.kind_id not in below[theirs.kind_id]:
            raise TreeError(f"{mine.name}: “{mine.kind.name}” không thể trực thuộc “{theirs.kind.name}”.")
    tree.change_units(
        actor=actor,
        on=on,
        changes=[Change(item.unit, parent=item.parent) for item in items],
        decision=decision,
    )
    moved = [item.unit for item in items]
    heirs = UnitVersion.objects.filter(
        unit__in=_below(moved, on), sector=None, during__overlap=DateRange(on, None)
    ).values_list("unit_id", flat=True)
    if inheriting := sorted(set(heirs)):
        _follow(actor, on, inheriting, f"Khu vực lấy theo cấp trên mới của {_named(moved)}", recorded_at)


@transaction.atomic
def rename_units(
    *, actor: Actor, on: date, items: Sequence[Rename], decision: Decision | None = None
) -> None:
    """From ``on``, units bear other names. Raises TreeError, OrganisationError for an empty name, Forbidden."""
    if not items:
        return
    _require(actor, EDIT, [item.unit for item in items])
    for item in items:
        if not nfc(item.name):
            raise OrganisationError(f"{item.unit.name}: tên mới không được để trống.")
    tree.change_units(
        actor=actor,
        on=on,
        changes=[Change(item.unit, name=item.name, short_name=item.short_name or None) for item in items],
        decision=decision,
    )


@transaction.atomic
def reclassify_units(
    *,
    actor: Actor,
    on: date,
    items: Sequence[Reclassification],
    decision: Decision | None = None,
    recorded_at: datetime | None = None,
) -> None:
    """From ``on``, units are of another kind or sector; the count of unions and what other rooms have booked under the
    sector follow. Raises TreeError, OrganisationError for a day to come, Forbidden."""
    if not items:
        return
    _require(actor, EDIT, [item.unit for item in items])
    if on > actor.today:
        raise OrganisationError(
            f"Ngày {on:%d/%m/%Y} chưa đến. Hãy ghi khi việc đổi loại hoặc khu vực đã có hiệu lực."
        )
    with _booking([item.unit.pk for item in items], recorded_at):
        tree.change_units(
            actor=actor,
            on=on,
            changes=[Change(item.unit, kind=item.kind, sector=item.sector) for item in items],
            decision=decision,
        )
    changed = [item.unit for item in items if item.sector is not None]
    if not changed:
        return
    _follow(actor, on, sorted(_below(changed, on)), f"Đổi khu vực của {_named(changed)}", recorded_at)


def _below(units: Sequence[Unit], on: date) -> set[int]:
    """Ids of the units and of all that stand below them from a day on."""
    placed = UnitPlacement.objects.filter(ancestor__in=units, during__overlap=DateRange(on, None))
    return set(placed.values_list("unit_id", flat=True))


def _named(units: Sequence[Unit]) -> str:
    return units[0].name + (f" và {len(units) - 1} đơn vị khác" if len(units) > 1 else "")


def _follow(
    actor: Actor, on: date, unit_ids: Sequence[int], reason: str, recorded_at: datetime | None
) -> None:
    autodiscover_modules("succession")
    for name in sorted(_FOLLOWERS):
        _FOLLOWERS[name](actor, on, unit_ids, reason, recorded_at or timezone.now())


#: Called with (actor, on, unit ids, reason, recorded_at) in the transaction of a change of kind, sector or superior; the
#: ids are those of the changed units and of all that stand below them from that day on.
Follower = Callable[[Actor, date, Sequence[int], str, datetime], None]
_FOLLOWERS: dict[str, Follower] = {}


def declare_follower(name: str, follower: Follower) -> None:
    """Declared in a room's ``succession.py``: what must follow there when units are of another sector, for rooms
    that have booked the sector of their units."""
    _FOLLOWERS[name] = follower


#: Called with (on, unit ids, decision) in the transaction in which units end, for what ends with them.
Ending = Callable[[date, Sequence[int], Decision | None], None]
_ENDINGS: dict[str, Ending] = {}


def declare_ending(name: str, ending: Ending) -> None:
    """Declared in a room's ``succession.py``: what ends there with a unit that ends by itself."""
    _ENDINGS[name] = ending


#: Fields of a profile that `edit_profile` takes.
PROFILE_FIELDS = ("address", "phone", "email", "note", "founding_decision", "latitude", "longitude")


@transaction.atomic
def edit_profile(*, actor: Actor, on: date, unit: Unit, changes: Mapping[str, Any]) -> UnitProfile:
    """Change contacts, note or founding paper of a unit (PROFILE_FIELDS). Raises OrganisationError, Forbidden."""
    _require(actor, EDIT, [unit])
    profile, _ = UnitProfile.objects.select_for_update().get_or_create(unit=unit)
    before: dict[str, str] = {}
    for name, value in changes.items():
        if name not in PROFILE_FIELDS:
            raise OrganisationError(f"Không sửa được mục “{name}” của đơn vị.")
        value = nfc(value) if isinstance(value, str) else value
        if getattr(profile, name) != value:
            before[name] = str(getattr(profile, name) or "")
            setattr(profile, name, value)
    if before:
        profile.save()
        record(
            actor=actor,
            verb="organisation.edit_profile",
            unit_id=unit.pk,
            obj=unit,
            summary=f"Sửa thông tin {unit.name}",
            data={"before": before, "on": str(on)},
        )
    return profile


@contextmanager
def _booking(unit_ids: Sequence[int], recorded_at: datetime | None) -> Iterator[None]:
    """Book what a change of these units does to the count of unions: what they add after it less what before."""
    before = union_events(unit_ids)
    yield
    after = union_events(unit_ids)
    append(
        measure="unions",
        rows=[*after, *((unit_id, dims, day, -n) for unit_id, dims, day, n in before)],
        recorded_at=recorded_at or timezone.now(),
    )


def _require(actor: Actor, capability: str, units: Sequence[Unit]) -> None:
    held = scope(actor, capability)
    for unit in {unit.pk: unit for unit in units}.values():
        if not held.contains(unit.pk):
            raise refuse(capability, unit.name)


@transaction.atomic
def rearrange_units(
    *,
    batch: UUID,
    on: date,
    founded: Sequence[tree.Founded],
    changes: Sequence[tree.Rearranged],
    ended: Sequence[Unit],
    decision: Decision,
    recorded_at: datetime,
) -> dict[str, Unit]:
    """What a checked reorganisation makes of the tree, with profiles and the count of unions; journalled under
    ``batch``. Units it founds count as formed, not as new unions. Returns them by code.

    Part of the transaction of registry.reorganisation, which has checked the rights and the laws of the tree.
    """
    gone = [unit.pk for unit in ended]
    ids = sorted({*gone, *(change.unit.pk for change in changes)})
    before = union_events(ids)
    with (
        watching(batch, Unit, "id", ids),
        watching(batch, UnitVersion, "unit_id", ids),
        watching(batch, UnitProfile, "unit_id", gone),
    ):
        made = tree.rearrange(on=on, founded=founded, changes=changes, ended=ended, decision=decision)
        UnitProfile.objects.bulk_create(
            [UnitProfile(unit_id=pk, ending_decision=decision) for pk in gone],
            update_conflicts=True,
            unique_fields=["unit"],
            update_fields=["ending_decision"],
            batch_size=_BATCH,
        )
    fresh = [unit.pk for unit in made.values()]
    UnitProfile.objects.bulk_create(
        [UnitProfile(unit_id=pk, founding_decision=decision, counted_as="formed") for pk in fresh],
        batch_size=_BATCH,
    )
    journal_inserted(
        batch, UnitVersion, list(UnitVersion.objects.filter(unit__in=fresh).values_list("pk", flat=True))
    )
    journal_inserted(batch, UnitProfile, fresh)
    _book_difference(before, union_events([*ids, *fresh]), recorded_at)
    return made


@transaction.atomic
def restore_units(
    *,
    batch: UUID,
    founded: Sequence[int],
    recorded_at: datetime,
    put_back: Callable[[UUID], Mapping[str, Sequence[int]]],
) -> None:
    """Around the journal of a reorganisation being put back (``put_back``): the places in the tree, the figures above
    and the count of unions follow."""
    ids = list(
        JournalEntry.objects.filter(batch=batch, model="units.UnitVersion").values_list(
            "before__unit_id", "after__unit_id"
        )
    )
    touched = sorted({pk for pair in ids for pk in pair if pk is not None} | set(founded))
    before = union_events(touched)
    affected = sorted(
        set(UnitPlacement.objects.filter(ancestor__in=touched).values_list("unit_id", flat=True).distinct())
    )
    with tree.replaced(affected):
        put_back(batch)
    _book_difference(before, union_events(touched), recorded_at)


def _book_difference(
    before: Sequence[tuple[int, dict[str, Any], date, int]],
    after: Sequence[tuple[int, dict[str, Any], date, int]],
    recorded_at: datetime,
) -> None:
    append(
        measure="unions",
        rows=[*after, *((unit_id, dims, day, -n) for unit_id, dims, day, n in before)],
        recorded_at=recorded_at,
    )
