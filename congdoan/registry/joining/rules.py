"""Who may read and decide applications, and who may join.

An application to a union that exists is read and decided by whoever holds ``joining.decide`` there. One from a
workplace without a union is read only by officers whom the superior has named, one by one, and who hold
``joining.confidential`` there: not by those above, not by administrators, and never by anybody of the employer (requirements
R-07). Nobody may name themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind
from congdoan.registry.membership.rules import ForeignWorkerLaw, add_months

DECIDE, CONFIDENTIAL, NAME_READERS = "joining.decide", "joining.confidential", "joining.name_readers"
INVITE = "joining.invite"
declare_capabilities(
    (DECIDE, "Xem và quyết định đơn gia nhập"),
    (CONFIDENTIAL, "Xem đơn từ nơi chưa có công đoàn (khi được chỉ định đích danh)"),
    (INVITE, "Lập nguồn giới thiệu, in áp phích và tờ rơi mời gia nhập"),
    (NAME_READERS, "Chỉ định người được xem đơn từ nơi chưa có công đoàn"),
)

DUE = declare_notice_kind(
    NoticeKind("joining.due", "Đơn gia nhập đến hạn trả lời", "Có đơn gia nhập cần trả lời ở đơn vị bạn")
)
#: Goes to everybody named on the same days, whether or not there is anything to read (actions/reminding).
READERS = declare_notice_kind(
    NoticeKind(
        "joining.readers",
        "Nhắc đều người được chỉ định xem đơn từ nơi chưa có công đoàn",
        "Lời nhắc đều hằng tuần cho người được chỉ định xem đơn",
    )
)

#: Kinds of bodies that stand for a place, from the nearest: who receives what comes from there (units by territory).
PLACE_KINDS = ("commune_union", "district_federation", "provincial_federation")


#: The kind of a union of informal workers, who join it by trade and place.
OCCUPATIONAL_KIND = "occupational_union"


@dataclass(frozen=True)
class Obstacle:
    """Why a foreign worker cannot apply, as a code for words in their language, with the source it rests on."""

    code: str
    law: ForeignWorkerLaw


def foreign_obstacle(
    law: ForeignWorkerLaw,
    *,
    on: date,
    contract_kind: str,
    contract_from: date | None,
    contract_to: date | None,
) -> Obstacle | None:
    """What stands in the way of a foreign worker's application on a day (requirements R-01); None when nothing does.

    ``contract_to`` is the last day; without one the contract has no end.
    """
    code = ""
    if on < law.admission_from:
        code = "too_early"
    elif contract_kind == "none":
        code = "no_contract"
    elif contract_from is None:
        code = "no_dates"
    elif contract_from > on or (contract_to is not None and contract_to < on):
        code = "not_in_force"
    elif contract_to is not None and contract_to + timedelta(days=1) < add_months(
        contract_from, law.contract_months
    ):
        code = "too_short"
    return Obstacle(code, law) if code else None
