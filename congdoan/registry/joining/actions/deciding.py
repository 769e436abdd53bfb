"""What the body does: read, ask, refuse, admit by a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.units.actions import keep_decision
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import version_on
from congdoan.kit.dates import add_working_days
from congdoan.kit.sealed import unseal
from congdoan.kit.text import nfc, search_key
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.joining import choices, queries
from congdoan.registry.joining.actions.errors import AlreadyDecided, JoiningError
from congdoan.registry.joining.actions.prompting import plan_prompt
from congdoan.registry.joining.models import Application, Event
from congdoan.registry.joining.rules import OCCUPATIONAL_KIND
from congdoan.registry.membership.actions import Admission, MembershipError
from congdoan.registry.membership.actions import admit as book
from congdoan.registry.people.actions import (
    ConsentData,
    EmploymentData,
    PeopleError,
    PersonData,
    employ,
    record_consents,
    register_people,
)
from congdoan.registry.people.models import Person
from congdoan.registry.people.queries import find_by_identity

#: Opening an application again within this time is the same reading.
_ONE_READING = timedelta(hours=4)


@dataclass(frozen=True)
class Papers:
    """The decision that admits: its number and day; ``ceremony_on`` is the day on which it is celebrated."""

    number: str
    issued_on: date
    ceremony_on: date | None = None


@transaction.atomic
def open_application(*, actor: Actor, pk: int) -> Application | None:
    """Give one application to a reader and put the reading on the log its worker sees; None when the actor may not
    read it. Several readings of one officer within a few hours are one line."""
    found = queries.readable(actor, pk)
    if found is None:
        return None
    lately = Event.objects.filter(
        application=found, kind=choices.READ, user=actor.user, at__gte=timezone.now() - _ONE_READING
    )
    if not lately.exists():
        _happened(actor, found, choices.READ)
    return found


@transaction.atomic
def ask_more(*, actor: Actor, pk: int, words: str) -> Application:
    """Ask the worker for something; it stands on the page the worker follows, and who agreed to be contacted is told to look
    there (actions/prompting)."""
    (application,) = _held(actor, [pk])
    if not nfc(words):
        raise JoiningError("Hãy ghi điều cần người làm đơn bổ sung.")
    application.state = choices.ASKED
    application.save(update_fields=["state"])
    _happened(actor, application, choices.ASK, words)
    plan_prompt(application, now=timezone.now())
    return application


@transaction.atomic
def refuse(*, actor: Actor, on: date, pk: int, reason: str, words: str = "") -> Application:
    """Do not accept an application: with a reason, its source, and words the worker reads."""
    (application,) = _held(actor, [pk])
    known = choices.REFUSALS.get(reason)
    if known is None:
        raise JoiningError("Hãy chọn lý do không kết nạp.")
    if reason == "other" and not nfc(words):
        raise JoiningError("Với lý do khác, hãy giải thích để người làm đơn hiểu.")
    application.state, application.refusal_code, application.decided_on = choices.REFUSED, reason, on
    application.save(update_fields=["state", "refusal_code", "decided_on"])
    source = f" Căn cứ: {known.source}." if known.source else ""
    _happened(actor, application, choices.REFUSE, f"{known.name}.{source} {nfc(words)}".strip())
    plan_prompt(application, now=timezone.now())
    return application


@transaction.atomic
def admit(
    *,
    actor: Actor,
    on: date,
    pks: Sequence[int],
    papers: Papers,
    into: Unit | None = None,
    workplace: Enterprise | None = None,
) -> list[Application]:
    """Admit applicants by one decision, all or nobody: people registered, workplaces and consents written, memberships
    booked from ``on``.

    ``into``: the union they become members of; left out, the one each applied to. ``workplace``: the employer of those
    whose application names it in words only. Who applied in confidence is admitted only into a union that works at
    their workplace that day, or an occupational union: a member's name anywhere else would tell its officers. Raises
    JoiningError with the name of the applicant that stands in the way, AlreadyDecided, Forbidden.
    """
    if not pks:
        raise JoiningError("Chưa chọn đơn nào.")
    if not nfc(papers.number):
        raise JoiningError("Hãy ghi số quyết định kết nạp.")
    held = _held(actor, pks)
    issuers = {application.receiving_unit_id for application in held}
    if len(issuers) > 1:
        raise JoiningError("Các đơn này gửi đến nhiều đơn vị. Mỗi đơn vị ra một quyết định riêng.")
    if into is None and any(application.is_confidential for application in held):
        raise JoiningError("Nơi này chưa có công đoàn. Hãy chọn công đoàn mà người lao động sẽ vào.")
    workplaces = {application.pk: application.enterprise or workplace for application in held}
    if into is not None and any(application.is_confidential for application in held):
        _check_discreet(held, workplaces, into, on)
    issuer = held[0].receiving_unit
    decision = keep_decision(
        actor=actor,
        number=papers.number,
        issued_on=papers.issued_on,
        issuer=issuer,
        title="Về việc kết nạp đoàn viên công đoàn",
    )
    people = [_person(actor, application, on) for application in held]
    try:
        employ(
            actor=actor,
            items=[
                EmploymentData(
                    person=person,
                    enterprise=employer,
                    from_on=application.contract_from or on,
                    contract_kind=application.contract_kind,
                    contract_from=application.contract_from,
                    contract_to=application.contract_to,
                    job_title=application.job_title,
                )
                for application, person in zip(held, people, strict=True)
                if (employer := workplaces[application.pk]) is not None
            ],
        )
        book(
            actor=actor,
            decision=decision,
            items=[
                Admission(
                    person,
                    into or application.receiving_unit,
                    on,
                    application_on=application.submitted_on,
                    contract_from=application.contract_from,
                    contract_to=application.contract_to,
                )
                for application, person in zip(held, people, strict=True)
            ],
        )
    except (MembershipError, PeopleError) as error:
        raise JoiningError(str(error)) from error
    agreed = {application.pk: application.consents.values_list("purpose", flat=True) for application in held}
    record_consents(
        actor=actor,
        items=[
            ConsentData(person, purpose, application.submitted_on, "Đơn gia nhập trực tuyến")
            for application, person in zip(held, people, strict=True)
            for purpose in agreed[application.pk]
        ],
    )
    for application, person in zip(held, people, strict=True):
        application.state, application.person, application.decision = choices.ADMITTED, person, decision
        application.decided_on, application.ceremony_on = on, papers.ceremony_on
        application.save(update_fields=["state", "person", "decision", "decided_on", "ceremony_on"])
        _happened(actor, application, choices.ADMIT, f"Quyết định số {nfc(papers.number)}.")
        plan_prompt(application, now=timezone.now())
    return held


@transaction.atomic
def pass_on(*, actor: Actor, on: date, pks: Sequence[int], to: Unit) -> list[Application]:
    """Give open applications of a workplace to the union that works there since: from now on its committee decides, within
    the time it has for every application. The worker reads where it went. Raises AlreadyDecided, Forbidden."""
    held = _held(actor, pks)
    days = int(parameter("admission.decision_days", on=on, unit_id=to.pk).value)
    for application in held:
        application.receiving_unit, application.route = to, choices.COMMITTEE
        application.is_confidential, application.due_on = False, add_working_days(on, days)
        application.save(update_fields=["receiving_unit", "route", "is_confidential", "due_on"])
        _happened(actor, application, choices.PASS_ON, f"Nơi bạn làm việc đã có công đoàn: {to.name}.")
    return held


def _check_discreet(
    held: Sequence[Application], workplaces: dict[int, Enterprise | None], into: Unit, on: date
) -> None:
    version = version_on(into, on)
    if version is not None and version.kind_id == OCCUPATIONAL_KIND:
        return
    for application in held:
        where = workplaces[application.pk]
        if application.is_confidential and (where is None or not queries.works_at(into, where, on)):
            raise JoiningError(
                f"{application.full_name}: {into.name} không phải công đoàn ở nơi người này làm việc. Đơn này phải giữ"
                " kín, nên chỉ kết nạp vào công đoàn cơ sở ở nơi ấy hoặc một nghiệp đoàn. Nơi ấy chưa có công đoàn thì"
                " kết nạp khi công nhận công đoàn từ hồ sơ thành lập."
            )


def _held(actor: Actor, pks: Sequence[int]) -> list[Application]:
    """Open applications the actor may decide, locked in one order for all writers."""
    wanted = sorted(set(pks))
    locked = list(
        Application.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=wanted)
        .select_related("receiving_unit", "enterprise")
        .order_by("pk")
    )
    allowed = set(queries.visible_applications(actor).filter(pk__in=wanted).values_list("pk", flat=True))
    allowed |= set(
        queries.confidential_applications(actor).filter(pk__in=wanted).values_list("pk", flat=True)
    )
    if allowed != set(wanted):
        raise Forbidden("Không có đơn này trong phạm vi của bạn.")
    for application in locked:
        if not application.is_open:
            raise AlreadyDecided(
                f"Đơn của {application.full_name}: {application.get_state_display()}. Hãy tải lại trang."
            )
    return locked


def _person(actor: Actor, application: Application, on: date) -> Person:
    """The person in the register with this identity number, else a new one."""
    citizen_id = unseal(application.citizen_id_sealed)
    passport = unseal(application.passport_sealed)
    numbers = {"citizen_ids": [citizen_id] if citizen_id else [], "passports": [passport] if passport else []}
    for known in find_by_identity(**numbers).values():
        if known.name_key != search_key(application.full_name)[:150]:
            raise JoiningError(
                f"{application.full_name}: số định danh trong đơn đã thuộc về người tên {known.full_name}. Hãy đề"
                " nghị người làm đơn kiểm tra lại số."
            )
        return known
    try:
        (made,) = register_people(
            actor=actor,
            on=on,
            items=[
                PersonData(
                    full_name=application.full_name,
                    birth_on=application.birth_on,
                    sex=application.sex,
                    nationality=application.nationality,
                    citizen_id=citizen_id,
                    passport=passport,
                    phone=application.phone,
                    email=application.email,
                )
            ],
        )
    except PeopleError as error:
        raise JoiningError(f"{application.full_name}: {error}") from error
    return made


def _happened(actor: Actor, application: Application, kind: str, words: str = "") -> None:
    Event(
        application=application,
        at=timezone.now(),
        kind=kind,
        user=actor.user,
        by=actor.name[:200],
        words=nfc(words),
    ).save(force_insert=True)
