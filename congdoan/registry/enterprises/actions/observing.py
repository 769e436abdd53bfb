"""Headcounts and judgements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.kit.text import nfc
from congdoan.registry.enterprises import choices
from congdoan.registry.enterprises.actions.checks import (
    BATCH,
    audit,
    check_headcount,
    chosen,
    copy_new,
    lock_enterprises,
    require_enterprises,
)
from congdoan.registry.enterprises.actions.requests import EnterpriseError, HeadcountData, JudgementData
from congdoan.registry.enterprises.actions.standings import rebuild_standings
from congdoan.registry.enterprises.models import Enterprise, HeadcountObservation, StatusJudgement


@transaction.atomic
def observe_headcounts(
    *, actor: Actor, on: date, items: Sequence[HeadcountData], recorded_at: datetime | None = None
) -> None:
    """Record how many work at employers; ``on`` is the day of those that carry none.

    Raises EnterpriseError (more women than workers …), Forbidden.
    """
    rows = [(chosen(item.enterprise), item, item.on or on) for item in items]
    if not rows:
        return
    enterprises = lock_enterprises([enterprise for enterprise, _, _ in rows])
    require_enterprises(actor, enterprises, on)
    for enterprise, item, _ in rows:
        check_headcount(enterprise.name, item)
    write_headcounts(actor, rows)
    rebuild_standings(enterprises, recorded_at=recorded_at)
    audit(
        actor,
        "enterprises.observe_headcounts",
        "Ghi số lao động của",
        list(enterprises.values()),
        data={"figures": [[e.pk, str(day), item.source, item.workers] for e, item, day in rows[:500]]},
    )


@transaction.atomic
def judge(
    *, actor: Actor, on: date, items: Sequence[JudgementData], recorded_at: datetime | None = None
) -> None:
    """Say of employers, from a day on: operating, stable, has a Party organisation. A second judgement of the same
    day replaces the first. Raises EnterpriseError, Forbidden."""
    rows = [(chosen(item.enterprise), item, item.on or on) for item in items]
    if not rows:
        return
    enterprises = lock_enterprises([enterprise for enterprise, _, _ in rows])
    require_enterprises(actor, enterprises, on)
    write_judgements(actor, rows, are_new=False)
    rebuild_standings(enterprises, recorded_at=recorded_at)
    audit(
        actor,
        "enterprises.judge",
        "Đánh giá",
        list(enterprises.values()),
        reason=rows[0][1].reason,
        data={
            "judged": [
                [e.pk, str(day), item.operating, item.is_stable, item.has_party]
                for e, item, day in rows[:500]
            ]
        },
    )


@transaction.atomic
def withdraw_headcounts(
    *,
    actor: Actor,
    on: date,
    items: Sequence[tuple[Enterprise, date, str]],
    recorded_at: datetime | None = None,
) -> None:
    """Take back headcounts (employer, day, source) that were entered by mistake. Raises Forbidden."""
    enterprises = lock_enterprises([enterprise for enterprise, _, _ in items])
    if not enterprises:
        return
    require_enterprises(actor, enterprises, on)
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM enterprises_headcountobservation h
               USING unnest(%s::bigint[], %s::date[], %s::text[]) p(e, d, s)
               WHERE h.enterprise_id = p.e AND h."on" = p.d AND h.source = p.s""",
            [
                [enterprise.pk for enterprise, _, _ in items],
                [day for _, day, _ in items],
                [source for _, _, source in items],
            ],
        )
    rebuild_standings(enterprises, recorded_at=recorded_at)
    audit(actor, "enterprises.withdraw_headcounts", "Rút số lao động của", list(enterprises.values()))


def write_headcounts(
    actor: Actor, rows: Sequence[tuple[Enterprise, HeadcountData, date]], *, are_new: bool = False
) -> None:
    # Of two figures of one source and day in a batch the last counts, as it would one after the other.
    unique = {(enterprise.pk, day, item.source): (enterprise, item, day) for enterprise, item, day in rows}
    if are_new:
        by, now = actor.user.pk if actor.user else None, timezone.now()
        columns = ("enterprise_id", "on", "source", "workers", "women", "foreign", "seasonal", "note")
        copy_new(
            HeadcountObservation,
            (*columns, "recorded_by_id", "recorded_at"),
            (
                (
                    row.pk,
                    day,
                    one.source,
                    one.workers,
                    one.women,
                    one.foreign,
                    one.seasonal,
                    nfc(one.note),
                    by,
                    now,
                )
                for row, one, day in unique.values()
            ),
        )
        return
    HeadcountObservation.objects.bulk_create(
        [
            HeadcountObservation(
                enterprise_id=enterprise.pk,
                on=day,
                source=item.source,
                workers=item.workers,
                women=item.women,
                foreign=item.foreign,
                seasonal=item.seasonal,
                note=nfc(item.note),
                recorded_by=actor.user,
            )
            for enterprise, item, day in unique.values()
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["enterprise", "on", "source"],
        update_fields=["workers", "women", "foreign", "seasonal", "note", "recorded_by", "recorded_at"],
    )


def write_judgements(
    actor: Actor, rows: Sequence[tuple[Enterprise, JudgementData, date]], *, are_new: bool
) -> None:
    unique = {(enterprise.pk, day): (enterprise, item, day) for enterprise, item, day in rows}
    states = dict(choices.OPERATING_STATES)
    unsaid = [enterprise.pk for enterprise, item, _ in unique.values() if item.operating is None]
    said: dict[int, list[tuple[date, str]]] = {}
    if unsaid and not are_new:
        for pk, day, state in (
            StatusJudgement.objects.filter(enterprise__in=unsaid)
            .order_by("on")
            .values_list("enterprise_id", "on", "operating")
        ):
            said.setdefault(pk, []).append((day, state))
    made = []
    for enterprise, item, day in unique.values():
        if item.operating is not None and item.operating not in states:
            raise EnterpriseError(f"{enterprise.name}: không có tình trạng hoạt động “{item.operating}”.")
        earlier = [state for on, state in said.get(enterprise.pk, []) if on <= day]
        made.append(
            StatusJudgement(
                enterprise_id=enterprise.pk,
                on=day,
                operating=item.operating or (earlier[-1] if earlier else "operating"),
                is_stable=item.is_stable,
                has_party=item.has_party,
                reason=nfc(item.reason)[:300],
                decided_by=actor.user,
                decided_by_label=(item.decided_by_label or actor.name)[:150],
            )
        )
    if are_new:
        said_by = ("decided_by_id", "decided_by_label")
        named = ("enterprise_id", "on", "operating", "is_stable", "has_party", "reason", *said_by)
        now = timezone.now()
        copy_new(
            StatusJudgement,
            (*named, "decided_at"),
            ([*(getattr(row, name) for name in named), now] for row in made),
        )
        return
    StatusJudgement.objects.bulk_create(
        made,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["enterprise", "on"],
        update_fields=[
            "operating",
            "is_stable",
            "has_party",
            "reason",
            "decided_by",
            "decided_by_label",
            "decided_at",
        ],
    )
