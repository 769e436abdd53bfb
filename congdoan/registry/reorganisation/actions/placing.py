"""Saying person by person who takes a member of a divided unit, where no rule says it or another is meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.registry.membership.queries import placed_members
from congdoan.registry.reorganisation.actions import ReorganisationError, replace_step
from congdoan.registry.reorganisation.models import Step
from congdoan.registry.reorganisation.planning import StepData
from congdoan.registry.reorganisation.queries import division_of


@transaction.atomic
def place_people(*, actor: Actor, on: date, step: Step, people: Mapping[int, str]) -> Step:
    """Give members of the unit that a step divides, by their person's id, to the unit of that code; '' leaves them to the
    rules of the step again. All or nobody.

    Whoever does it may see the members' names. Raises ReorganisationError for a stranger among them or a unit that takes
    no part, WrongState, Forbidden.
    """
    step = (
        Step.objects.select_for_update(of=("self",))
        .select_related("reorganisation__authority")
        .get(pk=step.pk)
    )
    division = division_of(step.reorganisation, step)
    if division is None:
        raise ReorganisationError("Bước chia tách này còn lỗi. Hãy sửa bước trước, rồi xếp từng người.")
    require(actor, "membership.view", division.unit)
    strangers = set(people.values()) - set(division.heirs) - {""}
    if strangers:
        raise ReorganisationError(
            f"{', '.join(sorted(strangers)[:5])} không nhận phần nào ở bước này. Hãy thêm một phần về đơn vị đó trước."
        )
    known = {row.person_id for row in placed_members(division.sources, division.route, division.on)}
    if not known.issuperset(people):
        raise ReorganisationError(
            "Có người không phải là đoàn viên của đơn vị chia tách vào ngày đó. Hãy tải lại trang."
        )
    parts = [
        {**part, "people": [pk for pk in part.get("people", ()) if int(pk) not in people]}
        for part in step.arguments.get("parts", [])
    ]
    for code in dict.fromkeys(people.values()):
        if not code:
            continue
        mine = next((part for part in parts if part.get("into") == code), None)
        if mine is None:
            mine = {"into": code, "people": []}
            parts.append(mine)
        mine["people"] = sorted([*mine["people"], *(pk for pk, to in people.items() if to == code)])
    kept = [{name: value for name, value in part.items() if value} for part in parts]
    return replace_step(
        actor=actor,
        on=on,
        step=step,
        data=StepData(step.kind, {**step.arguments, "parts": kept}, step.row),
    )
