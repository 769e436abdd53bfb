"""Who may read what comes from workplaces without a union: officers named one by one."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor, grants_in_force
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.joining import rules
from congdoan.registry.joining.actions.errors import JoiningError
from congdoan.registry.joining.models import NamedReader


@transaction.atomic
def name_reader(
    *, actor: Actor, on: date, unit: Unit, user: User, until: date | None = None, reason: str = ""
) -> NamedReader:
    """Name an officer of a body as a reader, from ``on`` until a day (not included) or for good. Somebody else must do
    it: nobody names themselves."""
    require(actor, rules.NAME_READERS, unit)
    if actor.user is not None and actor.user.pk == user.pk:
        raise JoiningError("Không ai tự chỉ định mình. Hãy nhờ một lãnh đạo khác của đơn vị chỉ định.")
    if not any(
        grant.unit_id == unit.pk and rules.CONFIDENTIAL in grant.capabilities
        for grant in grants_in_force(user, on=on)
    ):
        raise JoiningError(
            f"{user.get_full_name()} chưa được phân quyền xem đơn từ nơi chưa có công đoàn ngay tại {unit.name}."
        )
    try:
        with transaction.atomic():
            named = NamedReader.objects.create(
                unit=unit,
                user=user,
                during=DateRange(on, until),
                reason=nfc(reason)[:300],
                named_by=actor.name[:200],
            )
    except IntegrityError as error:
        raise JoiningError(f"{user.get_full_name()} đã được chỉ định trong thời gian này.") from error
    record(
        actor=actor,
        verb="joining.name_reader",
        unit_id=unit.pk,
        obj=named,
        summary=f"Chỉ định {user.get_full_name()} xem đơn từ nơi chưa có công đoàn",
        reason=reason,
    )
    return named


@transaction.atomic
def end_reader(*, actor: Actor, on: date, pk: int) -> NamedReader:
    """The naming ends: from ``on`` the officer reads nothing more. What was read stays on the workers' logs."""
    named = NamedReader.objects.select_for_update(of=("self",)).select_related("unit", "user").get(pk=pk)
    require(actor, rules.NAME_READERS, named.unit)
    if named.during.upper is not None and named.during.upper <= on:
        return named
    if named.during.lower >= on:
        record_of = named.pk
        named.delete()
        named.pk = record_of
    else:
        named.during = DateRange(named.during.lower, on)
        named.save(update_fields=["during"])
    record(
        actor=actor,
        verb="joining.end_reader",
        unit_id=named.unit_id,
        obj=named,
        summary=f"Thôi chỉ định {named.user.get_full_name()} xem đơn từ nơi chưa có công đoàn",
    )
    return named
