"""E-mail by Django's backend (SMTP). A repetition bears the same Message-ID."""

from __future__ import annotations

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from congdoan.foundation.accounts.models import User
from congdoan.foundation.messaging.channels.message import Message, Refused, TryLater


class Email:
    """One plain-text mail a message."""

    knows_repeats = True

    def is_on(self) -> bool:
        return bool(settings.MESSAGING["email"])

    def obstacle(self, user: User) -> str:
        return "" if user.email else "Người nhận chưa có địa chỉ email trong tài khoản."

    def prepare(self, now: datetime) -> None:
        """Nothing: every mail opens its own connection."""

    def send(self, message: Message) -> None:
        """SMTP answers of 4xx and lost connections are tried again, 5xx are final."""
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "congdoan.invalid"
        mail = EmailMessage(
            subject=" ".join(message.subject.split()),
            body=_text(message),
            to=[message.to_email],
            headers={
                "Message-ID": f"<{message.key}@{domain}>",
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
            connection=get_connection(timeout=settings.MESSAGING["timeout"]),
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = min((code for code, _ in error.recipients.values()), default=550)
            raise _judged(code, "Máy chủ thư không nhận địa chỉ của người nhận") from error
        except smtplib.SMTPAuthenticationError as error:
            raise TryLater(
                "Máy chủ thư không chấp nhận tài khoản gửi. Hãy kiểm tra cấu hình SMTP."
            ) from error
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code, "Máy chủ thư từ chối") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryLater("Không kết nối được máy chủ thư.") from error


def _judged(code: int, words: str) -> Exception:
    return Refused(f"{words} (mã {code}).") if code >= 500 else TryLater(f"{words} (mã {code}).")


def _text(message: Message) -> str:
    if not message.kind:
        return f"{message.body}\n"
    link = message.url or "Mở phần mềm congdoan, mục Thông báo."
    parts = [message.body, f"Xem chi tiết: {link}" if message.url else link]
    parts.append(
        "--\nThư tự động từ phần mềm congdoan, không cần trả lời.\n"
        "Chọn loại thông báo muốn nhận: trong phần mềm, mục Thông báo, Cách nhận thông báo."
    )
    return "\n\n".join(part for part in parts if part) + "\n"
