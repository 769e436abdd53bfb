"""How rounds of returns stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on
from congdoan.work.returns.choices import FROZEN_STATES
from congdoan.work.returns.definitions import (
    read_definition,
)
from congdoan.work.returns.models import (
    Obligation,
    ReturnForm,
)
from congdoan.work.returns.queries.seeing import visible_obligations


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


STANDING_SQL = """
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
            f"""SELECT p.ancestor_id, {STANDING_SQL} AS standing, count(*)
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
    return children_returns(obligation).exclude(made__state__in=FROZEN_STATES).count()


def children_returns(obligation: Obligation) -> QuerySet[Obligation]:
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
