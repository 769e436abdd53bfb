"""The core-group map of a file: its team notes whom it knows, where they work, how far they support a union and whom they
reach. Seen by the team alone; the rows are their own history, and all go when the file ends."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.kit.sealed import seal
from congdoan.kit.text import nfc
from congdoan.registry.founding import choices
from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.actions.working import held
from congdoan.registry.founding.models import Area, Contact, FoundingFile, Rating

#: The most a map holds: a core group, not a list of the workforce.
MOST_AREAS, MOST_CONTACTS = 60, 500


def _open(actor: Actor, pk: int) -> FoundingFile:
    file = held(actor, pk)
    if not file.is_live:
        raise AlreadyMoved("Hồ sơ này không còn đang làm nên không còn bản đồ nòng cốt.")
    return file


@transaction.atomic
def keep_area(*, actor: Actor, pk: int, workshop: str, shift: str = "", headcount: int | None = None) -> Area:
    """Note a workshop on a shift, or another number of people there. Raises FoundingError, Forbidden."""
    file = _open(actor, pk)
    name = nfc(workshop)[:80]
    if not name:
        raise FoundingError("Hãy ghi tên xưởng, tổ hoặc chuyền.")
    known = file.areas.filter(workshop=name, shift=nfc(shift)[:40])
    if not known.exists() and file.areas.count() >= MOST_AREAS:
        raise FoundingError(f"Bản đồ có tối đa {MOST_AREAS} nơi. Hãy gộp các tổ nhỏ.")
    area, _ = Area.objects.update_or_create(
        file=file, workshop=name, shift=nfc(shift)[:40], defaults={"headcount": headcount}
    )
    return area


@transaction.atomic
def remove_area(*, actor: Actor, pk: int, area: int) -> None:
    """Take a place off the map; the people stay, without a place. Raises Forbidden."""
    file = _open(actor, pk)
    if not file.areas.filter(pk=area).delete()[0]:
        raise Forbidden("Không có nơi này trên bản đồ.")


@transaction.atomic
def add_contact(
    *,
    actor: Actor,
    on: date,
    pk: int,
    name: str,
    area: int | None = None,
    level: int | None = None,
    is_leader: bool = False,
    note: str = "",
) -> Contact:
    """Note somebody whom the team knows, with a first rating when one is given. Raises FoundingError, Forbidden."""
    file = _open(actor, pk)
    if not nfc(name):
        raise FoundingError("Hãy ghi tên hoặc cách gọi của người này.")
    if file.contacts.count() >= MOST_CONTACTS:
        raise FoundingError(f"Bản đồ có tối đa {MOST_CONTACTS} người.")
    made = Contact.objects.create(
        file=file,
        name_sealed=seal(nfc(name)[:150]),
        note_sealed=seal(nfc(note)[:1000]),
        area=_area(file, area),
        is_leader=is_leader,
        added_on=on,
        added_by=actor.name[:200],
    )
    if level is not None:
        _rate(actor, on, made, level, "")
    return made


@transaction.atomic
def rate(*, actor: Actor, on: date, pk: int, contact: int, level: int, words: str = "") -> Rating:
    """Judge somebody's support anew, from 1 to 5; what was judged before stays. Raises FoundingError, Forbidden."""
    return _rate(actor, on, _contact(_open(actor, pk), contact), level, words)


def _rate(actor: Actor, on: date, contact: Contact, level: int, words: str) -> Rating:
    if actor.user is None:
        raise Forbidden("Người đánh giá phải là một cán bộ của tổ vận động.")
    if level not in dict(choices.SUPPORT):
        raise FoundingError("Mức ủng hộ từ 1 đến 5.")
    return Rating.objects.create(
        contact=contact,
        level=level,
        on=on,
        at=timezone.now(),
        assessor=actor.user,
        words_sealed=seal(nfc(words)[:1000]),
    )


@transaction.atomic
def change_contact(
    *, actor: Actor, pk: int, contact: int, area: int | None, is_leader: bool, reaches: list[int]
) -> Contact:
    """Where somebody works, whether they lead, and whom they reach. Raises FoundingError, Forbidden."""
    file = _open(actor, pk)
    found = _contact(file, contact)
    known = set(file.contacts.filter(pk__in=reaches).exclude(pk=found.pk).values_list("pk", flat=True))
    if known != set(reaches):
        raise FoundingError("Chỉ chọn người khác trên cùng bản đồ.")
    found.area, found.is_leader = _area(file, area), is_leader
    found.save(update_fields=["area", "is_leader"])
    found.reaches.set(sorted(known))
    return found


@transaction.atomic
def forget_contact(*, actor: Actor, pk: int, contact: int) -> None:
    """Take somebody off the map with all that was judged of them. Raises Forbidden."""
    _contact(_open(actor, pk), contact).delete()


def _contact(file: FoundingFile, pk: int) -> Contact:
    found = file.contacts.filter(pk=pk).first()
    if found is None:
        raise Forbidden("Không có người này trên bản đồ.")
    return found


def _area(file: FoundingFile, pk: int | None) -> Area | None:
    if pk is None:
        return None
    found = file.areas.filter(pk=pk).first()
    if found is None:
        raise FoundingError("Nơi này không có trên bản đồ.")
    return found
