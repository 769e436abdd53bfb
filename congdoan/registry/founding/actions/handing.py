"""A file goes to another body: by the hand of a named officer, or by itself once another body is in charge of its place.

With it go the applications in it that lay at the old body; those named there read neither any more, those named at the new
body do. The workers read so on the page of their code.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import nearest_with_authority
from congdoan.kit.text import nfc
from congdoan.registry.founding import choices, queries
from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.actions.working import held, require_lead
from congdoan.registry.founding.models import Attachment, FileEvent, FoundingFile
from congdoan.registry.joining.actions import hand_to, tell
from congdoan.registry.joining.choices import OPEN_STATES, PASS_ON
from congdoan.registry.joining.models import NamedReader
from congdoan.registry.joining.queries import destination

#: What a body must be entitled to, to lead a file (KindAuthority).
ACT = "admit_where_no_union"


@transaction.atomic
def hand_over(*, actor: Actor, on: date, pk: int, to: Unit, words: str) -> FoundingFile:
    """Give a file to another body that may admit where no union stands and where somebody is named to read it. Only officers
    named at the leading body do it. Raises AlreadyMoved, FoundingError, Forbidden."""
    file = held(actor, pk)
    require_lead(actor, file)
    if file.state != choices.OPEN:
        raise AlreadyMoved("Hồ sơ này không còn đang vận động.")
    if not nfc(words):
        raise FoundingError("Hãy ghi lý do chuyển.")
    if to.pk == file.leading_unit_id:
        raise FoundingError(f"{to.name} đang phụ trách hồ sơ này.")
    if nearest_with_authority(to.pk, ACT, on) != to.pk:
        raise FoundingError(f"{to.name} không có thẩm quyền nhận đơn từ nơi chưa có công đoàn vào ngày này.")
    if not _is_read_at(to.pk, on):
        raise FoundingError(
            f"{to.name} chưa chỉ định ai được xem đơn từ nơi chưa có công đoàn, nên chuyển sang thì không ai đọc được."
            " Hãy đề nghị đơn vị ấy chỉ định người trước."
        )
    _move(file, to, on, nfc(words), actor)
    return file


def follow_charge(*, on: date) -> int:
    """Give every open file whose place another body is in charge of by now to that body, once somebody is named there to
    read it. Returns how many went."""
    moved = 0
    files = FoundingFile.objects.filter(state=choices.OPEN).order_by("pk")
    for pk in list(files.values_list("pk", flat=True)):
        moved += _follow(pk, on)
    return moved


@transaction.atomic
def _follow(pk: int, on: date) -> bool:
    file = (
        FoundingFile.objects.select_for_update(of=("self",), no_key=True)
        .select_related("leading_unit", "enterprise", "territory")
        .filter(pk=pk, state=choices.OPEN)
        .first()
    )
    if file is None or (file.enterprise is None and file.territory is None):
        return False
    where = destination(
        enterprise=file.enterprise,
        territory=file.territory,
        contract_kind="indefinite",
        was_member=False,
        on=on,
    )
    # A union that came another way is not a body to lead the file: the page offers to pass its applications on.
    if (
        not where.is_confidential
        or where.unit_id == file.leading_unit_id
        or not _is_read_at(where.unit_id, on)
    ):
        return False
    to = Unit.objects.get(pk=where.unit_id)
    _move(file, to, on, f"{to.name} nay phụ trách nơi này.", None)
    return True


def _is_read_at(unit_id: int, on: date) -> bool:
    return NamedReader.objects.filter(unit=unit_id, during__contains=on, user__is_active=True).exists()


def _move(file: FoundingFile, to: Unit, on: date, words: str, actor: Actor | None) -> None:
    was = file.leading_unit
    pks = list(
        Attachment.objects.filter(
            file=file, application__state__in=OPEN_STATES, application__receiving_unit=was
        ).values_list("application_id", flat=True)
    )
    hand_to(pks=pks, unit=to)
    tell(applications=pks, kind=PASS_ON, words=f"Hồ sơ chuyển sang {to.name}.", actor=actor, by=was.name)
    file.leading_unit = to
    file.save(update_fields=["leading_unit"])
    # Who may not be on a team of the new body leaves it.
    stay = set(queries.possible_members(file, on).values_list("pk", flat=True))
    for member in file.team.filter(during__contains=on).exclude(user__in=stay):
        if member.during.lower == on:
            member.delete()
        else:
            member.during = DateRange(member.during.lower, on)
            member.save(update_fields=["during"])
    FileEvent.objects.create(
        file=file,
        at=timezone.now(),
        on=on,
        words=f"Chuyển hồ sơ từ {was.name} sang {to.name}: {words}",
        user=actor.user if actor is not None else None,
        by=(actor.name if actor is not None else was.name)[:200],
    )
