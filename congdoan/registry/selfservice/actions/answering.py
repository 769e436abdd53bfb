"""What officers do with a member's request. Of two at once, one answers and the other is told."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.actions import keep_decision
from congdoan.kit.dates import format_date
from congdoan.kit.sealed import unseal
from congdoan.kit.text import nfc
from congdoan.registry.membership.actions import Departure, depart
from congdoan.registry.membership.queries import membership_on
from congdoan.registry.people.actions import (
    EmploymentData,
    ReasonMissing,
    employ,
    reveal_identity,
    update_people,
)
from congdoan.registry.people.models import Person
from congdoan.registry.people.queries import Identity
from congdoan.registry.selfservice import choices, queries, rules
from congdoan.registry.selfservice.actions.asking import Scan
from congdoan.registry.selfservice.actions.errors import AlreadyAnswered, RequestError
from congdoan.registry.selfservice.models import Evidence, MemberRequest


class Stale(RequestError):
    """What the register says changed since the page was opened: it must be looked at again."""


@transaction.atomic
def accept_change(
    *, actor: Actor, on: date, pk: int, seen: str, now: datetime, words: str = ""
) -> MemberRequest:
    """Agree to a change: the person is updated as by any officer, with its audit. ``seen`` is queries.mark_of as the
    officer saw it.

    Raises Forbidden, AlreadyAnswered, Stale, and what updating raises (people.actions.PeopleError), then nothing is done.
    """
    found = _held(actor, pk, choices.CHANGE)
    person = Person.objects.select_for_update(no_key=True).get(pk=found.person_id)
    job = queries.job_of(person.pk, on)
    if queries.mark_of(person, job, found.fields) != seen:
        raise Stale("Thông tin của người này vừa được sửa. Hãy xem lại hai bên rồi mới trả lời.")
    proposed = queries.content_of(found).proposed
    values: dict[str, Any] = {name: value for name, value in proposed.items() if name != "job_title"}
    if "birth_on" in values:
        values |= {"birth_on": date.fromisoformat(values["birth_on"]), "birth_precision": "day"}
    why = f"Đoàn viên đề nghị ngày {format_date(found.asked_on)}"
    if values:
        update_people(actor=actor, on=on, changes=[(person, values)], reason=why, recorded_at=now)
    if "job_title" in proposed:
        if job is None:
            raise RequestError("Người này không còn nơi làm việc trong sổ. Hãy ghi nơi làm việc trước.")
        item = EmploymentData(
            person, job.enterprise, from_on=job.during.lower, job_title=proposed["job_title"]
        )
        employ(actor=actor, items=[item])
    return _answered(found, actor, choices.ACCEPTED, on, now, words)


@transaction.atomic
def accept_leave(
    *,
    actor: Actor,
    on: date,
    pk: int,
    now: datetime,
    decision_number: str = "",
    decision_on: date | None = None,
    words: str = "",
) -> MemberRequest:
    """Book that a member who asked for it is a member no longer from ``on``. Raises Forbidden, AlreadyAnswered, and what
    departing raises (membership.actions.MembershipError)."""
    found = _held(actor, pk, choices.LEAVE)
    decision = None
    if decision_number:
        decision = keep_decision(
            actor=actor, number=decision_number, issued_on=decision_on, issuer=found.unit
        )
    reason = f"Đoàn viên đề nghị ngày {format_date(found.asked_on)}"
    depart(actor=actor, items=[Departure(found.person, "leave", on, reason)], decision=decision)
    return _answered(found, actor, choices.ACCEPTED, on, now, words)


@transaction.atomic
def refuse(*, actor: Actor, on: date, pk: int, words: str, now: datetime) -> MemberRequest:
    """Say no, with words the member reads. Raises Forbidden, AlreadyAnswered, RequestError without words."""
    found = _held(actor, pk)
    if len(nfc(words).strip()) < 5:
        raise RequestError("Hãy ghi lý do để đoàn viên biết phải làm gì tiếp (ít nhất 5 ký tự).")
    return _answered(found, actor, choices.REFUSED, on, now, words)


@dataclass(frozen=True)
class Revealed:
    """Identity numbers of the register and of the proposal, whole."""

    held: Identity
    proposed: dict[str, str]


@transaction.atomic
def reveal_proposed(*, actor: Actor, pk: int, reason: str) -> Revealed:
    """Show the numbers of a request whole, beside those of the register, to who may see them; written down with the reason.
    Raises Forbidden, NotInReach, ReasonMissing."""
    found = _readable(actor, pk)
    if found.kind != choices.CHANGE or not set(found.fields) & set(choices.IDENTITY):
        raise ReasonMissing("Đề nghị này không có số định danh.")
    held = reveal_identity(actor=actor, person=found.person, reason=reason)
    proposed = queries.content_of(found).proposed
    return Revealed(held, {name: proposed[name] for name in choices.IDENTITY if name in proposed})


@transaction.atomic
def evidence_of(*, actor: Actor, pk: int) -> Scan | None:
    """The photo or scan of a request for who may answer it; that it was read is written down. None when there is none."""
    found = _readable(actor, pk)
    kept = Evidence.objects.filter(request=found).first()
    if kept is None:
        return None
    record(
        actor=actor,
        verb="selfservice.read_evidence",
        unit_id=found.unit_id,
        obj=found,
        summary=f"Xem ảnh kèm đề nghị của {found.person.full_name}",
    )
    return Scan(kept.content_type, base64.b64decode(unseal(kept.sealed)))


def _readable(actor: Actor, pk: int) -> MemberRequest:
    found = queries.request_for(actor, pk)
    if found is None:
        raise RequestError("Không có đề nghị này trong phạm vi của bạn.")
    return found


def _held(actor: Actor, pk: int, kind: str = "") -> MemberRequest:
    """An open request, held until the end of the transaction, of a member where the actor holds all it needs."""
    found = MemberRequest.objects.select_for_update(of=("self",)).select_related("person").get(pk=pk)
    if not found.is_open:
        over = {
            choices.WITHDRAWN: "Đoàn viên đã rút đề nghị này.",
            choices.LAPSED: "Đề nghị này không còn hiệu lực.",
        }
        answered = f"{found.decided_name} đã trả lời đề nghị này ({found.get_state_display()})."
        raise AlreadyAnswered(f"{over.get(found.state, answered)} Hãy tải lại trang.")
    if kind and found.kind != kind:
        raise RequestError("Đề nghị này thuộc loại khác. Hãy tải lại trang.")
    held = membership_on(found.person_id, actor.today)
    if held is None:
        raise RequestError("Người này không còn là đoàn viên nên đề nghị không còn hiệu lực.")
    for capability in rules.needs(found.kind, found.fields):
        require(actor, capability, held.unit)
    found.unit = held.unit
    return found


def _answered(
    found: MemberRequest, actor: Actor, state: str, on: date, now: datetime, words: str
) -> MemberRequest:
    found.state, found.decided_on, found.decided_at = state, actor.today, now
    found.decided_by, found.decided_name = actor.user, actor.name[:200]
    found.words = nfc(words).strip()[:1000]
    found.save(
        update_fields=["unit", "state", "decided_on", "decided_at", "decided_by", "decided_name", "words"]
    )
    record(
        actor=actor,
        verb=f"selfservice.{'accept' if state == choices.ACCEPTED else 'refuse'}",
        unit_id=found.unit_id,
        obj=found,
        reason=found.words,
        summary=f"{found.get_state_display().capitalize()} với đề nghị của {found.person.full_name}: {found.what}",
        data={"on": str(on)},
    )
    return found
