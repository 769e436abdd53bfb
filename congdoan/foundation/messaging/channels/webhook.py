"""A messaging gateway of the organisation's own: signed JSON over HTTP.

The request: POST, ``Idempotency-Key`` (the same at every try), ``X-Congdoan-Timestamp`` (seconds), and
``X-Congdoan-Signature: sha256=<hex>``, the HMAC-SHA-256 under the shared secret of "<timestamp>.<body>". The gateway
answers 2xx once it has taken the message, 409 when it had taken it before, 429 or 5xx to be asked again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import datetime

from django.conf import settings

from congdoan.foundation.accounts.models import User
from congdoan.foundation.messaging.channels.http import NoAnswer, NotSent, post
from congdoan.foundation.messaging.channels.message import NO_PHONE, Message, Refused, TryLater, mobile_of


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Congdoan-Signature."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return "sha256=" + digest.hexdigest()


class Webhook:
    """Posts one message to the gateway's address."""

    knows_repeats = True

    def is_on(self) -> bool:
        return bool(settings.MESSAGING["webhook_url"] and settings.MESSAGING["webhook_secret"])

    def obstacle(self, user: User) -> str:
        return "" if mobile_of(user) else NO_PHONE

    def prepare(self, now: datetime) -> None:
        """Nothing."""

    def send(self, message: Message) -> None:
        """The key lets the gateway recognise a repetition, so that a lost answer is simply tried again."""
        body = json.dumps(
            {
                "id": message.key,
                "kind": message.kind,
                "to": {"phone": message.to_phone},
                "subject": message.subject,
                "body": message.body,
                "url": message.url,
            },
            ensure_ascii=False,
        ).encode()
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": message.key,
            "X-Congdoan-Timestamp": timestamp,
            "X-Congdoan-Signature": signature(settings.MESSAGING["webhook_secret"], timestamp, body),
        }
        try:
            answer = post(settings.MESSAGING["webhook_url"], body, headers)
        except (NotSent, NoAnswer) as error:
            raise TryLater("Cổng nhắn tin không trả lời.") from error
        if 200 <= answer.status < 300 or answer.status == 409:
            return
        if answer.status in {408, 425, 429} or answer.status >= 500:
            raise TryLater(f"Cổng nhắn tin đang bận (mã {answer.status}).", after=answer.retry_after)
        raise Refused(f"Cổng nhắn tin từ chối (mã {answer.status}). Hãy kiểm tra địa chỉ và khóa bí mật.")
