"""Reads of work in the field. ``latest_survey`` and ``visits`` are what other rooms ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FloatField,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.queries import parameters
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.foundation.units.queries import below_on
from congdoan.kit.places import KM_A_DEGREE, Place
from congdoan.registry.enterprises import rules as enterprise_rules
from congdoan.registry.enterprises.models import Enterprise, HeadcountObservation
from congdoan.registry.enterprises.queries import listed_on, standing_on
from congdoan.registry.fieldwork import choices, rules
from congdoan.registry.fieldwork.models import OutsideList, OutsideRow, Survey, SurveyRound, SurveyTask, Visit
from congdoan.registry.joining.choices import OPEN_STATES
from congdoan.registry.joining.models import Source
from congdoan.registry.joining.queries import (
    CameBy,
    came_by_day,
    confidential_applications,
    named_units,
    visible_sources,
)
from congdoan.registry.organisation.models import UnitProfile

# --------------------------------------------------------------------------------------------------
# For other rooms
# --------------------------------------------------------------------------------------------------


def latest_survey(enterprise: Enterprise, on: date) -> Survey | None:
    """The newest answer about an employer that stands in the register, as of a day; None when there is none."""
    rows = Survey.objects.filter(enterprise=enterprise, state=choices.RECORDED, surveyed_on__lte=on)
    return rows.select_related("surveyor", "task__round").order_by("-surveyed_on", "-pk").first()


def visits(enterprise: Enterprise, on: date) -> QuerySet[Visit]:
    """What was done at an employer up to a day, the newest first. Says nothing of who may read it: start from
    `visible_visits` for a screen."""
    return Visit.objects.filter(enterprise=enterprise, on__lte=on).order_by("-on", "-pk")


# --------------------------------------------------------------------------------------------------
# Who sees what
# --------------------------------------------------------------------------------------------------


def visible_rounds(actor: Actor) -> QuerySet[SurveyRound]:
    """Rounds of bodies in scope."""
    return SurveyRound.objects.filter(scope(actor, rules.VIEW).filter("unit"))


def visible_tasks(actor: Actor) -> QuerySet[SurveyTask]:
    """Who surveys whom, in rounds in scope."""
    return SurveyTask.objects.filter(scope(actor, rules.VIEW).filter("round__unit"))


def visible_visits(actor: Actor) -> QuerySet[Visit]:
    """The log of the bodies in scope."""
    return Visit.objects.filter(scope(actor, rules.VIEW).filter("unit"))


def visible_outside_lists(actor: Actor) -> QuerySet[OutsideList]:
    """Outside lists held against the registers of bodies in scope."""
    return OutsideList.objects.filter(scope(actor, rules.VIEW).filter("unit"))


def visible_outside_rows(actor: Actor) -> QuerySet[OutsideRow]:
    """Their lines."""
    return OutsideRow.objects.filter(scope(actor, rules.VIEW).filter("outside_list__unit"))


def visible_surveys(actor: Actor) -> QuerySet[Survey]:
    """Answers of rounds in scope, and one's own while one still surveys."""
    seen = scope(actor, rules.VIEW).filter("task__round__unit")
    if actor.user is not None and actor.has_anywhere(rules.SURVEY):
        seen |= Q(surveyor=actor.user)
    return Survey.objects.filter(seen)


def may_read_confidence(actor: Actor, *, unit_id: int, author_id: int | None) -> bool:
    """Whether the actor may read what was said in confidence: the author, and holders of the right at the body."""
    if actor.user is not None and actor.user.pk == author_id:
        return actor.has_anywhere(rules.SURVEY)
    return scope(actor, rules.CONFIDENTIAL).contains(unit_id)


def sources_for(actor: Actor, *, unit: Unit, on: date) -> QuerySet[Source]:
    """Sources of a body that still run on a day and that the actor may use, the newest first."""
    rows = visible_sources(actor).filter(unit=unit).exclude(during__fully_lt=DateRange(on, None))
    return rows.order_by("-pk")


def followed(actor: Actor, visits: Iterable[Visit]) -> dict[int, CameBy]:
    """For each visit that left a source with the workers: how many applications came by it from that day on, until the
    next visit that left the same (of two on one day the later entry has them). Counted among those the actor may read,
    for a page and never for a list; a visit whose source the actor may not see is left out. Three queries."""
    wanted = [visit for visit in visits if visit.source_id is not None]
    seen = set(
        visible_sources(actor)
        .filter(pk__in={visit.source_id for visit in wanted})
        .values_list("pk", flat=True)
    )
    left: dict[int, list[tuple[date, int]]] = {pk: [] for pk in seen}
    for source, day, pk in (
        Visit.objects.filter(source__in=seen).order_by("on", "pk").values_list("source_id", "on", "pk")
    ):
        left[source].append((day, pk))
    found = {visit.pk: CameBy() for visit in wanted if visit.source_id in seen}
    for source, day, n in came_by_day(actor, seen):
        before = [pk for on, pk in left[source] if on <= day]
        if before and before[-1] in found:
            had = found[before[-1]]
            found[before[-1]] = CameBy(had.sent + n.sent, had.waiting + n.waiting, had.admitted + n.admitted)
    return found


def followed_officer(actor: Actor, *, author_id: int, on: date) -> CameBy:
    """What followed the visits a person logged in the year up to a day, among those the actor may see."""
    rows = visible_visits(actor).filter(by=author_id, on__gt=on - timedelta(days=365), on__lte=on)
    counted = followed(actor, rows.filter(source__isnull=False)).values()
    return CameBy(*(sum(getattr(n, name) for n in counted) for name in ("sent", "waiting", "admitted")))


def surveyors_of(unit: Unit, on: date) -> QuerySet[User]:
    """Who may be given employers of a body: users who hold the right to survey there, above it, or below it."""
    above = UnitPlacement.objects.filter(unit=unit, is_last=True).values("ancestor_id")
    below = below_on(unit, on).values("unit_id")
    held = Grant.objects.filter(
        Q(unit=unit) | Q(unit__in=above, reach="below") | Q(unit__in=below),
        user=OuterRef("pk"),
        during__contains=on,
        role__capabilities__contains=[rules.SURVEY],
    )
    return User.objects.filter(Exists(held), is_active=True).order_by("full_name", "pk")


def employers_of(unit: Unit, on: date) -> QuerySet[Enterprise]:
    """Employers in operation of which the body, or one below it, is in charge on a day."""
    below = below_on(unit, on).values("unit_id")
    return standing_on(on).filter(now__unit__in=below, now__operating="operating")


# --------------------------------------------------------------------------------------------------
# Whom to call on first
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Priority:
    """How much each reason counts (rules.REASONS), the plan's threshold, the fewest workers asked for, and within how many
    kilometres of the body's ``office`` (None: nobody has said where it is) an employer is near; with where the weights
    come from."""

    weights: Mapping[str, int]
    threshold: int
    least: int
    source: str
    near_km: float
    office: Place | None

    def km(self, row: Any) -> float | None:
        """Kilometres from the office to a row of `called_on`; None when either is nowhere."""
        return self.office.km_to(row.place) if self.office is not None and row.place is not None else None

    def reasons(self, row: Any) -> list[str]:
        """Which reasons hold for a row of `called_on`."""
        workers = row.headcount or 0
        holds = {
            "large_fdi": row.is_priority,
            "very_large": workers >= rules.VERY_LARGE,
            "threshold": workers >= self.threshold,
            "stable": row.is_stable,
            "party": row.has_party,
            "near": (km := self.km(row)) is not None and km <= self.near_km,
        }
        return [name for name in rules.REASONS if holds[name] and self.weights.get(name, 0)]


def priority_of(unit_id: int | None, on: date) -> Priority:
    """The weights and borders of a body on a day. At most four queries."""
    found = parameters([rules.WEIGHTS, rules.THRESHOLD, rules.LEAST, rules.NEAR_KM], on=on, unit_id=unit_id)
    profile = UnitProfile.objects.filter(unit=unit_id).first() if unit_id is not None else None
    given = found[rules.WEIGHTS].value
    weights = {name: int(given.get(name, 0)) for name in rules.REASONS}
    return Priority(
        weights,
        int(found[rules.THRESHOLD].value),
        int(found[rules.LEAST].value),
        found[rules.WEIGHTS].source,
        float(found[rules.NEAR_KM].value),
        profile.place if profile is not None else None,
    )


def called_on(actor: Actor, on: date, priority: Priority) -> QuerySet[Enterprise]:
    """Enterprises in operation without a union on a day, in the actor's scope, with ``score``: the sum of the weights of
    the reasons that hold. Applications have no part in it, so that no order, list or export can tell of one."""

    def when(name: str, condition: Q) -> Case:
        weight = priority.weights.get(name, 0)
        return Case(When(condition, then=Value(weight)), default=Value(0), output_field=IntegerField())

    rows = listed_on(on).filter(scope(actor, enterprise_rules.VIEW).filter("unit_id"))
    rows = rows.filter(
        has_union=False, operating="operating", sector__is_enterprise=True, headcount__gte=priority.least
    )
    office = priority.office
    square = Value(None, output_field=FloatField())
    if office is not None:
        north = (F("latitude") - Value(office.latitude)) * Value(KM_A_DEGREE)
        east = (F("longitude") - Value(office.longitude)) * Value(office.km_a_degree_east)
        square = north * north + east * east
    return rows.annotate(
        workers_order=Coalesce(F("headcount"), Value(-1)),
        km_square=square,
        # Where nobody knows the place, last.
        far=Coalesce(F("km_square"), Value(1e12)),
        score=when("large_fdi", Q(is_priority=True))
        + when("very_large", Q(headcount__gte=rules.VERY_LARGE))
        + when("threshold", Q(headcount__gte=priority.threshold))
        + when("stable", Q(is_stable=True))
        + when("party", Q(has_party=True))
        + (when("near", Q(km_square__lte=priority.near_km**2)) if office is not None else Value(0)),
    )


@dataclass(frozen=True)
class Applied:
    """An employer without a union from where people have applied: a row of `called_on`, and how many wait."""

    row: Any
    waiting: int


def applied_from(actor: Actor, on: date, priority: Priority, *, limit: int = 20) -> list[Applied]:
    """Where people have applied already, the most urgent first: for the officers named to read those applications, on a
    page of theirs; nothing for anybody else. At most three queries, none for who is not named."""
    units = named_units(actor)
    if not units:
        return []
    rows = confidential_applications(actor).filter(state__in=OPEN_STATES, enterprise__isnull=False)
    waiting = dict(rows.order_by().values_list("enterprise").annotate(n=Count("pk")))
    found = called_on(actor, on, priority).filter(pk__in=list(waiting)).order_by("-score", "pk")[:limit]
    return sorted(
        (Applied(row, waiting[row.pk]) for row in found),
        key=lambda one: (-one.row.score, -one.waiting, one.row.pk),
    )


def last_visits(actor: Actor, enterprise_ids: Iterable[int], on: date) -> dict[int, date]:
    """The newest entry of the log that the actor may read, by employer, up to a day. One query."""
    rows = visible_visits(actor).filter(enterprise__in=list(enterprise_ids), on__lte=on)
    return dict(rows.values_list("enterprise").annotate(last=Max("on")).order_by())


# --------------------------------------------------------------------------------------------------
# Rounds
# --------------------------------------------------------------------------------------------------


def progress(survey_round: SurveyRound) -> list[dict[str, Any]]:
    """Per person: given, done, and answers an officer must look at. Those with most to do first. Two queries."""
    rows = (
        survey_round.tasks.values("surveyor", "surveyor__full_name", "surveyor__username")
        .annotate(given=Count("pk"), done=Count("done_on"))
        .order_by()
    )
    open_answers = dict(
        Survey.objects.filter(task__round=survey_round, state__in=choices.OPEN_STATES)
        .values_list("surveyor")
        .annotate(n=Count("pk"))
        .order_by()
    )
    lines = [
        {
            "user_id": row["surveyor"],
            "name": row["surveyor__full_name"] or row["surveyor__username"],
            "given": row["given"],
            "done": row["done"],
            "left": row["given"] - row["done"],
            "open": open_answers.get(row["surveyor"], 0),
        }
        for row in rows
    ]
    return sorted(lines, key=lambda line: (-line["left"], line["name"]))


def my_tasks(user: User, on: date) -> QuerySet[SurveyTask]:
    """What a user is to survey in rounds that are not closed, done or not."""
    rows = SurveyTask.objects.filter(
        surveyor=user, round__closed_on__isnull=True, round__during__startswith__lte=on
    )
    return rows.select_related("round", "enterprise__territory", "enterprise__sector").order_by(
        "enterprise__territory__name", "enterprise__sort_key", "pk"
    )


def marks(enterprise_ids: Iterable[int], *, besides: int) -> dict[int, str]:
    """What others have said of employers so far, as a mark that changes when one of them says something new. What the
    user ``besides`` surveyed does not change it. Two queries."""
    wanted = list(enterprise_ids)
    said = (
        HeadcountObservation.objects.filter(enterprise__in=wanted)
        .exclude(source="survey", recorded_by=besides)
        .values_list("enterprise")
        .annotate(n=Count("pk"), last=Max("recorded_at"))
        .order_by()
    )
    counted = {pk: f"{n}.{last.timestamp():.6f}" for pk, n, last in said}
    answers = dict(
        Survey.objects.filter(enterprise__in=wanted)
        .exclude(surveyor=besides)
        .values_list("enterprise")
        .annotate(last=Max("pk"))
        .order_by()
    )
    return {pk: f"{counted.get(pk, '0')}-{answers.get(pk, 0)}" for pk in wanted}


def others_say(survey: Survey) -> HeadcountObservation | None:
    """The newest figure in the register for an employer, to be held against an answer."""
    rows = HeadcountObservation.objects.filter(enterprise=survey.enterprise_id)
    return rows.select_related("recorded_by").order_by("-on", "-recorded_at").first()


def other_surveys(actor: Actor, survey: Survey) -> list[Survey]:
    """What else the actor may read that was surveyed of the same employer, the newest five. One query."""
    rows = visible_surveys(actor).filter(enterprise=survey.enterprise_id).exclude(pk=survey.pk)
    return list(rows.select_related("surveyor").order_by("-surveyed_on", "-pk")[:5])


def due_steps(user: User, on: date) -> QuerySet[Visit]:
    """Next steps of a user's visits whose day has come or comes within a week, the earliest first."""
    rows = Visit.objects.filter(by=user, next_done_on__isnull=True, next_on__lte=on + timedelta(days=7))
    return rows.select_related("enterprise").order_by("next_on", "pk")
