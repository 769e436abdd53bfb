"""What a channel is given to send, and the three ways in which sending may fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from congdoan.foundation.accounts.models import User
from congdoan.kit.identifiers import check_phone


@dataclass(frozen=True)
class Message:
    """``key`` is the same at every try of the same message and differs from every other's: gateways and mail readers
    know a repetition by it. ``kind`` is '' for somebody without an account: the words go out alone. ``url`` is
    absolute, or empty when the installation has not told its address."""

    key: str
    kind: str
    subject: str
    body: str
    url: str
    to_email: str
    to_phone: str


class TryLater(Exception):
    """It surely did not go out, and may do so later; the message says why, in words for the delivery log."""

    def __init__(self, words: str, *, after: int = 0) -> None:
        self.after = after
        super().__init__(words)


class Refused(Exception):
    """It did not go out and never will like this: a wrong number, a template that does not exist."""


class Unsure(Exception):
    """It may have gone out, and the receiver would not know a repetition: a person decides."""


class Channel(Protocol):
    """One way out. ``knows_repeats``: the receiving side recognises ``Message.key``, so that a try whose outcome is
    unknown is repeated; without it such a message is held for a person."""

    knows_repeats: bool

    def is_on(self) -> bool:
        """Whether the settings name a server for it."""
        ...

    def obstacle(self, user: User) -> str:
        """Why this user cannot be reached over it, in words; '' when they can."""
        ...

    def prepare(self, now: datetime) -> None:
        """What must be committed before a message is begun (renewed access). Raises TryLater, Refused."""
        ...

    def send(self, message: Message) -> None:
        """Send, within the installation's time limit. Raises TryLater, Refused, Unsure."""
        ...


def mobile_of(user: User) -> str:
    """The user's mobile number as 84912345678; '' without a usable one."""
    checked = check_phone(user.phone)
    number = checked.value
    return "84" + number[1:] if len(number) == 10 and number[:2] in {"03", "05", "07", "08", "09"} else ""


NO_PHONE = "Người nhận chưa khai số điện thoại di động (hoặc số chưa đúng) trong tài khoản."
