"""Beginning returns and filling them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.kit.dates import format_date
from congdoan.kit.text import nfc
from congdoan.work.returns import computing, rules
from congdoan.work.returns.actions.steps import acting, keep_step, locked, open_for, saved
from congdoan.work.returns.definitions import (
    period_words,
    read_definition,
)
from congdoan.work.returns.models import (
    Obligation,
    Return,
    ReturnForm,
    ReturnFormVersion,
    ReturnStep,
)
from congdoan.work.returns.queries import (
    aggregate,
    form_version,
)
from congdoan.work.returns.rules import ReturnsError

#: Bodies whose returns are computed in one go by a worker.
CHUNK = 2000


@transaction.atomic
def open_return(*, actor: Actor, on: date, obligation: Obligation) -> Return:
    """Begin a return: every cell that the registers know is computed. Opening again gives the one that is there.

    Raises Forbidden, ReturnsError before the period may be begun.
    """
    obligation = locked(obligation)
    found = Return.objects.filter(obligation=obligation).first()
    if found is not None:
        return found
    place = acting(actor, rules.FILL, obligation.unit)
    if on < obligation.opens_on:
        raise ReturnsError(f"Kỳ này bắt đầu lập từ ngày {format_date(obligation.opens_on)}.")
    renew_version(obligation)
    now = timezone.now()
    computed = computed_for([obligation], obligation.version, on)[obligation.unit_id]
    made = Return.objects.create(
        obligation=obligation,
        version=obligation.version,
        computed=computed,
        computed_at=now,
        changed_at=now,
        changed_by=actor.user,
    )
    keep_step(actor, obligation, "open", state="draft", place=place, at=now)
    return made


def renew_version(obligation: Obligation) -> None:
    """A return is begun with the newest published version; from then on it keeps it."""
    newest = form_version(obligation.form)
    if newest is not None and newest.pk != obligation.version_id:
        obligation.version = newest
        obligation.save(update_fields=["version"])


def computed_for(
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
            computed = computed_for(todo, version, on)
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
                summary=f"Lập sẵn {len(todo)} báo cáo “{form.title}”, {period_words(period)}",
                data={"period": period, "count": len(todo)},
            )
        return waiting[-1].pk


@transaction.atomic
def recompute(*, actor: Actor, on: date, made: Return, revision: int) -> Return:
    """Read the registers again for an open return; entered figures stay. Raises Forbidden, Changed, ReturnsError."""
    made = open_for(actor, rules.FILL, made, revision)
    read_registers(made, on)
    return saved(actor, made)


def read_registers(made: Return, on: date) -> None:
    made.computed_at = timezone.now()
    made.computed = computed_for([made.obligation], made.version, on)[made.obligation.unit_id]


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
    made = open_for(actor, rules.FILL, made, revision)
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
    return saved(actor, made)


@transaction.atomic
def take_aggregate(*, actor: Actor, on: date, made: Return, revision: int) -> Return:
    """Fill the asked cells that are still empty with the sums of the accepted returns below."""
    made = open_for(actor, rules.FILL, made, revision)
    definition = read_definition(made.version.definition)
    summed = aggregate(made.obligation, definition, on)
    for key, cell in summed.cells.items():
        if key in made.computed or key in made.entered or cell.value is None:
            continue
        kept = rules.stored(cell.value, definition.cells[key].row.decimals)
        made.entered[key] = kept
        made.reasons[key] = f"Tổng hợp từ {cell.covered}/{cell.of} báo cáo cấp dưới đã nghiệm thu"
    return saved(actor, made)
