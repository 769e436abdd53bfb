"""Standings rebuilt from the rows of record, and the difference booked on the measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.measures.actions import append
from congdoan.registry.enterprises import choices
from congdoan.registry.enterprises.queries import StandingChange, standing_changes


def rebuild_standings(enterprise_ids: Iterable[int], *, recorded_at: datetime | None = None) -> int:
    """Bring the standings of these enterprises in line with the rows of record and book the difference on the
    measures. Returns how many stretches changed. Part of the transaction of whatever changed the rows."""
    ids = sorted(set(enterprise_ids))
    if not ids:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM enterprises_enterprise WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [ids]
            )
        changes = standing_changes(ids)
        if not changes:
            return 0
        gone = [change.standing_id for change in changes if change.standing_id is not None]
        fresh = [change for change in changes if change.standing_id is None]
        with connection.cursor() as cursor:
            if gone:
                cursor.execute("DELETE FROM enterprises_standing WHERE id = ANY(%s)", [gone])
            with cursor.copy(
                "COPY enterprises_standing (enterprise_id, during, unit_id, sector_id, headcount, band,"
                " operating, is_stable, has_party, has_union, is_priority, is_stale) FROM STDIN"
            ) as copy:
                for row in fresh:
                    copy.write_row(
                        (
                            row.enterprise_id,
                            f"[{row.starts_on},{row.ends_on or ''})",
                            row.unit_id,
                            row.sector,
                            row.headcount,
                            row.band,
                            row.operating,
                            row.is_stable,
                            row.has_party,
                            row.has_union,
                            row.is_priority,
                            row.is_stale,
                        )
                    )
        _book(changes, recorded_at or timezone.now())
    return len(changes)


def _book(changes: list[StandingChange], recorded_at: datetime) -> None:
    """Old stretches out, new ones in, on the days on which they begin and end."""
    among_enterprises = set(Sector.objects.filter(is_enterprise=True).values_list("pk", flat=True))
    enterprises: list[tuple[int, Mapping[str, Any], date, int]] = []
    workers: list[tuple[int, Mapping[str, Any], date, int]] = []
    priority: list[tuple[int, Mapping[str, Any], date, int]] = []
    stale: list[tuple[int, Mapping[str, Any], date, int]] = []
    for change in changes:
        if change.operating not in choices.COUNTED_STATES:
            continue
        sign = 1 if change.standing_id is None else -1
        dims = change.dims
        for day, direction in ((change.starts_on, sign), (change.ends_on, -sign)):
            if day is None:
                continue
            if change.sector in among_enterprises:
                enterprises.append((change.unit_id, dims, day, direction))
            if change.headcount:
                workers.append((change.unit_id, dims, day, direction * change.headcount))
            if change.is_priority:
                priority.append((change.unit_id, {}, day, direction))
            if change.is_stale:
                stale.append((change.unit_id, {}, day, direction))
    append(measure="enterprises", rows=enterprises, recorded_at=recorded_at)
    append(measure="workers", rows=workers, recorded_at=recorded_at)
    append(measure="enterprises_priority", rows=priority, recorded_at=recorded_at)
    append(measure="headcounts_stale", rows=stale, recorded_at=recorded_at)
