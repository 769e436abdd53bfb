"""Writes of measures: appending deltas, folding them, and following units that are placed elsewhere."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from congdoan.foundation.jobs.actions import fold_soon
from congdoan.foundation.measures.contributions import CONTRIBUTIONS_SQL, PLACED_SQL
from congdoan.foundation.measures.models import MeasureCell, MeasureDelta
from congdoan.kit.bulk import copy_rows

#: Serialises folding with changes of the tree; appending deltas never waits for it.
_LOCK = 726_001

#: In the order of the index it is written into, which then grows at one end.
_ADD_SQL = """
    INSERT INTO measures_measuretotal (unit_id, cell_id, grain, starts_on, is_structure, n)
    SELECT c.unit_id, c.cell_id, g.grain, date_trunc(g.field, c.day)::date, c.is_structure, sum(c.n) * %(sign)s
    FROM contributions c CROSS JOIN (VALUES ('y', 'year'), ('m', 'month'), ('d', 'day')) AS g(grain, field)
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(c.n) <> 0
    ORDER BY 1, 3, 4, 2, 5
    ON CONFLICT (unit_id, cell_id, grain, starts_on, is_structure)
    DO UPDATE SET n = measures_measuretotal.n + EXCLUDED.n
"""


_DELTA_COLUMNS = {
    "unit_id": "int8",
    "cell_id": "int8",
    "day": "date",
    "n": "int4",
    "recorded_at": "timestamptz",
    "is_folded": "bool",
}


def cell_key(dims: Mapping[str, Any]) -> str:
    """The canonical text of a combination of dimension values."""
    return json.dumps(dict(dims), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def cell_ids(measure: str, combinations: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Ids of cells by key, making those that do not exist. Two writers that race get the same ids."""
    wanted = {cell_key(dims): dict(dims) for dims in combinations}
    found = dict(MeasureCell.objects.filter(measure=measure, key__in=wanted).values_list("key", "id"))
    missing = [key for key in wanted if key not in found]
    if missing:
        MeasureCell.objects.bulk_create(
            [MeasureCell(measure=measure, key=key, dims=wanted[key]) for key in sorted(missing)],
            ignore_conflicts=True,
        )
        found.update(MeasureCell.objects.filter(measure=measure, key__in=missing).values_list("key", "id"))
    return found


def append(
    *,
    measure: str,
    rows: Iterable[tuple[int, Mapping[str, Any], date, int]],
    recorded_at: datetime,
) -> int:
    """Append deltas (unit id, dimensions, day, n) in the caller's transaction; equal places are added up first.

    Returns how many delta rows were written. Must run inside a transaction, so that a figure never shows what
    its cause did not commit.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("measure deltas belong to the transaction of their cause")
    summed: dict[tuple[int, str, date], int] = defaultdict(int)
    dims_by_key: dict[str, Mapping[str, Any]] = {}
    keys: dict[tuple[tuple[str, Any], ...], str] = {}
    for unit_id, dims, day, n in rows:
        pairs = tuple(dims.items())
        key = keys.get(pairs, "")
        if not key:
            key = keys[pairs] = cell_key(dims)
            dims_by_key.setdefault(key, dims)
        summed[unit_id, key, day] += n
    entries = [(place, n) for place, n in summed.items() if n]
    if not entries:
        return 0
    fold_soon()
    ids = cell_ids(measure, dims_by_key.values())
    if len(entries) < 50:
        MeasureDelta.objects.bulk_create(
            MeasureDelta(unit_id=unit_id, cell_id=ids[key], day=day, n=n, recorded_at=recorded_at)
            for (unit_id, key, day), n in entries
        )
        return len(entries)
    copy_rows(
        "measures_measuredelta",
        _DELTA_COLUMNS,
        ((unit_id, ids[key], day, n, recorded_at, False) for (unit_id, key, day), n in entries),
    )
    return len(entries)


@transaction.atomic
def fold(*, limit: int = 500_000) -> int:
    """Fold waiting deltas into the totals. Returns how many; call again while it returns ``limit``.

    Only one fold runs at a time; a second caller waits. Readers are exact before, during and after.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            f"""WITH picked AS (
                    SELECT id FROM measures_measuredelta WHERE NOT is_folded ORDER BY id LIMIT %(limit)s
                ), deltas AS MATERIALIZED (
                    UPDATE measures_measuredelta m SET is_folded = TRUE FROM picked WHERE m.id = picked.id
                    RETURNING m.unit_id, m.cell_id, m.day, m.n
                ), placed AS ({PLACED_SQL}),
                contributions AS ({CONTRIBUTIONS_SQL}),
                added AS ({_ADD_SQL} RETURNING 1)
                SELECT (SELECT count(*) FROM deltas), (SELECT count(*) FROM added)""",
            {"limit": limit, "sign": 1},
        )
        row = cursor.fetchone()
    return int(row[0])


@contextmanager
def placements_change(unit_ids: list[int]) -> Iterator[None]:
    """Around a change of these units' placements: their folded past is taken out of the old superiors' totals
    and put into the new ones', with the parts after the change marked as structure.

    Only placements that really differ afterwards are looked at: a unit that ends under the superiors it had, and a unit
    that moves within one of them, leave those totals as they are.
    """
    if not unit_ids:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(f"CREATE TEMP TABLE placed_before ON COMMIT DROP AS {_COUNTED_SQL}", [unit_ids])
        yield
        cursor.execute(f"CREATE TEMP TABLE placed_after ON COMMIT DROP AS {_COUNTED_SQL}", [unit_ids])
        cursor.execute(_PLACED_ANEW_SQL)
        cursor.execute("ANALYZE placed_anew")
        cursor.execute(
            f"""WITH deltas AS MATERIALIZED (
                    SELECT unit_id, cell_id, day, sum(n) AS n FROM measures_measuredelta
                    WHERE is_folded AND unit_id = ANY(ARRAY(SELECT DISTINCT unit_id FROM placed_anew))
                    GROUP BY 1, 2, 3
                ), contributions AS (
                    (WITH placed AS (SELECT * FROM placed_anew WHERE sign = -1)
                     SELECT unit_id, cell_id, day, is_structure, -n AS n FROM ({CONTRIBUTIONS_SQL}) gone)
                    UNION ALL
                    (WITH placed AS (SELECT * FROM placed_anew WHERE sign = 1)
                     SELECT unit_id, cell_id, day, is_structure, n FROM ({CONTRIBUTIONS_SQL}) come)
                )
                {_ADD_SQL}""",
            {"sign": 1},
        )
        cursor.execute(
            "DELETE FROM measures_measuretotal t WHERE t.n = 0 AND t.unit_id IN (SELECT ancestor_id FROM placed_anew)"
        )
        cursor.execute("DROP TABLE placed_before, placed_after, placed_anew")


#: Placements as contributions see them: the last one counts as open, whenever its unit ended.
_COUNTED_SQL = f"""
    SELECT unit_id, ancestor_id, CASE WHEN is_last THEN daterange(lower(during), NULL) ELSE during END AS during,
           is_last, starts_life
    FROM ({PLACED_SQL} WHERE p.unit_id = ANY(%s)) p
"""
_PLACED_ANEW_SQL = """
    CREATE TEMP TABLE placed_anew ON COMMIT DROP AS
    SELECT *, -1 AS sign FROM (SELECT * FROM placed_before EXCEPT ALL SELECT * FROM placed_after) gone
    UNION ALL
    SELECT *, 1 AS sign FROM (SELECT * FROM placed_after EXCEPT ALL SELECT * FROM placed_before) come
"""
