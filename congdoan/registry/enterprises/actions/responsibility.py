"""Which body is in charge of an employer, and which unions work there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.actions import hold_units
from congdoan.foundation.units.models import Decision, Unit
from congdoan.registry.enterprises.actions.checks import (
    BATCH,
    audit,
    check_alive,
    lock_enterprises,
    lock_ids,
    require_units_or,
)
from congdoan.registry.enterprises.actions.requests import Assignment, EnterpriseError, HostData
from congdoan.registry.enterprises.actions.standings import rebuild_standings
from congdoan.registry.enterprises.models import Enterprise, Hosting


@transaction.atomic
def host(*, actor: Actor, items: Sequence[HostData], recorded_at: datetime | None = None) -> None:
    """Unions work at employers from a day on. What is hosted already on that day is left as it is.

    Raises EnterpriseError when the union does not exist on that day, Forbidden.
    """
    if not items:
        return
    held = hold_units(item.unit.pk for item in items)
    items = [replace(item, unit=held[item.unit.pk]) for item in items]
    enterprises = lock_enterprises([item.enterprise for item in items])
    require_units_or(actor, enterprises, [(item.enterprise, item.unit) for item in items], items[0].on)
    kept: dict[tuple[int, int], list[DateRange]] = {}
    for row in Hosting.objects.filter(enterprise__in=enterprises):
        kept.setdefault((row.enterprise_id, row.unit_id), []).append(row.during)
    fresh = []
    for item in items:
        check_alive(item.unit, item.on)
        mine = kept.get((item.enterprise.pk, item.unit.pk), [])
        if any(item.on in during for during in mine):
            continue
        if any(
            during.lower > item.on and (item.until is None or during.lower < item.until) for during in mine
        ):
            raise EnterpriseError(
                f"{item.unit.name} đã hoạt động tại {item.enterprise.name} từ một ngày sau {item.on:%d/%m/%Y};"
                " hãy chọn ngày kết thúc trước ngày đó."
            )
        until = min(filter(None, [item.until, item.unit.ended_on]), default=None)
        during = DateRange(item.on, until)
        fresh.append(Hosting(enterprise=item.enterprise, unit=item.unit, during=during))
        kept.setdefault((item.enterprise.pk, item.unit.pk), []).append(during)
    Hosting.objects.bulk_create(fresh, batch_size=BATCH)
    rebuild_standings(enterprises, recorded_at=recorded_at)
    audit(
        actor,
        "enterprises.host",
        f"Ghi nhận {items[0].unit.name} hoạt động tại",
        list(enterprises.values()),
        unit=items[0].unit,
    )


@transaction.atomic
def end_hosting(
    *,
    actor: Actor,
    on: date,
    items: Sequence[tuple[Enterprise, Unit]] = (),
    units: Sequence[Unit] = (),
    recorded_at: datetime | None = None,
) -> int:
    """From ``on``, these unions work at these employers no longer; ``units``: at no employer at all.

    Returns how many hostings were ended. Raises Forbidden.
    """
    pairs = [(enterprise.pk, unit.pk) for enterprise, unit in items]
    pairs += list(
        Hosting.objects.filter(unit__in=units, during__overlap=DateRange(on, None)).values_list(
            "enterprise_id", "unit_id"
        )
    )
    if not pairs:
        return 0
    pairs = sorted(set(pairs))
    enterprises = lock_ids([enterprise for enterprise, _ in pairs])
    named = {unit.pk: unit for unit in units} | {unit.pk: unit for _, unit in items}
    require_units_or(actor, enterprises, [(enterprises[e], named[u]) for e, u in pairs], on)
    both = [[enterprise for enterprise, _ in pairs], [unit for _, unit in pairs]]
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM enterprises_hosting h USING unnest(%s::bigint[], %s::bigint[]) p(e, u)
               WHERE h.enterprise_id = p.e AND h.unit_id = p.u AND lower(h.during) >= %s""",
            [*both, on],
        )
        ended = cursor.rowcount
        cursor.execute(
            """UPDATE enterprises_hosting h SET during = daterange(lower(h.during), %s)
               FROM unnest(%s::bigint[], %s::bigint[]) p(e, u)
               WHERE h.enterprise_id = p.e AND h.unit_id = p.u AND h.during @> %s::date""",
            [on, *both, on],
        )
        ended += cursor.rowcount
    rebuild_standings(enterprises, recorded_at=recorded_at)
    audit(actor, "enterprises.end_hosting", "Kết thúc hoạt động công đoàn tại", list(enterprises.values()))
    return ended


@transaction.atomic
def assign(
    *,
    actor: Actor,
    items: Sequence[Assignment],
    decision: Decision | None = None,
    recorded_at: datetime | None = None,
) -> None:
    """Bodies are in charge of employers from a day on; whoever was in charge before is so until that day.

    Raises EnterpriseError when a body does not exist on that day or a later assignment stands, Forbidden. Both
    the body that gives away and the one that takes over need the right only at one of them or above.
    """
    if not items:
        return
    held = hold_units(item.unit.pk for item in items)
    items = [replace(item, unit=held[item.unit.pk]) for item in items]
    enterprises = lock_enterprises([item.enterprise for item in items])
    require_units_or(actor, enterprises, [(item.enterprise, item.unit) for item in items], items[0].on)
    for unit, on in {(item.unit, item.on) for item in items}:
        check_alive(unit, on)
    rows = [
        [item.enterprise.pk for item in items],
        [item.unit.pk for item in items],
        [item.on for item in items],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.enterprise_id, lower(r.during) FROM enterprises_responsibility r
               JOIN unnest(%s::bigint[], %s::bigint[], %s::date[]) p(e, u, d) ON r.enterprise_id = p.e
               WHERE lower(r.during) > p.d LIMIT 1""",
            rows,
        )
        later = cursor.fetchone()
        if later is not None:
            raise EnterpriseError(
                f"{enterprises[later[0]].name} đã được giao cho đơn vị khác từ ngày {later[1]:%d/%m/%Y};"
                " hãy chọn ngày giao từ ngày đó trở đi."
            )
        cursor.execute(
            """DELETE FROM enterprises_responsibility r
               USING unnest(%s::bigint[], %s::bigint[], %s::date[]) p(e, u, d)
               WHERE r.enterprise_id = p.e AND lower(r.during) = p.d""",
            rows,
        )
        cursor.execute(
            """UPDATE enterprises_responsibility r SET during = daterange(lower(r.during), p.d)
               FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) p(e, u, d)
               WHERE r.enterprise_id = p.e AND r.during @> p.d AND r.unit_id <> p.u""",
            rows,
        )
        cursor.execute(
            """INSERT INTO enterprises_responsibility (enterprise_id, unit_id, during)
               SELECT p.e, p.u, daterange(p.d, NULL)
               FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) p(e, u, d)
               WHERE NOT EXISTS (SELECT 1 FROM enterprises_responsibility r
                                 WHERE r.enterprise_id = p.e AND r.during @> p.d)""",
            rows,
        )
    rebuild_standings(enterprises, recorded_at=recorded_at)
    by = f" (quyết định {decision.number})" if decision and decision.number else ""
    audit(
        actor,
        "enterprises.assign",
        f"Giao {items[0].unit.name} phụ trách{by}",
        list(enterprises.values()),
        unit=items[0].unit,
    )
