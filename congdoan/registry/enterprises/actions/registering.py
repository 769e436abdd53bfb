"""Employers put into the register, corrected, and taken out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.units.actions import hold_units
from congdoan.kit.identifiers import check_tax_code
from congdoan.kit.text import nfc, search_key
from congdoan.registry.enterprises.actions.checks import (
    BATCH,
    audit,
    check_alive,
    check_headcount,
    copy_new,
    lock_enterprises,
    require_enterprises,
    require_units,
    word_sort_key,
)
from congdoan.registry.enterprises.actions.observing import write_headcounts, write_judgements
from congdoan.registry.enterprises.actions.requests import EnterpriseData, EnterpriseError
from congdoan.registry.enterprises.actions.standings import rebuild_standings
from congdoan.registry.enterprises.models import (
    Enterprise,
    HeadcountObservation,
    Hosting,
    Responsibility,
    StatusJudgement,
)


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
    require_units(actor, [item.unit for item in items])
    _check_items(items)
    _hold_unended(items)
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
                sort_key=word_sort_key(name),
                sector_id=item.sector,
                trade_id=item.trade,
                address=nfc(item.address),
                territory_id=item.territory,
                park_id=item.park,
                started_on=item.started_on,
                phone=item.phone,
                email=item.email,
                contact_name=nfc(item.contact_name),
                latitude=item.latitude,
                longitude=item.longitude,
                registered_on=item.registered_on or on,
            )
        )
    now = timezone.now()
    copy_new(
        Enterprise,
        _ENTERPRISE_COLUMNS,
        ([getattr(row, name) for name in _ENTERPRISE_COLUMNS[:-2]] + [now, now] for row in made),
    )
    pairs = list(zip(made, items, strict=True))
    copy_new(
        Responsibility,
        ("enterprise_id", "unit_id", "during"),
        ((row.pk, item.unit.pk, f"[{row.registered_on},)") for row, item in pairs if item.unit is not None),
    )
    write_headcounts(
        actor,
        [(row, one, one.on or row.registered_on) for row, item in pairs for one in item.headcounts],
        are_new=True,
    )
    write_judgements(
        actor,
        [(row, one, one.on or row.registered_on) for row, item in pairs for one in item.judgements],
        are_new=True,
    )
    copy_new(
        Hosting,
        ("enterprise_id", "unit_id", "during"),
        ((row.pk, unit.pk, f"[{day},)") for row, item in pairs for unit, day in item.hosts),
    )
    rebuild_standings([enterprise.pk for enterprise in made], recorded_at=recorded_at)
    audit(actor, "enterprises.register", "Đăng ký", made, unit=items[0].unit)
    return made


def _hold_unended(items: Sequence[EnterpriseData]) -> None:
    """Hold the bodies named, and refuse one that somebody ended since it was chosen."""
    named = {
        unit.pk: unit for item in items for unit in [item.unit, *(unit for unit, _ in item.hosts)] if unit
    }
    for pk, unit in hold_units(named).items():
        if unit.ended_on is not None and named[pk].ended_on is None:
            check_alive(unit, unit.ended_on)


#: What is written of a new employer; the two instants last.
_ENTERPRISE_COLUMNS = (
    *("id", "code", "tax_code", "tax_code_ok", "name", "name_key", "sort_key", "sector_id", "trade_id"),
    *("address", "territory_id", "park_id", "started_on", "phone", "email", "contact_name", "registered_on"),
    *("latitude", "longitude"),
    *("created_at", "updated_at"),
)


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
    "latitude",
    "longitude",
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
    enterprises = lock_enterprises([enterprise for enterprise, _ in changes])
    require_enterprises(actor, enterprises, on)
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
                enterprise.name_key, enterprise.sort_key = search_key(value)[:250], word_sort_key(value)
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
    Enterprise.objects.bulk_update(enterprises.values(), sorted(touched), batch_size=BATCH)
    for given, _ in changes:
        fresh = enterprises[given.pk]
        for column in (*touched, "sector_id", "trade_id", "territory_id", "park_id"):
            setattr(given, column, getattr(fresh, column))
    rebuild_standings(recount, recorded_at=recorded_at)
    audit(
        actor,
        "enterprises.update",
        "Sửa thông tin",
        list(enterprises.values()),
        data={"before": dict(list(before.items())[:500])},
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
    found = lock_enterprises(enterprises)
    if not found:
        return
    require_enterprises(actor, found, on)
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
    audit(actor, "enterprises.withdraw", f"Rút khỏi sổ ({nfc(reason)})", list(found.values()))


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
            check_headcount(name, one)


def _new_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('enterprises_enterprise', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor]
