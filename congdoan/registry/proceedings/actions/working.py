"""Opening a case, going on to its next step with what proves it, stopping it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.actions import record
from congdoan.foundation.files.actions import store
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import version_on
from congdoan.kit.text import nfc
from congdoan.registry.proceedings import choices, queries, rules
from congdoan.registry.proceedings.actions.errors import AlreadyMoved, ProceedingError
from congdoan.registry.proceedings.models import Entry, Proceeding


@dataclass(frozen=True)
class EvidenceData:
    """What proves a step: words, the number and day of a paper, its scan as (name, bytes, media type)."""

    words: str = ""
    paper_number: str = ""
    paper_on: date | None = None
    scan: tuple[str, Iterable[bytes], str] | None = None


@transaction.atomic
def open_proceeding(
    *, actor: Actor, on: date, unit: Unit, kind: str, cause: str, words: str = ""
) -> Proceeding:
    """Open a case about a grassroots union; the body it stands under leads it. Raises ProceedingError, Forbidden."""
    version = version_on(unit, on)
    if version is None or version.parent is None or not version.kind.is_grassroots:
        raise ProceedingError("Chỉ mở việc này cho công đoàn cơ sở hoặc nghiệp đoàn đang hoạt động.")
    require(actor, rules.WORK, version.parent)
    if kind not in choices.CAUSES or cause not in dict(choices.CAUSES[kind]):
        raise ProceedingError("Hãy chọn việc và lý do.")
    if cause == "other" and not nfc(words):
        raise ProceedingError("Với lý do khác, hãy ghi rõ.")
    way = queries.stages(kind, on)
    if not way:
        raise ProceedingError("Chưa có các bước cho việc này vào ngày ấy.")
    try:
        with transaction.atomic():
            made = Proceeding.objects.create(
                unit=unit,
                led_by=version.parent,
                kind=kind,
                cause=cause,
                words=nfc(words)[:500],
                stage=way[0].code,
                stage_since=on,
                due_on=queries.due_day(queries.following(way, way[0].code), on),
                opened_on=on,
            )
    except IntegrityError as error:
        raise AlreadyMoved(f"{unit.name} đang có một việc {dict(choices.KINDS)[kind]} rồi.") from error
    happened(actor, made, on, EvidenceData(words=words), stage=way[0].code)
    return made


@transaction.atomic
def advance(*, actor: Actor, on: date, pk: int, from_stage: str, evidence: EvidenceData) -> Proceeding:
    """The case reaches its next step on a day, with what proves it. ``from_stage`` is the step the officer saw.

    The decision has acts of its own (deciding). Raises AlreadyMoved, ProceedingError, Forbidden.
    """
    found = held(actor, pk)
    if not found.is_open or found.stage != from_stage:
        raise AlreadyMoved("Việc này vừa được người khác ghi. Hãy xem lại trang trước khi ghi tiếp.")
    way = queries.stages(found.kind, on)
    coming = queries.following(way, found.stage)
    if coming is None:
        raise ProceedingError("Việc này đã đi hết các bước.")
    if coming.code == choices.DECIDED:
        raise ProceedingError("Bước này được ghi bằng quyết định.")
    check_day(actor, found, on)
    number = nfc(evidence.paper_number)
    if problem := rules.paper_problem(
        needs_paper=coming.needs_paper,
        evidence=coming.evidence,
        number=number,
        paper_on=evidence.paper_on,
        has_file=evidence.scan is not None,
    ):
        raise ProceedingError(problem)
    if not number and evidence.scan is None and not nfc(evidence.words):
        raise ProceedingError(f"Hãy ghi kết quả của bước này ({coming.evidence}).")
    move(found, coming.code, on)
    happened(actor, found, on, evidence, stage=coming.code)
    return found


@transaction.atomic
def stop(*, actor: Actor, on: date, pk: int, words: str) -> Proceeding:
    """End a case before its decision, with the reason. Raises AlreadyMoved, ProceedingError, Forbidden."""
    found = held(actor, pk)
    if not found.is_open or found.decision_id is not None:
        raise AlreadyMoved("Việc này đã có quyết định hoặc đã kết thúc, không dừng được nữa.")
    if not nfc(words):
        raise ProceedingError("Hãy ghi lý do dừng.")
    found.state, found.closed_on, found.due_on = choices.STOPPED, on, None
    found.save()
    happened(actor, found, on, EvidenceData(words=f"Dừng: {nfc(words)}"))
    return found


def held(actor: Actor, pk: int) -> Proceeding:
    """A case the actor may work on, locked. Raises Forbidden."""
    found = (
        Proceeding.objects.select_for_update(of=("self",))
        .select_related("unit", "led_by", "reorganisation")
        .filter(pk__in=queries.visible_proceedings(actor).filter(pk=pk).values("pk"))
        .first()
    )
    if found is None:
        raise Forbidden("Không có việc này trong phạm vi của bạn.")
    return found


def check_day(actor: Actor, found: Proceeding, on: date) -> None:
    """Raise ProceedingError for a day on which the next step cannot have been."""
    if on > actor.today:
        raise ProceedingError("Ngày này chưa tới.")
    if on < found.stage_since:
        raise ProceedingError(f"Ngày phải từ {found.stage_since:%d/%m/%Y}, ngày của bước trước.")


def move(found: Proceeding, code: str, on: date) -> None:
    """Stand at a step from a day on; done when none follows."""
    coming = queries.following(queries.stages(found.kind, on), code)
    found.stage, found.stage_since = code, on
    found.due_on = queries.due_day(coming, on)
    if coming is None:
        found.state, found.closed_on = choices.DONE, on
    found.save()


def happened(actor: Actor, found: Proceeding, on: date, evidence: EvidenceData, stage: str = "") -> None:
    """A line of the case's log, with the scan kept, and of the audit trail."""
    file = None
    if evidence.scan is not None:
        name, chunks, media = evidence.scan
        file = store(
            actor=actor,
            name=name,
            chunks=chunks,
            capability=rules.WORK,
            unit=found.led_by,
            content_type=media,
        )
    Entry.objects.create(
        proceeding=found,
        at=timezone.now(),
        on=on,
        stage=stage,
        words=nfc(evidence.words),
        paper_number=nfc(evidence.paper_number)[:80],
        paper_on=evidence.paper_on,
        file=file,
        user=actor.user,
        by=actor.name[:200],
    )
    names = queries.stage_names(on)
    record(
        actor=actor,
        verb="proceedings.write",
        summary=f"{found}: {names.get((found.kind, stage), nfc(evidence.words)[:100])}",
        unit_id=found.led_by_id,
        obj=found,
    )
