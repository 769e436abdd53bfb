"""Who decides: somebody else than the proposer, with the capability the kind asks for, at the unit."""

from __future__ import annotations

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor, declare_capabilities
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind

DECIDE = "approvals.decide"
declare_capabilities((DECIDE, "Duyệt việc người khác đề xuất"))

WAITING = declare_notice_kind(
    NoticeKind("approvals.waiting", "Có đề xuất chờ bạn duyệt", "Có đề xuất đang chờ bạn duyệt")
)
DECIDED = declare_notice_kind(
    NoticeKind("approvals.decided", "Kết quả duyệt đề xuất của bạn", "Đề xuất của bạn đã có kết quả")
)


def may_decide(actor: Actor, approval: Approval) -> bool:
    """Whether the actor may decide this one. The system never decides: a person stands for it."""
    if actor.user is None or actor.user.pk == approval.proposed_by_id:
        return False
    return may(actor, approval.capability, approval.unit_id)
