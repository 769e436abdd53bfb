"""Answers from the field: taken in once, booked as a dated observation, or kept for an officer to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.files.actions import store
from congdoan.foundation.files.models import StoredFile
from congdoan.kit.places import Place
from congdoan.kit.sealed import seal
from congdoan.kit.text import nfc
from congdoan.registry.enterprises.actions import HeadcountData, observe_headcounts, update_enterprises
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.enterprises.queries import writable_ids
from congdoan.registry.enterprises.rules import EDIT
from congdoan.registry.fieldwork import choices, rules
from congdoan.registry.fieldwork.actions.errors import FieldworkError
from congdoan.registry.fieldwork.models import Survey, SurveyRound, SurveyTask
from congdoan.registry.fieldwork.queries import marks


class WrongAnswer(FieldworkError):
    """An answer that cannot be right; ``problems`` has a sentence by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


@dataclass(frozen=True)
class Answer:
    """What a device sends. ``mark`` is what the register said when the employer was loaded (`queries.marks`);
    ``photo`` a JPEG."""

    client_key: UUID
    task_id: int
    mark: str
    surveyed_on: date
    workers: int
    women: int | None = None
    foreign: int | None = None
    seasonal: int | None = None
    sector: str | None = None
    contracts: int | None = None
    insured: int | None = None
    wages: str = "unknown"
    representation: str = "unknown"
    note: str = ""
    attitude: str = ""
    contacts: str = ""
    remarks: str = ""
    photo: bytes = b""
    place: Place | None = None


@transaction.atomic
def send(*, actor: Actor, on: date, answer: Answer) -> Survey:
    """Take in an answer. The same key sent again gives the answer that was made of it.

    It is booked as an observation of its day (source: survey) when the person may write the employer and nobody said
    anything new since it was loaded; otherwise it is kept and waits for an officer, with the reason. Nothing that somebody
    else said is overwritten. Raises WrongAnswer, FieldworkError, Forbidden.
    """
    user = actor.user
    if user is None or not actor.has_anywhere(rules.SURVEY):
        raise refuse(rules.SURVEY)
    asked = SurveyTask.objects.filter(pk=answer.task_id).values_list("enterprise_id", flat=True).first()
    if asked is None:
        raise refuse(rules.SURVEY)
    # All that speak of one employer follow one another from here on.
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=asked)
    task = SurveyTask.objects.select_for_update(of=("self",)).get(pk=answer.task_id)
    if user.pk != task.surveyor_id and user.pk not in task.earlier_surveyors:
        raise refuse(rules.SURVEY)
    made = Survey.objects.filter(client_key=answer.client_key).first()
    if made is not None:
        if made.surveyor_id != user.pk:
            raise refuse(rules.SURVEY)
        return made
    survey_round = SurveyRound.objects.select_related("unit").get(pk=task.round_id)
    problems = rules.answer_problems(
        on=answer.surveyed_on,
        from_on=survey_round.during.lower,
        today=on,
        workers=answer.workers,
        women=answer.women,
        foreign=answer.foreign,
        seasonal=answer.seasonal,
        contracts=answer.contracts,
        insured=answer.insured,
    )
    if problems:
        raise WrongAnswer(problems)
    state, why = _fate(actor, enterprise, task, survey_round, answer, user.pk)
    survey = Survey.objects.create(
        client_key=answer.client_key,
        task=task,
        enterprise=enterprise,
        surveyor=user,
        surveyed_on=answer.surveyed_on,
        sent_at=timezone.now(),
        state=state,
        why=why,
        workers=answer.workers,
        women=answer.women,
        foreign=answer.foreign,
        seasonal=answer.seasonal,
        sector_id=answer.sector,
        latitude=answer.place.latitude if answer.place else None,
        longitude=answer.place.longitude if answer.place else None,
        contracts=answer.contracts,
        insured=answer.insured,
        wages=answer.wages,
        representation=answer.representation,
        note=nfc(answer.note),
        attitude_sealed=seal(answer.attitude),
        contacts_sealed=seal(nfc(answer.contacts)),
        remarks_sealed=seal(nfc(answer.remarks)),
        photo=_photo(actor, on, survey_round, answer),
    )
    if task.done_on is None:
        task.done_on = on
        task.save(update_fields=["done_on"])
    if state == choices.RECORDED:
        _book(actor, survey, enterprise)
    record(
        actor=actor,
        verb="fieldwork.send",
        unit_id=survey_round.unit_id,
        obj=survey,
        summary=f"Phiếu khảo sát {enterprise.name}: {survey.get_state_display()}",
    )
    return survey


def _fate(
    actor: Actor,
    enterprise: Enterprise,
    task: SurveyTask,
    survey_round: SurveyRound,
    answer: Answer,
    user_id: int,
) -> tuple[str, str]:
    """What becomes of an answer, and why it is not booked."""
    if marks([enterprise.pk], besides=user_id)[enterprise.pk] != answer.mark:
        return choices.CONFLICT, "Trong lúc khảo sát, người khác đã ghi số liệu mới của doanh nghiệp này."
    if survey_round.closed_on is not None:
        return choices.WAITING, f"Phiếu đến sau khi đợt đã đóng ngày {survey_round.closed_on:%d/%m/%Y}."
    if task.surveyor_id != user_id:
        return choices.WAITING, "Doanh nghiệp này đã được chuyển cho người khác khảo sát."
    if not writable_ids(actor, [enterprise.pk], on=actor.today, capability=EDIT):
        return (
            choices.WAITING,
            "Người khảo sát không có quyền ghi sổ doanh nghiệp; cán bộ phụ trách tiếp nhận.",
        )
    return choices.RECORDED, ""


def _photo(actor: Actor, on: date, survey_round: SurveyRound, answer: Answer) -> StoredFile | None:
    if not answer.photo:
        return None
    if parameter(rules.GATE_PHOTO, on=on, unit_id=survey_round.unit_id).value is not True:
        raise FieldworkError("Đơn vị không cho chụp ảnh cổng doanh nghiệp; hãy bỏ ảnh rồi gửi lại.")
    if len(answer.photo) > rules.PHOTO_LIMIT_BYTES or not answer.photo.startswith(b"\xff\xd8\xff"):
        raise FieldworkError("Ảnh phải là tệp JPEG dưới 3 MB; hãy chụp lại.")
    return store(
        actor=actor,
        name=f"cong-{answer.client_key}.jpg",
        chunks=[answer.photo],
        capability=rules.VIEW,
        unit=survey_round.unit,
        content_type="image/jpeg",
    )


def _book(actor: Actor, survey: Survey, enterprise: Enterprise) -> None:
    observe_headcounts(
        actor=actor,
        on=survey.surveyed_on,
        items=[
            HeadcountData(
                survey.workers,
                enterprise,
                survey.surveyed_on,
                "survey",
                survey.women,
                survey.foreign,
                survey.seasonal,
                f"Khảo sát: {survey.surveyor.get_full_name()}"[:300],
            )
        ],
    )
    if survey.latitude is not None:
        update_enterprises(
            actor=actor,
            on=actor.today,
            changes=[(enterprise, {"latitude": survey.latitude, "longitude": survey.longitude})],
        )


@transaction.atomic
def settle(*, actor: Actor, on: date, survey: Survey, take: bool) -> Survey:
    """An officer takes an answer into the register, or sets it aside. A figure that a survey of the same day had booked is
    replaced; its answer stays, as not used. Raises FieldworkError when it is settled already, Forbidden."""
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=survey.enterprise_id)
    found = (
        Survey.objects.select_for_update(of=("self",))
        .select_related("task__round__unit", "surveyor")
        .get(pk=survey.pk)
    )
    unit = found.task.round.unit
    require(actor, rules.RUN, unit)
    if found.state not in choices.OPEN_STATES:
        raise FieldworkError("Phiếu này đã được xử lý; hãy tải lại trang.")
    if take:
        same_day = Survey.objects.filter(
            enterprise=enterprise, surveyed_on=found.surveyed_on, state=choices.RECORDED
        )
        same_day.update(state=choices.SET_ASIDE, why="Cán bộ chọn phiếu khác của cùng ngày.")
        _book(actor, found, enterprise)
    found.state = choices.RECORDED if take else choices.SET_ASIDE
    found.decided_by, found.decided_at = actor.user, timezone.now()
    found.save(update_fields=["state", "decided_by", "decided_at"])
    record(
        actor=actor,
        verb="fieldwork.settle",
        unit_id=unit.pk,
        obj=found,
        summary=f"{'Ghi sổ' if take else 'Không dùng'} phiếu khảo sát {enterprise.name}",
    )
    return found
