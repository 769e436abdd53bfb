"""What the worker does, without an account: send, answer, withdraw. The code stands for the person."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from congdoan.foundation.catalogues.models import Territory
from congdoan.foundation.catalogues.queries import parameters
from congdoan.kit.bulk import insert_parts
from congdoan.kit.dates import add_working_days
from congdoan.kit.identifiers import check_phone
from congdoan.kit.sealed import match_key, seal
from congdoan.kit.text import nfc, search_key
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.joining import choices, queries, rules
from congdoan.registry.joining.actions.errors import (
    AlreadyDecided,
    ForeignWorkerNotYet,
    JoiningError,
    TooManyAttempts,
)
from congdoan.registry.joining.actions.signing import Signer, verify
from congdoan.registry.joining.models import Application, Event, Signature, Source
from congdoan.registry.people.rules import citizen_id_key, passport_key, plain_citizen_id, plain_passport


@dataclass(frozen=True)
class Image:
    """A signature as it came: ``kind`` of choices.SIGNATURES, its media type and its bytes."""

    kind: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class ApplicationData:
    """What a worker fills in. ``contract_to`` is the contract's last day; ``consents`` are purposes agreed to."""

    submission_key: UUID
    full_name: str
    birth_on: date
    contract_kind: str
    signature: Image
    consents: Sequence[str]
    sex: str = ""
    nationality: str = "VN"
    citizen_id: str = ""
    passport: str = ""
    phone: str = ""
    email: str = ""
    enterprise: Enterprise | None = None
    workplace_name: str = ""
    territory: Territory | None = None
    job_title: str = ""
    contract_from: date | None = None
    contract_to: date | None = None
    was_member: bool = False
    language: str = "vi"
    #: What brought the worker here; it counts on the days it runs.
    source: Source | None = None


@dataclass(frozen=True)
class Submitted:
    """An application that is stored, the body that received it by name, and the code its worker follows it by (shown once,
    kept nowhere). ``is_fresh``: it was not there before."""

    application: Application
    code: str
    receiver: str
    is_fresh: bool = False


@dataclass(frozen=True)
class Beside:
    """What another room writes in the statement that stores an application, so that both are there or neither is: common
    table expressions that may read ``made (id)``, the application (no row when it is there already), with their values.

    Where two transactions meet, one cannot see what the other has just written. Then the expressions must break a NOT NULL
    constraint: nothing is stored, and the statement is tried again.
    """

    sql: str
    values: Sequence[object]


def submit(
    *,
    data: ApplicationData,
    on: date,
    beside: Callable[[Application], Beside | None] = lambda application: None,
) -> Submitted:
    """Store an application and send it where it belongs. The same ``submission_key`` gives the same application and
    the same code, also when it arrives twice at the same moment. ``beside`` is given the application as it will be stored,
    and says what is stored with it.

    Nobody is told whether the person is a member or has applied before: who knows somebody's number must learn nothing
    by it. A digital signature is verified before anything is written. Raises ForeignWorkerNotYet, SignatureRefused, or
    JoiningError for what is missing.
    """
    code = _code(data.submission_key)
    if data.signature.kind == choices.DIGITAL and (known := _known(data.submission_key)) is not None:
        # Verifying costs far more than looking; any other form finds by storing that it is there.
        return Submitted(known, code, known.receiving_unit.name)
    try:
        application, receiver, signer = _made(data, code, on)
        with_it = beside(application)
    except JoiningError:
        # What is stored already stays so, whatever would be said of it today.
        known = _known(data.submission_key)
        if known is None:
            raise
        return Submitted(known, code, known.receiving_unit.name)
    purposes = [purpose for purpose, _ in choices.CONSENTS if purpose in data.consents]
    for _ in range(_TRIES):
        try:
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                is_fresh = _stored(application, data.signature, signer, purposes, with_it)
        except IntegrityError as error:
            if getattr(error.__cause__, "sqlstate", "") != _NOT_NULL:
                raise
            continue
        if is_fresh:
            return Submitted(application, code, receiver, is_fresh=True)
        # The same device has sent it before, perhaps at the same moment: the other one is the application.
        known = Application.objects.select_related("receiving_unit").get(submission_key=data.submission_key)
        return Submitted(known, code, known.receiving_unit.name)
    raise JoiningError("Máy chủ đang bận nên chưa nhận được đơn. Hãy gửi lại.")


#: What another transaction has just written is seen by the next statement; more often it must change again meanwhile.
_TRIES = 3
_NOT_NULL = "23502"


def _known(submission_key: UUID) -> Application | None:
    rows = Application.objects.select_related("receiving_unit")
    return rows.filter(submission_key=submission_key).first()


def _made(data: ApplicationData, code: str, on: date) -> tuple[Application, str, Signer | None]:
    """An application as it will be stored, the name of its receiver, and who signed it digitally."""
    check(data=data, on=on)
    if not data.signature.content:
        raise JoiningError("Đơn chưa được ký.")
    where = queries.destination(
        enterprise=data.enterprise,
        territory=data.territory,
        contract_kind=data.contract_kind,
        was_member=data.was_member,
        job_title=data.job_title,
        on=on,
    )
    held = parameters(["admission.decision_days", "joining.signatures"], on=on, unit_id=where.unit_id)
    if data.signature.kind not in held["joining.signatures"].value:
        raise JoiningError("Công đoàn nơi nhận đơn không dùng cách ký này. Hãy ký theo cách khác.")
    now = timezone.now()
    signer = verify(data, now=now) if data.signature.kind == choices.DIGITAL else None
    application = Application(
        submission_key=data.submission_key,
        code_key=queries.code_key(code),
        route=where.route,
        receiving_unit_id=where.unit_id,
        is_confidential=where.is_confidential,
        submitted_at=now,
        submitted_on=on,
        due_on=add_working_days(on, int(held["admission.decision_days"].value)),
        language=data.language,
        full_name=nfc(data.full_name)[:150],
        name_key=search_key(
            f"{data.full_name} {data.enterprise.name if data.enterprise else data.workplace_name}"
        )[:450],
        birth_on=data.birth_on,
        sex=data.sex,
        nationality=data.nationality,
        citizen_id_sealed=seal(plain_citizen_id(data.citizen_id)),
        passport_sealed=seal(plain_passport(data.passport)) if data.passport else b"",
        identity_key=citizen_id_key(data.citizen_id) or passport_key(data.passport),
        phone=check_phone(data.phone).value[:20] if data.phone else "",
        email=nfc(data.email)[:150],
        enterprise=data.enterprise,
        workplace_name=nfc(data.workplace_name)[:250],
        territory=data.territory,
        job_title=nfc(data.job_title)[:150],
        contract_kind=data.contract_kind,
        contract_from=data.contract_from,
        contract_to=data.contract_to,
        was_member=data.was_member,
        source=data.source if data.source is not None and on in data.source.during else None,
    )
    return application, where.unit_name, signer


def _stored(
    application: Application,
    signature: Image,
    signer: Signer | None,
    purposes: Sequence[str],
    beside: Beside | None,
) -> bool:
    """Write an application with its signature, consents and first event, and what belongs beside it, by one statement,
    since a hundred may come in a second. False, and nothing written, when there is one with its key (this waits for whoever
    is just writing that). Raises IntegrityError, as `Beside` says."""
    columns, marks, values = insert_parts(application)
    certified, certificate = "", []
    if signer is not None:
        certified = """, certified AS (
                    INSERT INTO joining_certificate (signature_id, name, issuer, serial, signed_at, has_number)
                    SELECT id, %s, %s, %s, %s, %s FROM made
                )"""
        certificate = [signer.name, signer.issuer, signer.serial, signer.signed_at, signer.has_number]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH made AS (
                    INSERT INTO joining_application ({columns}) VALUES ({marks})
                    ON CONFLICT (submission_key) DO NOTHING RETURNING id
                ), signed AS (
                    INSERT INTO joining_signature (application_id, kind, content_type, sealed)
                    SELECT id, %s, %s, %s FROM made
                ), agreed AS (
                    INSERT INTO joining_applicationconsent (application_id, purpose, text_version, given_at)
                    SELECT made.id, purpose, %s, %s FROM made, unnest(%s::varchar[]) purpose
                ), told AS (
                    INSERT INTO joining_event (application_id, at, kind, words, "by")
                    SELECT id, %s, 'submit', '', '' FROM made
                ){certified}{f", {beside.sql}" if beside is not None else ""}
                SELECT id FROM made""",
            [
                *values,
                signature.kind,
                signature.content_type,
                seal(base64.b64encode(signature.content).decode()),
                choices.CONSENT_VERSION,
                application.submitted_at,
                list(purposes),
                application.submitted_at,
                *certificate,
                *(beside.values if beside is not None else ()),
            ],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    application.pk = row[0]
    application._state.adding, application._state.db = False, connection.alias
    return True


def check(*, data: ApplicationData, on: date) -> None:
    """Say what is missing or what the law does not allow yet, before anything is stored."""
    if not nfc(data.full_name):
        raise JoiningError("Thiếu họ và tên.")
    if missing := [
        purpose for purpose, needed in choices.CONSENTS if needed and purpose not in data.consents
    ]:
        raise JoiningError(f"Chưa đồng ý cho công đoàn xử lý dữ liệu để xét đơn ({', '.join(missing)}).")
    if data.birth_on >= on:
        raise JoiningError("Ngày sinh phải trước hôm nay.")
    if data.nationality != "VN":
        obstacle = rules.foreign_obstacle(
            queries.foreign_law(on),
            on=on,
            contract_kind=data.contract_kind,
            contract_from=data.contract_from,
            contract_to=data.contract_to,
        )
        if obstacle is not None:
            raise ForeignWorkerNotYet(obstacle)


#: Without letters and figures that are taken for one another when read aloud or copied from paper.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _code(submission_key: UUID) -> str:
    """The code of an application: 60 bits that only this installation can make from the device's key, so that a form
    sent twice is answered with the same one and none is kept."""
    digest = hmac.digest(
        settings.FIELD_KEY.encode(), b"application code:" + submission_key.bytes, hashlib.sha256
    )
    letters = [_LETTERS[byte % 32] for byte in digest[:12]]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


@transaction.atomic
def answer(*, code: str, words: str) -> Application:
    """The worker answers what was asked; the application waits for the body again."""
    application = held_by_code(code)
    if application.state != choices.ASKED:
        raise AlreadyDecided("Đơn này không chờ bổ sung.")
    if not nfc(words):
        raise JoiningError("Hãy viết nội dung bổ sung.")
    application.state = choices.SUBMITTED
    application.save(update_fields=["state"])
    _happened(application, choices.ANSWER, words)
    return application


@transaction.atomic
def withdraw(*, code: str, on: date) -> Application:
    """The worker takes the application back while nothing is decided. Signature and identity numbers are deleted."""
    application = held_by_code(code)
    if not application.is_open:
        raise AlreadyDecided("Đơn này đã được quyết định nên không rút được nữa.")
    application.state, application.decided_on = choices.WITHDRAWN, on
    application.citizen_id_sealed = application.passport_sealed = b""
    application.identity_key = None
    application.save(
        update_fields=["state", "decided_on", "citizen_id_sealed", "passport_sealed", "identity_key"]
    )
    Signature.objects.filter(application=application).delete()
    _happened(application, choices.WITHDRAW)
    return application


def held_by_code(code: str) -> Application:
    """The application a worker's code stands for, locked; lines of its log wait for nobody. Raises JoiningError."""
    application = (
        Application.objects.select_for_update(no_key=True).filter(code_key=queries.code_key(code)).first()
    )
    if application is None:
        raise JoiningError("Không có đơn nào ứng với mã này. Hãy kiểm tra lại mã.")
    return application


def _happened(application: Application, kind: str, words: str = "") -> None:
    Event(application=application, at=timezone.now(), kind=kind, words=nfc(words)).save(force_insert=True)


#: Seconds of a window in which attempts of one address are counted.
WINDOW = 3600


def knock(*, door: str, address: str | None, now: float, limit: int) -> None:
    """Count one attempt of an address at a public door. Raises TooManyAttempts over ``limit`` an hour.

    One statement, whose commit waits for no disk: a count that a crash forgets harms nobody. Addresses are kept as keyed
    digests and swept after a day (jobs).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH quick AS (SELECT set_config('synchronous_commit', 'off', TRUE))
               INSERT INTO joining_attempt (door, address_key, "window", n) SELECT %s, %s, %s, 1 FROM quick
               ON CONFLICT (door, address_key, "window") DO UPDATE SET n = joining_attempt.n + 1 RETURNING n""",
            [door, match_key(address or "-", kind="address"), int(now // WINDOW)],
        )
        (n,) = cursor.fetchone()
    if n > limit:
        raise TooManyAttempts("Quá nhiều lần gửi từ mạng này trong một giờ. Hãy thử lại sau.")
