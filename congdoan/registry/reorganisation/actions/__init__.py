"""Writes of reorganisations: drafting, checking, carrying out, taking back.

Order of locks of a commit and an undo, the same for all: the reorganisations among themselves (one at a time), the
reorganisation, the units that lose something (alone: bookings for them come before or after it), employers, the figures.
Bookings hold their units first, then people or employers (units.actions.hold_units), so nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.files.models import StoredFile
from congdoan.foundation.succession.actions import name_successors, pass_on, restore
from congdoan.foundation.succession.catalogue import rules as succession_rules
from congdoan.foundation.units.actions import annul, hold_units_alone
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.text import nfc
from congdoan.registry.organisation.actions import rearrange_units, restore_units
from congdoan.registry.reorganisation import queries
from congdoan.registry.reorganisation.actions.authorities import write_authorities
from congdoan.registry.reorganisation.choices import STEP_KINDS
from congdoan.registry.reorganisation.models import Reorganisation, Step
from congdoan.registry.reorganisation.planning import Plan, Problem, StepData
from congdoan.registry.reorganisation.queries import Balance
from congdoan.registry.reorganisation.rules import COMMIT, PREPARE

__all__ = [
    "Hindered",
    "NotClean",
    "ReorganisationData",
    "ReorganisationError",
    "StepData",
    "WrongState",
    "add_steps",
    "check",
    "commit",
    "draft",
    "edit",
    "remove_steps",
    "replace_step",
    "undo",
]

#: One reorganisation is written at a time.
_LOCK = 726_002


class ReorganisationError(ValueError):
    """What cannot be done with a reorganisation; the message says why and what to do."""


class WrongState(ReorganisationError):
    """It is no longer, or not yet, in the state that this needs."""


class NotClean(ReorganisationError):
    """The balance sheet has errors or something without a home; ``balance`` holds it."""

    def __init__(self, message: str, balance: Balance) -> None:
        super().__init__(message)
        self.balance = balance


class Hindered(ReorganisationError):
    """Something stands in the way of the undo; ``hindrances`` are sentences, each with what to do."""

    def __init__(self, message: str, hindrances: list[str]) -> None:
        super().__init__(message)
        self.hindrances = hindrances


@dataclass(frozen=True)
class ReorganisationData:
    """The paper: what it is called, who issues it, from when it holds. Number and day of signing may come later."""

    title: str
    authority: Unit
    effective_on: date
    number: str = ""
    issued_on: date | None = None
    note: str = ""
    file: StoredFile | None = None


@transaction.atomic
def draft(
    *, actor: Actor, on: date, data: ReorganisationData, steps: Sequence[StepData] = ()
) -> Reorganisation:
    """Begin a reorganisation of a body. Needs reorganisation.prepare there. Raises ReorganisationError, Forbidden."""
    require(actor, PREPARE, data.authority)
    made = Reorganisation.objects.create(created_by=actor.user, **_values(data))
    if steps:
        _append_steps(made, steps)
    record(
        actor=actor,
        verb="reorganisation.draft",
        unit_id=data.authority.pk,
        obj=made,
        summary=f"Soạn quyết định sắp xếp tổ chức “{made.title}”",
        data={"on": str(on), "steps": len(steps)},
    )
    return made


@transaction.atomic
def edit(
    *, actor: Actor, on: date, reorganisation: Reorganisation, data: ReorganisationData
) -> Reorganisation:
    """Change the paper while it is not carried out; it must be checked again. Raises as `draft`, and WrongState."""
    found = _open(actor, reorganisation)
    require(actor, PREPARE, data.authority)
    for name, value in _values(data).items():
        setattr(found, name, value)
    found.state = "draft"
    found.save()
    _audit(actor, found, "reorganisation.edit", "Sửa", {"on": str(on)})
    return found


@transaction.atomic
def add_steps(
    *, actor: Actor, on: date, reorganisation: Reorganisation, steps: Sequence[StepData]
) -> list[Step]:
    """Put steps behind those there are. What a step says is judged by `check`. Raises WrongState, Forbidden."""
    found = _open(actor, reorganisation)
    made = _append_steps(found, steps)
    _touch(found)
    _audit(actor, found, "reorganisation.add_steps", f"Thêm {len(steps)} bước vào", {"on": str(on)})
    return made


@transaction.atomic
def replace_step(*, actor: Actor, on: date, step: Step, data: StepData) -> Step:
    """Say a step anew. Raises WrongState, Forbidden."""
    found = _open(actor, step.reorganisation)
    _check_kinds([data])
    step.kind, step.arguments, step.row = data.kind, data.arguments, data.row
    step.save(update_fields=["kind", "arguments", "row"])
    _touch(found)
    _audit(actor, found, "reorganisation.replace_step", f"Sửa bước {step.position} của", {"on": str(on)})
    return step


@transaction.atomic
def remove_steps(*, actor: Actor, on: date, reorganisation: Reorganisation, positions: Sequence[int]) -> int:
    """Take steps out; the others close up. Returns how many. Raises WrongState, Forbidden."""
    found = _open(actor, reorganisation)
    gone, _ = found.steps.filter(position__in=positions).delete()
    with connection.cursor() as cursor:
        # In two goes, since a position exists once.
        cursor.execute(
            """UPDATE reorganisation_step s SET position = 1000000 + n.place
               FROM (SELECT id, row_number() OVER (ORDER BY position) AS place FROM reorganisation_step
                     WHERE reorganisation_id = %s) n WHERE n.id = s.id""",
            [found.pk],
        )
        cursor.execute(
            "UPDATE reorganisation_step SET position = position - 1000000 WHERE reorganisation_id = %s",
            [found.pk],
        )
    _touch(found)
    _audit(actor, found, "reorganisation.remove_steps", f"Bỏ {gone} bước khỏi", {"on": str(on)})
    return gone


@transaction.atomic
def check(*, actor: Actor, on: date, reorganisation: Reorganisation) -> Balance:
    """Weigh it and keep the balance sheet; the state is "checked" when it may be committed, "draft" when not.

    Raises WrongState when it is carried out already, Forbidden.
    """
    found = _open(actor, reorganisation)
    sheet = queries.balance(found, actor=actor, on=on)
    found.balance = sheet.as_json()
    found.state = "checked" if sheet.is_clean else "draft"
    found.checked_at = timezone.now()
    found.save(update_fields=["balance", "state", "checked_at"])
    reorganisation.refresh_from_db()
    return sheet


@transaction.atomic
def commit(
    *,
    actor: Actor,
    on: date,
    reorganisation: Reorganisation,
    number: str = "",
    issued_on: date | None = None,
    recorded_at: datetime | None = None,
) -> Balance:
    """Carry it out, wholly or not at all; returns the balance sheet of what was done, weighed once more under lock.

    ``number`` and ``issued_on`` are of the signed paper when the draft has none. Raises NotClean, WrongState (done
    already, or before its day), Forbidden.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    found = _locked(reorganisation)
    require(actor, COMMIT, found.authority)
    if not found.is_open:
        raise WrongState(f"Quyết định này {found.get_state_display()} rồi.")
    if found.effective_on > on:
        raise WrongState(
            f"Quyết định có hiệu lực từ ngày {found.effective_on:%d/%m/%Y}, chưa thể thực hiện. Hãy đợi đến ngày đó."
        )
    found.number = nfc(number) or found.number
    found.issued_on = issued_on or found.issued_on
    if not found.number or found.issued_on is None:
        raise ReorganisationError("Hãy ghi số và ngày ký của quyết định trước khi thực hiện.")
    recorded_at = recorded_at or timezone.now()
    hold_units_alone(queries.losing_units(found))
    sheet, made, passage = queries.weigh(found, actor=actor, on=on)
    if not sheet.is_clean:
        first = (sheet.errors or (Problem("Còn dữ liệu chưa có nơi đến."),))[0]
        raise NotClean(f"Chưa thực hiện được: {first.message}", sheet)
    decision = Decision.objects.create(
        number=found.number, issued_on=found.issued_on, issuer=found.authority, title=found.title[:300]
    )
    passage.recorded_at, passage.decision = recorded_at, decision
    units = rearrange_units(
        batch=found.batch,
        on=found.effective_on,
        founded=made.founded_items(),
        changes=_changes(made),
        ended=list(Unit.objects.filter(pk__in=made.ended)),
        decision=decision,
        recorded_at=recorded_at,
    )
    write_authorities(found.batch, found.effective_on, made.authorities)
    ids = {pk: units[made.nodes[pk].code].pk for pk in made.founded if made.nodes[pk].is_alive}
    passage = queries.with_ids(passage, ids)
    pass_on(passage)
    name_successors(passage)
    found.decision, found.state, found.founded = decision, "committed", sorted(ids.values())
    found.committed_by, found.committed_at = actor.user, recorded_at
    found.balance = sheet.as_json()
    found.save()
    _audit(
        actor,
        found,
        "reorganisation.commit",
        "Thực hiện",
        {"on": str(on), "batch": str(found.batch), "counts": sheet.counts, "members": sheet.members_after},
    )
    reorganisation.refresh_from_db()
    return sheet


@transaction.atomic
def undo(
    *,
    actor: Actor,
    on: date,
    reorganisation: Reorganisation,
    reason: str,
    recorded_at: datetime | None = None,
) -> None:
    """Take a committed reorganisation back: every row is as it was; the ledger shows both the lines and their reversal.

    Raises Hindered with all that stands in the way, WrongState, ReorganisationError without a reason, Forbidden.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    found = _locked(reorganisation)
    require(actor, COMMIT, found.authority)
    if found.state != "committed":
        raise WrongState("Quyết định này chưa được thực hiện nên không có gì để hoàn tác.")
    reason = nfc(reason)
    if len(reason) < 5:
        raise ReorganisationError("Hãy ghi rõ lý do hoàn tác (ít nhất 5 chữ).")
    hold_units_alone(queries.units_of_batch(found))
    hindrances = queries.undo_hindrances(found, actor=actor, on=on)
    if hindrances:
        raise Hindered(f"Chưa hoàn tác được: {hindrances[0]}", hindrances)
    recorded_at = recorded_at or timezone.now()
    passage = queries.undo_passage(found, actor=actor, recorded_at=recorded_at, reason=reason)
    handlers = [rule.handler for rule in succession_rules() if rule.handler is not None]
    for handler in handlers:
        handler.undo(passage)
    restore_units(batch=found.batch, founded=found.founded, recorded_at=recorded_at, put_back=restore)
    annul(unit_ids=found.founded, at=recorded_at)
    for handler in handlers:
        handler.undone(passage)
    found.state, found.undone_by, found.undone_at = "undone", actor.user, recorded_at
    found.undo_reason = reason[:300]
    found.save(update_fields=["state", "undone_by", "undone_at", "undo_reason"])
    _audit(actor, found, "reorganisation.undo", "Hoàn tác", {"on": str(on)}, reason=reason)
    reorganisation.refresh_from_db()


def _values(data: ReorganisationData) -> dict[str, Any]:
    title = nfc(data.title)
    if len(title) < 5:
        raise ReorganisationError("Hãy ghi trích yếu của quyết định (ít nhất 5 chữ).")
    return {
        "title": title[:300],
        "number": nfc(data.number)[:80],
        "issued_on": data.issued_on,
        "authority": data.authority,
        "effective_on": data.effective_on,
        "note": nfc(data.note),
        "file": data.file,
    }


def _changes(made: Plan) -> list[Any]:
    from congdoan.foundation.units.actions import Rearranged

    units = Unit.objects.in_bulk([node.id for node in made.changed])
    return [
        Rearranged(
            units[node.id],
            name=node.name if "name" in node.changed else None,
            short_name=node.short_name if "name" in node.changed else None,
            kind=node.kind if "kind" in node.changed else None,
            parent=made.nodes[node.parent].code
            if "parent" in node.changed and node.parent is not None
            else None,
            sector=node.sector if "sector" in node.changed else None,
        )
        for node in made.changed
    ]


def _check_kinds(steps: Sequence[StepData]) -> None:
    for step in steps:
        if step.kind not in dict(STEP_KINDS):
            raise ReorganisationError(f"Không có loại bước “{step.kind}”.")


def _append_steps(found: Reorganisation, steps: Sequence[StepData]) -> list[Step]:
    _check_kinds(steps)
    last = found.steps.aggregate(last=Max("position"))["last"] or 0
    return Step.objects.bulk_create(
        [
            Step(
                reorganisation=found,
                position=last + number,
                kind=item.kind,
                arguments=item.arguments,
                row=item.row,
            )
            for number, item in enumerate(steps, 1)
        ],
        batch_size=2000,
    )


def _locked(reorganisation: Reorganisation) -> Reorganisation:
    return (
        Reorganisation.objects.select_for_update(of=("self",))
        .select_related("authority")
        .get(pk=reorganisation.pk)
    )


def _open(actor: Actor, reorganisation: Reorganisation) -> Reorganisation:
    found = _locked(reorganisation)
    require(actor, PREPARE, found.authority)
    if not found.is_open:
        raise WrongState(f"Quyết định này {found.get_state_display()} nên không sửa được nữa.")
    return found


def _touch(found: Reorganisation) -> None:
    """It must be checked again."""
    if found.state != "draft":
        found.state = "draft"
        found.save(update_fields=["state"])


def _audit(
    actor: Actor, found: Reorganisation, verb: str, word: str, data: dict[str, Any], *, reason: str = ""
) -> None:
    number = f" số {found.number}" if found.number else ""
    record(
        actor=actor,
        verb=verb,
        unit_id=found.authority_id,
        obj=found,
        reason=reason,
        summary=f"{word} quyết định sắp xếp tổ chức{number} “{found.title}”",
        data=data,
    )
