"""Statements planned once for a connection."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from congdoan.foundation.catalogues.queries import parameters
from congdoan.kit.prepared import prepared_cursor
from congdoan.registry.enterprises.queries import enterprise_named
from congdoan.registry.founding.queries import step_after

pytestmark = pytest.mark.django_db

_TEXT = "SELECT %(day)s::date + %(days)s::int, %(words)s::text[] IS NULL"


def _asked(days: int, words: list[str] | None = None) -> tuple[date, bool]:
    with prepared_cursor() as cursor:
        cursor.execute(_TEXT, {"day": date(2026, 1, 1), "days": days, "words": words})
        day, is_null = cursor.fetchone()
    return day, is_null


def _kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%IS NULL'")
        return [row[0] for row in cursor.fetchall()]


def test_the_same_answer_however_often_and_the_statement_is_kept_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection._prepared.clear()
    assert [_asked(days, ["a"]) for days in (1, 2, 3)] == [(date(2026, 1, 1 + n), False) for n in (1, 2, 3)]
    assert len(_kept()) == 1
    # Ordinary statements are not: their texts carry their values, and may be whole imports.
    with connection.cursor() as cursor:
        for _ in range(10):
            cursor.execute("SELECT 1 WHERE 1 = %s", [1])
    assert len(_kept()) == 1
    assert connection.connection.prepare_threshold is None


def test_it_outlives_a_transaction_that_is_taken_back() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _asked(1)
        raise ZeroDivisionError
    assert _asked(2) == (date(2026, 1, 3), True)


def test_a_fault_is_the_frameworks_own_and_nothing_stays_switched() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")
    assert connection.connection.prepare_threshold is None
    assert _asked(1) == (date(2026, 1, 2), True)


def test_who_reads_along_sees_it_with_its_values() -> None:
    with CaptureQueriesContext(connection) as seen:
        _asked(7)
    (query,) = seen.captured_queries
    assert "+ 7::int" in query["sql"]


def test_a_column_that_is_widened_meanwhile_breaks_no_plan() -> None:
    """Those who use it cast the texts they return, as `prepared_cursor` asks."""
    today = date(2026, 11, 26)
    before = parameters(["founding.quorum"], on=today)
    assert enterprise_named("KHONG-CO") is None
    step = step_after("known", "grassroots", today)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, column in (
            ("catalogues_parameter", "source"),
            ("catalogues_parameter", "code"),
            ("enterprises_enterprise", "name"),
            ("founding_step", "parameter"),
            ("units_unit", "name"),
        ):
            cursor.execute(f"ALTER TABLE {table} ALTER {column} TYPE varchar(5000)")
    assert parameters(["founding.quorum"], on=today) == before
    assert enterprise_named("KHONG-CO") is None
    again = step_after("known", "grassroots", today)
    assert step is not None
    assert again is not None
    assert (again.parameter, again.days) == (step.parameter, step.days)
