"""The rows of a file on their way: written in bulk, compared within the file, counted, read back in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from django.db import connection
from psycopg.types.json import Jsonb

from congdoan.foundation.imports.catalogue import Effect, StagedRow
from congdoan.foundation.imports.models import ImportRow, ImportRun
from congdoan.kit.sealed import seal, unseal

#: Rows held in memory at a time, from the file to the register.
CHUNK = 2_500
#: From here on a second process is worth the second it takes to start.
SHARED_FROM = 20_000

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_COLUMNS = {
    "run_id": "int8",
    "number": "int4",
    "label": "text",
    "outcome": "text",
    "payload_sealed": "bytea",
    # A digest is sent as it is: in binary COPY a uuid is just its 16 bytes.
    "identity": "bytea",
    "likeness": "bytea",
    "messages": "jsonb",
    "matched_id": "int8",
    "choice": "text",
}


def write(run: ImportRun, rows: Sequence[StagedRow]) -> None:
    """Stage rows. One COPY."""
    nothing = Jsonb([])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY imports_importrow ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(list(_COLUMNS.values()))
        for row in rows:
            copy.write_row(
                (
                    run.pk,
                    row.number,
                    row.label[:250],
                    row.outcome,
                    seal(_dump(row.values)),
                    row.identity,
                    row.likeness,
                    Jsonb(row.messages) if row.messages else nothing,
                    row.matched_id,
                    "",
                )
            )


def refuse_repeated(run: ImportRun, *, row_word: str) -> None:
    """A record twice in the file: the second row is refused and names the first.

    Rows are the same when they share an identity number. Rows without one that are alike (for people: name,
    birth date and sex) are the same too; when one of the two has a number the later is left to a decision.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '96MB'")
        cursor.execute(
            """UPDATE imports_importrow r SET outcome = 'refused', matched_id = NULL,
                   messages = r.messages || jsonb_build_array(jsonb_build_object('level', 'error', 'column', '',
                     'message', format(%(same)s, f.first)))
               FROM (SELECT id, number, min(number) OVER (PARTITION BY identity) AS first
                     FROM imports_importrow
                     WHERE run_id = %(run)s AND identity IS NOT NULL AND outcome <> 'refused') f
               WHERE r.id = f.id AND f.number > f.first""",
            {
                "run": run.pk,
                "same": f"Trùng số định danh với dòng %s. Hãy giữ một dòng cho mỗi {row_word}.",
            },
        )
        cursor.execute(
            """UPDATE imports_importrow r
               SET outcome = CASE WHEN f.numbered THEN 'doubtful' ELSE 'refused' END,
                   messages = r.messages || jsonb_build_array(jsonb_build_object(
                     'level', CASE WHEN f.numbered THEN 'doubt' ELSE 'error' END, 'column', '',
                     'message', format(CASE WHEN f.numbered THEN %(maybe)s ELSE %(alike)s END, f.first)))
               FROM (SELECT id, number, min(number) OVER w AS first,
                            bool_or(identity IS NOT NULL) OVER w AS numbered, identity
                     FROM imports_importrow
                     WHERE run_id = %(run)s AND likeness IS NOT NULL AND outcome <> 'refused'
                     WINDOW w AS (PARTITION BY likeness)) f
               WHERE r.id = f.id AND f.number > f.first
                 AND (f.identity IS NULL OR EXISTS (
                       SELECT 1 FROM imports_importrow o WHERE o.run_id = %(run)s AND o.number = f.first
                       AND o.identity IS NULL))""",
            {
                "run": run.pk,
                "alike": f"Giống hệt dòng %s. Nếu là hai {row_word} khác nhau, hãy ghi số định danh của từng dòng.",
                "maybe": f"Giống dòng %s. Hãy xem có phải cùng một {row_word} không.",
            },
        )


def count(run: ImportRun) -> dict[str, int]:
    """Rows by outcome, and all of them under "rows"."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, count(*) FROM imports_importrow WHERE run_id = %s GROUP BY 1", [run.pk]
        )
        found = dict(cursor.fetchall())
    counts = {
        name: int(found.get(name, 0)) for name in ("create", "update", "unchanged", "doubtful", "refused")
    }
    return {"rows": sum(counts.values()), **counts}


#: Rows a commit writes: clear ones, and those somebody decided about.
_WRITTEN = "(outcome IN ('create', 'update') OR (outcome = 'doubtful' AND choice IN ('new', 'same')))"
#: Of these, those without an effect yet. The journal says it, and not a mark of how far the commit came, since two
#: processes may be at different places of the file.
_LEFT = f"""run_id = %s AND {_WRITTEN} AND NOT EXISTS (
    SELECT 1 FROM imports_importeffect e WHERE e.run_id = r.run_id AND e.number = r.number)"""


def pieces_to_commit(run: ImportRun) -> list[tuple[int, int]]:
    """First and last row number of each piece that is still to be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT min(number), max(number)
                FROM (SELECT number, (row_number() OVER (ORDER BY number) - 1) / %s AS piece
                      FROM imports_importrow r WHERE {_LEFT}) numbered
                GROUP BY piece ORDER BY piece""",
            [CHUNK, run.pk],
        )
        return cursor.fetchall()


def to_commit(run: ImportRun, first: int, last: int) -> list[StagedRow]:
    """The rows to be written from one row number to another, in the order of the file."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT number, label, outcome, payload_sealed, identity, matched_id, choice
                FROM imports_importrow r WHERE {_LEFT} AND number BETWEEN %s AND %s ORDER BY number""",
            [run.pk, first, last],
        )
        return [
            StagedRow(
                number,
                label,
                json.loads(unseal(payload)),
                outcome,
                identity=identity.bytes if identity else None,
                matched_id=None if choice == "new" else matched,
                choice=choice,
            )
            for number, label, outcome, payload, identity, matched, choice in cursor.fetchall()
        ]


def how_many_to_commit(run: ImportRun) -> int:
    """How many rows a commit writes, done or not."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM imports_importrow WHERE run_id = %s AND {_WRITTEN}", [run.pk])
        return int(cursor.fetchone()[0])


def write_effects(run: ImportRun, effects: Sequence[Effect]) -> None:
    """Journal what became of rows; those that were refused at the last moment are marked so."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY imports_importeffect (run_id, number, verb, object_id, before_sealed) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(["int8", "int4", "text", "int8", "bytea"])
        for effect in effects:
            if effect.refusal is None:
                before = seal(_dump(effect.before)) if effect.before else b""
                copy.write_row((run.pk, effect.number, effect.verb, effect.object_id, before))
    late = [effect for effect in effects if effect.refusal is not None]
    if late:
        rows = {
            row.number: row
            for row in ImportRow.objects.filter(run=run, number__in=[effect.number for effect in late])
        }
        for effect in late:
            assert effect.refusal is not None
            row = rows[effect.number]
            row.outcome = "refused"
            column, message = effect.refusal
            row.messages = [*row.messages, {"level": "error", "column": column, "message": message}]
        ImportRow.objects.bulk_update(rows.values(), ["outcome", "messages"], batch_size=1000)


def effects_of(run: ImportRun, *, downwards_from: int | None = None) -> list[Effect]:
    """Journaled effects, the last rows first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT number, verb, object_id, before_sealed FROM imports_importeffect
               WHERE run_id = %s AND number < %s ORDER BY number DESC LIMIT %s""",
            [run.pk, downwards_from if downwards_from is not None else 2**31 - 1, CHUNK],
        )
        return [
            Effect(number, verb, object_id, json.loads(unseal(before)) if before else {})
            for number, verb, object_id, before in cursor.fetchall()
        ]


def forget_effects(run: ImportRun, effects: Sequence[Effect]) -> None:
    """Take undone effects out of the journal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM imports_importeffect WHERE run_id = %s AND number = ANY(%s)",
            [run.pk, [effect.number for effect in effects]],
        )


def payload(row: ImportRow) -> dict[str, object]:
    """What a row was understood as, unsealed: for those who may see it."""
    return json.loads(unseal(row.payload_sealed))


def refused(run: ImportRun) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """(row number, messages) of refused rows in the order of the file, without holding them all."""
    rows = ImportRow.objects.filter(run=run, outcome="refused").order_by("number")
    yield from rows.values_list("number", "messages").iterator(chunk_size=2000)
