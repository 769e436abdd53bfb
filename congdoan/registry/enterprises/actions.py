"""Writes of the register of employers.

Every action takes a list, because surveys and reorganisations come by the thousand; one employer is a list of
one. Whatever changes what counts of an employer rebuilds its standing and books the difference on the measures
of enterprises and workers in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model, ProtectedError
from django.utils import timezone

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.measures.actions import append
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.identifiers import check_tax_code
from congdoan.kit.text import name_sort_key, nfc, search_key
from congdoan.registry.enterprises import choices
from congdoan.registry.enterprises.models import (
    Enterprise,
    HeadcountObservation,
    Hosting,
    Responsibility,
    StatusJudgement,
)
from congdoan.registry.enterprises.queries import StandingChange, standing_changes, writable_ids
from congdoan.registry.enterprises.rules import EDIT, headcount_problem

_BATCH = 2000


class EnterpriseError(ValueError):
    """A record the register cannot take; the message names the employer and says what to do."""


@dataclass(frozen=True)
class HeadcountData:
    """How many worked at ``enterprise`` on a day by a source (choices.HEADCOUNT_SOURCES). A second figure of the
    same source and day replaces the first."""

    workers: int
    enterprise: Enterprise | None = None
    on: date | None = None
    source: str = "survey"
    women: int | None = None
    foreign: int | None = None
    seasonal: int | None = None
    note: str = ""


@dataclass(frozen=True)
class JudgementData:
    """What is said of ``enterprise`` from a day on. None leaves what was said before as it was."""

    enterprise: Enterprise | None = None
    on: date | None = None
    operating: str | None = None
    is_stable: bool | None = None
    has_party: bool | None = None
    reason: str = ""
    decided_by_label: str = ""


@dataclass(frozen=True)
class EnterpriseData:
    """An employer to be registered. ``unit`` is the union body in charge of it from ``registered_on`` (the action's
    day when None); an employer without one is counted nowhere until one is assigned. ``sector``, ``trade``,
    ``territory`` and ``park`` are codes of the shared lists. ``headcounts`` and ``judgements`` need no enterprise
    and take ``registered_on`` as their day when they have none. ``hosts``: unions that work there, each from a day."""

    name: str
    sector: str
    tax_code: str = ""
    code: str = ""
    trade: str | None = None
    address: str = ""
    territory: str | None = None
    park: str | None = None
    started_on: date | None = None
    phone: str = ""
    email: str = ""
    contact_name: str = ""
    registered_on: date | None = None
    unit: Unit | None = None
    headcounts: Sequence[HeadcountData] = ()
    judgements: Sequence[JudgementData] = ()
    hosts: Sequence[tuple[Unit, date]] = field(default=())


@dataclass(frozen=True)
class HostData:
    """A union works at an employer from a day on (until ``until``, exclusive, when given)."""

    enterprise: Enterprise
    unit: Unit
    on: date
    until: date | None = None


@dataclass(frozen=True)
class Assignment:
    """A body is in charge of an employer from a day on."""

    enterprise: Enterprise
    unit: Unit
    on: date


@transaction.atomic
def register_enterprises(
    *, actor: Actor, on: date, items: Sequence[EnterpriseData], recorded_at: datetime | None = None
) -> list[Enterprise]:
    """Put employers into the register, with their first headcounts, judgements, body in charge and unions.

    Returns them in the order given. A tax code that does not check is kept and marked (warn, never block).
    Raises EnterpriseError (taken code, impossible headcount, unknown sector), Forbidden.
    """
    if not items:
        return []
    _require_units(actor, [item.unit for item in items])
    _check_items(items)
    made: list[Enterprise] = []
    for pk, item in zip(_new_ids(len(items)), items, strict=True):
        checked = check_tax_code(item.tax_code)
        name = nfc(item.name)
        made.append(
            Enterprise(
                pk=pk,
                code=item.code or f"DN{pk:06d}",
                tax_code=checked.value[:20],
                tax_code_ok=bool(checked.value) and not checked.warnings,
                name=name,
                name_key=search_key(name)[:250],
                sort_key=_sort_key(name),
                sector_id=item.sector,
                trade_id=item.trade,
                address=nfc(item.address),
                territory_id=item.territory,
                park_id=item.park,
                started_on=item.started_on,
                phone=item.phone,
                email=item.email,
                contact_name=nfc(item.contact_name),
                registered_on=item.registered_on or on,
            )
        )
    now = timezone.now()
    _copy(
        Enterprise,
        _ENTERPRISE_COLUMNS,
        ([getattr(row, name) for name in _ENTERPRISE_COLUMNS[:-2]] + [now, now] for row in made),
    )
    pairs = list(zip(made, items, strict=True))
    _copy(
        Responsibility,
        ("enterprise_id", "unit_id", "during"),
        ((row.pk, item.unit.pk, f"[{row.registered_on},)") for row, item in pairs if item.unit is not None),
    )
    _write_headcounts(
        actor,
        [(row, one, one.on or row.registered_on) for row, item in pairs for one in item.headcounts],
        are_new=True,
    )
    _write_judgements(
        actor,
        [(row, one, one.on or row.registered_on) for row, item in pairs for one in item.judgements],
        are_new=True,
    )
    _copy(
        Hosting,
        ("enterprise_id", "unit_id", "during"),
        ((row.pk, unit.pk, f"[{day},)") for row, item in pairs for unit, day in item.hosts),
    )
    rebuild_standings([enterprise.pk for enterprise in made], recorded_at=recorded_at)
    _audit(actor, "enterprises.register", "Đăng ký", made, unit=items[0].unit)
    return made


#: What is written of a new employer; the two instants last.
_ENTERPRISE_COLUMNS = (
    *("id", "code", "tax_code", "tax_code_ok", "name", "name_key", "sort_key", "sector_id", "trade_id"),
    *("address", "territory_id", "park_id", "started_on", "phone", "email", "contact_name", "registered_on"),
    *("created_at", "updated_at"),
)


def _copy(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write new rows in bulk: three times as fast as INSERT for what cannot collide."""
    quoted = ", ".join(f'"{column}"' for column in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({quoted}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


#: Fields of an employer that `update_enterprises` takes.
EDITABLE = (
    "name",
    "tax_code",
    "sector",
    "trade",
    "address",
    "territory",
    "park",
    "started_on",
    "phone",
    "email",
    "contact_name",
    "registered_on",
)


@transaction.atomic
def update_enterprises(
    *,
    actor: Actor,
    on: date,
    changes: Sequence[tuple[Enterprise, Mapping[str, Any]]],
    recorded_at: datetime | None = None,
) -> None:
    """Correct what the register says of employers. Fields: EDITABLE; sector, trade, territory and park by code.

    A correction of the sector or of the first day counts for the whole history. Raises EnterpriseError for an
    unknown field or an empty name, Forbidden.
    """
    if not changes:
        return
    enterprises = _lock([enterprise for enterprise, _ in changes])
    _require(actor, enterprises, on)
    sectors = set(Sector.objects.values_list("pk", flat=True))
    before: dict[str, dict[str, str]] = {}
    touched: set[str] = {"updated_at"}
    recount: set[int] = set()
    for given, values in changes:
        enterprise = enterprises[given.pk]
        for name, value in values.items():
            if name not in EDITABLE:
                raise EnterpriseError(f"Không sửa được mục “{name}” của doanh nghiệp.")
            if name == "name":
                value = nfc(value)
                if not value:
                    raise EnterpriseError(f"{enterprise.name}: tên không được để trống.")
                enterprise.name_key, enterprise.sort_key = search_key(value)[:250], _sort_key(value)
                touched |= {"name_key", "sort_key"}
            elif name == "tax_code":
                checked = check_tax_code(value)
                value = checked.value[:20]
                enterprise.tax_code_ok = bool(value) and not checked.warnings
                touched.add("tax_code_ok")
            elif name == "sector" and value not in sectors:
                raise EnterpriseError(f"{enterprise.name}: không có khu vực kinh tế “{value}”.")
            attribute = f"{name}_id" if name in {"sector", "trade", "territory", "park"} else name
            old = getattr(enterprise, attribute)
            if attribute.endswith("_id"):
                value = value or None
            if old == value:
                continue
            before.setdefault(str(enterprise.pk), {})[name] = str(old if old is not None else "")
            setattr(enterprise, attribute, value)
            touched.add(attribute.removesuffix("_id"))
            if name in {"sector", "started_on", "registered_on"}:
                recount.add(enterprise.pk)
        enterprise.updated_at = timezone.now()
    Enterprise.objects.bulk_update(enterprises.values(), sorted(touched), batch_size=_BATCH)
    for given, _ in changes:
        fresh = enterprises[given.pk]
        for column in (*touched, "sector_id", "trade_id", "territory_id", "park_id"):
            setattr(given, column, getattr(fresh, column))
    rebuild_standings(recount, recorded_at=recorded_at)
    _audit(
        actor,
        "enterprises.update",
        "Sửa thông tin",
        list(enterprises.values()),
        data={"before": dict(list(before.items())[:500])},
    )


@transaction.atomic
def observe_headcounts(
    *, actor: Actor, on: date, items: Sequence[HeadcountData], recorded_at: datetime | None = None
) -> None:
    """Record how many work at employers; ``on`` is the day of those that carry none.

    Raises EnterpriseError (more women than workers …), Forbidden.
    """
    rows = [(_given(item.enterprise), item, item.on or on) for item in items]
    if not rows:
        return
    enterprises = _lock([enterprise for enterprise, _, _ in rows])
    _require(actor, enterprises, on)
    for enterprise, item, _ in rows:
        _check_headcount(enterprise.name, item)
    _write_headcounts(actor, rows)
    rebuild_standings(enterprises, recorded_at=recorded_at)
    _audit(
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
    rows = [(_given(item.enterprise), item, item.on or on) for item in items]
    if not rows:
        return
    enterprises = _lock([enterprise for enterprise, _, _ in rows])
    _require(actor, enterprises, on)
    _write_judgements(actor, rows, are_new=False)
    rebuild_standings(enterprises, recorded_at=recorded_at)
    _audit(
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
def host(*, actor: Actor, items: Sequence[HostData], recorded_at: datetime | None = None) -> None:
    """Unions work at employers from a day on. What is hosted already on that day is left as it is.

    Raises EnterpriseError when the union does not exist on that day, Forbidden.
    """
    if not items:
        return
    enterprises = _lock([item.enterprise for item in items])
    _require_units_or(actor, enterprises, [(item.enterprise, item.unit) for item in items], items[0].on)
    kept: dict[tuple[int, int], list[DateRange]] = {}
    for row in Hosting.objects.filter(enterprise__in=enterprises):
        kept.setdefault((row.enterprise_id, row.unit_id), []).append(row.during)
    fresh = []
    for item in items:
        _check_alive(item.unit, item.on)
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
    Hosting.objects.bulk_create(fresh, batch_size=_BATCH)
    rebuild_standings(enterprises, recorded_at=recorded_at)
    _audit(
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
    enterprises = _lock_ids([enterprise for enterprise, _ in pairs])
    named = {unit.pk: unit for unit in units} | {unit.pk: unit for _, unit in items}
    _require_units_or(actor, enterprises, [(enterprises[e], named[u]) for e, u in pairs], on)
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
    _audit(actor, "enterprises.end_hosting", "Kết thúc hoạt động công đoàn tại", list(enterprises.values()))
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
    enterprises = _lock([item.enterprise for item in items])
    _require_units_or(actor, enterprises, [(item.enterprise, item.unit) for item in items], items[0].on)
    for unit, on in {(item.unit, item.on) for item in items}:
        _check_alive(unit, on)
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
    _audit(
        actor,
        "enterprises.assign",
        f"Giao {items[0].unit.name} phụ trách{by}",
        list(enterprises.values()),
        unit=items[0].unit,
    )


@transaction.atomic
def withdraw_enterprises(
    *,
    actor: Actor,
    on: date,
    enterprises: Sequence[Enterprise],
    reason: str,
    recorded_at: datetime | None = None,
) -> None:
    """Take employers out of the register that were put into it by mistake, with everything said of them; what they
    counted is booked back. An employer where people work is not withdrawn: its employments protect it.

    Raises EnterpriseError naming such an employer, Forbidden.
    """
    found = _lock(enterprises)
    if not found:
        return
    _require(actor, found, on)
    ids = list(found)
    for model in (HeadcountObservation, StatusJudgement, Hosting, Responsibility):
        model.objects.filter(enterprise__in=ids).delete()
    rebuild_standings(ids, recorded_at=recorded_at)
    try:
        with transaction.atomic():
            Enterprise.objects.filter(pk__in=ids).delete()
    except ProtectedError as error:
        kept = next((obj.enterprise_id for obj in error.protected_objects), ids[0])
        raise EnterpriseError(
            f"{found[kept].name}: đã có người lao động ghi làm việc ở đây nên không rút khỏi sổ được."
        ) from error
    _audit(actor, "enterprises.withdraw", f"Rút khỏi sổ ({nfc(reason)})", list(found.values()))


@transaction.atomic
def withdraw_headcounts(
    *,
    actor: Actor,
    on: date,
    items: Sequence[tuple[Enterprise, date, str]],
    recorded_at: datetime | None = None,
) -> None:
    """Take back headcounts (employer, day, source) that were entered by mistake. Raises Forbidden."""
    enterprises = _lock([enterprise for enterprise, _, _ in items])
    if not enterprises:
        return
    _require(actor, enterprises, on)
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
    _audit(actor, "enterprises.withdraw_headcounts", "Rút số lao động của", list(enterprises.values()))


def rebuild_standings(enterprise_ids: Iterable[int], *, recorded_at: datetime | None = None) -> int:
    """Bring the standings of these enterprises in line with the rows of record and book the difference on the
    measures. Returns how many stretches changed. Part of the transaction of whatever changed the rows."""
    ids = sorted(set(enterprise_ids))
    if not ids:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM enterprises_enterprise WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [ids]
            )
        changes = standing_changes(ids)
        if not changes:
            return 0
        gone = [change.standing_id for change in changes if change.standing_id is not None]
        fresh = [change for change in changes if change.standing_id is None]
        with connection.cursor() as cursor:
            if gone:
                cursor.execute("DELETE FROM enterprises_standing WHERE id = ANY(%s)", [gone])
            with cursor.copy(
                "COPY enterprises_standing (enterprise_id, during, unit_id, sector_id, headcount, band,"
                " operating, is_stable, has_party, has_union) FROM STDIN"
            ) as copy:
                for row in fresh:
                    copy.write_row(
                        (
                            row.enterprise_id,
                            f"[{row.starts_on},{row.ends_on or ''})",
                            row.unit_id,
                            row.sector,
                            row.headcount,
                            row.band,
                            row.operating,
                            row.is_stable,
                            row.has_party,
                            row.has_union,
                        )
                    )
        _book(changes, recorded_at or timezone.now())
    return len(changes)


def _book(changes: list[StandingChange], recorded_at: datetime) -> None:
    """Old stretches out, new ones in, on the days on which they begin and end."""
    among_enterprises = set(Sector.objects.filter(is_enterprise=True).values_list("pk", flat=True))
    enterprises: list[tuple[int, Mapping[str, Any], date, int]] = []
    workers: list[tuple[int, Mapping[str, Any], date, int]] = []
    for change in changes:
        if change.operating not in choices.COUNTED_STATES:
            continue
        sign = 1 if change.standing_id is None else -1
        dims = change.dims
        for day, direction in ((change.starts_on, sign), (change.ends_on, -sign)):
            if day is None:
                continue
            if change.sector in among_enterprises:
                enterprises.append((change.unit_id, dims, day, direction))
            if change.headcount:
                workers.append((change.unit_id, dims, day, direction * change.headcount))
    append(measure="enterprises", rows=enterprises, recorded_at=recorded_at)
    append(measure="workers", rows=workers, recorded_at=recorded_at)


def _write_headcounts(
    actor: Actor, rows: Sequence[tuple[Enterprise, HeadcountData, date]], *, are_new: bool = False
) -> None:
    # Of two figures of one source and day in a batch the last counts, as it would one after the other.
    unique = {(enterprise.pk, day, item.source): (enterprise, item, day) for enterprise, item, day in rows}
    if are_new:
        by, now = actor.user.pk if actor.user else None, timezone.now()
        columns = ("enterprise_id", "on", "source", "workers", "women", "foreign", "seasonal", "note")
        _copy(
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
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["enterprise", "on", "source"],
        update_fields=["workers", "women", "foreign", "seasonal", "note", "recorded_by", "recorded_at"],
    )


def _write_judgements(
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
        _copy(
            StatusJudgement,
            (*named, "decided_at"),
            ([*(getattr(row, name) for name in named), now] for row in made),
        )
        return
    StatusJudgement.objects.bulk_create(
        made,
        batch_size=_BATCH,
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


def _check_items(items: Sequence[EnterpriseData]) -> None:
    sectors = set(Sector.objects.values_list("pk", flat=True))
    codes = [item.code for item in items if item.code]
    taken = set(Enterprise.objects.filter(code__in=codes).values_list("code", flat=True)) if codes else set()
    for item in items:
        name = nfc(item.name)
        if not name:
            raise EnterpriseError("Tên doanh nghiệp không được để trống.")
        if item.sector not in sectors:
            raise EnterpriseError(f"{name}: không có khu vực kinh tế “{item.sector}”.")
        if item.code and item.code in taken:
            raise EnterpriseError(f"Mã doanh nghiệp {item.code} đã được dùng. Hãy chọn mã khác.")
        taken.add(item.code)
        for one in item.headcounts:
            _check_headcount(name, one)


def _check_headcount(name: str, item: HeadcountData) -> None:
    problem = headcount_problem(
        workers=item.workers, women=item.women, foreign=item.foreign, seasonal=item.seasonal
    )
    if problem:
        raise EnterpriseError(f"{name}: {problem}")


def _check_alive(unit: Unit, on: date) -> None:
    if on < unit.founded_on or (unit.ended_on is not None and on >= unit.ended_on):
        raise EnterpriseError(f"{unit.name} không tồn tại vào ngày {on:%d/%m/%Y}; hãy chọn đơn vị khác.")


def _given(enterprise: Enterprise | None) -> Enterprise:
    if enterprise is None:
        raise EnterpriseError("Chưa chọn doanh nghiệp.")
    return enterprise


def _sort_key(name: str) -> str:
    """Enterprises are ordered word by word from the front, unlike people (given name first)."""
    return " ".join(name_sort_key(word) for word in name.split())[:400]


def _new_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('enterprises_enterprise', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor]


def _lock(enterprises: Sequence[Enterprise]) -> dict[int, Enterprise]:
    return _lock_ids([enterprise.pk for enterprise in enterprises])


def _lock_ids(ids: Iterable[int]) -> dict[int, Enterprise]:
    """Fresh rows, locked in one order, so that two writers of the same employers follow one another."""
    found = Enterprise.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {enterprise.pk: enterprise for enterprise in found}


def _require(actor: Actor, enterprises: Mapping[int, Enterprise], on: date) -> None:
    allowed = writable_ids(actor, enterprises, on=actor.today, capability=EDIT)
    for pk, enterprise in enterprises.items():
        if pk not in allowed:
            raise refuse(EDIT, enterprise.name)


def _require_units(actor: Actor, units: Iterable[Unit | None]) -> None:
    held = scope(actor, EDIT)
    for unit in {unit for unit in units if unit is not None}:
        if not held.contains(unit.pk):
            raise refuse(EDIT, unit.name)
    if not actor.has_anywhere(EDIT):
        raise refuse(EDIT)


def _require_units_or(
    actor: Actor, enterprises: Mapping[int, Enterprise], pairs: Sequence[tuple[Enterprise, Unit]], on: date
) -> None:
    """The right at the union body or at the employer is enough: districts hand over to what stands beside them."""
    if actor.is_system:
        return
    allowed = writable_ids(actor, enterprises, on=actor.today, capability=EDIT)
    held = scope(actor, EDIT)
    known: dict[int, bool] = {}
    for enterprise, unit in pairs:
        if enterprise.pk in allowed:
            continue
        if unit.pk not in known:
            known[unit.pk] = held.contains(unit.pk)
        if not known[unit.pk]:
            raise refuse(EDIT, f"{enterprise.name} hoặc {unit.name}")


def _audit(
    actor: Actor,
    verb: str,
    word: str,
    enterprises: Sequence[Enterprise],
    *,
    unit: Unit | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    first = enterprises[0]
    several = f" và {len(enterprises) - 1} doanh nghiệp khác" if len(enterprises) > 1 else ""
    record(
        actor=actor,
        verb=verb,
        unit_id=unit.pk if unit else None,
        obj=first,
        reason=reason,
        summary=f"{word} {first.name}{several}",
        data={"enterprises": [enterprise.pk for enterprise in enterprises[:2000]], "count": len(enterprises)}
        | (data or {}),
    )
