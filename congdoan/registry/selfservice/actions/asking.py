"""What a member asks for, once they proved who they are."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.units.models import Unit
from congdoan.kit.identifiers import check_phone
from congdoan.kit.sealed import seal
from congdoan.kit.text import nfc
from congdoan.registry.membership.queries import membership_on
from congdoan.registry.people.models import Person
from congdoan.registry.people.rules import citizen_id_key, passport_key, plain_citizen_id, plain_passport
from congdoan.registry.selfservice import choices, queries, rules
from congdoan.registry.selfservice.actions.errors import AlreadyAnswered, RequestError
from congdoan.registry.selfservice.models import Evidence, MemberRequest

#: Longest values of the register, by field.
_LONGEST = {"full_name": 150, "email": 150, "address": 250, "job_title": 150, "passport": 20}


@dataclass(frozen=True)
class Scan:
    """A photo or scan as it came."""

    content_type: str
    content: bytes


@transaction.atomic
def ask_change(
    *,
    person: Person,
    proposed: Mapping[str, str],
    reason: str,
    on: date,
    now: datetime,
    scan: Scan | None = None,
) -> MemberRequest:
    """A member asks to have what is written of them changed: {field of choices.FIELDS: new value}; a day as 1990-01-31.

    What the register says already is left out. Nothing changes before an officer agrees. Raises RequestError when the
    person is no member, nothing differs, or one such request is open.
    """
    unit = _union_of(person, on)
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    job = queries.job_of(person.pk, on)
    before = queries.values_of(person, job, proposed)
    fresh: dict[str, str] = {}
    for name, given in proposed.items():
        value, key = _plain(name, given)
        if value and key != before[name]:
            if name == "job_title" and job is None:
                raise RequestError("Sổ chưa ghi nơi làm việc của bạn nên chưa sửa được công việc.")
            fresh[name] = value
    if not fresh:
        raise RequestError("Chưa có mục nào khác với thông tin đang ghi. Hãy điền mục cần sửa.")
    content = queries.Content(fresh, {name: before[name] for name in fresh}, nfc(reason).strip()[:1000])
    made = _ask(person, unit, choices.CHANGE, list(fresh), content, on, now)
    if scan is not None:
        Evidence.objects.create(
            request=made,
            content_type=scan.content_type,
            sealed=seal(base64.b64encode(scan.content).decode()),
        )
    return made


@transaction.atomic
def ask_to_leave(*, person: Person, reason: str, on: date, now: datetime) -> MemberRequest:
    """A member asks to be a member no longer. Raises RequestError when the person is none, or has asked already."""
    unit = _union_of(person, on)
    content = queries.Content(reason=nfc(reason).strip()[:1000])
    return _ask(person, unit, choices.LEAVE, [], content, on, now)


@transaction.atomic
def withdraw(*, person: Person, pk: int, now: datetime, on: date) -> MemberRequest:
    """The member takes a request back while it is open; what it said is deleted. Raises AlreadyAnswered, RequestError."""
    found = MemberRequest.objects.select_for_update().filter(pk=pk, person=person).first()
    if found is None:
        raise RequestError("Không có đề nghị này.")
    if not found.is_open:
        raise AlreadyAnswered("Đề nghị này đã được trả lời nên không rút được nữa.")
    found.state, found.decided_at, found.decided_on, found.content_sealed = choices.WITHDRAWN, now, on, b""
    found.save(update_fields=["state", "decided_at", "decided_on", "content_sealed"])
    Evidence.objects.filter(request=found).delete()
    _recorded(found, person, on, "selfservice.withdraw", f"{person.full_name} rút đề nghị: {found.what}")
    return found


def _union_of(person: Person, on: date) -> Unit:
    held = membership_on(person.pk, on)
    if held is None:
        raise RequestError("Bạn không còn là đoàn viên nên không gửi được đề nghị.")
    return held.unit


def _plain(name: str, given: str) -> tuple[str, str]:
    """(the value in its one stored form, what it is compared by)."""
    if name not in choices.FIELDS:
        raise RequestError("Có mục không sửa được. Hãy tải lại trang.")
    text = nfc(given).strip()
    if not text:
        return "", ""
    if name == "citizen_id":
        text = plain_citizen_id(text)
        if not (text.isdigit() and len(text) in {9, 12}):
            raise RequestError("Số căn cước có 12 chữ số. Hãy kiểm tra lại.")
        return text, str(citizen_id_key(text))
    if name == "passport":
        return plain_passport(text)[: _LONGEST[name]], str(passport_key(text[: _LONGEST[name]]))
    if name == "phone":
        checked = check_phone(text)
        if not (checked.value.lstrip("+").isdigit() and len(checked.value) <= 20):
            raise RequestError("Số điện thoại không đúng. Hãy kiểm tra lại.")
        return checked.value, checked.value
    if len(text) > _LONGEST.get(name, 20):
        raise RequestError(f"Mục {choices.FIELDS[name]} dài quá {_LONGEST[name]} ký tự.")
    return text, text


def _ask(
    person: Person,
    unit: Unit,
    kind: str,
    fields: list[str],
    content: queries.Content,
    on: date,
    now: datetime,
) -> MemberRequest:
    try:
        with transaction.atomic():
            made = MemberRequest.objects.create(
                person=person,
                unit=unit,
                kind=kind,
                fields=fields,
                content_sealed=seal(json.dumps(asdict(content))),
                asked_at=now,
                asked_on=on,
            )
    except IntegrityError as error:
        raise RequestError(
            "Bạn đang có một đề nghị như vậy chờ trả lời. Hãy đợi, hoặc rút đề nghị đó rồi gửi lại."
        ) from error
    actor = _recorded(made, person, on, "selfservice.ask", f"{person.full_name} đề nghị: {made.what}")
    notify(
        actor=actor,
        kind=rules.ASKED.code,
        subject=f"{person.full_name} đề nghị: {made.what}",
        body=f"Đoàn viên của {unit.name}, gửi từ trang dành cho đoàn viên.",
        url=reverse("selfservice:request", args=[made.pk]),
        holders=[(unit, rules.needs(kind, fields)[-1])],
        now=now,
    )
    return made


def _recorded(found: MemberRequest, person: Person, on: date, verb: str, summary: str) -> Actor:
    actor = Actor.system("đoàn viên", today=on)
    record(actor=actor, verb=verb, unit_id=found.unit_id, obj=found, summary=summary)
    return actor
