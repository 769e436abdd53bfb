"""What keeps figures right: folding of measures, and the recount of everything."""

from __future__ import annotations

from django.db import connection

from congdoan.config.bench.figures import Watch


def settle() -> tuple[int, float]:
    """Fold what waits, as the worker would have, and let the database look at its tables. (deltas, seconds)."""
    from congdoan.foundation.measures.actions import fold

    limit = 500_000
    watch = Watch()
    folded = 0
    while done := fold(limit=limit):
        folded += done
        if done < limit:
            break
    seconds = watch.seconds
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return folded, seconds


def recount() -> tuple[int, float]:
    """Recount every measure from the rows of record and check the laws. (differences, seconds)."""
    from congdoan.foundation.measures.queries import differences
    from congdoan.foundation.units.queries import tree_faults
    from congdoan.registry.enterprises.queries import standing_faults
    from congdoan.registry.membership.queries import ledger_faults

    watch = Watch()
    found = len(differences()) + len(tree_faults()) + len(ledger_faults()) + len(standing_faults())
    return found, watch.seconds
