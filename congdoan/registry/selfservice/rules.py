"""Who answers what members ask for.

A change of data is answered by who may edit the person and see their contacts, where the person is a member today; one of
an identity number also needs the right to see such numbers. Leaving is answered by who may end memberships there.
"""

from __future__ import annotations

from collections.abc import Iterable

from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind
from congdoan.registry.selfservice import choices

CHANGE_NEEDS = ("people.edit", "people.view_contacts")
IDENTITY_NEEDS = "people.view_identity"
LEAVE_NEEDS = "membership.end"

ASKED = declare_notice_kind(
    NoticeKind(
        "selfservice.asked", "Đoàn viên gửi đề nghị", "Có đề nghị của đoàn viên chờ trả lời", channels=()
    )
)


def needs(kind: str, fields: Iterable[str]) -> tuple[str, ...]:
    """The capabilities that answering a request needs, all of them."""
    if kind == choices.LEAVE:
        return (LEAVE_NEEDS,)
    return (*CHANGE_NEEDS, IDENTITY_NEEDS) if set(fields) & set(choices.IDENTITY) else CHANGE_NEEDS


def plain_card(number: str) -> str:
    """A card number as it is compared: capitals, without spaces."""
    return "".join(number.split()).upper()
