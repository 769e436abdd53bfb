"""Proposing, deciding, withdrawing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.approvals.queries import deciders_of
from congdoan.foundation.approvals.registry import execute, is_known
from congdoan.foundation.approvals.rules import DECIDE, DECIDED, WAITING, may_decide
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.units.models import Unit


class AlreadyDecided(ValueError):
    """The proposal is no longer open."""


@transaction.atomic
def propose(
    *,
    actor: Actor,
    kind: str,
    unit: Unit,
    title: str,
    arguments: dict[str, Any],
    reason: str = "",
    capability: str = DECIDE,
) -> Approval:
    """Propose something for another person to decide who holds ``capability`` at ``unit``; the nearest who do are told.

    ``arguments`` is JSON for the function declared for the kind. The caller has checked that the actor may
    propose it. Raises KeyError for an unknown kind, Forbidden without a person.
    """
    if not is_known(kind):
        raise KeyError(kind)
    if actor.user is None:
        raise Forbidden("Đề xuất phải do một người cụ thể đưa ra.")
    made = Approval.objects.create(
        kind=kind,
        unit=unit,
        capability=capability,
        title=title[:300],
        arguments=arguments,
        reason=reason[:500],
        proposed_by=actor.user,
    )
    record(
        actor=actor,
        verb="approvals.propose",
        unit_id=unit.pk,
        obj=made,
        reason=reason,
        summary=f"Đề xuất: {title}",
    )
    notify(
        actor=actor,
        kind=WAITING.code,
        subject=f"Chờ duyệt: {title}",
        body=f"{actor.name} đề xuất tại {unit.name}." + (f" Lý do: {made.reason}" if made.reason else ""),
        url=reverse("approvals:approval", args=[made.pk]),
        users=deciders_of(made, on=actor.today),
    )
    return made


@transaction.atomic
def decide(*, actor: Actor, on: date, approval: Approval, approve: bool, note: str = "") -> Approval:
    """Approve (what was proposed is done in this transaction: if it fails, nothing is decided) or refuse; the proposer is
    told.

    Raises Forbidden, AlreadyDecided, and whatever doing it raises.
    """
    found = (
        Approval.objects.select_for_update(of=("self",))
        .select_related("unit", "proposed_by")
        .get(pk=approval.pk)
    )
    if actor.user is not None and actor.user.pk == found.proposed_by_id:
        raise Forbidden("Người đề xuất không tự duyệt được. Hãy nhờ một người khác có quyền duyệt.")
    if not may_decide(actor, found):
        raise Forbidden(f"Bạn chưa được giao quyền duyệt việc này tại {found.unit.name}.")
    if found.state != "open":
        raise AlreadyDecided(f"Đề xuất này {found.get_state_display()} rồi.")
    found.state = "approved" if approve else "refused"
    found.decided_by, found.decided_at = actor.user, timezone.now()
    found.decision_note = note[:500]
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    outcome = execute(found, actor=actor, on=on) if approve else ""
    record(
        actor=actor,
        verb="approvals.approve" if approve else "approvals.refuse",
        unit_id=found.unit_id,
        obj=found,
        reason=note,
        summary=f"{'Duyệt' if approve else 'Không duyệt'}: {found.title}",
        data={"outcome": outcome} if outcome else {},
    )
    notify(
        actor=actor,
        kind=DECIDED.code,
        subject=f"{'Đã duyệt' if approve else 'Không duyệt'}: {found.title}",
        body=" ".join(part for part in (f"Người quyết định: {actor.name}.", note.strip(), outcome) if part),
        url=reverse("approvals:approval", args=[found.pk]),
        users=[found.proposed_by],
    )
    return found


@transaction.atomic
def withdraw(*, actor: Actor, approval: Approval) -> Approval:
    """Take back one's own open proposal. Raises Forbidden, AlreadyDecided."""
    found = Approval.objects.select_for_update().get(pk=approval.pk)
    if actor.user is None or actor.user.pk != found.proposed_by_id:
        raise Forbidden("Chỉ người đề xuất mới rút lại được.")
    if found.state != "open":
        raise AlreadyDecided(f"Đề xuất này {found.get_state_display()} rồi.")
    found.state = "withdrawn"
    found.save(update_fields=["state"])
    record(
        actor=actor,
        verb="approvals.withdraw",
        unit_id=found.unit_id,
        obj=found,
        summary=f"Rút đề xuất: {found.title}",
    )
    return found
