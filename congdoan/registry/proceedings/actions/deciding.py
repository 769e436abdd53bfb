"""The decision of a case, booked in the room whose matter it is, in one transaction with the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.committees.actions import ChangeData, CommitteeError, change_committee
from congdoan.registry.organisation.queries import recognising_body
from congdoan.registry.proceedings import choices, queries, rules
from congdoan.registry.proceedings.actions.errors import AlreadyMoved, ProceedingError
from congdoan.registry.proceedings.actions.working import EvidenceData, check_day, happened, held, move
from congdoan.registry.proceedings.models import Proceeding
from congdoan.registry.reorganisation.actions import (
    ReorganisationData,
    ReorganisationError,
    StepData,
    commit,
    draft,
)


@dataclass(frozen=True)
class DissolutionData:
    """The decision, and where its members go: to a union (``to``), or out of the organisation by a kind of departure
    (``leave``) with a reason. ``on`` is the first day without the union."""

    number: str
    issued_on: date
    on: date
    to: Unit | None = None
    leave: str = ""
    reason: str = ""


@transaction.atomic
def decide_consolidation(*, actor: Actor, pk: int, on: date, data: ChangeData) -> Proceeding:
    """Book the decision that completes the committee. Raises as `change_committee`, in words of this room."""
    found = _ready(actor, pk, choices.CONSOLIDATION, on)
    try:
        changed = change_committee(actor=actor, on=on, unit=found.unit, data=data)
    except CommitteeError as error:
        raise ProceedingError(str(error)) from error
    found.decision = changed.decision
    move(found, choices.DECIDED, on)
    happened(actor, found, on, EvidenceData("", nfc(data.number), data.issued_on), stage=choices.DECIDED)
    return found


@transaction.atomic
def decide_dissolution(*, actor: Actor, pk: int, data: DissolutionData) -> Proceeding:
    """Book the decision that dissolves the union, as a reorganisation of one step: members moved or taken out, what it
    hosted and its posts ended, everything kept so that it can be taken back there. Issued by the nearest body above that
    may recognise unions that day. Raises ProceedingError with the first thing in the way, AlreadyMoved, Forbidden.
    """
    found = _ready(actor, pk, choices.DISSOLUTION, data.on)
    if not nfc(data.number):
        raise ProceedingError("Hãy ghi số quyết định.")
    if data.to is not None and data.to.pk == found.unit_id:
        raise ProceedingError("Đoàn viên không thể chuyển về chính công đoàn giải thể.")
    authority = recognising_body(found.unit_id, data.on)
    if authority is None:
        raise ProceedingError(
            f"Không có cấp nào phía trên {found.unit.name} có thẩm quyền vào ngày {data.on:%d/%m/%Y}."
        )
    try:
        made = draft(
            actor=actor,
            on=actor.today,
            data=ReorganisationData(
                title=f"Về việc giải thể {found.unit.name}"[:300],
                authority=authority,
                effective_on=data.on,
                number=nfc(data.number),
                issued_on=data.issued_on,
            ),
            steps=[
                StepData(
                    "dissolve",
                    {
                        "unit": found.unit.code,
                        "to": data.to.code if data.to is not None else "",
                        "leave": "" if data.to is not None else data.leave,
                        "reason": nfc(data.reason),
                    },
                )
            ],
        )
        commit(actor=actor, on=actor.today, reorganisation=made)
    except ReorganisationError as error:
        raise ProceedingError(str(error)) from error
    made.refresh_from_db()
    found.reorganisation, found.decision = made, made.decision
    move(found, choices.DECIDED, data.on)
    happened(actor, found, data.on, EvidenceData("", nfc(data.number), data.issued_on), stage=choices.DECIDED)
    return found


@transaction.atomic
def reopen(*, actor: Actor, on: date, pk: int) -> Proceeding:
    """Go back before the decision of a dissolution that was taken back. Raises AlreadyMoved, Forbidden."""
    found = held(actor, pk)
    if found.reorganisation is None or found.reorganisation.state != "undone":
        raise AlreadyMoved(
            "Quyết định giải thể đang có hiệu lực. Muốn làm lại, hãy hoàn tác quyết định trước."
        )
    way = queries.stages(found.kind, on)
    codes = [stage.code for stage in way]
    before = codes[codes.index(choices.DECIDED) - 1]
    found.state, found.closed_on, found.decision, found.reorganisation = choices.OPEN, None, None, None
    move(found, before, on)
    happened(actor, found, on, EvidenceData("Quyết định giải thể đã được hoàn tác; việc được mở lại."))
    return found


def _ready(actor: Actor, pk: int, kind: str, on: date) -> Proceeding:
    found = held(actor, pk)
    require(actor, rules.DECIDE, found.led_by)
    coming = queries.following(queries.stages(found.kind, on), found.stage)
    if found.kind != kind or not found.is_open:
        raise AlreadyMoved("Việc này vừa được người khác ghi. Hãy tải lại trang.")
    if coming is None or coming.code != choices.DECIDED:
        before = coming.name.lower() if coming is not None else ""
        raise ProceedingError(f"Chưa đến bước quyết định: bước tiếp theo là “{before}”.")
    check_day(actor, found, on)
    return found
