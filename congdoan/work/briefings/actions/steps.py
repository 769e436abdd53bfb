"""What every write does: check the right, lock, look at the state; tell an owner; write the audit row."""

from __future__ import annotations

from django.urls import reverse

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.kit.dates import format_date
from congdoan.kit.text import nfc
from congdoan.work.briefings import rules
from congdoan.work.briefings.models import Briefing, Conclusion
from congdoan.work.briefings.rules import BriefingError

_WRONG_STATE = {
    "planned": "Cuộc họp này chưa họp. Hãy bấm “Đã họp” sau khi họp xong.",
    "held": "Cuộc họp này đã được ghi là đã họp.",
    "closed": "Biên bản đã khóa nên không sửa được nữa. Nếu có sai sót, hãy ghi đính chính.",
    "cancelled": "Cuộc họp này đã ghi là không họp.",
}


def locked(actor: Actor, briefing: Briefing, *states: str) -> Briefing:
    """The briefing, locked, in one of these states. Raises Forbidden, BriefingError."""
    require(actor, rules.RUN, briefing.unit)
    found = (
        Briefing.objects.select_for_update(of=("self",))
        .select_related("unit", "plan__issuer")
        .get(pk=briefing.pk)
    )
    if found.state not in states:
        raise BriefingError(_WRONG_STATE[found.state])
    return found


def tell_owner(
    actor: Actor, briefing: Briefing, item: Conclusion, *, kind: str, subject: str, key: str = ""
) -> int:
    """Tell whoever owns a task; returns how many were told."""
    return len(
        notify(
            actor=actor,
            kind=kind,
            subject=subject,
            body=f"{item.text} Hạn: {format_date(item.due_on)}. {briefing.unit.name}.",
            url=reverse("briefings:task", args=[item.pk]),
            users=[item.owner_user] if item.owner_user is not None else (),
            holders=[(item.acting_unit, rules.RUN)] if item.acting_unit is not None else (),
            due_on=item.due_on,
            key=key or f"{kind}:{item.pk}",
        )
    )


def audit(
    actor: Actor,
    verb: str,
    briefing: Briefing,
    summary: str,
    *,
    reason: str = "",
    data: dict[str, object] | None = None,
) -> None:
    record(
        actor=actor,
        verb=f"briefings.{verb}",
        unit_id=briefing.unit_id,
        obj=briefing,
        summary=summary,
        reason=reason,
        data=data,
    )


def lines(text: str) -> str:
    """Text of several paragraphs, each a clean line; blank ones are left out."""
    return "\n".join(filter(None, (nfc(line) for line in text.splitlines())))
