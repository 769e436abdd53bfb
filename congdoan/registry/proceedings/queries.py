"""Reads of cases: which an officer may know of, where one stands, which unions need one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import version_on
from congdoan.registry.proceedings import choices, rules
from congdoan.registry.proceedings.models import Proceeding, Stage


def visible_proceedings(actor: Actor) -> QuerySet[Proceeding]:
    """The cases led by bodies where the actor may change unions."""
    return Proceeding.objects.filter(scope(actor, rules.WORK).filter("led_by"))


#: Days before its day in which a step stands in the queue of work.
NOTICE = 7


def due_proceedings(rows: QuerySet[Proceeding], today: date) -> QuerySet[Proceeding]:
    """The open ones whose next step is due within NOTICE days, or late."""
    return rows.filter(state=choices.OPEN, due_on__lte=today + timedelta(days=NOTICE))


def stages(kind: str, on: date) -> list[Stage]:
    """The steps of a kind that hold on a day, in order."""
    return list(Stage.objects.filter(kind=kind, during__contains=on).order_by("position"))


def following(way: Sequence[Stage], code: str) -> Stage | None:
    """The step after one; None at the end. A step that holds no more is followed by the first."""
    codes = [stage.code for stage in way]
    place = codes.index(code) + 1 if code in codes else 0
    return way[place] if place < len(way) else None


def due_day(stage: Stage | None, on: date) -> date | None:
    """The day by which a step is due that follows one reached on ``on``."""
    return on + timedelta(days=stage.days) if stage is not None and stage.days is not None else None


def leading_body(unit: Unit, on: date) -> Unit | None:
    """Who leads a case about a union: the body it stands under that day."""
    version = version_on(unit, on)
    return version.parent if version is not None else None


@dataclass(frozen=True)
class Row:
    """A step on the page of a case."""

    stage: Stage
    is_done: bool
    is_next: bool


def way_of(proceeding: Proceeding, on: date) -> list[Row]:
    """The steps of a case, which are done and which comes next."""
    way = stages(proceeding.kind, on)
    coming = following(way, proceeding.stage) if proceeding.is_open else None
    reached = next((stage.position for stage in way if stage.code == proceeding.stage), 0)
    return [
        Row(stage, stage.position <= reached, coming is not None and stage.code == coming.code)
        for stage in way
    ]


def stage_names(on: date) -> dict[tuple[str, str], str]:
    """Names of the steps, by kind and code."""
    found = Stage.objects.filter(during__contains=on)
    return {(kind, code): name for kind, code, name in found.values_list("kind", "code", "name")}


def open_kinds(unit_ids: Iterable[int]) -> dict[int, list[Proceeding]]:
    """The open cases about unions, by union."""
    found: dict[int, list[Proceeding]] = {}
    for row in Proceeding.objects.filter(unit__in=list(unit_ids), state=choices.OPEN).order_by("pk"):
        found.setdefault(row.unit_id, []).append(row)
    return found
