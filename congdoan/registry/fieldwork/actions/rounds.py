"""Rounds: opening, giving employers to people, closing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.fieldwork import rules
from congdoan.registry.fieldwork.actions.errors import FieldworkError
from congdoan.registry.fieldwork.models import SurveyRound, SurveyTask
from congdoan.registry.fieldwork.queries import employers_of, surveyors_of


@dataclass(frozen=True)
class RoundData:
    """A round to be opened; ``to_on`` is the first day after it."""

    unit: Unit
    title: str
    from_on: date
    to_on: date
    note: str = ""


@transaction.atomic
def open_round(*, actor: Actor, on: date, data: RoundData) -> SurveyRound:
    """Open a round of a body. Raises FieldworkError, Forbidden."""
    require(actor, rules.RUN, data.unit)
    if data.to_on <= data.from_on:
        raise FieldworkError("Ngày kết thúc phải sau ngày bắt đầu.")
    made = SurveyRound.objects.create(
        unit=data.unit,
        title=nfc(data.title),
        during=DateRange(data.from_on, data.to_on),
        note=nfc(data.note),
        opened_by=actor.user,
        opened_on=on,
    )
    record(
        actor=actor,
        verb="fieldwork.open_round",
        unit_id=data.unit.pk,
        obj=made,
        summary=f"Mở đợt khảo sát {made.title}",
    )
    return made


def _open(actor: Actor, pk: int) -> SurveyRound:
    """The round, locked, when the actor runs it and it is open."""
    found = SurveyRound.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
    require(actor, rules.RUN, found.unit)
    if found.closed_on is not None:
        raise FieldworkError(f"Đợt khảo sát này đã đóng ngày {found.closed_on:%d/%m/%Y}.")
    return found


@transaction.atomic
def give(
    *,
    actor: Actor,
    on: date,
    survey_round: SurveyRound,
    enterprise_ids: Sequence[int],
    surveyors: Sequence[User],
) -> int:
    """Give employers to people evenly: whoever has least gets next, neighbours stay together in the order given.

    Employers that are in the round already stay with whoever has them. Returns how many were given. Raises FieldworkError
    when an employer is not the body's or a person may not survey there, Forbidden.
    """
    found = _open(actor, survey_round.pk)
    allowed = set(
        surveyors_of(found.unit, on)
        .filter(pk__in=[user.pk for user in surveyors])
        .values_list("pk", flat=True)
    )
    for user in surveyors:
        if user.pk not in allowed:
            raise FieldworkError(f"{user.get_full_name()} chưa có quyền khảo sát tại {found.unit.name}.")
    if not surveyors:
        raise FieldworkError("Hãy chọn ít nhất một người khảo sát.")
    wanted = list(dict.fromkeys(enterprise_ids))
    ours = set(employers_of(found.unit, on).filter(pk__in=wanted).values_list("pk", flat=True))
    if len(ours) < len(wanted):
        raise FieldworkError(
            f"{len(wanted) - len(ours)} doanh nghiệp không thuộc phạm vi {found.unit.name} hoặc không còn hoạt động."
        )
    taken = set(found.tasks.filter(enterprise__in=wanted).values_list("enterprise_id", flat=True))
    fresh = [pk for pk in wanted if pk not in taken]
    shares = _shares(found, [user.pk for user in surveyors], len(fresh))
    SurveyTask.objects.bulk_create(
        [
            SurveyTask(round=found, enterprise_id=pk, surveyor_id=user_id, given_on=on)
            for pk, user_id in zip(fresh, shares, strict=True)
        ],
        batch_size=2000,
    )
    record(
        actor=actor,
        verb="fieldwork.give",
        unit_id=found.unit_id,
        obj=found,
        summary=f"Giao {len(fresh)} doanh nghiệp cho {len(surveyors)} người khảo sát, đợt {found.title}",
        data={"enterprises": fresh[:2000], "surveyors": [user.pk for user in surveyors]},
    )
    return len(fresh)


def _shares(survey_round: SurveyRound, users: list[int], count: int) -> list[int]:
    """Who gets each of ``count`` employers, in runs, so that all end with as equal a number as can be."""
    had = dict(
        survey_round.tasks.filter(surveyor__in=users)
        .values_list("surveyor")
        .annotate(n=Count("pk"))
        .order_by()
    )
    load = {user: had.get(user, 0) for user in dict.fromkeys(users)}
    gets = dict.fromkeys(load, 0)
    for _ in range(count):
        least = min(load, key=lambda user: load[user])
        load[least] += 1
        gets[least] += 1
    return [user for user, n in gets.items() for _ in range(n)]


@transaction.atomic
def hand_on(*, actor: Actor, on: date, survey_round: SurveyRound, giver: User, taker: User) -> int:
    """What one person has not surveyed yet goes to another; what the first has gathered still arrives. Returns how many.
    Raises FieldworkError, Forbidden."""
    found = _open(actor, survey_round.pk)
    if giver.pk == taker.pk:
        raise FieldworkError("Hãy chọn hai người khác nhau.")
    if not surveyors_of(found.unit, on).filter(pk=taker.pk).exists():
        raise FieldworkError(f"{taker.get_full_name()} chưa có quyền khảo sát tại {found.unit.name}.")
    rows = list(found.tasks.select_for_update().filter(surveyor=giver, done_on__isnull=True).order_by("pk"))
    for row in rows:
        row.surveyor = taker
        row.earlier_surveyors = [*row.earlier_surveyors, giver.pk]
    SurveyTask.objects.bulk_update(rows, ["surveyor", "earlier_surveyors"], batch_size=2000)
    record(
        actor=actor,
        verb="fieldwork.hand_on",
        unit_id=found.unit_id,
        obj=found,
        summary=f"Chuyển {len(rows)} doanh nghiệp chưa khảo sát của {giver.get_full_name()} cho {taker.get_full_name()}",
        data={"tasks": [row.pk for row in rows[:2000]]},
    )
    return len(rows)


@transaction.atomic
def close_round(*, actor: Actor, on: date, survey_round: SurveyRound) -> None:
    """Close a round: nobody is asked any more; answers still on a device arrive and wait to be taken over."""
    found = _open(actor, survey_round.pk)
    found.closed_on = on
    found.save(update_fields=["closed_on"])
    record(
        actor=actor,
        verb="fieldwork.close_round",
        unit_id=found.unit_id,
        obj=found,
        summary=f"Đóng đợt khảo sát {found.title}",
    )
