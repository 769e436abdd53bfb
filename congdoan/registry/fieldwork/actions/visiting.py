"""The log of visits, calls and meetings, and what is to be done next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.sealed import seal
from congdoan.kit.text import nfc
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.fieldwork import choices, rules
from congdoan.registry.fieldwork.actions.errors import FieldworkError
from congdoan.registry.fieldwork.models import Visit
from congdoan.registry.fieldwork.queries import sources_for
from congdoan.registry.joining.actions import JoiningError, SourceData, make_source
from congdoan.registry.joining.models import Source
from congdoan.registry.joining.rules import INVITE


@dataclass(frozen=True)
class VisitData:
    """A visit, call, meeting or distribution (choices.VISIT_KINDS) in the name of ``unit``; ``met`` and ``remarks`` are
    kept sealed.

    ``source`` is what was left with the workers; ``makes_source`` makes one for this employer instead.
    """

    enterprise: Enterprise
    unit: Unit
    on: date
    kind: str
    result: str
    outcome: str = ""
    met: str = ""
    remarks: str = ""
    reached: int | None = None
    next_step: str = ""
    next_on: date | None = None
    source: Source | None = None
    makes_source: bool = False


@transaction.atomic
def log_visit(*, actor: Actor, on: date, data: VisitData) -> Visit:
    """Put something done at an employer into the log. Raises FieldworkError, Forbidden: to leave a source with
    the workers takes the right to make one."""
    require(actor, rules.SURVEY, data.unit)
    require(actor, rules.VIEW, data.unit)
    if data.on > on:
        raise FieldworkError("Ngày tiếp xúc chưa tới; việc sẽ làm thì ghi ở “Việc tiếp theo”.")
    if bool(data.next_step) != (data.next_on is not None):
        raise FieldworkError("Việc tiếp theo cần cả nội dung và ngày làm.")
    if data.next_on is not None and data.next_on < data.on:
        raise FieldworkError("Ngày làm việc tiếp theo phải từ ngày tiếp xúc trở đi.")
    source = _left(actor, on, data)
    made = Visit.objects.create(
        enterprise=data.enterprise,
        unit=data.unit,
        on=data.on,
        kind=data.kind,
        by=actor.user,
        reached=data.reached,
        result=data.result,
        outcome=nfc(data.outcome),
        met_sealed=seal(nfc(data.met)),
        remarks_sealed=seal(nfc(data.remarks)),
        source=source,
        next_step=nfc(data.next_step),
        next_on=data.next_on,
        recorded_at=timezone.now(),
    )
    record(
        actor=actor,
        verb="fieldwork.log_visit",
        unit_id=data.unit.pk,
        obj=made,
        summary=f"Ghi nhật ký tiếp xúc {data.enterprise.name}",
    )
    return made


def _left(actor: Actor, on: date, data: VisitData) -> Source | None:
    if data.makes_source:
        if data.source is not None:
            raise FieldworkError("Hãy chọn một nguồn đã có, hoặc lập nguồn mới; không cả hai.")
        kind = "leaflet" if data.kind == "leaflets" else "visit"
        name = f"{dict(choices.VISIT_KINDS)[data.kind].capitalize()} ngày {data.on:%d/%m/%Y}, {data.enterprise.name}"
        given = SourceData(kind, name[:150], data.unit, data.on, enterprise=data.enterprise)
        try:
            return make_source(actor=actor, data=given)
        except JoiningError as error:
            raise FieldworkError(str(error)) from error
    if data.source is None:
        return None
    require(actor, INVITE, data.unit)
    if not sources_for(actor, unit=data.unit, on=on).filter(pk=data.source.pk).exists():
        raise FieldworkError(
            "Nguồn giới thiệu này không còn dùng được; hãy chọn nguồn khác hoặc lập nguồn mới."
        )
    if data.source.enterprise_id not in (None, data.enterprise.pk):
        raise FieldworkError("Nguồn giới thiệu này dành cho doanh nghiệp khác; hãy chọn nguồn khác.")
    return data.source


@transaction.atomic
def finish_step(*, actor: Actor, on: date, visit: Visit) -> None:
    """The next step of a visit is done. Raises Forbidden; a second time changes nothing."""
    found = (
        Visit.objects.select_for_update(of=("self",)).select_related("unit", "enterprise").get(pk=visit.pk)
    )
    require(actor, rules.SURVEY, found.unit)
    if found.next_on is None or found.next_done_on is not None:
        return
    found.next_done_on = on
    found.save(update_fields=["next_done_on"])
    record(
        actor=actor,
        verb="fieldwork.finish_step",
        unit_id=found.unit_id,
        obj=found,
        summary=f"Đã làm việc tiếp theo với {found.enterprise.name}",
    )
