"""Writes of tokens: made, used, revoked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from secrets import token_urlsafe

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.tokens import rules
from congdoan.foundation.tokens.models import Token
from congdoan.foundation.tokens.queries import hash_of
from congdoan.kit.dates import format_date
from congdoan.kit.text import nfc


class TokenError(ValueError):
    """The token cannot be made or revoked so; the message says why."""


@transaction.atomic
def create_token(
    *, actor: Actor, on: date, name: str, capabilities: Collection[str], last_on: date
) -> tuple[Token, str]:
    """Make a token of the actor's own. Returns it and its secret, which is told this once and never again.

    Raises TokenError for a right the actor has not, none at all, a day gone by or too far ahead, or too many tokens;
    Forbidden without a person.
    """
    if actor.user is None:
        raise Forbidden("Mã truy cập phải của một người cụ thể.")
    User.objects.select_for_update(no_key=True).get(pk=actor.user.pk)
    name = nfc(name).strip()
    if not name:
        raise TokenError("Hãy đặt tên cho mã, ví dụ tên của hệ thống sẽ dùng.")
    missing = set(capabilities) - {item.code for item in rules.offered(actor)}
    if missing or not capabilities:
        raise TokenError("Hãy chọn ít nhất một quyền, trong các quyền xem mà bạn đang có.")
    if not on <= last_on <= on + rules.LONGEST:
        raise TokenError(
            f"Ngày hết hạn phải từ hôm nay đến ngày {format_date(on + rules.LONGEST)}. Hãy chọn lại ngày."
        )
    if Token.objects.filter(user=actor.user, revoked_at__isnull=True, last_on__gte=on).count() >= rules.MOST:
        raise TokenError(f"Mỗi người giữ nhiều nhất {rules.MOST} mã. Hãy thu hồi mã không còn dùng.")
    secret = f"cd_{token_urlsafe(32)}"
    token = Token.objects.create(
        user=actor.user,
        name=name[:100],
        hint=secret[:8],
        key_hash=hash_of(secret),
        capabilities=sorted(set(capabilities)),
        last_on=last_on,
    )
    record(
        actor=actor,
        verb="tokens.create",
        unit_id=actor.user.home_unit_id,
        obj=token,
        summary=f"Tạo mã truy cập “{token.name}”, dùng đến hết ngày {format_date(last_on)}",
        data={"capabilities": token.capabilities, "hint": token.hint},
    )
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token: Token) -> Token:
    """Take a token of the actor's own out of use at once. Again changes nothing. Raises Forbidden."""
    found = Token.objects.select_for_update().get(pk=token.pk)
    if actor.user is None or found.user_id != actor.user.pk:
        raise Forbidden("Chỉ chủ của mã mới thu hồi được.")
    if found.revoked_at is None:
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])
        record(
            actor=actor,
            verb="tokens.revoke",
            unit_id=actor.user.home_unit_id,
            obj=found,
            summary=f"Thu hồi mã truy cập “{found.name}” sau {found.uses} lần dùng",
        )
    return found


def count_use(token: Token) -> None:
    """One more request was answered by this token."""
    Token.objects.filter(pk=token.pk).update(uses=F("uses") + 1, used_at=timezone.now())
