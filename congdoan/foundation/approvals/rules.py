"""Who decides: somebody else than the proposer, with the capability the kind asks for, at the unit."""

from __future__ import annotations

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor, declare_capabilities
from congdoan.foundation.approvals.models import Approval

DECIDE = "approvals.decide"
declare_capabilities((DECIDE, "Duyệt việc người khác đề xuất"))


def may_decide(actor: Actor, approval: Approval) -> bool:
    """Whether the actor may decide this one. The system never decides: a person stands for it."""
    if actor.user is None or actor.user.pk == approval.proposed_by_id:
        return False
    return may(actor, approval.capability, approval.unit_id)
