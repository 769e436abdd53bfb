"""Recognition: one decision, one transaction. A union, its first members, its committee, its employer, its first year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.units.actions import TreeError, keep_decision
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.enterprises.actions import EnterpriseError, HostData, host
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.founding import choices, queries, rules
from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.actions.working import check_quorum, happened, held, move
from congdoan.registry.founding.models import Attachment, CommitteePost, FirstYearTask, FoundingFile
from congdoan.registry.joining.actions import JoiningError, Papers, admit, pass_on
from congdoan.registry.joining.choices import FOUNDING, OPEN_STATES
from congdoan.registry.joining.models import Application
from congdoan.registry.joining.queries import has_union
from congdoan.registry.organisation.actions import NewUnion, OrganisationError, found_unions


@dataclass(frozen=True)
class RecognitionData:
    """The decision and what it says. ``on`` is the day the union exists from; ``posts`` is {application: post};
    ``term_until`` is the first day after the committee's term. ``parent``: the superior, the leading body when left out.
    ``enterprise``: the employer, for a workplace that was not in the register."""

    number: str
    issued_on: date
    on: date
    code: str
    name: str
    applications: Sequence[int]
    posts: Mapping[int, str]
    term_until: date
    ceremony_on: date | None = None
    parent: Unit | None = None
    enterprise: Enterprise | None = None


@transaction.atomic
def recognise(*, actor: Actor, pk: int, data: RecognitionData) -> FoundingFile:
    """Recognise the union a file leads to: the unit under its superior, the applicants booked as members, the others
    passed on to it, the committee with its term, the employer hosted, the first year's tasks. All of it or nothing.

    Whether the leading body has the authority on that day is judged by the rows of units (KindAuthority). Raises
    AlreadyMoved, FoundingError (also for what the other rooms refuse), Forbidden.
    """
    file = held(actor, pk)
    require(actor, rules.RECOGNISE, file.leading_unit)
    _check(actor, file, data)
    enterprise = file.enterprise or data.enterprise
    assert enterprise is not None or file.kind == choices.OCCUPATIONAL
    decision = keep_decision(
        actor=actor,
        number=data.number,
        issued_on=data.issued_on,
        issuer=file.leading_unit,
        title=f"Về việc công nhận {nfc(data.name)}",
    )
    try:
        (unit,) = found_unions(
            actor=actor,
            decision=decision,
            items=[
                NewUnion(
                    code=data.code.strip(),
                    name=nfc(data.name),
                    short_name=nfc(data.name)[:120],
                    kind=choices.UNIT_KINDS[file.kind],
                    parent=data.parent or file.leading_unit,
                    founded_on=data.on,
                    sector=enterprise.sector_id if enterprise is not None else None,
                    territory=enterprise.territory_id if enterprise is not None else file.territory_id,
                )
            ],
        )
        if enterprise is not None:
            host(actor=actor, items=[HostData(enterprise, unit, data.on)])
        admitted = admit(
            actor=actor,
            on=data.on,
            pks=data.applications,
            papers=Papers(data.number, data.issued_on, data.ceremony_on),
            into=unit,
            workplace=enterprise,
        )
    except (TreeError, OrganisationError, JoiningError, EnterpriseError) as error:
        raise FoundingError(str(error)) from error
    _pass_on_the_rest(actor, file, unit, data.on)
    persons = {application.pk: application.person_id for application in admitted}
    CommitteePost.objects.bulk_create(
        CommitteePost(
            unit=unit,
            person_id=persons[application],
            post=post,
            during=DateRange(data.on, data.term_until),
            decision=decision,
        )
        for application, post in sorted(data.posts.items())
    )
    FirstYearTask.objects.bulk_create(
        FirstYearTask(
            file=file,
            code=step.code,
            position=step.position,
            name=step.act,
            source=step.source,
            verified=step.verified,
            due_on=data.on + timedelta(days=step.days) if step.days is not None else None,
        )
        for step in queries.steps(file.kind, data.on, choices.FIRST_YEAR)
    )
    file.state, file.unit, file.decision, file.recognised_on = choices.RECOGNISED, unit, decision, data.on
    file.enterprise = enterprise
    move(file, choices.RECOGNISED_STEP, data.on)
    file.save()
    happened(actor, file, data.on, f"Quyết định số {nfc(data.number)}.", choices.RECOGNISED_STEP)
    return file


def _check(actor: Actor, file: FoundingFile, data: RecognitionData) -> None:
    if file.state != choices.OPEN:
        words = f"Hồ sơ này: {file.get_state_display()}."
        raise AlreadyMoved(f"{words} Hãy tải lại trang.")
    coming = queries.following(queries.steps(file.kind, data.on), file.step)
    if coming is None or coming.code != choices.RECOGNISED_STEP:
        before = coming.name.lower() if coming is not None else ""
        raise FoundingError(f"Chưa đến bước công nhận: bước tiếp theo là “{before}”.")
    if data.on > actor.today:
        raise FoundingError("Ngày công nhận chưa tới.")
    if data.on < file.step_since:
        raise FoundingError(f"Ngày công nhận phải từ {file.step_since:%d/%m/%Y}, ngày của bước trước.")
    if data.term_until <= data.on:
        raise FoundingError("Nhiệm kỳ phải kết thúc sau ngày công nhận.")
    if not nfc(data.number) or not data.code.strip() or not nfc(data.name):
        raise FoundingError("Hãy ghi số quyết định, mã và tên của công đoàn mới.")
    enterprise = file.enterprise or data.enterprise
    if enterprise is None and file.kind != choices.OCCUPATIONAL:
        raise FoundingError(
            "Nơi làm việc này chưa có trong sổ doanh nghiệp. Hãy đăng ký doanh nghiệp rồi ghi mã vào đây."
        )
    if enterprise is not None and has_union(enterprise, data.on):
        raise FoundingError(f"{enterprise.name} đã có công đoàn vào ngày {data.on:%d/%m/%Y}.")
    chosen = set(data.applications)
    mine = set(
        Attachment.objects.filter(file=file, application__in=chosen).values_list("application_id", flat=True)
    )
    if mine != chosen:
        raise Forbidden("Có đơn không thuộc hồ sơ này.")
    foreign = Application.objects.filter(pk__in=chosen).exclude(nationality="VN").count()
    check_quorum(file, queries.Waiting(len(chosen), foreign), data.on)
    if problem := rules.seats_problem(data.posts, list(chosen)):
        raise FoundingError(problem)


def _pass_on_the_rest(actor: Actor, file: FoundingFile, unit: Unit, on: date) -> None:
    """Whoever applied and is not among the first members waits for the new committee, like everybody who applies later. On
    those who come back the superior decides (Charter XII, Art. 3), and what lies at another body its officers pass on."""
    left = Attachment.objects.filter(
        file=file,
        application__state__in=OPEN_STATES,
        application__route=FOUNDING,
        application__receiving_unit=file.leading_unit_id,
    )
    pks = list(left.values_list("application_id", flat=True))
    if pks:
        pass_on(actor=actor, on=on, pks=pks, to=unit)
