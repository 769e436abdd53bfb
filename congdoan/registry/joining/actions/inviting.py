"""Sources: what officers put up or take along so that workers find the form."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc, search_key
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.enterprises.queries import visible_enterprises
from congdoan.registry.joining import choices, rules
from congdoan.registry.joining.actions.errors import JoiningError
from congdoan.registry.joining.models import Source

#: Letters and figures that are not taken for one another on a printed sheet; six of them are 30 bits.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 6


@dataclass(frozen=True)
class SourceData:
    """A source as an officer makes it: ``kind`` of choices.SOURCE_KINDS; ``to_on`` is the first day that no longer counts,
    None while it runs."""

    kind: str
    name: str
    unit: Unit
    from_on: date
    to_on: date | None = None
    enterprise: Enterprise | None = None
    collaborator: str = ""


@transaction.atomic
def make_source(*, actor: Actor, data: SourceData) -> Source:
    """A new source with a code of its own. Raises Forbidden, or JoiningError for what is missing or out of scope."""
    require(actor, rules.INVITE, data.unit)
    if data.kind not in dict(choices.SOURCE_KINDS):
        raise JoiningError("Hãy chọn loại nguồn giới thiệu.")
    if not nfc(data.name):
        raise JoiningError("Hãy đặt tên để nhận ra nguồn này, ví dụ “Áp phích cổng số 2”.")
    if data.kind == "collaborator" and not nfc(data.collaborator):
        raise JoiningError("Hãy ghi tên cộng tác viên.")
    if data.to_on is not None and data.to_on <= data.from_on:
        raise JoiningError("Ngày thôi tính phải sau ngày bắt đầu.")
    if data.enterprise is not None and not visible_enterprises(actor).filter(pk=data.enterprise.pk).exists():
        raise JoiningError("Không có doanh nghiệp này trong phạm vi của bạn.")
    source = _kept(
        kind=data.kind,
        name=nfc(data.name)[:150],
        name_key=search_key(f"{data.name} {data.collaborator}")[:300],
        unit=data.unit,
        enterprise=data.enterprise,
        collaborator=nfc(data.collaborator)[:150],
        during=DateRange(data.from_on, data.to_on),
        made_by=actor.name[:200],
        made_at=timezone.now(),
    )
    record(
        actor=actor,
        verb="joining.make_source",
        unit_id=data.unit.pk,
        obj=source,
        summary=f"Lập nguồn giới thiệu {source}",
    )
    return source


def _kept(**values: object) -> Source:
    for _ in range(20):
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        try:
            with transaction.atomic():
                return Source.objects.create(code=code, **values)
        except IntegrityError:
            continue
    raise JoiningError("Chưa đặt được mã. Hãy thử lại.")


@transaction.atomic
def end_source(*, actor: Actor, on: date, pk: int) -> Source:
    """From ``on`` applications are put down to it no longer. Its code leads to the form as before: a sheet that still
    hangs somewhere is no dead end."""
    source = Source.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
    require(actor, rules.INVITE, source.unit)
    lower, upper = source.during.lower, source.during.upper
    if upper is not None and upper <= on:
        return source
    if on <= lower:
        raise JoiningError("Nguồn này chưa bắt đầu nên chưa kết thúc được.")
    source.during = DateRange(lower, on)
    source.save(update_fields=["during"])
    record(
        actor=actor,
        verb="joining.end_source",
        unit_id=source.unit_id,
        obj=source,
        summary=f"Kết thúc nguồn giới thiệu {source}",
    )
    return source
