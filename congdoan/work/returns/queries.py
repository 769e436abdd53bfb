"""Reads of returns: what is owed and how it stands, a return with its comparisons, aggregates, restatements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.queries import may, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.queries import parameters
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import ancestors_on, children_on
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.queries import movements_below
from congdoan.work.returns import computing, rules
from congdoan.work.returns.choices import FROZEN_STATES
from congdoan.work.returns.definitions import (
    Definition,
    Span,
    digest,
    read_definition,
    span_before,
    span_last_year,
)
from congdoan.work.returns.models import (
    Delegation,
    FrozenReturn,
    Obligation,
    Return,
    ReturnForm,
    ReturnFormVersion,
)

Figures = dict[str, Decimal | None]


# --------------------------------------------------------------------------------------------------
# Who may see and act
# --------------------------------------------------------------------------------------------------


def visible_obligations(actor: Actor) -> QuerySet[Obligation]:
    """What the bodies in the actor's scope owe."""
    return Obligation.objects.filter(scope(actor, rules.VIEW).filter("unit"))


def visible_forms(actor: Actor) -> QuerySet[ReturnForm]:
    """The forms of the bodies where the actor may define forms."""
    return ReturnForm.objects.filter(scope(actor, rules.DEFINE).filter("owner"))


def visible_delegations(actor: Actor) -> QuerySet[Delegation]:
    """Delegations at the bodies whose returns the actor hands in."""
    return Delegation.objects.filter(scope(actor, rules.SUBMIT).filter("unit"))


def acts_for(actor: Actor, capability: str, unit: Unit) -> tuple[bool, User | None]:
    """(whether the actor may do it at the unit, in whose place when it is by delegation).

    A delegation gives what the absent person holds there on that day, no more, and only to one who may read the
    returns of that body anyway.
    """
    if may(actor, capability, unit):
        return True, None
    if actor.user is None or not may(actor, rules.VIEW, unit):
        return False, None
    given = Delegation.objects.filter(
        unit=unit, substitute=actor.user, during__contains=actor.today
    ).select_related("absent")
    for delegation in given:
        if may(Actor(user=delegation.absent, today=actor.today), capability, unit):
            return True, delegation.absent
    return False, None


def fillers_of(unit_ids: Sequence[int], on: date) -> dict[int, list[User]]:
    """Who fills in returns at the very bodies on a day: {unit id: users}; bodies without anybody are left out. Two
    queries."""
    held = list(
        Grant.objects.filter(
            unit__in=list(unit_ids), during__contains=on, role__capabilities__contains=[rules.FILL]
        ).values_list("unit_id", "user_id")
    )
    users = User.objects.filter(is_active=True).in_bulk({user_id for _, user_id in held})
    found: dict[int, list[User]] = {}
    for unit_id, user_id in held:
        if user_id in users and users[user_id] not in found.setdefault(unit_id, []):
            found[unit_id].append(users[user_id])
    return {unit_id: people for unit_id, people in found.items() if people}


def people_at(unit: Unit, on: date) -> QuerySet[User]:
    """Users with a role at the unit itself on a day: whom one can delegate to."""
    held = Grant.objects.filter(unit=unit, during__contains=on).values("user")
    return User.objects.filter(pk__in=held, is_active=True).order_by("full_name", "pk")


# --------------------------------------------------------------------------------------------------
# How it stands
# --------------------------------------------------------------------------------------------------


def with_standing(rows: QuerySet[Obligation], on: date) -> QuerySet[Obligation]:
    """The rows with ``standing`` (a code of choices.STANDINGS) and ``due_now`` (exception included)."""
    return rows.annotate(
        due_now=Coalesce("extended_to", "due_on"),
        standing=Case(
            When(made__state__in=("submitted", *FROZEN_STATES), then=F("made__state")),
            When(made__state="returned", then=Value("returned")),
            When(Q(extended_to__lt=on) | Q(extended_to__isnull=True, late_on__lt=on), then=Value("late")),
            When(opens_on__lte=on, then=Value("missing")),
            default=Value("not_open"),
            output_field=CharField(),
        ),
    )


@dataclass(frozen=True)
class Branch:
    """A direct subordinate on the board: its own return, and how many of those below it stand how."""

    unit_id: int
    code: str
    name: str
    own: Obligation | None
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def accepted(self) -> int:
        return self.counts.get("accepted", 0) + self.counts.get("closed", 0)


@dataclass(frozen=True)
class Board:
    """A round of a form at a superior: counts of all that is owed below it, and its direct subordinates."""

    counts: Mapping[str, int]
    branches: list[Branch]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def accepted(self) -> int:
        return self.counts.get("accepted", 0) + self.counts.get("closed", 0)


_STANDING_SQL = """
    CASE WHEN r.state IN ('submitted', 'accepted', 'closed') THEN r.state
         WHEN r.state = 'returned' THEN 'returned'
         WHEN %(on)s > COALESCE(o.extended_to, o.late_on) THEN 'late'
         WHEN o.opens_on <= %(on)s THEN 'missing' ELSE 'not_open' END"""


def board(form: ReturnForm, period: str, unit: Unit, on: date) -> Board:
    """How a round stands below a body, level by level: a constant number of queries for any number of bodies."""
    last_day = Obligation.objects.filter(form=form, period=period).values_list("to_on", flat=True).first()
    tree_day = date.fromordinal(last_day.toordinal() - 1) if last_day else on
    children = list(children_on(unit, tree_day))
    counts: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.ancestor_id, {_STANDING_SQL} AS standing, count(*)
                FROM returns_obligation o
                JOIN units_unitplacement p ON p.unit_id = o.unit_id AND p.during @> %(day)s::date
                LEFT JOIN returns_return r ON r.obligation_id = o.id
                WHERE o.form_id = %(form)s AND o.period = %(period)s AND p.ancestor_id = ANY(%(units)s)
                  AND NOT (p.ancestor_id = %(unit)s AND p.depth = 0)
                GROUP BY 1, 2""",
            {
                "on": on,
                "day": tree_day,
                "form": form.pk,
                "period": period,
                "unit": unit.pk,
                "units": [unit.pk, *(child.unit_id for child in children)],
            },
        )
        for ancestor, code, n in cursor:
            counts.setdefault(ancestor, {})[code] = n
    owned = with_standing(
        Obligation.objects.filter(form=form, period=period, superior=unit).select_related("made", "unit"), on
    )
    own = {item.unit_id: item for item in owned}
    branches = [
        Branch(
            child.unit_id,
            child.unit.code,
            child.name,
            own.pop(child.unit_id, None),
            counts.get(child.unit_id, {}),
        )
        for child in children
        if child.unit_id in own or child.unit_id in counts
    ]
    branches += [Branch(item.unit_id, item.unit.code, item.unit.name, item, {}) for item in own.values()]
    order = {
        code: place for place, code in enumerate(("late", "returned", "missing", "submitted", "accepted"))
    }
    branches.sort(key=lambda branch: order.get(getattr(branch.own, "standing", ""), 9))
    return Board(counts.get(unit.pk, {}), branches)


def rounds(actor: Actor, unit: Unit) -> list[tuple[ReturnForm, str, date]]:
    """The rounds of returns owed to a body or below it, newest first: (form, period, first day after it)."""
    found = (
        visible_obligations(actor)
        .filter(unit__placements__ancestor=unit, unit__placements__is_last=True)
        .exclude(unit=unit)
        .order_by("-to_on", "form__title")
        .values_list("form", "period", "to_on")
        .distinct()[:60]
    )
    rows = list(found)
    forms = ReturnForm.objects.select_related("owner").in_bulk([row[0] for row in rows])
    return [(forms[form], period, to_on) for form, period, to_on in rows]


def waiting_below(obligation: Obligation) -> int:
    """How many returns that add up in this one have not been accepted yet."""
    return _children_returns(obligation).exclude(made__state__in=FROZEN_STATES).count()


def _children_returns(obligation: Obligation) -> QuerySet[Obligation]:
    """The returns of the bodies that owe theirs to this one, for the same days: of the same form, and of the form that
    it gathers."""
    definition = read_definition(obligation.version.definition)
    codes = {obligation.form.code, definition.gathers} - {""}
    return Obligation.objects.filter(
        superior=obligation.unit_id,
        form__owner=obligation.form.owner_id,
        form__code__in=codes,
        from_on=obligation.from_on,
        to_on=obligation.to_on,
    )


# --------------------------------------------------------------------------------------------------
# A return
# --------------------------------------------------------------------------------------------------


def span_of(obligation: Obligation, definition: Definition) -> Span:
    """The period of an obligation, in words too."""
    return Span(
        obligation.period, definition.span(obligation.period).name, obligation.from_on, obligation.to_on
    )


def form_version(form: ReturnForm) -> ReturnFormVersion | None:
    """The newest published version."""
    return form.versions.filter(published_at__isnull=False).order_by("-number").first()


@dataclass(frozen=True)
class Comparison:
    """Figures of earlier periods beside a return; what was handed in where there is a return, else what the registers
    say."""

    previous: Figures
    last_year: Figures
    previous_name: str
    last_year_name: str


def comparison(obligation: Obligation, definition: Definition, on: date) -> Comparison:
    """Last period and the same period last year. A constant number of queries."""
    span = span_of(obligation, definition)
    earlier = (span_before(definition, span), span_last_year(definition, span))
    made = {
        item.obligation.period: item
        for item in Return.objects.filter(
            obligation__form=obligation.form_id,
            obligation__unit=obligation.unit_id,
            obligation__period__in=[found.code for found in earlier if found],
        ).select_related("obligation", "version")
    }
    figures: list[Figures] = []
    for found in earlier:
        if found is None:
            figures.append({})
        elif found.code in made:
            kept = made[found.code]
            figures.append(
                rules.effective(read_definition(kept.version.definition), kept.computed, kept.entered)
            )
        else:
            plans = computing.plans_of(definition, found, on=on)
            counted = computing.compute(plans, [obligation.unit_id])[obligation.unit_id]
            figures.append(rules.effective(definition, counted, {}))
    names = [found.name if found else "" for found in earlier]
    return Comparison(figures[0], figures[1], names[0], names[1])


def findings_of(made: Return, definition: Definition, compared: Comparison, on: date) -> list[rules.Finding]:
    """What must be mended or explained about a return as it stands."""
    limits = parameters((rules.CHANGE_PERCENT, rules.CHANGE_LEAST), on=on, unit_id=made.obligation.unit_id)
    return rules.findings(
        definition,
        rules.effective(definition, made.computed, made.entered),
        previous=compared.previous,
        last_year=compared.last_year,
        texts=made.texts,
        change_percent=Decimal(str(limits[rules.CHANGE_PERCENT].value)),
        change_least=Decimal(str(limits[rules.CHANGE_LEAST].value)),
    )


# --------------------------------------------------------------------------------------------------
# Aggregates
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AggregateCell:
    """A cell added up over the bodies below: ``value`` is the accepted figures and, where the registers know it, the
    rest (``rest``); ``covered`` of ``of`` bodies have been accepted with a figure."""

    key: str
    value: Decimal | None
    accepted: Decimal
    rest: Decimal | None
    covered: int
    of: int

    @property
    def is_whole(self) -> bool:
        return self.rest is not None or self.covered == self.of


@dataclass(frozen=True)
class Aggregate:
    """``covered`` of ``of`` returns below are accepted; ``members_share`` of the members belong to them (0..1)."""

    cells: Mapping[str, AggregateCell]
    covered: int
    of: int
    members_share: Decimal | None


def aggregate(obligation: Obligation, definition: Definition, on: date) -> Aggregate:
    """The figures of a superior's form from the accepted returns below it and the computed rest.

    Where the registers count a cell: Σ accepted + (computed of the superior − Σ computed of the accepted), so that an
    accepted figure stands and nothing is counted twice. Where they do not, Σ accepted, with the share covered. Shares
    and averages are left as computed: they do not add up.
    """
    owed = list(_children_returns(obligation).select_related("made", "version"))
    accepted = [item for item in owed if hasattr(item, "made") and item.made.state in FROZEN_STATES]
    span = span_of(obligation, definition)
    plans = computing.plans_of(definition, span, on=on)
    additive = {key: plan for key, plan in plans.items() if len(plan.terms) == 1}
    bodies = [obligation.unit_id, *(item.unit_id for item in accepted)]
    counted = computing.compute(additive, bodies)
    # What the body below typed without a register says nothing about the register of the one above: left out there.
    frozen = [
        (
            item.unit_id,
            item.made.computed.keys(),
            rules.effective(read_definition(item.version.definition), item.made.computed, item.made.entered),
        )
        for item in accepted
    ]
    cells: dict[str, AggregateCell] = {}
    for key, cell in definition.cells.items():
        if cell.row.source == "formula" or (key in plans and key not in additive):
            continue
        given = [
            (unit, values[key])
            for unit, known, values in frozen
            if values.get(key) is not None and (key not in additive or key in known)
        ]
        total = sum((value for _, value in given if value is not None), Decimal(0))
        rest: Decimal | None = None
        if key in additive:
            own = rules.number(counted[obligation.unit_id].get(key)) or Decimal(0)
            rest = own - sum(
                (rules.number(counted[unit].get(key)) or Decimal(0) for unit, _ in given), Decimal(0)
            )
        value = total + rest if rest is not None else total if given else None
        cells[key] = AggregateCell(key, value, total, rest, len(given), len(owed))
    return Aggregate(cells, len(accepted), len(owed), _members_share(obligation, accepted))


def _members_share(obligation: Obligation, accepted: Sequence[Obligation]) -> Decimal | None:
    found = stock(
        "members", [obligation.unit_id, *(item.unit_id for item in accepted)], on=obligation.last_day
    )
    whole = found[obligation.unit_id]
    part = sum(found[item.unit_id] for item in accepted)
    return Decimal(part) / whole if whole else None


# --------------------------------------------------------------------------------------------------
# Frozen returns and restatements
# --------------------------------------------------------------------------------------------------


def structure_of(unit: Unit, on: date) -> dict[str, Any]:
    """Where a body stands on a day: what it is, the chain above it, those directly below; for freezing."""
    chain = ancestors_on(unit, on)
    return {
        "on": on.isoformat(),
        "unit": {"code": unit.code, "name": chain[-1].name, "kind": chain[-1].kind_id}
        if chain
        else {"code": unit.code, "name": unit.name, "kind": ""},
        "above": [
            {"code": version.unit.code, "name": version.name, "kind": version.kind_id}
            for version in chain[:-1]
        ],
        "below": [
            {"code": child.unit.code, "name": child.name, "kind": child.kind_id}
            for child in children_on(unit, on)
        ],
    }


@dataclass(frozen=True)
class RestatedCell:
    key: str
    label: str
    reported: Decimal | None
    now: Decimal | None

    @property
    def change(self) -> Decimal | None:
        if self.reported is None or self.now is None:
            return None
        return self.now - self.reported


@dataclass(frozen=True)
class Restatement:
    """What was reported and what is known now: only cells that the registers count. ``movements`` are those booked
    since for days of the period or before; ``counts`` the number of them all."""

    frozen: FrozenReturn
    cells: list[RestatedCell]
    movements: list[Movement]
    count: int
    is_sound: bool

    @property
    def changed(self) -> list[RestatedCell]:
        return [cell for cell in self.cells if cell.change]


def restatement(
    actor: Actor, frozen: FrozenReturn, obligation: Obligation, *, limit: int = 100
) -> Restatement:
    """What an accepted return said against what is known now. ``actor`` sees the movements of their own scope."""
    said = json.loads(frozen.body)
    definition = read_definition(said["definition"])
    span = Span(obligation.period, "", obligation.from_on, obligation.to_on)
    plans = computing.plans_of(definition, span, on=obligation.last_day)
    now = computing.compute(plans, [obligation.unit_id])[obligation.unit_id]
    reported = said["values"]["computed"]
    cells = [
        RestatedCell(key, plan.cell.label, rules.number(reported.get(key)), rules.number(now.get(key)))
        for key, plan in plans.items()
    ]
    late = (
        Movement.objects.filter(
            movements_below(obligation.unit_id), recorded_at__gt=frozen.known_at, on__lt=obligation.to_on
        )
        .filter(scope(actor, "membership.view").filter("unit"))
        .select_related("person", "unit", "decision", "actor")
        .order_by("recorded_at", "pk")
    )
    return Restatement(
        frozen=frozen,
        cells=cells,
        movements=list(late[:limit]),
        count=late.count(),
        is_sound=digest(frozen.body) == frozen.digest,
    )
