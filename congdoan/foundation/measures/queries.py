"""Reads of measures: exact at once, one index look-up at any height of the tree.

A figure is the sum of whole years, whole months and days up to the day asked for, plus what is not yet folded.
``known_at`` asks for the figure as it was known at an instant and goes through the deltas instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import connection

from congdoan.foundation.measures.catalogue import Filters, dims_match, measures
from congdoan.foundation.measures.contributions import CONTRIBUTIONS_SQL, PLACED_SQL
from congdoan.foundation.measures.models import MeasureCell

_EPOCH = date(1900, 1, 1)


#: Bodies with the units whose own figures make up theirs: {unit id: unit ids}.
Groups = Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Row:
    """One figure of a breakdown: the dimensions of its cell, whether it is structure, and n."""

    unit_id: int
    dims: dict[str, Any]
    is_structure: bool
    n: int


def cells(measure: str, filters: Filters | None = None) -> dict[int, dict[str, Any]]:
    """Cells of a measure that pass the filters: {cell id: dimensions}."""
    found = MeasureCell.objects.filter(measure=measure).values_list("id", "dims")
    return {pk: dims for pk, dims in found if not filters or dims_match(dims, filters)}


def cells_of(codes: Iterable[str]) -> dict[str, dict[int, dict[str, Any]]]:
    """All cells of several measures: {measure: {cell id: dimensions}}. One query."""
    result: dict[str, dict[int, dict[str, Any]]] = {code: {} for code in codes}
    found = MeasureCell.objects.filter(measure__in=list(result)).values_list("measure", "id", "dims")
    for code, pk, dims in found:
        result[code][pk] = dims
    return result


def stock(
    measure: str,
    units: Iterable[int],
    *,
    on: date,
    filters: Filters | None = None,
    known_at: datetime | None = None,
    groups: Groups | None = None,
) -> dict[int, int]:
    """The value at the end of a day for each unit and all that stood below it: {unit id: n}, 0 where nothing.
    ``groups`` as for `rows`."""
    wanted = list(units)
    result = dict.fromkeys(wanted, 0)
    for row in rows(
        measure,
        wanted,
        from_on=None,
        to_on=_day_after(on),
        filters=filters,
        known_at=known_at,
        groups=groups,
    ):
        result[row.unit_id] += row.n
    return result


def flow(
    measure: str,
    units: Iterable[int],
    *,
    from_on: date,
    to_on: date,
    filters: Filters | None = None,
    known_at: datetime | None = None,
    groups: Groups | None = None,
) -> dict[int, int]:
    """What happened in [from_on, to_on) for each unit and all below it; structure is left out. ``groups`` as for
    `rows`."""
    wanted = list(units)
    result = dict.fromkeys(wanted, 0)
    for row in rows(
        measure, wanted, from_on=from_on, to_on=to_on, filters=filters, known_at=known_at, groups=groups
    ):
        if not row.is_structure:
            result[row.unit_id] += row.n
    return result


def rows(
    measure: str,
    units: Sequence[int],
    *,
    from_on: date | None,
    to_on: date,
    filters: Filters | None = None,
    known_at: datetime | None = None,
    known: Mapping[int, dict[str, Any]] | None = None,
    groups: Groups | None = None,
) -> list[Row]:
    """The breakdown of [from_on, to_on) by cell for each unit; from the beginning when from_on is None.

    One query for the cells and one for the figures, whatever the number of units. Whoever asks for several spans
    hands over the cells that it has asked `cells` for as ``known`` (in place of filters). With ``groups`` a unit's
    figure is the sum of what its group's units had of their own, wherever they stood then: a structure of another day.
    """
    known = cells(measure, filters) if known is None else known
    if not known or not units:
        return []
    start = from_on or _EPOCH
    if start >= to_on:
        return []
    if groups is not None:
        asked = {unit: groups.get(unit, ()) for unit in units}
        return [
            Row(unit_id, known[cell_id], False, n)
            for unit_id, cell_id, n in _grouped(asked, list(known), start, to_on, known_at)
        ]
    parameters: dict[str, Any] = {"units": list(units), "cells": list(known), "from": start, "to": to_on}
    if known_at is None:
        totals, pieces = _totals_sql(start, to_on)
        parameters |= pieces
        unfolded = _live_sql("NOT is_folded")
        text = f"{totals} UNION ALL {unfolded}"
    else:
        parameters["known_at"] = known_at
        text = _live_sql("recorded_at <= %(known_at)s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unit_id, cell_id, is_structure, sum(n) FROM ({text}) x GROUP BY 1, 2, 3 HAVING sum(n) <> 0",
            parameters,
        )
        return [Row(unit_id, known[cell_id], structure, int(n)) for unit_id, cell_id, structure, n in cursor]


def _grouped(
    groups: Groups, cell_ids: list[int], start: date, end: date, known_at: datetime | None
) -> list[tuple[int, int, int]]:
    """(body, cell, n): sums over groups of units of what each had of its own in [start, end). One query.

    A unit that nothing ever stood below has nothing but its own in its totals, so few rows are read for the many; of
    the few others the deltas are added up.
    """
    bodies = [body for body, members in groups.items() for _ in members]
    units = [unit for members in groups.values() for unit in members]
    if not units:
        return []
    parameters: dict[str, Any] = {
        "bodies": bodies,
        "members": units,
        "units": list(dict.fromkeys(units)),
        "cells": cell_ids,
        "from": start,
        "to": end,
    }
    delta = "SELECT unit_id, cell_id, n FROM measures_measuredelta WHERE"
    narrowed = "cell_id = ANY(%(cells)s) AND day >= %(from)s AND day < %(to)s"
    if known_at is None:
        # So many units are read whole from the index once, not once a piece.
        matches: list[tuple[int, str]] = []
        for number, (sign, grain, a, b) in enumerate(_pieces(start, end)):
            parameters |= {f"a{number}": a, f"b{number}": b}
            matches.append(
                (sign, f"(grain = '{grain}' AND starts_on >= %(a{number})s AND starts_on < %(b{number})s)")
            )
        times = " + ".join(f"CASE WHEN {match} THEN {sign} ELSE 0 END" for sign, match in matches)
        totals = f"""SELECT unit_id, cell_id, n * ({times}) AS n FROM measures_measuretotal
            WHERE unit_id = ANY({_LOWEST.format("")}) AND cell_id = ANY(%(cells)s)
              AND ({" OR ".join(match for _, match in matches)})"""
        # Few deltas wait, and few bodies ever stood above others: each part has its own index.
        own = f"""{totals}
            UNION ALL {delta} NOT is_folded AND {narrowed} AND unit_id = ANY({_LOWEST.format("")})
            UNION ALL {delta} unit_id = ANY({_LOWEST.format("NOT")}) AND {narrowed}"""
    else:
        parameters["known_at"] = known_at
        own = f"{delta} recorded_at <= %(known_at)s AND unit_id = ANY(%(units)s) AND {narrowed}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH asked AS MATERIALIZED ({_ASKED_SQL}), own AS (
                    SELECT unit_id, cell_id, sum(n) AS n FROM ({own}) x GROUP BY 1, 2
                )
                SELECT g.body, o.cell_id, sum(o.n)
                FROM unnest(%(bodies)s::bigint[], %(members)s::bigint[]) AS g(body, unit_id)
                JOIN own o ON o.unit_id = g.unit_id GROUP BY 1, 2 HAVING sum(o.n) <> 0""",
            parameters,
        )
        return [(body, cell, int(n)) for body, cell, n in cursor]


def _ask_for_days(cursor: Any, units: Sequence[int], cell_ids: list[int], after: date, last: date) -> None:
    """Ask for (day, n): what a group of units had of its own on each day in (after, last]."""
    cursor.execute(
        f"""WITH asked AS MATERIALIZED ({_ASKED_SQL})
            SELECT day, sum(n) FROM (
                SELECT starts_on AS day, n FROM measures_measuretotal
                WHERE unit_id = ANY({_LOWEST.format("")}) AND cell_id = ANY(%(cells)s) AND grain = 'd'
                  AND starts_on > %(after)s AND starts_on <= %(last)s
                UNION ALL
                SELECT day, n FROM measures_measuredelta
                WHERE NOT is_folded AND unit_id = ANY({_LOWEST.format("")}) AND cell_id = ANY(%(cells)s)
                  AND day > %(after)s AND day <= %(last)s
                UNION ALL
                SELECT day, n FROM measures_measuredelta
                WHERE unit_id = ANY({_LOWEST.format("NOT")}) AND cell_id = ANY(%(cells)s)
                  AND day > %(after)s AND day <= %(last)s
            ) x GROUP BY day ORDER BY day""",
        {"units": list(units), "cells": cell_ids, "after": after, "last": last},
    )


def series(
    measure: str,
    unit_id: int,
    days: Sequence[date],
    *,
    filters: Filters | None = None,
    growth_only: bool = False,
    groups: Groups | None = None,
) -> list[int]:
    """The value at the end of each of ``days`` (ascending). ``growth_only`` leaves structure out, for trend lines
    that must not jump when units are rearranged; ``groups`` as for `rows`. One query for the changes, one for where
    they begin."""
    known = cells(measure, filters)
    if not known or not days:
        return [0] * len(days)
    with connection.cursor() as cursor:
        if groups is not None:
            _ask_for_days(cursor, groups.get(unit_id, ()), list(known), days[0], days[-1])
        else:
            cursor.execute(
                f"""SELECT day, sum(n) FROM (
                    SELECT starts_on AS day, n, is_structure FROM measures_measuretotal
                    WHERE unit_id = %(unit)s AND cell_id = ANY(%(cells)s) AND grain = 'd'
                      AND starts_on > %(first)s AND starts_on <= %(last)s
                    UNION ALL
                    SELECT day, n, is_structure FROM ({_live_sql("NOT is_folded", columns="day, n, is_structure")}) l
                    WHERE day > %(first)s AND day <= %(last)s
                ) x WHERE NOT (%(growth)s AND is_structure) GROUP BY day ORDER BY day""",
                {
                    "unit": unit_id,
                    "units": [unit_id],
                    "cells": list(known),
                    "first": days[0],
                    "last": days[-1],
                    "growth": growth_only,
                    "from": _EPOCH,
                    "to": _day_after(days[-1]),
                },
            )
        changes = [(day, int(n)) for day, n in cursor]
    value = stock(measure, [unit_id], on=days[0], filters=filters, groups=groups)[unit_id]
    values: list[int] = []
    position = 0
    for day in days:
        while position < len(changes) and changes[position][0] <= day:
            value += changes[position][1]
            position += 1
        values.append(value)
    return values


def rows_of_spans(
    measure: str,
    units: Sequence[int],
    spans: Sequence[tuple[date | None, date]],
    *,
    known_at: datetime | None = None,
    known: Mapping[int, dict[str, Any]] | None = None,
    kinds: Mapping[int, int] | None = None,
    groups: Groups | None = None,
) -> dict[tuple[date | None, date], list[Row]]:
    """`rows` for several half-open spans of a measure in one query: {span: rows}. For readers that compare now
    with an opening, a pace and the year before. ``kinds`` names the cells that matter, {cell id: id of a cell that
    stands for it}: those of a kind are added up, under the dimensions of the one that stands for them. ``groups`` as
    for `rows`."""
    result: dict[tuple[date | None, date], list[Row]] = {span: [] for span in spans}
    known = cells(measure) if known is None else known
    kinds = {pk: pk for pk in known} if kinds is None else kinds
    if not kinds or not units or not spans:
        return result
    borders: list[tuple[int, date, date]] = []
    order = list(result)
    for number, (start, end) in enumerate(order):
        a = start or _EPOCH
        if a < end:
            borders.append((number, a, end))
    if not borders:
        return result
    parameters: dict[str, Any] = {
        "units": list(units),
        "cells": list(kinds),
        "lowest": min(kinds),
        "kinds": [kinds.get(pk, 0) for pk in range(min(kinds), max(kinds) + 1)],
        "span": [number for number, _, _ in borders],
        "since": [a for _, a, _ in borders],
        "until": [b for _, _, b in borders],
        "from": min(a for _, a, _ in borders),
        "to": max(b for _, _, b in borders),
    }
    if groups is not None:
        asked = {unit: groups.get(unit, ()) for unit in units}
        for number, unit_id, cell, n in _grouped_spans(asked, parameters, borders, known_at):
            result[order[number]].append(Row(unit_id, known[cell], False, n))
        return result
    columns = "unit_id, cell_id, is_structure, day, n"
    # The kind stands at the cell's place from the lowest id. No join: the database expects few rows, and would compare
    # each with every cell.
    kind = _KIND
    if known_at is None:
        parameters |= _slices_of(borders)
        # What several spans share is read and added up once.
        folded = f"""
            SELECT w.span, s.unit_id, s.kind, s.is_structure, w.times * s.n AS n FROM (
                SELECT p.slice, t.unit_id, t.kind, t.is_structure, sum(t.n)::bigint AS n
                FROM unnest(%(grain)s::text[], %(a)s::date[], %(b)s::date[]) WITH ORDINALITY AS p(grain, a, b, slice)
                CROSS JOIN LATERAL (
                    SELECT unit_id, {kind} AS kind, is_structure, n FROM measures_measuretotal
                    WHERE unit_id = ANY(%(units)s) AND cell_id = ANY(%(cells)s) AND grain = p.grain
                      AND starts_on >= p.a AND starts_on < p.b
                    OFFSET 0  -- one look-up in the index a slice, never a pass over all days of the unit
                ) t
                GROUP BY 1, 2, 3, 4
            ) s JOIN unnest(%(of)s::int[], %(slice)s::int[], %(times)s::int[]) AS w(span, slice, times)
              ON w.slice = s.slice
            UNION ALL"""
        live = _live_sql("NOT is_folded", columns=columns)
    else:
        parameters["known_at"] = known_at
        folded, live = "", _live_sql("recorded_at <= %(known_at)s", columns=columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT x.span, x.unit_id, x.kind, x.is_structure, sum(x.n)::bigint FROM ({folded}
                    SELECT p.span, l.unit_id, {kind} AS kind, l.is_structure, l.n
                    FROM {live} l
                    JOIN unnest(%(span)s::int[], %(since)s::date[], %(until)s::date[]) AS p(span, a, b)
                      ON l.day >= p.a AND l.day < p.b
                ) x GROUP BY 1, 2, 3, 4 HAVING sum(x.n) <> 0""",
            parameters,
        )
        for number, unit_id, kind, structure, n in cursor:
            result[order[number]].append(Row(unit_id, known[kind], structure, n))
    return result


#: The cell that stands for a cell, by its place from the lowest id.
_KIND = "(%(kinds)s::int[])[cell_id - %(lowest)s + 1]"


def _slices_of(borders: Sequence[tuple[int, date, date]]) -> dict[str, Any]:
    """Spans (number, from, to) cut into slices of totals, as parameters of a query."""
    slices, parts = _slices([(number, piece) for number, a, b in borders for piece in _pieces(a, b)])
    return {
        "grain": [grain for grain, _, _ in slices],
        "a": [a for _, a, _ in slices],
        "b": [b for _, _, b in slices],
        "of": [number for number, _, _ in parts],
        "slice": [place for _, place, _ in parts],
        "times": [times for _, _, times in parts],
    }


def _grouped_spans(
    groups: Groups,
    parameters: dict[str, Any],
    borders: Sequence[tuple[int, date, date]],
    known_at: datetime | None,
) -> list[tuple[int, int, int, int]]:
    """(number of the span, body, cell that stands for its kind, n) of `rows_of_spans` with groups. One query."""
    bodies = [body for body, members in groups.items() for _ in members]
    units = [unit for members in groups.values() for unit in members]
    if not units:
        return []
    parameters |= {"bodies": bodies, "members": units, "units": list(dict.fromkeys(units))}
    delta = f"SELECT unit_id, {_KIND} AS kind, day, n FROM measures_measuredelta WHERE"
    narrowed = "cell_id = ANY(%(cells)s) AND day >= %(from)s AND day < %(to)s"
    spans = "unnest(%(span)s::int[], %(since)s::date[], %(until)s::date[]) AS p(span, a, b)"
    read = ""
    if known_at is None:
        slices = _slices_of(borders)
        parameters |= slices
        # So many units are read whole from the index once, not once a slice.
        matches = []
        for number, grain in enumerate(slices["grain"]):
            parameters |= {f"a{number}": slices["a"][number], f"b{number}": slices["b"][number]}
            matches.append(
                f"(grain = '{grain}' AND starts_on >= %(a{number})s AND starts_on < %(b{number})s)"
            )
        read = f""", read AS MATERIALIZED (
            SELECT unit_id, {_KIND} AS kind, grain, starts_on, sum(n)::bigint AS n FROM measures_measuretotal
            WHERE unit_id = ANY({_LOWEST.format("")}) AND cell_id = ANY(%(cells)s) AND ({" OR ".join(matches)})
            GROUP BY 1, 2, 3, 4)"""
        folded = """
            SELECT w.span, t.unit_id, t.kind, w.times * t.n AS n FROM (
                SELECT p.slice, m.unit_id, m.kind, sum(m.n)::bigint AS n FROM read m
                JOIN unnest(%(grain)s::text[], %(a)s::date[], %(b)s::date[]) WITH ORDINALITY AS p(grain, a, b, slice)
                  ON m.grain = p.grain AND m.starts_on >= p.a AND m.starts_on < p.b
                GROUP BY 1, 2, 3
            ) t JOIN unnest(%(of)s::int[], %(slice)s::int[], %(times)s::int[]) AS w(span, slice, times)
              ON w.slice = t.slice
            UNION ALL"""
        live = f"""({delta} NOT is_folded AND {narrowed} AND unit_id = ANY({_LOWEST.format("")})
            UNION ALL {delta} unit_id = ANY({_LOWEST.format("NOT")}) AND {narrowed})"""
    else:
        parameters["known_at"] = known_at
        folded = ""
        live = f"({delta} recorded_at <= %(known_at)s AND unit_id = ANY(%(units)s) AND {narrowed})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH asked AS MATERIALIZED ({_ASKED_SQL}){read}, own AS (
                    SELECT span, unit_id, kind, sum(n) AS n FROM ({folded}
                        SELECT p.span, l.unit_id, l.kind, l.n FROM {live} l
                        JOIN {spans} ON l.day >= p.a AND l.day < p.b
                    ) x GROUP BY 1, 2, 3
                )
                SELECT o.span, g.body, o.kind, sum(o.n)
                FROM unnest(%(bodies)s::bigint[], %(members)s::bigint[]) AS g(body, unit_id)
                JOIN own o ON o.unit_id = g.unit_id GROUP BY 1, 2, 3 HAVING sum(o.n) <> 0""",
            parameters,
        )
        return [(number, body, cell, int(n)) for number, body, cell, n in cursor]


def monthly(
    measure: str,
    units: Sequence[int],
    *,
    from_on: date,
    to_on: date,
    filters: Filters | None = None,
    growth_only: bool = False,
    known: Mapping[int, dict[str, Any]] | None = None,
    groups: Groups | None = None,
) -> dict[int, dict[date, int]]:
    """What changed in each month of [from_on, to_on) for many units: {unit id: {first day of month: n}}.

    For trend lines of many bodies beside each other: one query for the cells and one for the figures, whatever
    the number of units. The first and the last month may be cut by the borders. Months without change are left
    out. ``growth_only`` leaves structure out; ``known`` and ``groups`` as for `rows`.
    """
    result: dict[int, dict[date, int]] = {unit: {} for unit in units}
    known = cells(measure, filters) if known is None else known
    if not known or not units or from_on >= to_on:
        return result
    first_whole = from_on if from_on.day == 1 else _next_month(from_on)
    end_whole = max(to_on.replace(day=1), first_whole)
    if groups is not None:
        asked = {unit: groups.get(unit, ()) for unit in units}
        for body, month, n in _grouped_months(asked, list(known), (from_on, first_whole, end_whole, to_on)):
            result[body][month] = n
        return result
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT unit_id, date_trunc('month', day)::date, sum(n) FROM (
                    SELECT unit_id, starts_on AS day, n, is_structure FROM measures_measuretotal
                    WHERE unit_id = ANY(%(units)s) AND cell_id = ANY(%(cells)s) AND grain = 'm'
                      AND starts_on >= %(first)s AND starts_on < %(end)s
                    UNION ALL
                    SELECT unit_id, starts_on, n, is_structure FROM measures_measuretotal
                    WHERE unit_id = ANY(%(units)s) AND cell_id = ANY(%(cells)s) AND grain = 'd'
                      AND starts_on >= %(from)s AND starts_on < %(to)s
                      AND (starts_on < %(first)s OR starts_on >= %(end)s)
                    UNION ALL
                    SELECT unit_id, day, n, is_structure
                    FROM ({_live_sql("NOT is_folded", columns="unit_id, day, n, is_structure")}) l
                ) x WHERE NOT (%(growth)s AND is_structure) GROUP BY 1, 2 HAVING sum(n) <> 0""",
            {
                "units": list(units),
                "cells": list(known),
                "from": from_on,
                "first": first_whole,
                "end": end_whole,
                "to": to_on,
                "growth": growth_only,
            },
        )
        for unit_id, month, n in cursor:
            result[unit_id][month] = int(n)
    return result


def _grouped_months(
    groups: Groups, cell_ids: list[int], days: tuple[date, date, date, date]
) -> list[tuple[int, date, int]]:
    """(body, first day of month, n) of `monthly` with groups; ``days``: from, first whole month, end of whole months,
    to. Within a structure nothing is structure. One query."""
    bodies = [body for body, members in groups.items() for _ in members]
    units = [unit for members in groups.values() for unit in members]
    if not units:
        return []
    delta = "SELECT unit_id, day, n FROM measures_measuredelta WHERE"
    narrowed = "cell_id = ANY(%(cells)s) AND day >= %(from)s AND day < %(to)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH asked AS MATERIALIZED ({_ASKED_SQL}), own AS (
                    SELECT unit_id, date_trunc('month', day)::date AS month, sum(n) AS n FROM (
                        SELECT unit_id, starts_on AS day, n FROM measures_measuretotal
                        WHERE unit_id = ANY({_LOWEST.format("")}) AND cell_id = ANY(%(cells)s)
                          AND (grain = 'm' AND starts_on >= %(first)s AND starts_on < %(end)s
                               OR grain = 'd' AND starts_on >= %(from)s AND starts_on < %(to)s
                                  AND (starts_on < %(first)s OR starts_on >= %(end)s))
                        UNION ALL {delta} NOT is_folded AND {narrowed} AND unit_id = ANY({_LOWEST.format("")})
                        UNION ALL {delta} unit_id = ANY({_LOWEST.format("NOT")}) AND {narrowed}
                    ) x GROUP BY 1, 2
                )
                SELECT g.body, o.month, sum(o.n)
                FROM unnest(%(bodies)s::bigint[], %(members)s::bigint[]) AS g(body, unit_id)
                JOIN own o ON o.unit_id = g.unit_id GROUP BY 1, 2 HAVING sum(o.n) <> 0""",
            {
                "bodies": bodies,
                "members": units,
                "units": list(dict.fromkeys(units)),
                "cells": cell_ids,
                "from": days[0],
                "first": days[1],
                "end": days[2],
                "to": days[3],
            },
        )
        return [(body, month, int(n)) for body, month, n in cursor]


@dataclass(frozen=True)
class Difference:
    """A place where deltas or totals do not say what the rows of record say."""

    measure: str
    unit_id: int
    day: date | None
    expected: int
    found: int


def differences(*, limit: int = 100) -> list[Difference]:
    """Recount every measure from the rows of record, and every total from the deltas. Empty when all is well."""
    found: list[Difference] = []
    with connection.cursor() as cursor:
        for code, declared in sorted(measures().items()):
            cursor.execute(
                f"""WITH truth AS (
                        SELECT unit_id, dims, day, sum(n) AS n FROM ({declared.recount_sql}) t GROUP BY 1, 2, 3
                    ), kept AS (
                        SELECT d.unit_id, c.dims, d.day, sum(d.n) AS n FROM measures_measuredelta d
                        JOIN measures_measurecell c ON c.id = d.cell_id WHERE c.measure = %s GROUP BY 1, 2, 3
                    )
                    SELECT COALESCE(t.unit_id, k.unit_id), COALESCE(t.day, k.day), COALESCE(t.n, 0), COALESCE(k.n, 0)
                    FROM truth t FULL JOIN kept k ON k.unit_id = t.unit_id AND k.dims = t.dims AND k.day = t.day
                    WHERE COALESCE(t.n, 0) <> COALESCE(k.n, 0) LIMIT %s""",
                [code, limit],
            )
            found += [Difference(code, unit, day, int(e), int(f)) for unit, day, e, f in cursor]
        cursor.execute(
            f"""WITH deltas AS (
                    SELECT unit_id, cell_id, day, sum(n) AS n FROM measures_measuredelta
                    WHERE is_folded GROUP BY 1, 2, 3
                ), placed AS ({PLACED_SQL}),
                contributions AS ({CONTRIBUTIONS_SQL}),
                truth AS (
                    SELECT c.unit_id, c.cell_id, g.grain, date_trunc(g.field, c.day)::date AS starts_on,
                           c.is_structure, sum(c.n) AS n
                    FROM contributions c
                    CROSS JOIN (VALUES ('y', 'year'), ('m', 'month'), ('d', 'day')) AS g(grain, field)
                    GROUP BY 1, 2, 3, 4, 5
                )
                SELECT 'totals:' || COALESCE(m.measure, ''), COALESCE(t.unit_id, k.unit_id),
                       COALESCE(t.starts_on, k.starts_on), COALESCE(t.n, 0), COALESCE(k.n, 0)
                FROM truth t FULL JOIN measures_measuretotal k
                  ON (k.unit_id, k.cell_id, k.grain, k.starts_on, k.is_structure)
                   = (t.unit_id, t.cell_id, t.grain, t.starts_on, t.is_structure)
                LEFT JOIN measures_measurecell m ON m.id = COALESCE(t.cell_id, k.cell_id)
                WHERE COALESCE(t.n, 0) <> COALESCE(k.n, 0) LIMIT %s""",
            [limit],
        )
        found += [Difference(code, unit, day, int(e), int(f)) for code, unit, day, e, f in cursor]
    return found


def _live_sql(which: str, *, columns: str = "unit_id, cell_id, is_structure, n") -> str:
    """Contributions of deltas straight from the rows, for the units asked for."""
    # Only the placements of units that have such deltas: mostly there are few or none, and units by the ten thousand.
    return f"""(WITH deltas AS MATERIALIZED (
            SELECT unit_id, cell_id, day, n FROM measures_measuredelta
            WHERE {which} AND cell_id = ANY(%(cells)s) AND day < %(to)s
        ),
        placed AS ({PLACED_SQL}
            WHERE p.ancestor_id = ANY(%(units)s) AND p.unit_id = ANY(ARRAY(SELECT unit_id FROM deltas)))
        SELECT {columns} FROM ({CONTRIBUTIONS_SQL}) c WHERE c.day >= %(from)s AND c.day < %(to)s)"""


#: So many months are read one by one; of more, the year less the others.
_HALF_YEAR = 6

#: (1 or -1, grain, from, to): totals of a grain to be added or taken off.
Piece = tuple[int, str, date, date]


def _pieces(start: date, end: date) -> list[Piece]:
    """[start, end) cut into whole years, whole months and days, so that few totals are read.

    Where a month or a year is cut, the shorter side is read: what lies up to the cut, or all of it less what is beyond.
    """
    if start.replace(day=1) == end.replace(day=1):
        return [(1, "d", start, end)]
    edges: list[Piece] = []
    month_a, month_b = start.replace(day=1), end.replace(day=1)
    if start.day > 1:
        after = _next_month(start)
        if (after - start).days <= start.day - 1:
            edges.append((1, "d", start, after))
            month_a = after
        else:
            edges.append((-1, "d", month_a, start))
    if end.day > 1:
        after = _next_month(end)
        if end.day - 1 <= (after - end).days:
            edges.append((1, "d", month_b, end))
        else:
            edges.append((-1, "d", end, after))
            month_b = after
    return [*_whole_months(month_a, month_b), *edges]


def _whole_months(start: date, end: date) -> list[Piece]:
    """[start, end) between first days of months, cut into years and months; of a year that is cut the shorter side is
    read, as of a month."""
    if start >= end:
        return []
    if start.year == end.year and end.month - start.month <= _HALF_YEAR:
        return [(1, "m", start, end)]
    edges: list[Piece] = []
    year_a, year_b = date(start.year, 1, 1), date(end.year, 1, 1)
    if start > year_a:
        after = date(start.year + 1, 1, 1)
        if 13 - start.month <= _HALF_YEAR:
            edges.append((1, "m", start, after))
            year_a = after
        else:
            edges.append((-1, "m", year_a, start))
    if end > year_b:
        after = date(end.year + 1, 1, 1)
        if end.month - 1 <= _HALF_YEAR:
            edges.append((1, "m", year_b, end))
        else:
            edges.append((-1, "m", end, after))
            year_b = after
    return [*([(1, "y", year_a, year_b)] if year_a < year_b else []), *edges]


def _slices(
    pieces: Iterable[tuple[int, Piece]],
) -> tuple[list[tuple[str, date, date]], list[tuple[int, int, int]]]:
    """Pieces of spans (number of the span, piece) cut at each other's borders: disjoint slices (grain, from, to), and
    how often each span takes which: (number of the span, place of the slice from 1, times)."""
    given = list(pieces)
    slices: list[tuple[str, date, date]] = []
    for grain in ("y", "m", "d"):
        days = sorted({day for _, piece in given if piece[1] == grain for day in piece[2:]})
        slices += [(grain, a, b) for a, b in pairwise(days)]
    times: dict[tuple[int, int], int] = {}
    for number, (sign, grain, a, b) in given:
        for place, (of, since, until) in enumerate(slices, start=1):
            if of == grain and a <= since and until <= b:
                times[number, place] = times.get((number, place), 0) + sign
    parts = [(number, place, n) for (number, place), n in times.items() if n]
    taken = sorted({place for _, place, _ in parts})
    places = {place: new for new, place in enumerate(taken, start=1)}
    return (
        [slices[place - 1] for place in taken],
        [(number, places[place], n) for number, place, n in parts],
    )


_ASKED_SQL = """
    SELECT u.id, NOT EXISTS (SELECT 1 FROM units_unitplacement p WHERE p.ancestor_id = u.id AND p.depth > 0) AS is_lowest
    FROM unnest(%(units)s::bigint[]) AS u(id)
"""
#: The bodies asked for that nothing ever stood below (or, with NOT, the others), as SQL for an array.
_LOWEST = "(SELECT array_agg(id) FROM asked WHERE {} is_lowest)::bigint[]"


def _totals_sql(start: date, end: date) -> tuple[str, dict[str, Any]]:
    """The totals over [start, end), with the parameters that the text needs."""
    texts: list[str] = []
    values: dict[str, Any] = {}
    for number, (sign, grain, a, b) in enumerate(_pieces(start, end)):
        texts.append(
            f"SELECT unit_id, cell_id, is_structure, {sign} * n AS n FROM measures_measuretotal"
            f" WHERE unit_id = ANY(%(units)s) AND cell_id = ANY(%(cells)s) AND grain = '{grain}'"
            f" AND starts_on >= %(a{number})s AND starts_on < %(b{number})s"
        )
        values |= {f"a{number}": a, f"b{number}": b}
    return " UNION ALL ".join(texts), values


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
