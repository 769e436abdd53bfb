"""Handing a member over between two unions whose officers have no right at the other: one side proposes, the other
accepts or refuses, and the transfer is booked on acceptance with the agreed day."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.approvals.actions import propose
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.approvals.registry import approvable
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.membership.actions.book import day_words, lock_people
from congdoan.registry.membership.actions.errors import (
    AlreadyMember,
    HandedOverMeanwhile,
    MembershipError,
    NotAMember,
    UnitCannotHold,
)
from congdoan.registry.membership.actions.moving import book_moves
from congdoan.registry.membership.actions.requests import Transfer
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import UnitHistory
from congdoan.registry.people.models import Person

KIND = "membership.hand_over"
_RIGHT = "membership.transfer"


@transaction.atomic
def propose_transfer(*, actor: Actor, item: Transfer) -> Approval:
    """Propose a transfer to the other side: to the new union by an officer of the old one, or the other way round.

    Who has the right at both books it at once (`transfer`). ``item.on`` may lie ahead; it can be accepted from that day
    on. Raises MembershipError, AlreadyMember, NotAMember, UnitCannotHold, and Forbidden without a right at either.
    """
    person, to_unit = item.person, item.to_unit
    lock_people([person.pk])
    held = _membership_now(person)
    if held is None or held.during.lower > item.on:
        raise NotAMember(
            f"{person.full_name} không phải là đoàn viên vào ngày {day_words(item.on)}. Hãy kiểm tra lại ngày.",
            person=person,
        )
    from_unit = held.unit
    if from_unit.pk == to_unit.pk:
        raise AlreadyMember(
            f"{person.full_name} đang sinh hoạt tại {to_unit.name}. Hãy chọn đơn vị khác.",
            person=person,
            unit=to_unit,
        )
    gives, takes = may(actor, _RIGHT, from_unit), may(actor, _RIGHT, to_unit)
    if gives and takes:
        raise MembershipError(
            "Bạn có quyền ở cả hai đơn vị nên ghi chuyển sinh hoạt được ngay, không cần đề nghị."
        )
    if not gives and not takes:
        raise refuse(_RIGHT, to_unit.name)
    then = UnitHistory([to_unit.pk]).on(to_unit.pk, item.on)
    if then is None or not then.holds_members:
        raise UnitCannotHold(
            f"{to_unit.name} không trực tiếp có đoàn viên vào ngày {day_words(item.on)}. Hãy chọn công đoàn cơ sở, nghiệp"
            " đoàn hoặc tổ chức bên dưới.",
            person=person,
            unit=to_unit,
        )
    waiting = Approval.objects.filter(kind=KIND, state="open", arguments__person=person.pk).first()
    if waiting is not None:
        raise MembershipError(
            f"Đã có một đề nghị chuyển sinh hoạt của {person.full_name} đang chờ {waiting.unit.name} trả lời.",
            person=person,
        )
    return propose(
        actor=actor,
        kind=KIND,
        unit=to_unit if gives else from_unit,
        title=f"Chuyển sinh hoạt {person.full_name} từ {from_unit.name} đến {to_unit.name} kể từ ngày {day_words(item.on)}",
        arguments={
            "person": person.pk,
            "from_unit": from_unit.pk,
            "to_unit": to_unit.pk,
            "on": item.on.isoformat(),
            "reason": nfc(item.reason)[:300],
        },
        reason=item.reason,
        capability=_RIGHT,
    )


@approvable(KIND)
def _accept(*, approval: Approval, actor: Actor, on: date) -> str:
    """The other side accepts: book it, on both sides' rights. Raises MembershipError; nothing is decided then."""
    given = approval.arguments
    person = Person.objects.filter(pk=given["person"]).first()
    if person is None:
        raise HandedOverMeanwhile(
            "Hồ sơ của người này đã được gộp hoặc xoá. Hãy chọn không duyệt và đề nghị lập lại."
        )
    lock_people([person.pk])
    units = Unit.objects.in_bulk([given["from_unit"], given["to_unit"]])
    from_unit, to_unit = units[given["from_unit"]], units[given["to_unit"]]
    theirs = from_unit if approval.unit_id == to_unit.pk else to_unit
    if not may(Actor(user=approval.proposed_by, today=on), _RIGHT, theirs):
        raise MembershipError(
            f"Người đề nghị không còn được giao quyền chuyển sinh hoạt tại {theirs.name}. Hãy chọn không duyệt và nhờ"
            f" {theirs.name} đề nghị lại."
        )
    held = _membership_now(person)
    if held is None or held.unit_id != from_unit.pk:
        if held is not None and held.unit_id == to_unit.pk:
            words = f"đã được chuyển đến {to_unit.name} từ ngày {day_words(held.during.lower)} rồi"
        else:
            words = f"không còn sinh hoạt tại {from_unit.name}"
        raise HandedOverMeanwhile(
            f"{person.full_name} {words}, nên đề nghị này không còn cần. Hãy chọn không duyệt để khép lại.",
            person=person,
        )
    book_moves(
        actor,
        [Transfer(person, to_unit, date.fromisoformat(given["on"]), given["reason"])],
        kinds=("transfer_out", "transfer_in"),
        decision=None,
        batch=None,
        recorded_at=None,
    )
    return f"Đã chuyển {person.full_name} đến {to_unit.name}."


def _membership_now(person: Person) -> Membership | None:
    """The membership that is open, wherever it is."""
    return (
        Membership.objects.filter(person=person, is_primary=True, during__endswith__isnull=True)
        .select_related("unit")
        .first()
    )
