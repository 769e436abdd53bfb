"""Counts as deltas and totals.

A room appends deltas in the transaction of the write that causes them; nothing is locked, nobody waits. A job
folds them into totals for every unit and all that stand above it on each day. A reader adds what is not yet
folded, so a figure is exact at once (docs/adr/0003).
"""

from __future__ import annotations

from django.db import models


class MeasureCell(models.Model):
    """A combination of dimension values of a measure, for example members · non_state · f · admit.

    Few rows (hundreds): deltas and totals point here instead of repeating the values.
    """

    measure = models.CharField(max_length=40)
    dims = models.JSONField(default=dict)
    #: Canonical text of ``dims``, so that a combination exists once.
    key = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "key"], name="measure_cell_once")]


class MeasureDelta(models.Model):
    """``n`` was added to a cell of a unit with effect on a day, recorded at an instant. Never changed but for
    the mark that it is folded."""

    id = models.BigAutoField(primary_key=True)
    #: Written only by `actions.append`, in the transaction of a row of record whose unit the database checks; checking
    #: it again for every delta would double that cost when a list is brought in. `differences` looks at all of them.
    cell = models.ForeignKey(MeasureCell, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, db_index=False, db_constraint=False)
    day = models.DateField()
    n = models.IntegerField()
    recorded_at = models.DateTimeField()
    is_folded = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "cell", "day"], name="delta_unit"),
            models.Index(fields=["id"], condition=models.Q(is_folded=False), name="delta_unfolded"),
        ]


class MeasureTotal(models.Model):
    """The folded sum of a cell at a unit and all below it, per year, month and day.

    ``is_structure`` holds what came or went because units were placed elsewhere, not because something
    happened to a member or an enterprise; it is kept apart so that a merger is never read as growth or loss.
    """

    GRAINS = [("y", "năm"), ("m", "tháng"), ("d", "ngày")]
    #: Found by the index of the constraint, which begins with it. Totals are worked out from deltas and placements by
    #: statements alone; as with deltas, `differences` looks at all of them and the database need not at each.
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, db_index=False, db_constraint=False)
    cell = models.ForeignKey(MeasureCell, on_delete=models.PROTECT, db_constraint=False)
    grain = models.CharField(max_length=1, choices=GRAINS)
    starts_on = models.DateField()
    is_structure = models.BooleanField(default=False)
    n = models.BigIntegerField()

    class Meta:
        constraints = [
            # In this order the figures of many cells over a span are one stretch of the index a unit, not one look-up a
            # cell.
            models.UniqueConstraint(
                fields=["unit", "grain", "starts_on", "cell", "is_structure"], name="measure_total_once"
            )
        ]
