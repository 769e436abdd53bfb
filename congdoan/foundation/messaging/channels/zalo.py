"""Zalo: a message by template of an Official Account (ZNS), with access that is renewed by itself.

Requests and error codes as the gateway publishes them (zalo.cloud/zns/guidelines/handle-error-code): renewal is a form
with the application's secret in a header, and each renewal returns a new key that replaces the old one. The template
has two fields, ``noi_dung`` and ``lien_ket``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction

from congdoan.foundation.accounts.models import User
from congdoan.foundation.messaging.channels.http import NoAnswer, NotSent, post
from congdoan.foundation.messaging.channels.message import (
    NO_PHONE,
    Message,
    Refused,
    TryLater,
    Unsure,
    mobile_of,
)
from congdoan.foundation.messaging.choices import ZALO
from congdoan.foundation.messaging.models import ChannelToken
from congdoan.kit.sealed import match_digest, seal, unseal

#: Renewed so long before it would end.
_MARGIN = timedelta(minutes=10)
_ACCESS_INVALID = -124
#: Unknown error, out of money, not at this hour, over the day's quota of the account or the template.
_LATER = {-100, -115, -133, -144, -147}


class Zalo:
    """One templated message to a phone number."""

    knows_repeats = False

    def is_on(self) -> bool:
        names = ("zalo_app_id", "zalo_app_secret", "zalo_refresh_token", "zalo_template")
        return all(settings.MESSAGING[name] for name in names)

    def obstacle(self, user: User) -> str:
        return "" if mobile_of(user) else NO_PHONE

    def prepare(self, now: datetime) -> None:
        """Renew the access when it ends soon. The new keys are committed at once, for the old one is used up; two
        workers renew one after the other, and the second finds it done."""
        with transaction.atomic():
            ChannelToken.objects.get_or_create(channel=ZALO)
            token = ChannelToken.objects.select_for_update().get(pk=ZALO)
            given = settings.MESSAGING["zalo_refresh_token"]
            origin = match_digest(given, kind="zalo")
            if not hmac.compare_digest(bytes(token.origin), origin):
                token.refresh, token.origin, token.expires_at = seal(given), origin, None
            if token.expires_at is not None and token.expires_at > now + _MARGIN:
                return
            found = self._renewed(unseal(token.refresh))
            token.access, token.refresh = seal(found["access_token"]), seal(found["refresh_token"])
            token.expires_at = now + timedelta(seconds=int(found.get("expires_in", 3600)))
            token.save()

    def send(self, message: Message) -> None:
        """A lost answer leaves it open whether the message went out: Zalo does not recognise repetitions."""
        token = ChannelToken.objects.get(pk=ZALO)
        body = json.dumps(
            {
                "phone": message.to_phone,
                "template_id": settings.MESSAGING["zalo_template"],
                "template_data": {"noi_dung": message.subject, "lien_ket": message.url or "congdoan"},
                "tracking_id": hashlib.sha256(message.key.encode()).hexdigest()[:32],
            },
            ensure_ascii=False,
        ).encode()
        headers = {"Content-Type": "application/json", "access_token": unseal(token.access)}
        try:
            answer = post(settings.MESSAGING["zalo_url"], body, headers)
        except NotSent as error:
            raise TryLater("Không kết nối được máy chủ Zalo.") from error
        except NoAnswer as error:
            raise Unsure("Zalo không trả lời, không rõ tin đã đi hay chưa.") from error
        if answer.status == 429:
            raise TryLater("Zalo đang giới hạn tốc độ gửi.", after=answer.retry_after)
        found = _json(answer.body)
        code = found.get("error")
        if answer.status >= 500 or not isinstance(code, int):
            raise Unsure(f"Zalo trả lời không rõ (mã HTTP {answer.status}), không rõ tin đã đi hay chưa.")
        if code == 0:
            return
        if code == _ACCESS_INVALID:
            ChannelToken.objects.filter(pk=ZALO).update(expires_at=None)
            raise TryLater("Quyền truy cập Zalo hết hạn, đang xin lại.")
        if code in _LATER:
            raise TryLater(f"Zalo chưa nhận tin (mã {code}: hết hạn mức, hết tiền hoặc ngoài giờ).")
        raise Refused(f"Zalo từ chối (mã {code}). Xem bảng mã lỗi ZNS.")

    def _renewed(self, refresh: str) -> dict[str, Any]:
        body = urlencode(
            {
                "refresh_token": refresh,
                "app_id": settings.MESSAGING["zalo_app_id"],
                "grant_type": "refresh_token",
            }
        ).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "secret_key": settings.MESSAGING["zalo_app_secret"],
        }
        try:
            answer = post(settings.MESSAGING["zalo_token_url"], body, headers)
        except (NotSent, NoAnswer) as error:
            raise TryLater("Không kết nối được máy chủ cấp quyền của Zalo.") from error
        found = _json(answer.body)
        if not found.get("access_token") or not found.get("refresh_token"):
            raise TryLater("Zalo không cấp lại quyền. Lấy refresh token mới rồi đặt lại cấu hình.", after=900)
        return found


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
