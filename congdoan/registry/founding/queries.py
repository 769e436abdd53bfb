"""Reads of founding: which files an actor may know of, where each stands, who must act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.queries import Setting, parameter, parameters
from congdoan.foundation.units.models import UnitPlacement
from congdoan.kit.dates import add_working_days
from congdoan.kit.prepared import prepared_cursor
from congdoan.kit.sealed import unseal
from congdoan.kit.text import name_sort_key
from congdoan.registry.founding import choices, rules
from congdoan.registry.founding.models import (
    Area,
    Attachment,
    FounderDoor,
    FoundingFile,
    Nominee,
    Rating,
    ShownToFounders,
    Step,
    TeamMember,
)
from congdoan.registry.joining.choices import LOOK, OPEN_STATES
from congdoan.registry.joining.models import Application, Event
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


def step_after(code: str, kind: str, on: date) -> Step | None:
    """``following`` among the steps of founding that hold on a day, with its term alone: what an application asks that may
    open a file, so by one lean statement."""
    here = "kind = %(kind)s AND phase = %(phase)s AND during @> %(on)s::date"
    with prepared_cursor() as cursor:
        cursor.execute(
            f"""SELECT parameter::text, days::int FROM founding_step
                WHERE {here} AND position > COALESCE(
                    (SELECT position FROM founding_step WHERE {here} AND code = %(code)s), -1)
                ORDER BY position LIMIT 1""",
            {"kind": kind, "phase": choices.FOUNDING, "on": on, "code": code},
        )
        row = cursor.fetchone()
    return Step(parameter=row[0], days=row[1]) if row is not None else None


def due_day(step: Step | None, since: date, unit_id: int) -> date | None:
    """The day by which a step is to be reached, counted from the one before; None when nothing sets one."""
    if step is None:
        return None
    if step.parameter:
        return add_working_days(since, int(parameter(step.parameter, on=since, unit_id=unit_id).value))
    return since + timedelta(days=step.days) if step.days is not None else None


@dataclass(frozen=True)
class Quorum:
    """How many applications a union is founded with, with the source, and whether those of foreign workers count."""

    value: int
    source: str
    verified: bool
    counts_foreigners: bool


def quorum(on: date, unit_id: int) -> Quorum:
    """The quorum that a body asks for on a day."""
    held = parameters(["founding.quorum", "founding.foreigners_count"], on=on, unit_id=unit_id)
    least = held["founding.quorum"]
    return Quorum(
        int(least.value), least.source, least.verified, bool(held["founding.foreigners_count"].value)
    )


@dataclass(frozen=True)
class Waiting:
    """Applications that wait: all of them, and those of foreign workers among them."""

    all: int
    foreign: int = 0

    def toward(self, least: Quorum) -> int:
        """How many count toward a quorum. Foreign workers may join and act in a grassroots union; of founding one the law
        speaks for Vietnamese workers alone (Law 50/2024/QH15, Art. 5), so a parameter decides."""
        return self.all if least.counts_foreigners else self.all - self.foreign


def support_norm(file: FoundingFile, on: date) -> Setting | None:
    """What a new union is given once for its founding, in đồng, with the source (seed 002 §III.4.1); None where the body
    that leads has set no norm."""
    norm = parameter("founding.support", on=file.recognised_on or on, unit_id=file.leading_unit_id)
    return norm if norm.value else None


def open_counts(files: Iterable[int]) -> dict[int, Waiting]:
    """Applications of each file that are neither decided nor withdrawn. One query.

    Whoever comes back to the union counts among them as a new applicant does, for the core group, the congress and the
    quorum: a union is founded by five who are members or apply (Charter XII, Art. 13), without a word on who was one
    before. At the recognition only those count whom its decision admits.
    """
    wanted = list(files)
    rows = (
        Attachment.objects.filter(file__in=wanted, application__state__in=OPEN_STATES)
        .values_list("file_id")
        .annotate(n=Count("pk"), foreign=Count("pk", filter=~Q(application__nationality="VN")))
    )
    return dict.fromkeys(wanted, Waiting(0)) | {file: Waiting(n, foreign) for file, n, foreign in rows}


def applications_of(actor: Actor, file: FoundingFile) -> QuerySet[Application]:
    """The file's applications with names, for who may read applications themselves; nothing for the rest of the team."""
    mine = Attachment.objects.filter(file=file).values("application_id")
    return confidential_applications(actor).filter(pk__in=mine).order_by("submitted_at", "pk")


@dataclass(frozen=True)
class Standing:
    """Where a file stands on a day: how long at its step, what comes next, who must act, how many have applied, and how
    many of them are ``counted`` toward the quorum."""

    file: FoundingFile
    step: Step | None
    next: Step | None
    days_at_step: int
    is_late: bool
    who: str
    applications: int
    counted: int
    quorum: int


def standings(files: Sequence[FoundingFile], on: date) -> list[Standing]:
    """Where files stand on a day, in the order given. A constant number of queries for the files of one leading body."""
    ways: dict[str, list[Step]] = {}
    for step in Step.objects.filter(phase=choices.FOUNDING, during__contains=on).order_by("position"):
        ways.setdefault(step.kind, []).append(step)
    counts = open_counts(file.pk for file in files)
    needed = {unit: quorum(on, unit) for unit in {file.leading_unit_id for file in files}}
    teams: dict[int, list[str]] = {}
    members = TeamMember.objects.filter(file__in=[file.pk for file in files], during__contains=on)
    for member in members.select_related("user").order_by("pk"):
        teams.setdefault(member.file_id, []).append(member.user.get_full_name())
    found = []
    for file in files:
        way, least = ways.get(file.kind, []), needed[file.leading_unit_id]
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
                counts[file.pk].all,
                counts[file.pk].toward(least),
                least.value,
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


# --------------------------------------------------------------------------------------------------
# The founding committee
# --------------------------------------------------------------------------------------------------

#: The most people a founder is shown at once.
_SHOWN_AT_ONCE = 300


def is_shown(application: Application) -> bool:
    """Whether a worker lets the founding committee of their workplace see them. The choice is there for everybody whose
    application is confidential, alike whether or not there is a file or a committee."""
    return ShownToFounders.objects.filter(application=application).exists()


def founder_place(application: Application) -> Nominee | None:
    """The place in a founding committee of somebody whom officers have let in, while the file is being worked on and the
    application waits; None for everybody else. One query, the same for anybody."""
    doors = FounderDoor.objects.filter(application=application, closed_at=None)
    return (
        Nominee.objects.filter(
            body=choices.FOUNDERS,
            application=application,
            application__state__in=OPEN_STATES,
            application__is_confidential=True,
            file__state=choices.OPEN,
            file__in=doors.values("file_id"),
        )
        .exclude(post="")
        .select_related("file")
        .first()
    )


def founder_posts(file: FoundingFile) -> dict[int, str]:
    """{application: post} of the founding committee."""
    rows = Nominee.objects.filter(file=file, body=choices.FOUNDERS).exclude(post="")
    return dict(rows.values_list("application_id", "post"))


@dataclass(frozen=True)
class ShownPerson:
    """Somebody who lets the founding committee see them; ``post`` in it, '' for other applicants."""

    application: int
    name: str
    phone: str
    post: str


@dataclass(frozen=True)
class FoundersPart:
    """What a founder who was let in sees: the step reached and the one to come, whether the least number of applications is
    there (never how many), and who has chosen to be shown, the founder aside. ``is_cut``: more than one page holds."""

    file: FoundingFile
    step: Step | None
    next: Step | None
    has_quorum: bool
    people: tuple[ShownPerson, ...]
    is_cut: bool


def founders_part(place: Nominee, on: date) -> FoundersPart:
    """The part of a founder on a day. The caller has asked `founder_place`, and keeps the reading (actions.look)."""
    file, posts = place.file, founder_posts(place.file)
    least = quorum(on, file.leading_unit_id)
    way = steps(file.kind, on)
    rows = list(_shown_in(file).exclude(pk=place.application_id).order_by("pk")[: _SHOWN_AT_ONCE + 1])
    people = [
        ShownPerson(row.pk, row.full_name, row.phone, posts.get(row.pk, "")) for row in rows[:_SHOWN_AT_ONCE]
    ]
    order = {"": 2, choices.HEAD: 0}
    people.sort(key=lambda person: (order.get(person.post, 1), name_sort_key(person.name)))
    return FoundersPart(
        file,
        next((step for step in way if step.code == file.step), None),
        following(way, file.step),
        open_counts([file.pk])[file.pk].toward(least) >= least.value,
        tuple(people),
        len(rows) > _SHOWN_AT_ONCE,
    )


def _shown_in(file: FoundingFile) -> QuerySet[Application]:
    """Waiting applications of a file whose workers chose to be shown to the founding committee."""
    return Application.objects.filter(
        pk__in=Attachment.objects.filter(file=file).values("application_id"),
        state__in=OPEN_STATES,
        is_confidential=True,
    ).filter(pk__in=ShownToFounders.objects.values("application_id"))


@dataclass(frozen=True)
class Founder:
    """Somebody of the founding committee as officers see them: their door while it is open, whether they chose to be shown
    to the others, and when they looked last. ``application`` is None for an officer who may not read it."""

    pk: int
    application: Application | None
    post: str
    is_waiting: bool
    is_shown: bool
    door: FounderDoor | None
    looked_at: datetime | None


def founders(actor: Actor, file: FoundingFile) -> list[Founder]:
    """The founding committee of a file, the head first, for an officer who leads it. A constant number of queries."""
    posts = founder_posts(file)
    known = {row.pk: row for row in applications_of(actor, file).filter(pk__in=posts)}
    waiting = set(
        Application.objects.filter(pk__in=posts, state__in=OPEN_STATES, is_confidential=True).values_list(
            "pk", flat=True
        )
    )
    shown = set(ShownToFounders.objects.filter(application__in=posts).values_list("pk", flat=True))
    doors = {door.application_id: door for door in file.founder_doors.filter(closed_at=None)}
    looked = dict(
        Event.objects.filter(application__in=posts, kind=LOOK)
        .order_by()
        .values_list("application_id")
        .annotate(last=Max("at"))
    )
    return [
        Founder(pk, known.get(pk), post, pk in waiting, pk in shown, doors.get(pk), looked.get(pk))
        for pk, post in sorted(posts.items(), key=lambda item: (item[1] != choices.HEAD, item[0]))
    ]


@dataclass(frozen=True)
class ClosedDoor:
    """A door that was shut, with whose it was; ``name`` is '' for an officer who may not read the application."""

    door: FounderDoor
    name: str


def closed_doors(actor: Actor, file: FoundingFile) -> list[ClosedDoor]:
    """Doors of a file that were shut, the newest first, for an officer who leads it. Two queries."""
    doors = list(file.founder_doors.exclude(closed_at=None).order_by("-closed_at", "-pk")[:100])
    wanted = {door.application_id for door in doors}
    names = dict(applications_of(actor, file).filter(pk__in=wanted).values_list("pk", "full_name"))
    return [ClosedDoor(door, names.get(door.application_id, "")) for door in doors]


def shown_applications(actor: Actor, file: FoundingFile) -> QuerySet[Application]:
    """Who has chosen to be shown to the founding committee, as far as an officer may read their names."""
    return applications_of(actor, file).filter(pk__in=_shown_in(file).values("pk"))


# --------------------------------------------------------------------------------------------------
# The core-group map
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """Somebody on the map of a file. ``level``: how they were judged last, None when never; ``levels``: all judgements, the
    oldest first, as (day, level, who); ``is_turned``: was against a union and now supports it."""

    pk: int
    name: str
    note: str
    area: Area | None
    is_leader: bool
    level: int | None
    levels: tuple[tuple[date, int, str], ...]
    reaches: tuple[int, ...]

    @property
    def supports(self) -> bool:
        return self.level is not None and self.level <= choices.SUPPORTS

    @property
    def is_turned(self) -> bool:
        return self.supports and any(level >= choices.AGAINST for _, level, _ in self.levels)


@dataclass(frozen=True)
class Cell:
    """A workshop on a shift: who is known there and how strong support is ("nobody", "thin", "some", "strong", or "unknown"
    while nobody says how many work there)."""

    area: Area
    known: int
    supporters: int
    leaders: int
    average: float | None
    strength: str


@dataclass(frozen=True)
class CoreMap:
    """The map of a file: ``cells`` by workshop and shift, ``people`` by place and name, leaders first."""

    workshops: tuple[str, ...]
    shifts: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]
    people: tuple[Known, ...]

    @property
    def supporters(self) -> int:
        return sum(person.supports for person in self.people)

    @property
    def turned(self) -> list[Known]:
        return [person for person in self.people if person.is_turned]

    @property
    def headcount(self) -> int:
        return sum(cell.area.headcount or 0 for cell in self.cells.values())

    @property
    def empty(self) -> list[Cell]:
        """Places where nobody is known."""
        return [cell for cell in self.cells.values() if not cell.known]

    @property
    def without_leader(self) -> list[Cell]:
        """Places where people are known but nobody leads."""
        return [cell for cell in self.cells.values() if cell.known and not cell.leaders]


def core_map(file: FoundingFile) -> CoreMap:
    """Whom the team of a file knows and how support stands. For the team: the caller has found the file visible. Four
    queries."""
    areas = list(file.areas.order_by("pk"))
    contacts = list(file.contacts.prefetch_related("reaches").select_related("area").order_by("pk"))
    judged: dict[int, list[tuple[date, int, str]]] = {}
    ratings = Rating.objects.filter(contact__file=file).select_related("assessor").order_by("pk")
    for rating in ratings:
        judged.setdefault(rating.contact_id, []).append(
            (rating.on, rating.level, rating.assessor.get_full_name())
        )
    people = [
        Known(
            contact.pk,
            unseal(contact.name_sealed),
            unseal(contact.note_sealed),
            contact.area,
            contact.is_leader,
            judged[contact.pk][-1][1] if contact.pk in judged else None,
            tuple(judged.get(contact.pk, ())),
            tuple(other.pk for other in contact.reaches.all()),
        )
        for contact in contacts
    ]
    people.sort(
        key=lambda person: (str(person.area or "~"), not person.is_leader, name_sort_key(person.name))
    )
    cells = {}
    for area in areas:
        here = [person for person in people if person.area is not None and person.area.pk == area.pk]
        levels = [person.level for person in here if person.level is not None]
        supporters = sum(person.supports for person in here)
        cells[area.workshop, area.shift] = Cell(
            area,
            len(here),
            supporters,
            sum(person.is_leader for person in here),
            round(sum(levels) / len(levels), 1) if levels else None,
            rules.strength(len(here), supporters, area.headcount),
        )
    return CoreMap(
        tuple(dict.fromkeys(area.workshop for area in areas)),
        tuple(dict.fromkeys(area.shift for area in areas)),
        cells,
        tuple(people),
    )
