"""Writes of returns: forms, who owes them, filling, handing in, accepting, freezing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.queries import may, require
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.text import nfc
from congdoan.registry.membership.actions import close_books
from congdoan.work.indicators.models import Indicator
from congdoan.work.returns import computing, rules
from congdoan.work.returns.choices import FROZEN_STATES, OPEN_STATES, STATE_WORDS, STEPS
from congdoan.work.returns.definitions import (
    Definition,
    DefinitionError,
    canonical,
    digest,
    read_definition,
    shipped_forms,
)
from congdoan.work.returns.models import (
    Delegation,
    Extension,
    FrozenReturn,
    Obligation,
    Return,
    ReturnForm,
    ReturnFormVersion,
    ReturnStep,
)
from congdoan.work.returns.queries import (
    acts_for,
    aggregate,
    comparison,
    fillers_of,
    findings_of,
    form_version,
    structure_of,
)
from congdoan.work.returns.rules import Changed, ReturnsError

#: Bodies whose returns are computed in one go by a worker.
CHUNK = 2000


# --------------------------------------------------------------------------------------------------
# Forms
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def save_draft(
    *, actor: Actor, owner: Unit, data: Mapping[str, Any], form: ReturnForm | None = None
) -> ReturnFormVersion:
    """Keep what a form will ask, as a draft; the published version stays in force until this one is published.

    Without ``form`` a new one is made under the definition's code. Raises Forbidden, DefinitionError.
    """
    require(actor, rules.DEFINE, owner)
    definition = read_definition(data)
    if form is None:
        if ReturnForm.objects.filter(owner=owner, code=definition.code).exists():
            raise DefinitionError(f"{owner.name} đã có mẫu mã “{definition.code}”. Hãy đặt mã khác.")
        form = ReturnForm.objects.create(
            owner=owner, code=definition.code, title=definition.title, cadence=definition.cadence
        )
    else:
        form = ReturnForm.objects.select_for_update().get(pk=form.pk)
        if form.owner_id != owner.pk or form.code != definition.code:
            raise DefinitionError("Mã và đơn vị ban hành của mẫu không đổi được; hãy lập mẫu mới.")
        if form.cadence != definition.cadence and form.obligations.exists():
            raise DefinitionError("Mẫu đã có kỳ báo cáo nên không đổi được chu kỳ; hãy lập mẫu mới.")
        form.title, form.cadence = definition.title, definition.cadence
        form.save(update_fields=["title", "cadence"])
    draft = form.versions.filter(published_at__isnull=True).first()
    if draft is None:
        newest = form.versions.order_by("-number").first()
        draft = ReturnFormVersion(form=form, number=newest.number + 1 if newest else 1)
    draft.definition = dict(data)
    draft.save()
    record(
        actor=actor,
        verb="returns.save_draft",
        unit_id=owner.pk,
        obj=form,
        summary=f"Lưu nháp mẫu báo cáo {form.code}, bản {draft.number}",
    )
    return draft


def take_shipped(*, actor: Actor, owner: Unit, code: str) -> ReturnFormVersion:
    """Take over a form that the software ships as a draft of one's own. Raises Forbidden, DefinitionError."""
    if code not in shipped_forms():
        raise DefinitionError(f"Không có mẫu sẵn “{code}”.")
    return save_draft(actor=actor, owner=owner, data=shipped_forms()[code])


@transaction.atomic
def publish(*, actor: Actor, form: ReturnForm, recorded_at: datetime | None = None) -> ReturnFormVersion:
    """Publish the draft: from now on it does not change. Raises Forbidden, DefinitionError when there is no draft or
    it names indicators that do not exist."""
    require(actor, rules.DEFINE, form.owner)
    form = ReturnForm.objects.select_for_update().get(pk=form.pk)
    draft = form.versions.filter(published_at__isnull=True).first()
    if draft is None:
        raise DefinitionError("Mẫu này không có bản nháp nào chờ ban hành.")
    definition = read_definition(draft.definition)
    wanted = computing.indicator_codes(definition)
    unknown = wanted - set(Indicator.objects.filter(code__in=wanted).values_list("code", flat=True))
    if unknown:
        raise DefinitionError(
            f"Danh mục chỉ số không có: {', '.join(sorted(unknown))}. Hãy chọn chỉ số khác."
        )
    draft.digest = digest(canonical(draft.definition))
    draft.published_at, draft.published_by = recorded_at or timezone.now(), actor.user
    draft.save()
    record(
        actor=actor,
        verb="returns.publish",
        unit_id=form.owner_id,
        obj=form,
        summary=f"Ban hành mẫu báo cáo {form.code}, bản {draft.number}",
        data={"digest": draft.digest},
    )
    return draft


@transaction.atomic
def retire(*, actor: Actor, form: ReturnForm, retired: bool = True) -> ReturnForm:
    """Ask for a form no more, or again; what was handed in stays."""
    require(actor, rules.DEFINE, form.owner)
    form.is_retired = retired
    form.save(update_fields=["is_retired"])
    record(
        actor=actor,
        verb="returns.retire",
        unit_id=form.owner_id,
        obj=form,
        summary=f"{'Ngừng' if retired else 'Dùng lại'} mẫu báo cáo {form.code}",
    )
    return form


# --------------------------------------------------------------------------------------------------
# Who owes
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def make_obligations(*, actor: Actor, form: ReturnForm, period: str) -> int:
    """Make the obligations of a period for all bodies below the form's owner that were of the kinds it asks on the
    last day of the period. Safe to repeat: those that are there stay. Returns how many were made.

    One statement for any number of bodies. Each owes to the body it stood under on that day. Raises Forbidden,
    DefinitionError, ReturnsError when nothing is published.
    """
    require(actor, rules.DEFINE, form.owner)
    version = form_version(form)
    if version is None or form.is_retired:
        raise ReturnsError("Mẫu chưa ban hành hoặc đã ngừng dùng nên chưa giao kỳ báo cáo được.")
    definition = read_definition(version.definition)
    span = definition.span(period)
    days = [(kind, *definition.deadlines_of(kind).days(span.last_day)) for kind in definition.owed_by]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO returns_obligation
                   (form_id, version_id, unit_id, superior_id, period, from_on, to_on, opens_on, due_on, late_on)
               SELECT %(form)s, %(version)s, v.unit_id, v.parent_id, %(period)s, %(from)s, %(to)s,
                      d.opens_on, d.due_on, d.late_on
               FROM units_unitversion v
               JOIN units_unitplacement p ON p.unit_id = v.unit_id AND p.ancestor_id = %(owner)s AND p.depth > 0
                    AND p.during @> %(day)s::date
               JOIN unnest(%(kinds)s::text[], %(opens)s::date[], %(due)s::date[], %(late)s::date[])
                    AS d(kind, opens_on, due_on, late_on) ON d.kind = v.kind_id
               WHERE v.during @> %(day)s::date AND v.parent_id IS NOT NULL
               ON CONFLICT (form_id, unit_id, period) DO NOTHING""",
            {
                "form": form.pk,
                "version": version.pk,
                "period": span.code,
                "from": span.from_on,
                "to": span.to_on,
                "owner": form.owner_id,
                "day": span.last_day,
                "kinds": [row[0] for row in days],
                "opens": [row[1] for row in days],
                "due": [row[2] for row in days],
                "late": [row[3] for row in days],
            },
        )
        made = cursor.rowcount
    if made:
        record(
            actor=actor,
            verb="returns.make_obligations",
            unit_id=form.owner_id,
            obj=form,
            summary=f"Giao báo cáo “{form.title}” {span.name} cho {made} đơn vị",
            data={"period": span.code, "count": made},
        )
    return made


@transaction.atomic
def extend(*, actor: Actor, obligation: Obligation, due_on: date, reason: str) -> Obligation:
    """Let a body hand in later. The superior's right. Raises Forbidden, ReturnsError."""
    obligation = _locked(obligation)
    place = _acting(actor, rules.ACCEPT, obligation.superior)
    if not reason.strip():
        raise ReturnsError("Hãy ghi lý do gia hạn.")
    if due_on <= obligation.due:
        raise ReturnsError(f"Hạn mới phải sau hạn đang có ({format_date(obligation.due)}).")
    now = timezone.now()
    Extension.objects.create(
        obligation=obligation, due_on=due_on, reason=nfc(reason)[:300], granted_by=actor.user, granted_at=now
    )
    obligation.extended_to = due_on
    obligation.save(update_fields=["extended_to"])
    _step(actor, obligation, "extend", note=f"Đến {format_date(due_on)}: {nfc(reason)}", place=place, at=now)
    return obligation


@transaction.atomic
def delegate(
    *,
    actor: Actor,
    unit: Unit,
    absent: User,
    substitute: User,
    from_on: date,
    until: date | None,
    reason: str,
) -> Delegation:
    """Let ``substitute`` fill, hand in and accept in the place of ``absent`` at a body from a day until another
    (exclusive). By the absent person, or by who manages access there. Raises Forbidden, ReturnsError."""
    own = actor.user is not None and actor.user.pk == absent.pk and may(actor, rules.VIEW, unit)
    if not own:
        require(actor, "access.manage", unit)
    if absent.pk == substitute.pk:
        raise ReturnsError("Người vắng mặt và người thay phải là hai người khác nhau.")
    if until is not None and until <= from_on:
        raise ReturnsError("Ngày kết thúc uỷ quyền phải sau ngày bắt đầu.")
    if not may(Actor(user=substitute, today=from_on), rules.VIEW, unit):
        raise ReturnsError(
            f"{substitute.get_full_name()} chưa được xem báo cáo của {unit.name} nên chưa thay được. Hãy giao quyền"
            " xem trước."
        )
    made = Delegation.objects.create(
        unit=unit,
        absent=absent,
        substitute=substitute,
        during=DateRange(from_on, until),
        reason=nfc(reason)[:300],
        created_by=actor.user,
    )
    record(
        actor=actor,
        verb="returns.delegate",
        unit_id=unit.pk,
        obj=made,
        reason=reason,
        summary=f"{substitute.get_full_name()} thay {absent.get_full_name()} về báo cáo định kỳ tại {unit.name}"
        f" từ {format_date(from_on)}",
    )
    return made


@transaction.atomic
def end_delegation(*, actor: Actor, on: date, delegation: Delegation) -> Delegation:
    """End a delegation: from ``on`` it holds no more."""
    own = actor.user is not None and actor.user.pk == delegation.absent_id
    if not own:
        require(actor, "access.manage", delegation.unit)
    starts = delegation.during.lower
    delegation.during = DateRange(starts, max(on, date.fromordinal(starts.toordinal() + 1)))
    delegation.save(update_fields=["during"])
    record(
        actor=actor,
        verb="returns.end_delegation",
        unit_id=delegation.unit_id,
        obj=delegation,
        summary=f"Kết thúc uỷ quyền báo cáo định kỳ tại {delegation.unit.name}",
    )
    return delegation


# --------------------------------------------------------------------------------------------------
# Filling
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def open_return(*, actor: Actor, on: date, obligation: Obligation) -> Return:
    """Begin a return: every cell that the registers know is computed. Opening again gives the one that is there.

    Raises Forbidden, ReturnsError before the period may be begun.
    """
    obligation = _locked(obligation)
    found = Return.objects.filter(obligation=obligation).first()
    if found is not None:
        return found
    place = _acting(actor, rules.FILL, obligation.unit)
    if on < obligation.opens_on:
        raise ReturnsError(f"Kỳ này bắt đầu lập từ ngày {format_date(obligation.opens_on)}.")
    _renew_version(obligation)
    now = timezone.now()
    computed = _computed([obligation], obligation.version, on)[obligation.unit_id]
    made = Return.objects.create(
        obligation=obligation,
        version=obligation.version,
        computed=computed,
        computed_at=now,
        changed_at=now,
        changed_by=actor.user,
    )
    _step(actor, obligation, "open", state="draft", place=place, at=now)
    return made


def _renew_version(obligation: Obligation) -> None:
    """A return is begun with the newest published version; from then on it keeps it."""
    newest = form_version(obligation.form)
    if newest is not None and newest.pk != obligation.version_id:
        obligation.version = newest
        obligation.save(update_fields=["version"])


def _computed(
    obligations: Sequence[Obligation], version: ReturnFormVersion, on: date
) -> dict[int, computing.Values]:
    """Figures from the registers for bodies that owe the same form for the same days."""
    first = obligations[0]
    definition = read_definition(version.definition)
    span = replace(definition.span(first.period), from_on=first.from_on, to_on=first.to_on)
    plans = computing.plans_of(definition, span, on=on)
    return computing.compute(plans, [item.unit_id for item in obligations])


def open_all(*, actor: Actor, on: date, form: ReturnForm, period: str, after: int = 0) -> int:
    """Begin the returns of a round that nobody has begun, a chunk of them. Returns the id of the last obligation
    done, 0 when none is left; call again with it as ``after``. For workers; one transaction a chunk.

    The right is that of who asks the bodies below: returns.define at the form's owner.
    """
    require(actor, rules.DEFINE, form.owner)
    version = form_version(form)
    if version is None:
        raise ReturnsError("Mẫu chưa ban hành.")
    with transaction.atomic():
        waiting = list(
            Obligation.objects.filter(
                form=form, period=period, made__isnull=True, pk__gt=after, opens_on__lte=on
            )
            .order_by("pk")
            .select_for_update(of=("self",))[:CHUNK]
        )
        if not waiting:
            return 0
        # Somebody may have begun one of them while we waited for its lock.
        begun = set(Return.objects.filter(obligation__in=waiting).values_list("obligation_id", flat=True))
        todo = [item for item in waiting if item.pk not in begun]
        if todo:
            Obligation.objects.filter(pk__in=[item.pk for item in todo]).exclude(version=version).update(
                version=version
            )
            now = timezone.now()
            computed = _computed(todo, version, on)
            Return.objects.bulk_create(
                [
                    Return(
                        obligation=item,
                        version=version,
                        computed=computed[item.unit_id],
                        computed_at=now,
                        changed_at=now,
                        changed_by=actor.user,
                    )
                    for item in todo
                ],
                batch_size=500,
            )
            ReturnStep.objects.bulk_create(
                [
                    ReturnStep(
                        obligation=item,
                        verb="open",
                        to_state="draft",
                        at=now,
                        user=actor.user,
                        user_name=actor.name[:200],
                        note="Lập sẵn cho cả kỳ",
                    )
                    for item in todo
                ],
                batch_size=1000,
            )
            record(
                actor=actor,
                verb="returns.open_all",
                unit_id=form.owner_id,
                obj=form,
                summary=f"Lập sẵn {len(todo)} báo cáo “{form.title}” kỳ {period}",
                data={"period": period, "count": len(todo)},
            )
        return waiting[-1].pk


@transaction.atomic
def recompute(*, actor: Actor, on: date, made: Return, revision: int) -> Return:
    """Read the registers again for an open return; entered figures stay. Raises Forbidden, Changed, ReturnsError."""
    made = _open_for(actor, rules.FILL, made, revision)
    _read_registers(made, on)
    return _saved(actor, made)


def _read_registers(made: Return, on: date) -> None:
    made.computed_at = timezone.now()
    made.computed = _computed([made.obligation], made.version, on)[made.obligation.unit_id]


@dataclass(frozen=True)
class Filling:
    """What somebody typed. A figure of None takes the entered one away; cells that are left out stay as they are."""

    figures: Mapping[str, Decimal | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def fill(*, actor: Actor, made: Return, revision: int, filling: Filling) -> Return:
    """Keep what was typed. A figure in the place of a computed one needs a reason; both are kept.

    ``revision`` is the one the person has seen. Raises Forbidden, Changed (somebody was quicker; nothing is written),
    ReturnsError.
    """
    made = _open_for(actor, rules.FILL, made, revision)
    definition = read_definition(made.version.definition)
    for key, value in filling.figures.items():
        cell = definition.cells.get(key)
        if cell is None or cell.row.source == "formula":
            raise ReturnsError(f"Mẫu không có ô nhập “{key}”.")
        if value is not None and abs(value) >= Decimal(10) ** 15:
            raise ReturnsError(f"{cell.label}: số quá lớn.")
        kept = rules.stored(value, cell.row.decimals)
        reason = nfc(filling.reasons.get(key, made.reasons.get(key, ""))).strip()[:300]
        if kept is None or (key in made.computed and rules.number(kept) == rules.number(made.computed[key])):
            made.entered.pop(key, None)
            made.reasons.pop(key, None)
            continue
        if key in made.computed and not reason:
            raise ReturnsError(
                f"{cell.label}: máy tính ra {made.computed[key]}, bạn ghi {kept}. Hãy ghi lý do, hoặc xoá số đã ghi."
            )
        made.entered[key] = kept
        if reason:
            made.reasons[key] = reason
    known_texts = {text.code for text in definition.texts}
    made.texts |= {
        code: nfc(text).strip()[:20_000] for code, text in filling.texts.items() if code in known_texts
    }
    made.explanations |= {code: nfc(text).strip()[:1000] for code, text in filling.explanations.items()}
    return _saved(actor, made)


@transaction.atomic
def take_aggregate(*, actor: Actor, on: date, made: Return, revision: int) -> Return:
    """Fill the asked cells that are still empty with the sums of the accepted returns below."""
    made = _open_for(actor, rules.FILL, made, revision)
    definition = read_definition(made.version.definition)
    summed = aggregate(made.obligation, definition, on)
    for key, cell in summed.cells.items():
        if key in made.computed or key in made.entered or cell.value is None:
            continue
        kept = rules.stored(cell.value, definition.cells[key].row.decimals)
        made.entered[key] = kept
        made.reasons[key] = f"Tổng hợp từ {cell.covered}/{cell.of} báo cáo cấp dưới đã nghiệm thu"
    return _saved(actor, made)


# --------------------------------------------------------------------------------------------------
# The way up
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def submit(*, actor: Actor, on: date, made: Return, revision: int) -> Return:
    """Hand in: the registers are read once more, then hard checks must hold and soft ones be explained.

    Raises Forbidden, Changed, ReturnsError with everything that is still to be done.
    """
    made = _open_for(actor, rules.SUBMIT, made, revision)
    definition = read_definition(made.version.definition)
    _read_registers(made, on)
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
    return _move(actor, made, "submit", "submitted", rules.SUBMIT)


@transaction.atomic
def give_back(
    *, actor: Actor, made: Return, revision: int, remarks: Mapping[str, str], note: str = ""
) -> Return:
    """Send a submitted return back with remarks by cell ("" for the whole). Raises Forbidden, Changed, ReturnsError."""
    made = _in_state(actor, made, revision, ("submitted",))
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
    made = _move(actor, made, "give_back", "returned", rules.ACCEPT, note=words)
    _tell_sent_back(actor, made, "bị trả lại", words)
    return made


@transaction.atomic
def accept(*, actor: Actor, made: Return, revision: int) -> Return:
    """Accept a submitted return: its values, the body's place in the tree and the form are frozen byte for byte, and
    where the form says so the membership books of the body are closed up to the end of the period.

    Raises Forbidden, Changed, ReturnsError.
    """
    made = _in_state(actor, made, revision, ("submitted",))
    definition = read_definition(made.version.definition)
    now = timezone.now()
    made.accepted_at = now
    made = _move(actor, made, "accept", "accepted", rules.ACCEPT, at=now)
    _freeze(actor, made, definition, now)
    if definition.closes_books:
        # Who may accept a return that closes books may close them: the form says so.
        close_books(
            actor=replace(actor, is_system=True, label=actor.name),
            unit=made.obligation.unit,
            until_on=made.obligation.to_on,
            reason=f"Nghiệm thu báo cáo “{made.obligation.form.title}” kỳ {made.obligation.period}",
            recorded_at=now,
        )
    return made


def _freeze(actor: Actor, made: Return, definition: Definition, now: datetime) -> FrozenReturn:
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
    made = _in_state(actor, made, revision, ("accepted",))
    return _move(actor, made, "close", "closed", rules.ACCEPT)


@transaction.atomic
def close_round(*, actor: Actor, form: ReturnForm, period: str, superior: Unit) -> int:
    """Lock every accepted return of a round that is owed to a body. Returns how many."""
    place = _acting(actor, rules.ACCEPT, superior)
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
            summary=f"Khoá {len(found)} báo cáo “{form.title}” kỳ {period} của các đơn vị thuộc {superior.name}",
            data={"period": period, "count": len(found)},
        )
    return len(found)


@transaction.atomic
def reopen(*, actor: Actor, made: Return, revision: int, reason: str) -> Return:
    """Open a return again that was submitted, accepted or closed, from above, for a reason. What was frozen stays
    frozen; a new acceptance freezes beside it."""
    made = _in_state(actor, made, revision, ("submitted", *FROZEN_STATES))
    if not reason.strip():
        raise ReturnsError("Hãy ghi lý do mở lại.")
    made = _move(actor, made, "reopen", "returned", rules.ACCEPT, note=nfc(reason).strip())
    _tell_sent_back(actor, made, "được mở lại", reason)
    return made


def _tell_sent_back(actor: Actor, made: Return, words: str, why: str) -> None:
    owed = made.obligation
    notify(
        actor=actor,
        kind=rules.SENT_BACK.code,
        subject=f"Báo cáo {words}: {owed.form.title}, kỳ {owed.period}",
        body=f"{owed.superior.name}: {nfc(why).strip()}",
        url=reverse("returns:return", args=[owed.pk]),
        users=fillers_of([owed.unit_id], actor.today).get(owed.unit_id, []),
        due_on=owed.due,
    )


@dataclass(frozen=True)
class Reminded:
    """How many bodies were reminded, and those that have nobody with an account to remind."""

    bodies: int
    without_people: list[Unit]


@transaction.atomic
def remind(*, actor: Actor, on: date, form: ReturnForm, period: str, superior: Unit) -> Reminded:
    """Remind the bodies that owe a return to a superior and have not handed it in: each person once a day. The
    superior's right. Raises Forbidden."""
    place = _acting(actor, rules.ACCEPT, superior)
    owed = list(
        Obligation.objects.filter(form=form, period=period, superior=superior, opens_on__lte=on)
        .filter(Q(made__isnull=True) | Q(made__state__in=OPEN_STATES))
        .select_related("form", "unit", "superior")
        .order_by("unit__sort_key")
    )
    people = fillers_of([item.unit_id for item in owed], on)
    now = timezone.now()
    reminded = [item for item in owed if item.unit_id in people]
    for item in reminded:
        notify(
            actor=actor,
            kind=rules.DUE.code,
            subject=f"{form.title}, kỳ {period}: hạn nộp {format_date(item.due)}",
            body=f"{superior.name} nhắc {item.unit.name} nộp báo cáo.",
            url=reverse("returns:return", args=[item.pk]),
            users=people[item.unit_id],
            due_on=item.due,
            key=f"returns.due:{item.pk}:{on}",
            now=now,
        )
    ReturnStep.objects.bulk_create(
        ReturnStep(
            obligation=item,
            verb="remind",
            at=now,
            user=actor.user,
            user_name=actor.name[:200],
            in_place_of=place,
        )
        for item in reminded
    )
    if reminded:
        record(
            actor=actor,
            verb="returns.remind",
            unit_id=superior.pk,
            obj=form,
            summary=f"Nhắc {len(reminded)} đơn vị nộp “{form.title}” kỳ {period}",
            data={"period": period, "count": len(reminded)},
        )
    return Reminded(len(reminded), [item.unit for item in owed if item.unit_id not in people])


# --------------------------------------------------------------------------------------------------
# What all of them share
# --------------------------------------------------------------------------------------------------


def _acting(actor: Actor, capability: str, unit: Unit) -> User | None:
    """In whose place the actor acts; None in their own. Raises Forbidden."""
    allowed, place = acts_for(actor, capability, unit)
    if not allowed:
        raise refuse(capability, unit.name)
    return place


def _locked(obligation: Obligation) -> Obligation:
    return (
        Obligation.objects.select_for_update(of=("self",))
        .select_related("form__owner", "unit", "superior", "version")
        .get(pk=obligation.pk)
    )


def _locked_return(made: Return, revision: int) -> Return:
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


def _open_for(actor: Actor, capability: str, made: Return, revision: int) -> Return:
    _acting(actor, capability, made.obligation.unit)
    found = _locked_return(made, revision)
    if found.state not in OPEN_STATES:
        raise ReturnsError(
            f"Báo cáo {STATE_WORDS[found.state]} nên không sửa được nữa. Nếu cần sửa, hãy đề nghị"
            f" {found.obligation.superior.name} mở lại."
        )
    return found


def _in_state(actor: Actor, made: Return, revision: int, states: Sequence[str]) -> Return:
    """A return the superior acts on. Raises Forbidden, Changed, ReturnsError."""
    _acting(actor, rules.ACCEPT, made.obligation.superior)
    found = _locked_return(made, revision)
    if found.state not in states:
        raise ReturnsError(f"Báo cáo {STATE_WORDS[found.state]} nên không làm được việc này.")
    return found


def _saved(actor: Actor, made: Return) -> Return:
    made.revision += 1
    made.changed_at, made.changed_by = timezone.now(), actor.user
    made.save()
    record(
        actor=actor,
        verb="returns.fill",
        unit_id=made.obligation.unit_id,
        obj=made,
        summary=f"Cập nhật báo cáo “{made.obligation.form.title}” kỳ {made.obligation.period}",
        data={"revision": made.revision},
    )
    return made


def _move(
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
    _step(
        actor,
        made.obligation,
        verb,
        state=state,
        note=note,
        place=_acting(actor, capability, side),
        at=made.changed_at,
    )
    return made


def _step(
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
        summary=f"{STEPS[verb]}{instead}: “{obligation.form.title}” kỳ {obligation.period}, {obligation.unit.name}",
    )
