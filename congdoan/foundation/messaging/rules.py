"""Kinds of notices, and which channels one goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.module_loading import autodiscover_modules

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.messaging.choices import EMAIL, IN_APP

VIEW_DELIVERIES = "messaging.deliveries"
declare_capabilities((VIEW_DELIVERIES, "Xem nhật ký gửi tin, gửi lại tin lỗi"))


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice. Rooms declare theirs in ``rules.py``.

    An obligatory kind cannot be switched off. ``outside`` is all that leaves the product, with a link back;
    the notice's own subject and body are read after signing in, unless ``says_all`` (for kinds whose words
    never name a person).
    """

    code: str
    name: str
    outside: str
    is_obligatory: bool = False
    says_all: bool = False
    channels: tuple[str, ...] = (EMAIL,)


_KINDS: dict[str, NoticeKind] = {}


def declare_notice_kind(kind: NoticeKind) -> NoticeKind:
    """Make a kind known under its code ("plans.overdue")."""
    _KINDS[kind.code] = kind
    return kind


def notice_kinds() -> list[NoticeKind]:
    """All kinds, obligatory ones first, then by name."""
    autodiscover_modules("rules")
    return sorted(_KINDS.values(), key=lambda kind: (not kind.is_obligatory, kind.name))


def notice_kind(code: str) -> NoticeKind:
    """One kind. Raises KeyError for one that no room declares."""
    if code not in _KINDS:
        autodiscover_modules("rules")
    return _KINDS[code]


def channels_for(
    kind: NoticeKind, chosen: Mapping[str, Sequence[str]] | None, available: Iterable[str]
) -> list[str]:
    """Where a user who chose so is told of a kind: IN_APP and channels that are set up; nowhere when they
    switched the kind off (chose no channel at all).

    Of an obligatory kind the product and the kind's own channels cannot be taken away, only others added.
    """
    wanted = set((chosen or {}).get(kind.code, (IN_APP, *kind.channels)))
    if kind.is_obligatory:
        wanted |= set(kind.channels) | {IN_APP}
    return [IN_APP, *(channel for channel in available if channel in wanted)] if wanted else []


REMINDER = declare_notice_kind(
    NoticeKind("messaging.reminder", "Nhắc việc đến hạn", "Bạn có việc sắp đến hạn hoặc đã quá hạn")
)
ANNOUNCEMENT = declare_notice_kind(
    NoticeKind("messaging.announcement", "Thông báo của công đoàn cấp trên", "Bạn có thông báo mới")
)
SECURITY = declare_notice_kind(
    NoticeKind(
        "messaging.security",
        "Bảo mật tài khoản",
        "Có thay đổi về bảo mật tài khoản của bạn",
        is_obligatory=True,
    )
)
