"""A survey round of Hải Phòng that is under way, and its log of visits: a collaborator surveys, an officer calls on
employers.

What the collaborator sends waits to be taken over, so that no figure of the register comes from here.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import below_on
from congdoan.registry.enterprises.actions import update_enterprises
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.fieldwork.actions import (
    Answer,
    RoundData,
    VisitData,
    give,
    log_visit,
    open_round,
    send,
)
from congdoan.registry.fieldwork.queries import called_on, marks, my_tasks, priority_of
from congdoan.registry.organisation.actions import edit_profile

_UNIT, _OFFICER, _COLLABORATOR = "HP", "canbo.hp", "ctv.hp"
_GIVEN, _DONE = 12, 4
#: Days ago, how, what came of it, in words, what is next and in how many days.
_VISITS = (
    (24, "visit", "needs_time", "Gặp phòng nhân sự, giới thiệu quyền lợi đoàn viên.", "Gặp giám đốc", 6),
    (17, "call", "no_one", "Gọi hai lần, chưa gặp người phụ trách.", "", 0),
    (9, "leaflets", "informed", "Phát tờ rơi ở cổng ca chiều.", "", 0),
    (4, "meeting", "interested", "Nhóm công nhân chuyền may muốn tìm hiểu thêm.", "Hẹn gặp sau ca", 3),
)
#: The office of the city's federation, and how the employers lie around it, in degrees.
_OFFICE = (20.8561, 106.6822)
_AROUND = (
    (0.031, 0.022),
    (-0.046, 0.068),
    (0.012, -0.035),
    (0.094, 0.051),
    (-0.018, -0.012),
    (0.061, -0.083),
)
_KEYS = uuid.UUID("5c3f0f6e-9d0b-4c1e-8a5e-2f6f0f6d7a11")


def survey_employers(*, until: date) -> int:
    """Open the round, send some answers, log visits. Returns how many employers were given; 0 when none lacks a union."""
    unit = Unit.objects.get(code=_UNIT)
    officer = User.objects.get(username=_OFFICER)
    collaborator = User.objects.get(username=_COLLABORATOR)
    begun = until - timedelta(days=20)
    by_officer = Actor(user=officer, today=until)
    wanted = list(called_on(by_officer, until, priority_of(unit.pk, until)).filter(territory__isnull=False))
    wanted = sorted(wanted, key=lambda row: (-row.score, -(row.headcount or 0), row.pk))
    below = _in_charge(unit, until)
    wanted = [row for row in wanted if row.unit_id in below][:_GIVEN]
    if not wanted:
        return 0
    _locate(unit, wanted, until)
    survey_round = open_round(
        actor=by_officer,
        on=begun,
        data=RoundData(
            unit,
            "Khảo sát nơi chưa có công đoàn",
            begun,
            until + timedelta(days=20),
            "Hỏi thêm giờ tan ca để hẹn gặp công nhân.",
        ),
    )
    give(
        actor=by_officer,
        on=until,
        survey_round=survey_round,
        enterprise_ids=[row.pk for row in wanted],
        surveyors=[collaborator],
    )
    known = {row.pk: row.headcount or 0 for row in wanted}
    surveyor = Actor(user=collaborator, today=until)
    for place, task in enumerate(my_tasks(collaborator, until)[:_DONE]):
        workers = known[task.enterprise_id] + (place + 1) * 3
        send(
            actor=surveyor,
            on=until,
            answer=Answer(
                uuid.uuid5(_KEYS, str(place)),
                task.pk,
                marks([task.enterprise_id], besides=collaborator.pk)[task.enterprise_id],
                until - timedelta(days=2 + place),
                workers,
                women=workers // 2,
                contracts=workers - place,
                insured=max(0, workers - 2 * place),
                wages="on_time" if place else "sometimes_late",
                representation="none",
                attitude="open" if place % 2 else "reluctant",
            ),
        )
    for place, (ago, kind, result, outcome, step, ahead) in enumerate(_VISITS):
        log_visit(
            actor=by_officer,
            on=until,
            data=VisitData(
                wanted[place % len(wanted)],
                unit,
                until - timedelta(days=ago),
                kind,
                result,
                outcome,
                next_step=step,
                next_on=until + timedelta(days=ahead) if step else None,
            ),
        )
    return len(wanted)


def _in_charge(unit: Unit, on: date) -> set[int]:
    return set(below_on(unit, on).values_list("unit_id", flat=True))


def _locate(unit: Unit, employers: Sequence[Enterprise], until: date) -> None:
    """Where the office is, and the employers that somebody has been to."""
    actor = Actor.system("Dữ liệu mẫu", today=until)
    north, east = _OFFICE
    edit_profile(actor=actor, on=until, unit=unit, changes={"latitude": north, "longitude": east})
    update_enterprises(
        actor=actor,
        on=until,
        changes=[
            (employer, {"latitude": north + up, "longitude": east + right})
            for employer, (up, right) in zip(employers, _AROUND, strict=False)
        ],
    )
