"""Confirming by a code that the phone or the address in an application is the worker's own."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.messaging.actions import NotReached, tell_outsider
from congdoan.kit.sealed import match_key
from congdoan.registry.joining.actions.applying import knock
from congdoan.registry.joining.actions.errors import JoiningError, JustSent, TooManyAttempts
from congdoan.registry.joining.models import Confirmation

#: A code is good for so long; a new one is sent no sooner than after the pause.
LIFE, PAUSE = timedelta(minutes=15), timedelta(seconds=60)
#: Wrong tries of a code, and codes for one application: together a chance of 25 in a million.
MOST_TRIES, MOST_SENDS = 5, 5


def send_code(
    *, submission_key: UUID, channel: str, contact: str, address: str | None, on: date, now: datetime
) -> None:
    """Send a fresh code of six digits to a contact. What is sent says nothing of a union, since phones lie open.

    Raises TooManyAttempts for one that asks too soon or too often (by application, by contact, by network), so that
    nobody can have a stranger's phone ring all day; JoiningError when it could not be sent.
    """
    limit = int(parameter("joining.codes_per_hour", on=on).value)
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        Confirmation.objects.get_or_create(
            submission_key=submission_key,
            defaults={
                "contact_key": _contact_key(contact),
                "code_key": _code_key(submission_key, code),
                "sent_at": now - PAUSE,
                "sends": 0,
            },
        )
        kept = Confirmation.objects.select_for_update().get(pk=submission_key)
        if kept.sends >= MOST_SENDS:
            raise TooManyAttempts(
                "Đơn này đã nhận đủ 5 mã. Hãy kiểm tra lại số điện thoại hoặc thư, rồi mở lại trang và gửi đơn từ đầu."
            )
        if now - kept.sent_at < PAUSE:
            raise JustSent("Mã vừa được gửi. Hãy đợi một phút rồi mới yêu cầu mã khác.")
        knock(door="code", address=contact, now=now.timestamp(), limit=MOST_SENDS)
        knock(door="codes", address=address, now=now.timestamp(), limit=limit)
        kept.contact_key, kept.code_key = _contact_key(contact), _code_key(submission_key, code)
        kept.sent_at, kept.sends, kept.tries, kept.is_confirmed = now, kept.sends + 1, 0, False
        kept.save()
    try:
        tell_outsider(
            channel=channel,
            to=contact,
            key=f"{submission_key.hex}{kept.sends}",
            subject=f"Mã xác nhận của bạn: {code}. Có hiệu lực 15 phút. Không đưa mã này cho ai.",
        )
    except NotReached as error:
        raise JoiningError(
            "Chưa gửi được mã. Hãy kiểm tra số điện thoại hoặc địa chỉ thư rồi thử lại."
        ) from error


@transaction.atomic
def confirm(*, submission_key: UUID, contact: str, code: str, now: datetime) -> bool:
    """Whether the code is the one sent last to this contact, within its time and tries. Counts a wrong try; once right, it
    stays right for this contact."""
    kept = Confirmation.objects.select_for_update().filter(pk=submission_key).first()
    if kept is None or kept.contact_key != _contact_key(contact):
        return False
    if kept.is_confirmed:
        return True
    if kept.tries >= MOST_TRIES or now - kept.sent_at > LIFE:
        return False
    typed = "".join(char for char in code if char.isdigit())
    if _code_key(submission_key, typed) == kept.code_key:
        kept.is_confirmed = True
    else:
        kept.tries += 1
    kept.save(update_fields=["is_confirmed", "tries"])
    return kept.is_confirmed


def _contact_key(contact: str) -> UUID:
    return _key(contact.strip().lower(), "contact")


def _code_key(submission_key: UUID, code: str) -> UUID:
    return _key(f"{submission_key.hex}:{code}", "confirmation")


def _key(value: str, kind: str) -> UUID:
    found = match_key(value, kind=kind)
    if found is None:
        raise JoiningError("Hãy ghi số điện thoại hoặc địa chỉ thư.")
    return found
