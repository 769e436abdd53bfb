"""The way of a return: handed in, given back, accepted, closed, opened again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.membership.actions import close_books
from congdoan.work.returns import rules
from congdoan.work.returns.actions.filling import read_registers
from congdoan.work.returns.actions.steps import acting, in_state, move, open_for
from congdoan.work.returns.choices import FROZEN_STATES
from congdoan.work.returns.definitions import (
    Definition,
    canonical,
    digest,
    period_words,
    read_definition,
)
from congdoan.work.returns.models import (
    FrozenReturn,
    Return,
    ReturnForm,
    ReturnStep,
)
from congdoan.work.returns.queries import (
    comparison,
    fillers_of,
    findings_of,
    structure_of,
)
from congdoan.work.returns.rules import ReturnsError


@transaction.atomic
def submit(*, actor: Actor, on: date, made: Return, revision: int) -> Return:
    """Hand in: the registers are read once more, then hard checks must hold and soft ones be explained.

    Raises Forbidden, Changed, ReturnsError with everything that is still to be done.
    """
    made = open_for(actor, rules.SUBMIT, made, revision)
    definition = read_definition(made.version.definition)
    read_registers(made, on)
    open_points = [
        finding
        for finding in findings_of(made, definition, comparison(made.obligation, definition, on), on)
        if finding.level == "hard" or not made.explanations.get(finding.code)
    ]
    if open_points:
        lines = " ".join(
            finding.message + ("" if finding.level == "hard" else " Cần giải trình.")
            for finding in open_points[:5]
        )
        more = f" Và {len(open_points) - 5} điểm nữa." if len(open_points) > 5 else ""
        raise ReturnsError(f"Chưa nộp được. {lines}{more}")
    made.remarks = {}
    made.submitted_at, made.submitted_on = timezone.now(), on
    return move(actor, made, "submit", "submitted", rules.SUBMIT)


@transaction.atomic
def give_back(
    *, actor: Actor, made: Return, revision: int, remarks: Mapping[str, str], note: str = ""
) -> Return:
    """Send a submitted return back with remarks by cell ("" for the whole). Raises Forbidden, Changed, ReturnsError."""
    made = in_state(actor, made, revision, ("submitted",))
    definition = read_definition(made.version.definition)
    kept = {
        key: nfc(text).strip()[:500]
        for key, text in remarks.items()
        if text.strip() and (key == "" or key in definition.cells)
    }
    if note.strip():
        kept[""] = nfc(note).strip()[:500]
    if not kept:
        raise ReturnsError("Hãy ghi ít nhất một nhận xét để đơn vị biết cần sửa gì.")
    made.remarks = kept
    words = note.strip() or f"{len(kept)} nhận xét theo ô"
    made = move(actor, made, "give_back", "returned", rules.ACCEPT, note=words)
    tell_sent_back(actor, made, "bị trả lại", words)
    return made


@transaction.atomic
def accept(*, actor: Actor, made: Return, revision: int) -> Return:
    """Accept a submitted return: its values, the body's place in the tree and the form are frozen byte for byte, and
    where the form says so the membership books of the body are closed up to the end of the period.

    Raises Forbidden, Changed, ReturnsError.
    """
    made = in_state(actor, made, revision, ("submitted",))
    definition = read_definition(made.version.definition)
    now = timezone.now()
    made.accepted_at = now
    made = move(actor, made, "accept", "accepted", rules.ACCEPT, at=now)
    freeze(actor, made, definition, now)
    if definition.closes_books:
        # Who may accept a return that closes books may close them: the form says so.
        close_books(
            actor=replace(actor, is_system=True, label=actor.name),
            unit=made.obligation.unit,
            until_on=made.obligation.to_on,
            reason=f"Nghiệm thu báo cáo “{made.obligation.form.title}”, {period_words(made.obligation.period)}",
            recorded_at=now,
        )
    return made


def freeze(actor: Actor, made: Return, definition: Definition, now: datetime) -> FrozenReturn:
    obligation = made.obligation
    effective = rules.effective(definition, made.computed, made.entered)
    body = canonical(
        {
            "form": {
                "code": obligation.form.code,
                "version": made.version.number,
                "digest": made.version.digest,
            },
            "definition": made.version.definition,
            "period": {
                "code": obligation.period,
                "from_on": obligation.from_on.isoformat(),
                "to_on": obligation.to_on.isoformat(),
            },
            "structure": structure_of(obligation.unit, obligation.last_day),
            "values": {
                "computed": made.computed,
                "entered": made.entered,
                "reasons": made.reasons,
                "shown": {key: None if value is None else str(value) for key, value in effective.items()},
            },
            "texts": made.texts,
            "explanations": made.explanations,
            "known_at": made.computed_at.isoformat(),
            "accepted_at": now.isoformat(),
            "accepted_by": actor.name,
        }
    )
    number = FrozenReturn.objects.filter(made=made).count() + 1
    return FrozenReturn.objects.create(
        made=made,
        number=number,
        body=body,
        digest=digest(body),
        known_at=made.computed_at,
        frozen_at=now,
        frozen_by=actor.user,
    )


@transaction.atomic
def close(*, actor: Actor, made: Return, revision: int) -> Return:
    """Lock an accepted return for good; only a re-opening from above undoes it."""
    made = in_state(actor, made, revision, ("accepted",))
    return move(actor, made, "close", "closed", rules.ACCEPT)


@transaction.atomic
def close_round(*, actor: Actor, form: ReturnForm, period: str, superior: Unit) -> int:
    """Lock every accepted return of a round that is owed to a body. Returns how many."""
    place = acting(actor, rules.ACCEPT, superior)
    found = list(
        Return.objects.select_for_update(of=("self",))
        .filter(
            obligation__form=form, obligation__period=period, obligation__superior=superior, state="accepted"
        )
        .select_related("obligation")
        .order_by("pk")
    )
    now = timezone.now()
    for made in found:
        made.state, made.revision, made.changed_at, made.changed_by = (
            "closed",
            made.revision + 1,
            now,
            actor.user,
        )
    Return.objects.bulk_update(found, ["state", "revision", "changed_at", "changed_by"], batch_size=500)
    ReturnStep.objects.bulk_create(
        ReturnStep(
            obligation=made.obligation,
            verb="close",
            to_state="closed",
            at=now,
            user=actor.user,
            user_name=actor.name[:200],
            in_place_of=place,
        )
        for made in found
    )
    if found:
        record(
            actor=actor,
            verb="returns.close_round",
            unit_id=superior.pk,
            obj=form,
            summary=f"Khoá {len(found)} báo cáo “{form.title}”, {period_words(period)} của các đơn vị thuộc {superior.name}",
            data={"period": period, "count": len(found)},
        )
    return len(found)


@transaction.atomic
def reopen(*, actor: Actor, made: Return, revision: int, reason: str) -> Return:
    """Open a return again that was submitted, accepted or closed, from above, for a reason. What was frozen stays
    frozen; a new acceptance freezes beside it."""
    made = in_state(actor, made, revision, ("submitted", *FROZEN_STATES))
    if not reason.strip():
        raise ReturnsError("Hãy ghi lý do mở lại.")
    made = move(actor, made, "reopen", "returned", rules.ACCEPT, note=nfc(reason).strip())
    tell_sent_back(actor, made, "được mở lại", reason)
    return made


def tell_sent_back(actor: Actor, made: Return, words: str, why: str) -> None:
    owed = made.obligation
    notify(
        actor=actor,
        kind=rules.SENT_BACK.code,
        subject=f"Báo cáo {words}: {owed.form.title}, {period_words(owed.period)}",
        body=f"{owed.superior.name}: {nfc(why).strip()}",
        url=reverse("returns:return", args=[owed.pk]),
        users=fillers_of([owed.unit_id], actor.today).get(owed.unit_id, []),
        due_on=owed.due,
    )
