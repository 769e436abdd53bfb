"""Making plans, targets and adjustments known to those they concern, with receipts; reminding who has not read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import format_number
from congdoan.work.plans import queries
from congdoan.work.plans.actions.errors import PlanError
from congdoan.work.plans.models import Distribution, DistributionReader, Plan, Target
from congdoan.work.plans.rules import DISTRIBUTED, MOST_BODIES

_BATCH = 2000


def tell(
    actor: Actor,
    plan: Plan,
    unit: Unit,
    *,
    kind: str,
    subject: str,
    body: str,
    to: Sequence[int],
    target: Target | None = None,
    now: datetime | None = None,
) -> Distribution | None:
    """Make something known to bodies and keep whom: None when there is no body. The caller has checked the right and
    writes the audit row; a constant number of statements for any number of bodies."""
    if not to:
        return None
    moment = now or timezone.now()
    people = queries.answering_users(to, actor.today)
    url = (
        reverse("plans:target", args=[plan.code, target.code])
        if target is not None
        else reverse("plans:plan", args=[plan.code])
    )
    made = Distribution.objects.create(
        plan=plan,
        target=target,
        unit=unit,
        kind=kind,
        subject=subject[:200],
        text=body,
        url=url,
        made_at=moment,
        made_by=actor.user,
    )
    DistributionReader.objects.bulk_create(
        [
            DistributionReader(distribution=made, unit_id=unit_id, user_id=user_id)
            for unit_id in dict.fromkeys(to)
            for user_id in people.get(unit_id, [None])
        ],
        batch_size=_BATCH,
    )
    _notify(actor, made, {user_id for users in people.values() for user_id in users}, "dau", moment)
    return made


def _notify(actor: Actor, made: Distribution, users: Iterable[int], occasion: str, moment: datetime) -> int:
    is_reminder = occasion != "dau"
    return len(
        notify(
            actor=actor,
            kind=DISTRIBUTED.code,
            subject=f"Nhắc đọc: {made.subject}" if is_reminder else made.subject,
            body=made.text,
            url=made.url,
            users=list(User.objects.filter(pk__in=list(users)).order_by("pk")),
            key=queries.key_of(made.pk, occasion),
            now=moment,
        )
    )


def tell_issued(actor: Actor, plan: Plan, on: date) -> None:
    """An issued plan is made known to the bodies directly below its issuer."""
    tell(
        actor,
        plan,
        plan.issuer,
        kind="plan",
        subject=_of_plan(plan, plan.issuer),
        body=_words_of(plan),
        to=queries.bodies_below(plan.issuer, on, whole=False),
    )


#: Changes that the words name; whoever opens the plan sees their own.
_NAMED = 8


def tell_rebased(
    *,
    actor: Actor,
    changes: Mapping[Target, Mapping[int, tuple[Decimal, Decimal]]],
    why: str,
    now: datetime | None = None,
) -> None:
    """The numbers of bodies were changed by a decision that rearranges them, or its undo: each plan's bodies learn it at
    once. ``changes``: {target: {unit id: (before, after)}}. Targets carry their plan and its issuer."""
    by_plan: dict[Plan, dict[Target, Mapping[int, tuple[Decimal, Decimal]]]] = defaultdict(dict)
    for target, units in changes.items():
        if units:
            by_plan[target.plan][target] = units
    ids = {unit for units in changes.values() for unit in units}
    standing = dict(Unit.objects.filter(pk__in=ids, ended_on__isnull=True).values_list("pk", "name"))
    for plan, targets in by_plan.items():
        lines = [
            f"{target.code}, {standing[unit]}: {format_number(before)} thành {format_number(after)}"
            for target, units in targets.items()
            for unit, (before, after) in units.items()
            if unit in standing
        ]
        more = f"\nvà {format_number(len(lines) - _NAMED)} thay đổi nữa" if len(lines) > _NAMED else ""
        named = "\n".join(lines[:_NAMED])
        tell(
            actor,
            plan,
            plan.issuer,
            kind="revision",
            subject=f"Số giao thay đổi do sắp xếp tổ chức: {plan.title}",
            body=f"{why}\n{named}{more}\nMở để xem số của đơn vị bạn.",
            to=sorted({unit for units in targets.values() for unit in units if unit in standing}),
            now=now,
        )


def _of_plan(plan: Plan, unit: Unit) -> str:
    word = "ban hành" if unit.pk == plan.issuer_id else "phổ biến"
    return f"{unit.name} {word}: {plan.title}"


def _words_of(plan: Plan) -> str:
    number = f"Số {plan.number}" if plan.number else "Chưa ghi số"
    dated = f" ngày {format_date(plan.issued_on)}" if plan.issued_on else ""
    return f"{number}{dated}. Mở để xem chỉ tiêu, căn cứ và phần của đơn vị bạn."


@transaction.atomic
def distribute(
    *, actor: Actor, on: date, plan: Plan, unit: Unit, whole: bool = False, now: datetime | None = None
) -> Distribution:
    """Make an issued plan known to the bodies directly below a body, or (``whole``) to all below it. Those it was made
    known to by this body before are left out.

    Raises Forbidden without plans.allocate at the body; PlanError for a draft, when nobody is left, or when there are
    too many bodies to do it at once.
    """
    plan = Plan.objects.select_for_update(of=("self",)).select_related("issuer").get(pk=plan.pk)
    require(actor, "plans.allocate", unit)
    if plan.state == "draft":
        raise PlanError("Kế hoạch còn là dự thảo nên chưa phổ biến được. Hãy ban hành trước.")
    if not queries.concerns(plan, unit):
        raise PlanError(f"Kế hoạch này không phải của {unit.name} hay của cấp trên của đơn vị.")
    told = set(queries.told_already(plan, unit).values_list("unit_id", flat=True))
    to = [pk for pk in queries.bodies_below(unit, on, whole=whole) if pk not in told]
    if not to:
        raise PlanError("Các đơn vị này đều đã được phổ biến. Bấm “Nhắc người chưa đọc” nếu cần.")
    if len(to) > MOST_BODIES:
        raise PlanError(
            f"Có {format_number(len(to))} đơn vị, nhiều hơn mức {format_number(MOST_BODIES)} một lần. Hãy phổ biến cho"
            " đơn vị trực thuộc; mỗi cấp phổ biến tiếp cho cấp dưới của mình."
        )
    made = tell(
        actor,
        plan,
        unit,
        kind="plan",
        subject=_of_plan(plan, unit),
        body=_words_of(plan),
        to=to,
        now=now,
    )
    assert made is not None
    record(
        actor=actor,
        verb="plans.distribute",
        unit_id=unit.pk,
        obj=made,
        summary=f"Phổ biến kế hoạch “{plan.title}” đến {format_number(len(to))} đơn vị",
        data={"on": on.isoformat(), "bodies": len(to), "whole": whole},
    )
    return made


@transaction.atomic
def remind_readers(
    *,
    actor: Actor,
    on: date,
    distribution: Distribution,
    readers: Iterable[int] | None = None,
    now: datetime | None = None,
) -> int:
    """Remind those who have not read a distribution, each once a day: all of them, or the ``readers`` chosen among
    them. Returns how many people were told. Raises Forbidden without plans.allocate at the body that made it known."""
    require(actor, "plans.allocate", distribution.unit)
    waiting = queries.with_reading(distribution.readers.all()).filter(user__isnull=False)
    unread = set(waiting.filter(read_at__isnull=True).values_list("user_id", flat=True))
    if readers is not None:
        unread &= set(distribution.readers.filter(pk__in=list(readers)).values_list("user_id", flat=True))
    count = _notify(actor, distribution, unread, on.isoformat(), now or timezone.now()) if unread else 0
    if count:
        record(
            actor=actor,
            verb="plans.remind_readers",
            unit_id=distribution.unit_id,
            obj=distribution,
            summary=f"Nhắc {format_number(count)} người đọc “{distribution.subject}”",
            data={"on": on.isoformat(), "people": count},
        )
    return count
