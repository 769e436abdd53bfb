"""What the writes of a return share: the right, the lock, the step that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.text import nfc
from congdoan.work.returns import rules
from congdoan.work.returns.choices import OPEN_STATES, STATE_WORDS, STEPS
from congdoan.work.returns.definitions import period_words
from congdoan.work.returns.models import (
    Obligation,
    Return,
    ReturnStep,
)
from congdoan.work.returns.queries import (
    acts_for,
)
from congdoan.work.returns.rules import Changed, ReturnsError


def acting(actor: Actor, capability: str, unit: Unit) -> User | None:
    """In whose place the actor acts; None in their own. Raises Forbidden."""
    allowed, place = acts_for(actor, capability, unit)
    if not allowed:
        raise refuse(capability, unit.name)
    return place


def locked(obligation: Obligation) -> Obligation:
    return (
        Obligation.objects.select_for_update(of=("self",))
        .select_related("form__owner", "unit", "superior", "version")
        .get(pk=obligation.pk)
    )


def locked_return(made: Return, revision: int) -> Return:
    """The return under a lock, if it is still what the person has seen. Raises Changed."""
    found = (
        Return.objects.select_for_update(of=("self",))
        .select_related(
            "obligation__form__owner",
            "obligation__unit",
            "obligation__superior",
            "obligation__version",
            "version",
        )
        .get(pk=made.pk)
    )
    if found.revision != revision:
        who = found.changed_by.get_full_name() if found.changed_by else "Hệ thống"
        at = timezone.localtime(found.changed_at)
        raise Changed(
            f"{who} đã sửa báo cáo này lúc {at:%H:%M} ngày {format_date(at.date())}. Những gì bạn vừa gửi chưa được"
            " ghi; hãy tải lại trang, xem số mới rồi ghi lại."
        )
    return found


def open_for(actor: Actor, capability: str, made: Return, revision: int) -> Return:
    acting(actor, capability, made.obligation.unit)
    found = locked_return(made, revision)
    if found.state not in OPEN_STATES:
        raise ReturnsError(
            f"Báo cáo {STATE_WORDS[found.state]} nên không sửa được nữa. Nếu cần sửa, hãy đề nghị"
            f" {found.obligation.superior.name} mở lại."
        )
    return found


def in_state(actor: Actor, made: Return, revision: int, states: Sequence[str]) -> Return:
    """A return the superior acts on. Raises Forbidden, Changed, ReturnsError."""
    acting(actor, rules.ACCEPT, made.obligation.superior)
    found = locked_return(made, revision)
    if found.state not in states:
        raise ReturnsError(f"Báo cáo {STATE_WORDS[found.state]} nên không làm được việc này.")
    return found


def saved(actor: Actor, made: Return) -> Return:
    made.revision += 1
    made.changed_at, made.changed_by = timezone.now(), actor.user
    made.save()
    record(
        actor=actor,
        verb="returns.fill",
        unit_id=made.obligation.unit_id,
        obj=made,
        summary=f"Cập nhật báo cáo “{made.obligation.form.title}”, {period_words(made.obligation.period)}",
        data={"revision": made.revision},
    )
    return made


def move(
    actor: Actor,
    made: Return,
    verb: str,
    state: str,
    capability: str,
    *,
    note: str = "",
    at: datetime | None = None,
) -> Return:
    side = made.obligation.superior if capability == rules.ACCEPT else made.obligation.unit
    made.state = state
    made.revision += 1
    made.changed_at, made.changed_by = at or timezone.now(), actor.user
    made.save()
    keep_step(
        actor,
        made.obligation,
        verb,
        state=state,
        note=note,
        place=acting(actor, capability, side),
        at=made.changed_at,
    )
    return made


def keep_step(
    actor: Actor,
    obligation: Obligation,
    verb: str,
    *,
    at: datetime,
    state: str = "",
    note: str = "",
    place: User | None = None,
) -> None:
    ReturnStep.objects.create(
        obligation=obligation,
        verb=verb,
        to_state=state,
        at=at,
        user=actor.user,
        user_name=actor.name[:200],
        in_place_of=place,
        note=nfc(note)[:500],
    )
    instead = f", thay {place.get_full_name()}" if place else ""
    record(
        actor=actor,
        verb=f"returns.{verb}",
        unit_id=obligation.unit_id,
        obj=obligation,
        reason=note,
        summary=f"{STEPS[verb]}{instead}: “{obligation.form.title}”, {period_words(obligation.period)},"
        f" {obligation.unit.name}",
    )
