"""Writing the audit trail. Called by actions, in their transaction."""

from __future__ import annotations

from typing import Any

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.models import AuditEntry


def record(
    *,
    actor: Actor,
    verb: str,
    summary: str,
    unit_id: int | None = None,
    obj: Any = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one audit row: who did ``verb`` (room.verb) to ``obj`` at ``unit_id``, and why.

    ``summary`` is one Vietnamese sentence without identity numbers. ``data`` must be JSON and hold none either.
    """
    return AuditEntry.objects.create(
        user=actor.user,
        actor_label=actor.name[:200],
        verb=verb,
        unit_id=unit_id,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        summary=summary[:500],
        reason=reason[:500],
        data=data or {},
        address=actor.address,
    )
