"""The half-year return of the whole tree: given out, worked out by a worker, and one body's on its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from congdoan.config.bench.figures import Times, Watch, timed
from congdoan.config.bench.world import TODAY, Ground

#: The statistical half that was over last: 01/12/2025 to 31/5/2026.
PERIOD = "2026-H1"
#: The grassroots bodies' form, and that of all bodies above them: together every body below the top owes one.
FORMS = ("1-HDCD", "2-HDCD")


@dataclass
class Returned:
    """``given_out`` and ``whole``: seconds to give out the round and to compute all ``returns`` of it; ``processor``:
    those of the processor for the latter. ``single``: opening one body's return, computed anew."""

    returns: int
    cells: int
    given_out: float
    whole: float
    processor: float
    single: Times


def half_year(ground: Ground, bodies: int) -> Returned:
    """Give out the half-year return to every body and compute all of them; then ``bodies`` single ones, the largest
    among them, each in a transaction that is rolled back."""
    from django.db import connection, transaction

    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.measures.queries import stock
    from congdoan.foundation.units.models import Unit
    from congdoan.work.returns.actions import (
        make_obligations,
        open_all,
        open_return,
        publish,
        take_shipped,
    )
    from congdoan.work.returns.models import Obligation, Return

    system = Actor.system("đo tốc độ", today=TODAY)
    root = Unit.objects.get(code=ground.root)
    forms = [
        publish(actor=system, form=take_shipped(actor=system, owner=root, code=code).form).form
        for code in FORMS
    ]
    watch = Watch()
    for form in forms:
        make_obligations(actor=system, form=form, period=PERIOD)
    given_out = watch.seconds
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE returns_obligation")

    owed = Obligation.objects.filter(form__in=forms, period=PERIOD).select_related("unit")
    sizes = stock("members", [item.unit_id for item in owed], on=TODAY)
    largest = sorted(owed, key=lambda item: (-sizes[item.unit_id], item.pk))
    chosen = largest[: bodies // 2] + largest[:: max(1, len(largest) // max(1, bodies - bodies // 2))]

    def one(obligation: Obligation) -> None:
        with transaction.atomic():
            open_return(actor=system, on=TODAY, obligation=obligation)
            transaction.set_rollback(True)

    single = timed([partial(one, item) for item in chosen[:bodies]])

    watch = Watch()
    for form in forms:
        after = -1
        while after:
            after = open_all(actor=system, on=TODAY, form=form, period=PERIOD, after=max(after, 0))
    done = watch.work(owed.count())
    missing = owed.filter(made__isnull=True).count()
    if missing:
        raise RuntimeError(f"{missing} báo cáo chưa được lập")
    cells = sum(len(computed) for computed in Return.objects.values_list("computed", flat=True).iterator())
    return Returned(done.rows, cells, given_out, done.seconds, done.processor_seconds, single)
