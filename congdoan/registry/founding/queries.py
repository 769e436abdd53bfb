"""Reads of founding: which files an actor may know of, where each stands, who must act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.queries import Setting, parameter
from congdoan.foundation.units.models import UnitPlacement
from congdoan.kit.dates import add_working_days
from congdoan.registry.founding import choices, rules
from congdoan.registry.founding.models import Attachment, FoundingFile, Step, TeamMember
from congdoan.registry.joining.choices import OPEN_STATES
from congdoan.registry.joining.models import Application
from congdoan.registry.joining.queries import confidential_applications, named_units


def visible_files(actor: Actor) -> QuerySet[FoundingFile]:
    """The files an actor may know of: led by a body where the actor is named as a reader, or with the actor in the team
    today. Nothing for anybody else, the system included."""
    if actor.user is None or not actor.has_anywhere(rules.WORK):
        return FoundingFile.objects.none()
    teams = TeamMember.objects.filter(user=actor.user, during__contains=actor.today)
    return FoundingFile.objects.filter(
        Q(leading_unit__in=named_units(actor)) | Q(pk__in=teams.values("file_id"))
    )


def leads(actor: Actor, file: FoundingFile) -> bool:
    """Whether the actor is a named officer of the body that leads a file, and so names its team."""
    return file.leading_unit_id in named_units(actor)


def steps(kind: str, on: date, phase: str = choices.FOUNDING) -> list[Step]:
    """The steps of a kind that hold on a day, in their order."""
    rows = Step.objects.filter(kind=kind, phase=phase, during__contains=on)
    return list(rows.order_by("position"))


def step_names(on: date) -> dict[str, str]:
    """Names of the steps of every kind that hold on a day, by code, in their order. One query."""
    rows = Step.objects.filter(phase=choices.FOUNDING, during__contains=on).order_by("position", "pk")
    return dict(rows.values_list("code", "name"))


def following(way: Sequence[Step], code: str) -> Step | None:
    """The step after ``code``; None after the last."""
    reached = next((step.position for step in way if step.code == code), None)
    if reached is None:
        return way[0] if way else None
    return next((step for step in way if step.position > reached), None)


def due_day(step: Step | None, since: date, unit_id: int) -> date | None:
    """The day by which a step is to be reached, counted from the one before; None when nothing sets one."""
    if step is None:
        return None
    if step.parameter:
        return add_working_days(since, int(parameter(step.parameter, on=since, unit_id=unit_id).value))
    return since + timedelta(days=step.days) if step.days is not None else None


def quorum(on: date, unit_id: int) -> Setting:
    """How many applications a union is founded with, with the source."""
    return parameter("founding.quorum", on=on, unit_id=unit_id)


def open_counts(files: Iterable[int]) -> dict[int, int]:
    """Applications of each file that are neither decided nor withdrawn. One query."""
    wanted = list(files)
    rows = (
        Attachment.objects.filter(file__in=wanted, application__state__in=OPEN_STATES)
        .values_list("file_id")
        .annotate(n=Count("pk"))
    )
    return {**dict.fromkeys(wanted, 0), **dict(rows)}


def applications_of(actor: Actor, file: FoundingFile) -> QuerySet[Application]:
    """The file's applications with names, for who may read applications themselves; nothing for the rest of the team."""
    mine = Attachment.objects.filter(file=file).values("application_id")
    return confidential_applications(actor).filter(pk__in=mine).order_by("submitted_at", "pk")


@dataclass(frozen=True)
class Standing:
    """Where a file stands on a day: how long at its step, what comes next, who must act, how many have applied."""

    file: FoundingFile
    step: Step | None
    next: Step | None
    days_at_step: int
    is_late: bool
    who: str
    applications: int
    quorum: int


def standings(files: Sequence[FoundingFile], on: date) -> list[Standing]:
    """Where files stand on a day, in the order given. A constant number of queries for the files of one leading body."""
    ways: dict[str, list[Step]] = {}
    for step in Step.objects.filter(phase=choices.FOUNDING, during__contains=on).order_by("position"):
        ways.setdefault(step.kind, []).append(step)
    counts = open_counts(file.pk for file in files)
    needed = {unit: int(quorum(on, unit).value) for unit in {file.leading_unit_id for file in files}}
    teams: dict[int, list[str]] = {}
    members = TeamMember.objects.filter(file__in=[file.pk for file in files], during__contains=on)
    for member in members.select_related("user").order_by("pk"):
        teams.setdefault(member.file_id, []).append(member.user.get_full_name())
    found = []
    for file in files:
        way = ways.get(file.kind, [])
        coming = following(way, file.step) if file.is_live else None
        if coming is None:
            who = ""
        elif coming.who == choices.AUTHORITY:
            who = file.leading_unit.name
        else:
            who = ", ".join(teams.get(file.pk, [])) or f"chưa phân công; {file.leading_unit.name} cử người"
        found.append(
            Standing(
                file,
                next((step for step in way if step.code == file.step), None),
                coming,
                (on - file.step_since).days,
                file.is_live and file.due_on is not None and file.due_on < on,
                who,
                counts[file.pk],
                needed[file.leading_unit_id],
            )
        )
    return found


def possible_members(file: FoundingFile, on: date) -> QuerySet[User]:
    """Who can be named to a file's team: officers with the right in the leading body or one below it."""
    below = UnitPlacement.objects.filter(ancestor=file.leading_unit_id, during__contains=on).values("unit_id")
    return User.objects.filter(
        is_active=True,
        grants__unit__in=below,
        grants__during__contains=on,
        grants__role__capabilities__contains=[rules.WORK],
    ).distinct()
