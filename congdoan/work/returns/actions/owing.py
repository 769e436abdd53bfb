"""Who owes what until when, and who acts in whose place."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Min
from django.utils import timezone

from congdoan.foundation.access.queries import may, require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.text import nfc
from congdoan.work.returns import rules
from congdoan.work.returns.actions.steps import acting, keep_step, locked
from congdoan.work.returns.definitions import DefinitionError, newest_span, read_definition
from congdoan.work.returns.models import (
    Delegation,
    Extension,
    Obligation,
    ReturnForm,
)
from congdoan.work.returns.queries import (
    form_version,
)
from congdoan.work.returns.rules import ReturnsError

logger = logging.getLogger(__name__)


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


def give_out_due(*, actor: Actor, on: date) -> int:
    """Give out the periods that may be begun by a day, of every form in force with a calendar cadence: those that opened
    since the form was first published and that nobody has given out yet, so that days on which the machine was off are
    made up for and nothing is given out twice. A form that cannot be used is passed over and logged. Returns how many
    obligations were made. For the scheduled task; a transaction a period."""
    made = 0
    forms = ReturnForm.objects.filter(is_retired=False, versions__published_at__isnull=False)
    for form in forms.annotate(since=Min("versions__published_at")).select_related("owner").order_by("pk"):
        try:
            for period in _periods_to_give_out(form, timezone.localdate(form.since), on):
                made += make_obligations(actor=actor, form=form, period=period)
        except (DefinitionError, ReturnsError):
            logger.exception("form %s: periods could not be given out", form.pk)
    return made


def _periods_to_give_out(form: ReturnForm, since: date, on: date) -> list[str]:
    version = form_version(form)
    assert version is not None
    definition = read_definition(version.definition)
    given = set(form.obligations.values_list("period", flat=True).distinct())
    found: list[str] = []
    # A form may be begun on the very last day of its period.
    span = newest_span(definition, on + timedelta(days=1))
    while span is not None:
        opens = min(definition.deadlines_of(kind).days(span.last_day)[0] for kind in definition.owed_by)
        if opens < since:
            break
        if opens <= on and span.code not in given:
            found.append(span.code)
        span = newest_span(definition, span.from_on)
    return found[::-1]


@transaction.atomic
def extend(*, actor: Actor, obligation: Obligation, due_on: date, reason: str) -> Obligation:
    """Let a body hand in later. The superior's right. Raises Forbidden, ReturnsError."""
    obligation = locked(obligation)
    place = acting(actor, rules.ACCEPT, obligation.superior)
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
    keep_step(
        actor, obligation, "extend", note=f"Đến {format_date(due_on)}: {nfc(reason)}", place=place, at=now
    )
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
