"""A member proves who they are: card, identity number, and a code sent to the contact on record.

Nobody learns by it whether somebody is a member: whatever is typed, the answer is the same, by the same statements, and
the message itself is sent by a worker afterwards, so that its time tells nothing either.
"""

from __future__ import annotations

import logging
import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum
from procrastinate.contrib.django import app

from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.messaging.actions import NotReached, tell_outsider
from congdoan.foundation.messaging.choices import EMAIL, SMS
from congdoan.foundation.messaging.queries import is_channel_on
from congdoan.kit.identifiers import check_phone
from congdoan.kit.sealed import match_digest
from congdoan.registry.joining.actions import TooManyAttempts, knock
from congdoan.registry.membership.actions import record_signs
from congdoan.registry.membership.choices import OWN_PAGE
from congdoan.registry.people.models import Person
from congdoan.registry.selfservice import rules
from congdoan.registry.selfservice.actions.errors import RequestError
from congdoan.registry.selfservice.models import Proof
from congdoan.registry.selfservice.queries import identity_key, member_named, pass_key

SEND_TASK = "selfservice.send_code"
#: A code is good for so long; a new one is sent no sooner than after the pause.
LIFE, PAUSE = timedelta(minutes=15), timedelta(seconds=60)
#: Wrong tries of a code; codes for one form; codes for one identity number in a day: together a chance of thirty in a
#: million a day for who knows both numbers, and ten messages for who is pestered.
MOST_TRIES, MOST_SENDS, MOST_A_DAY = 3, 5, 10

logger = logging.getLogger(__name__)


def is_open() -> bool:
    """Whether codes can be sent at all: by SMS or e-mail, as the installation has set up."""
    return is_channel_on(SMS) or is_channel_on(EMAIL)


@transaction.atomic
def ask_code(*, key: UUID, card: str, number: str, address: str | None, on: date, now: datetime) -> None:
    """Ask for a code for the member to whom card and identity number belong. Says nothing of whether there is one.

    ``key`` is the form's own. Asked again with the same key and both empty, another code is sent. Raises
    TooManyAttempts (by network, form, or identity number), RequestError for what is missing.
    """
    limit = int(parameter("selfservice.codes_per_hour", on=on).value)
    knock(door="member", address=address, now=now.timestamp(), limit=limit)
    proof = Proof.objects.select_for_update().filter(pk=key).first()
    if number or card or proof is None:
        named = identity_key(number)
        if named is None or not rules.plain_card(card):
            raise RequestError("Hãy ghi cả số thẻ đoàn viên và số căn cước (hoặc hộ chiếu).")
        person_id = member_named(key=named, card=rules.plain_card(card), on=on)
    else:
        named, person_id = proof.identity_key, proof.person_id
    if proof is None:
        Proof.objects.bulk_create(
            [Proof(key=key, identity_key=named, sent_at=now - PAUSE)], ignore_conflicts=True
        )
        proof = Proof.objects.select_for_update().get(pk=key)
    is_same = proof.identity_key == named and proof.person_id == person_id
    if is_same and proof.sends and now - proof.sent_at < PAUSE:
        raise TooManyAttempts("Mã vừa được gửi. Hãy đợi một phút rồi mới yêu cầu mã khác.")
    with connection.cursor() as cursor:
        # Two forms for one number count one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 726011))", [str(named)])
    sent = Proof.objects.filter(identity_key=named, sent_at__gt=now - timedelta(days=1))
    if proof.sends >= MOST_SENDS or (sent.aggregate(n=Sum("sends"))["n"] or 0) >= MOST_A_DAY:
        raise TooManyAttempts("Đã yêu cầu mã quá nhiều lần trong ngày. Hãy thử lại vào ngày mai.")
    proof.identity_key, proof.person_id = named, person_id
    proof.sent_at, proof.sends, proof.tries = now, proof.sends + 1, 0
    proof.pass_key = proof.passed_at = None
    proof.save()
    app.configure_task(SEND_TASK).defer(key=str(key), n=proof.sends)


def _code(key: UUID, n: int) -> str:
    """The nth code of a form: only this installation can make it, so it need not be kept."""
    return f"{int.from_bytes(match_digest(f'{key.hex}:{n}', kind='member_code')) % 1_000_000:06d}"


def send_code(*, key: UUID, n: int, now: datetime) -> bool:
    """Send the nth code of a form to the phone on record, else to the e-mail address; whether it went. Nothing goes where
    card and number belonged to nobody, where a newer one was asked for, or too late."""
    proof = Proof.objects.filter(pk=key, sends=n, sent_at__gt=now - LIFE).select_related("person").first()
    if proof is None or proof.person is None:
        return False
    for channel, to in _ways(proof.person):
        try:
            tell_outsider(
                channel=channel,
                to=to,
                key=f"{key.hex}{n}",
                subject=f"Mã xác nhận của bạn: {_code(key, n)}. Có hiệu lực 15 phút. Không đưa mã này cho ai.",
            )
        except NotReached as error:
            logger.warning("A code by %s was not sent: %s", channel, error)
            continue
        return True
    return False


def _ways(person: Person) -> list[tuple[str, str]]:
    checked = check_phone(person.phone) if person.phone else None
    ways = []
    if is_channel_on(SMS) and checked is not None and not checked.warnings:
        ways.append((SMS, checked.value))
    if is_channel_on(EMAIL) and person.email:
        ways.append((EMAIL, person.email))
    return ways


@transaction.atomic
def enter(*, key: UUID, code: str, on: date, now: datetime) -> str:
    """A pass for whoever gives the code sent last, within its time and tries; '' else. A code is good once; the
    day stands as a sign of life."""
    proof = Proof.objects.select_for_update().filter(pk=key).first()
    if proof is None or proof.tries >= MOST_TRIES or now - proof.sent_at > LIFE:
        return ""
    typed = "".join(char for char in code if char.isdigit())
    is_right = secrets.compare_digest(typed, _code(key, proof.sends)) and proof.person_id is not None
    given = secrets.token_urlsafe(24) if is_right else ""
    proof.tries = MOST_TRIES if is_right else proof.tries + 1
    proof.pass_key, proof.passed_at = pass_key(given), now if is_right else None
    proof.save(update_fields=["tries", "pass_key", "passed_at"])
    if proof.passed_at is not None and proof.person_id is not None:
        record_signs(people=[proof.person_id], on=on, kind=OWN_PAGE, by="đoàn viên")
    return given


def give_up(given: str) -> None:
    """The member closes the page: the pass holds no more."""
    if given:
        Proof.objects.filter(pass_key=pass_key(given)).update(pass_key=None, passed_at=None)
