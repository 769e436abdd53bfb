"""Reads of succession: successors of a unit, what the rules count, what stands in the way of an undo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Count, Q

from congdoan.foundation.succession.catalogue import Hindrance, Passage, SuccessionRule, Tally, rules
from congdoan.foundation.succession.models import JournalEntry, Successor
from congdoan.foundation.units.models import Unit

_JOURNAL = JournalEntry._meta.db_table


def successors_of(unit: Unit | int) -> list[Successor]:
    """Who succeeded a unit, the main one first, with unit, successor and decision. One query."""
    return list(
        Successor.objects.filter(unit=unit)
        .select_related("unit", "successor", "decision")
        .order_by("on", "rank", "pk")
    )


def predecessors_of(unit: Unit | int) -> list[Successor]:
    """Whom a unit succeeded, the newest first."""
    return list(
        Successor.objects.filter(successor=unit)
        .select_related("unit", "successor", "decision")
        .order_by("-on", "unit__sort_key", "pk")
    )


@dataclass(frozen=True)
class Ended:
    """A unit that exists no longer and where its links lead: the units that stand today, the main one first."""

    unit: Unit
    heirs: list[Unit]


def ended_by(unit: Unit | None, on: date) -> Ended | None:
    """Where the links of a unit lead that had ended by a day; None while it stood. No query then, else three."""
    if unit is None or unit.ended_on is None or unit.ended_on > on:
        return None
    taken_by = [row.successor_id for row in successors_of(unit)]
    led = today_of(taken_by)
    units = Unit.objects.in_bulk(led.values())
    found = [units[pk] for pk in dict.fromkeys(led[pk] for pk in taken_by)]
    return Ended(unit, [heir for heir in found if heir.ended_on is None or heir.ended_on > on])


def today_of(unit_ids: Iterable[int]) -> dict[int, int]:
    """Where links of ended units lead: the main successor that stands today, followed over several rearrangements;
    a unit that was never succeeded, or still stands, leads to itself. One query."""
    ids = list(unit_ids)
    result = {pk: pk for pk in ids}
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE led(origin, unit_id, hops) AS (
                   SELECT u.id, u.id, 0 FROM units_unit u WHERE u.id = ANY(%s)
                   UNION ALL
                   SELECT l.origin, s.successor_id, l.hops + 1
                   FROM led l JOIN units_unit u ON u.id = l.unit_id AND u.ended_on IS NOT NULL
                   JOIN LATERAL (SELECT successor_id FROM succession_successor s WHERE s.unit_id = l.unit_id
                                 ORDER BY s."on" DESC, s.rank, s.id LIMIT 1) s ON TRUE
                   WHERE l.hops < 20
               )
               SELECT DISTINCT ON (origin) origin, unit_id FROM led ORDER BY origin, hops DESC""",
            [ids],
        )
        result.update(dict(cursor.fetchall()))
    return result


def standing_below(unit_ids: Iterable[int], *, today: date) -> dict[int, list[int]]:
    """The bodies whose past counts for a body in the structure of ``today``: {unit id: [unit ids, itself too]}.

    What stands below it today, and what ended since and was led there: a body that was succeeded counts where its main
    successor stands today, one that was not where its last superior does, over any number of rearrangements. So every
    body counts exactly once at each height, and the top counts all there ever were. A body that exists no longer
    gathers what stood below it last. One query.
    """
    ids = list(unit_ids)
    found: dict[int, list[int]] = {pk: [] for pk in ids}
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE led(origin, unit_id, hops) AS (
                   SELECT u.id, u.id, 0 FROM units_unit u WHERE u.ended_on <= %(today)s
                   UNION ALL
                   SELECT l.origin, COALESCE(s.successor_id, v.parent_id), l.hops + 1
                   FROM led l JOIN units_unit u ON u.id = l.unit_id AND u.ended_on <= %(today)s
                   LEFT JOIN LATERAL (SELECT successor_id FROM succession_successor s WHERE s.unit_id = l.unit_id
                                      ORDER BY s."on" DESC, s.rank, s.id LIMIT 1) s ON TRUE
                   LEFT JOIN LATERAL (SELECT parent_id FROM units_unitversion v WHERE v.unit_id = l.unit_id
                                      ORDER BY lower(v.during) DESC LIMIT 1) v ON s.successor_id IS NULL
                   WHERE l.hops < 30 AND COALESCE(s.successor_id, v.parent_id) IS NOT NULL
               ), arrived AS (
                   SELECT DISTINCT ON (origin) origin, unit_id FROM led ORDER BY origin, hops DESC
               )
               SELECT p.ancestor_id, p.unit_id FROM units_unitplacement p
               WHERE p.ancestor_id = ANY(%(ids)s) AND p.during @> %(today)s
               UNION
               SELECT p.ancestor_id, a.origin FROM arrived a
               JOIN units_unitplacement p ON p.unit_id = a.unit_id AND p.during @> %(today)s
               WHERE p.ancestor_id = ANY(%(ids)s)
               UNION
               SELECT p.ancestor_id, p.unit_id FROM units_unitplacement p
               JOIN units_unit u ON u.id = p.ancestor_id AND u.ended_on <= %(today)s
               WHERE p.ancestor_id = ANY(%(ids)s) AND p.is_last""",
            {"ids": ids, "today": today},
        )
        for body, unit_id in cursor.fetchall():
            found[body].append(unit_id)
    return found


def standing_below_one(unit: Unit | int, *, today: date) -> list[int]:
    """`standing_below` of one body."""
    pk = unit if isinstance(unit, int) else unit.pk
    return standing_below([pk], today=today)[pk]


def groups_for(unit_ids: Iterable[int], structure_on: date | None) -> dict[int, list[int]] | None:
    """What makes up the figures of bodies in the structure of a day, for the measures (`standing_below`); None, which
    asks for bodies as they stood, when no day is given."""
    return None if structure_on is None else standing_below(unit_ids, today=structure_on)


def seen_today(below: Iterable[int], column: str, *, today: date) -> Q:
    """A condition on the foreign key ``column`` to Unit: what counts for these bodies in today's structure. Whoever
    may see a body's figure in that structure may see the records that it counts."""
    found = standing_below(below, today=today)
    return Q(**{f"{column}__in": sorted({pk for members in found.values() for pk in members})})


def tallies(passage: Passage) -> list[tuple[SuccessionRule, list[Tally]]]:
    """What every rule with a label counts at the units that end or are divided. One query a rule."""
    found: list[tuple[SuccessionRule, list[Tally]]] = []
    ended = passage.ended
    for rule in rules():
        if not rule.label:
            continue
        if rule.handler is not None:
            found.append((rule, rule.handler.tally(passage)))
            continue
        chosen = Q(**{f"{rule.field}__in": ended}) & (rule.open or Q())
        counted = dict(
            rule.model_class._default_manager.filter(chosen)
            .order_by()
            .values_list(rule.field)
            .annotate(n=Count("pk"))
            .values_list(rule.field, "n")
        )
        lines = []
        for pk, n in counted.items():
            if rule.fate == "successor":
                lines.append(passage.passing(pk, n))
            else:
                lines.append(Tally(pk, n, None, "ended" if rule.fate == "ends" else "kept"))
        found.append((rule, lines))
    return found


def changed_since(batch: UUID, *, limit: int = 50) -> list[tuple[str, int]]:
    """Rows that are no longer as the rearrangement left them: (model label, row id). Of a row that it changed only what it
    changed counts: a task that it passed on may have been finished since. One query a model."""
    found: list[tuple[str, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT model FROM {_JOURNAL} WHERE batch = %s ORDER BY 1", [batch])
        for (label,) in cursor.fetchall():
            model = apps.get_model(label)
            assert model._meta.pk is not None
            key = model._meta.pk.column
            columns = [
                c.column for c in model._meta.local_concrete_fields if not getattr(c, "generated", False)
            ]
            row = ", ".join(f"'{name}', t.\"{name}\"" for name in columns)
            cursor.execute(
                f"""SELECT j.row_id FROM (
                        SELECT DISTINCT ON (row_id) row_id, after,
                               first_value(before) OVER (PARTITION BY row_id ORDER BY id) AS before
                        FROM {_JOURNAL}
                        WHERE batch = %(batch)s AND model = %(model)s ORDER BY row_id, id DESC
                    ) j LEFT JOIN {model._meta.db_table} t ON t."{key}" = j.row_id
                    CROSS JOIN LATERAL (
                        SELECT CASE WHEN t."{key}" IS NULL THEN NULL ELSE jsonb_build_object({row}) END AS now
                    ) n
                    WHERE n.now IS DISTINCT FROM j.after AND (
                        n.now IS NULL OR j.before IS NULL OR j.after IS NULL
                        OR EXISTS (SELECT 1 FROM jsonb_each(j.after) a
                                   WHERE a.value IS DISTINCT FROM j.before->a.key
                                     AND a.value IS DISTINCT FROM n.now->a.key))
                    ORDER BY 1 LIMIT %(limit)s""",
                {"batch": batch, "model": label, "limit": limit},
            )
            found += [(label, pk) for (pk,) in cursor.fetchall()]
    return found


def bound_to(unit_ids: Iterable[int], batch: UUID) -> list[Hindrance]:
    """Rows that refer to these units and were not made by the rearrangement: each rule that binds says how many.

    For units that a rearrangement founded: they can only be taken back while nothing else leans on them.
    """
    ids = list(unit_ids)
    found: list[Hindrance] = []
    if not ids:
        return found
    for rule in rules():
        if not rule.binds:
            continue
        model = rule.model_class
        made = JournalEntry.objects.filter(batch=batch, model=model._meta.label).values("row_id")
        rows = (
            model._default_manager.filter(**{f"{rule.field}__in": ids})
            .exclude(pk__in=made)
            .order_by()
            .values(rule.field)
            .annotate(n=Count("pk"))
        )
        names = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))
        for row in rows:
            pk = row[rule.field]
            if pk in names:
                label = rule.label or str(model._meta.verbose_name)
                found.append(
                    Hindrance(
                        f"{names[pk]} (lập theo quyết định này) đã có {row['n']} {label.lower()} ghi sau đó.",
                        pk,
                    )
                )
    return found
