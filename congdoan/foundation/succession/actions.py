"""Writes of succession: changing rows with a journal, taking the journal back, passing rows to successors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q

from congdoan.foundation.succession.catalogue import Passage, SuccessionRule, rules
from congdoan.foundation.succession.models import JournalEntry, Successor

_JOURNAL = JournalEntry._meta.db_table


def _columns(model: type[Model]) -> list[str]:
    return [
        item.column for item in model._meta.local_concrete_fields if not getattr(item, "generated", False)
    ]


def _key(model: type[Model]) -> str:
    assert model._meta.pk is not None
    return str(model._meta.pk.column)


@contextmanager
def watching(batch: UUID, model: type[Model], column: str, ids: Sequence[int]) -> Iterator[None]:
    """Journal whatever the block does to the rows of ``model`` whose ``column`` is one of ``ids``: rows that come to
    be, change or go. The block must not move a row out of these ids."""
    table, key = model._meta.db_table, _key(model)
    before = f"watched_{model._meta.model_name}_{abs(hash((batch, column))) % 10**6}"
    kept = ", ".join(f"'{name}', t.\"{name}\"" for name in _columns(model))
    chosen = f'SELECT t."{key}" AS id, jsonb_build_object({kept}) AS row FROM {table} t WHERE t."{column}" = ANY(%s)'
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {before} ON COMMIT DROP AS {chosen}", [list(ids)])
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {_JOURNAL} (batch, model, row_id, before, after)
                SELECT %s, %s, COALESCE(b.id, a.id), b.row, a.row
                FROM {before} b FULL JOIN ({chosen}) a ON a.id = b.id
                WHERE a.row IS DISTINCT FROM b.row ORDER BY 3""",
            [batch, model._meta.label, list(ids)],
        )
        cursor.execute(f"DROP TABLE {before}")


def journal_inserted(batch: UUID, model: type[Model], ids: Sequence[int]) -> None:
    """Journal rows that were just made."""
    kept = ", ".join(f"'{name}', t.\"{name}\"" for name in _columns(model))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {_JOURNAL} (batch, model, row_id, before, after)
                SELECT %s, %s, t."{_key(model)}", NULL, jsonb_build_object({kept})
                FROM {model._meta.db_table} t WHERE t."{_key(model)}" = ANY(%s) ORDER BY 3""",
            [batch, model._meta.label, list(ids)],
        )


def update_rows(batch: UUID, model: type[Model], assign: str, where: str, parameters: dict[str, Any]) -> int:
    """UPDATE rows with a journal: ``assign`` and ``where`` are SQL on the table ``t`` with named parameters. Returns
    how many rows changed."""
    table, key = model._meta.db_table, _key(model)

    def row(name: str) -> str:
        return "jsonb_build_object(" + ", ".join(f"'{c}', {name}.\"{c}\"" for c in _columns(model)) + ")"

    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH old AS (
                    SELECT t."{key}" AS id, {row("t")} AS row FROM {table} t WHERE {where} FOR NO KEY UPDATE
                ), changed AS (
                    UPDATE {table} t SET {assign} FROM old WHERE t."{key}" = old.id
                    RETURNING t."{key}" AS id, old.row AS before, {row("t")} AS after
                )
                INSERT INTO {_JOURNAL} (batch, model, row_id, before, after)
                SELECT %(journal_batch)s, %(journal_model)s, id, before, after FROM changed ORDER BY id""",
            {**parameters, "journal_batch": batch, "journal_model": model._meta.label},
        )
        return int(cursor.rowcount)


def pass_on(passage: Passage) -> None:
    """Apply every rule: rows of ended units go the way their rule says. After the tree was changed."""
    heirs = {pk: passage.heir(pk) for pk in passage.ended}
    pairs = {old: new for old, new in heirs.items() if new is not None}
    for rule in rules():
        if rule.handler is not None:
            rule.handler.apply(passage)
        elif rule.fate == "successor" and pairs:
            _pass_rows(passage, rule, pairs)
        elif rule.fate == "ends":
            _end_rows(passage, rule)


def _pass_rows(passage: Passage, rule: SuccessionRule, pairs: dict[int, int]) -> None:
    model = rule.model_class
    column = str(model._meta.get_field(rule.field).column)
    chosen = Q(**{f"{rule.field}__in": list(pairs)})
    ids = list(model._default_manager.filter(chosen & (rule.open or Q())).values_list("pk", flat=True))
    if not ids:
        return
    update_rows(
        passage.batch,
        model,
        f'"{column}" = (SELECT p.new FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) p(old, new)'
        f' WHERE p.old = t."{column}")',
        f't."{_key(model)}" = ANY(%(ids)s)',
        {"old": list(pairs), "new": list(pairs.values()), "ids": ids},
    )


def _end_rows(passage: Passage, rule: SuccessionRule) -> None:
    """What a unit had over a range of days ends on the day the unit does."""
    model = rule.model_class
    if not any(item.name == "during" for item in model._meta.local_fields):
        return
    column = str(model._meta.get_field(rule.field).column)
    update_rows(
        passage.batch,
        model,
        "during = daterange(lower(t.during), %(on)s)",
        f't."{column}" = ANY(%(ended)s) AND t.during @> %(on)s::date AND lower(t.during) < %(on)s',
        {"on": passage.on, "ended": list(passage.ended)},
    )


def name_successors(passage: Passage) -> int:
    """Write who succeeded whom: one row for each ended or divided unit and each unit that takes something of it."""
    made = [
        Successor(
            unit_id=pk,
            successor_id=heir,
            on=passage.on,
            way=route.way,
            rank=rank,
            decision=passage.decision,
            batch=passage.batch,
        )
        for pk, route in passage.routes.items()
        if pk > 0
        for rank, heir in enumerate(passage.heirs(pk))
    ]
    Successor.objects.bulk_create(made, batch_size=2000)
    return len(made)


def restore(batch: UUID) -> dict[str, list[int]]:
    """Put every row back as the journal has it: rows that were made go, what was changed in a row is as it was (and what
    others changed in it since stays), removed rows come back. Returns the ids by model. The caller has asked
    `queries.changed_since`."""
    from django.apps import apps

    touched: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT model, min(id) FROM {_JOURNAL} WHERE batch = %s GROUP BY 1 ORDER BY 2", [batch]
        )
        labels = [row[0] for row in cursor]
        first = f"""(SELECT DISTINCT ON (row_id) row_id, before FROM {_JOURNAL}
                     WHERE batch = %(batch)s AND model = %(model)s ORDER BY row_id, id) j"""
        both = f"""(SELECT DISTINCT ON (row_id) row_id, after,
                           first_value(before) OVER (PARTITION BY row_id ORDER BY id) AS before
                    FROM {_JOURNAL} WHERE batch = %(batch)s AND model = %(model)s ORDER BY row_id, id DESC) j"""
        for label in reversed(labels):
            model = apps.get_model(label)
            cursor.execute(
                f"""DELETE FROM {model._meta.db_table} t USING {first}
                    WHERE t."{_key(model)}" = j.row_id AND j.before IS NULL""",
                {"batch": batch, "model": label},
            )
        for label in labels:
            model = apps.get_model(label)
            table, key = model._meta.db_table, _key(model)
            columns = [name for name in _columns(model) if name != key]
            named = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(
                f"""UPDATE {table} t SET ({named}) = ROW({", ".join(f'r."{name}"' for name in columns)})
                    FROM {both} JOIN {table} c ON c."{key}" = j.row_id
                    CROSS JOIN LATERAL (
                        SELECT jsonb_object_agg(b.key, b.value) AS put FROM jsonb_each(j.before) b
                        WHERE j.after IS NULL OR b.value IS DISTINCT FROM j.after->b.key
                    ) w CROSS JOIN LATERAL jsonb_populate_record(c, w.put) r
                    WHERE t."{key}" = c."{key}" AND j.before IS NOT NULL AND w.put IS NOT NULL""",
                {"batch": batch, "model": label},
            )
            everything = [key, *columns]
            cursor.execute(
                f"""INSERT INTO {table} ({", ".join(f'"{name}"' for name in everything)})
                    SELECT {", ".join(f'r."{name}"' for name in everything)}
                    FROM {first} CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, j.before) r
                    WHERE j.before IS NOT NULL
                      AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t."{key}" = j.row_id)""",
                {"batch": batch, "model": label},
            )
            cursor.execute(
                f"SELECT DISTINCT row_id FROM {_JOURNAL} WHERE batch = %s AND model = %s", [batch, label]
            )
            touched[label] = [row[0] for row in cursor]
        cursor.execute("DELETE FROM succession_successor WHERE batch = %s", [batch])
    return touched
