"""Who succeeded whom, and what a rearrangement changed, row by row, so that it can be taken back exactly."""

from __future__ import annotations

from django.db import models


class Successor(models.Model):
    """``unit`` was succeeded by ``successor`` on a day, wholly or in part; links of the old unit lead there.

    ``rank`` 0 is the main successor: what can go to one place only goes to it.
    """

    WAYS = [
        ("merge", "sáp nhập"),
        ("split", "chia tách"),
        ("dissolve", "giải thể"),
        ("level", "kết thúc cấp"),
    ]
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="successors")
    successor = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="predecessors")
    on = models.DateField()
    way = models.CharField(max_length=10, choices=WAYS)
    rank = models.PositiveSmallIntegerField(default=0)
    decision = models.ForeignKey("units.Decision", null=True, blank=True, on_delete=models.PROTECT)
    #: The rearrangement that made it: the mark its journal and its movements carry too.
    batch = models.UUIDField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "successor", "batch"], name="successor_once"),
            models.CheckConstraint(
                condition=~models.Q(unit=models.F("successor")), name="successor_is_another"
            ),
        ]


class JournalEntry(models.Model):
    """One row as it was before a rearrangement changed it, and as it was left. Both as JSON of the whole row;
    ``before`` is NULL for a row that was made, ``after`` for one that was removed."""

    batch = models.UUIDField()
    #: Label of the model: "access.Grant".
    model = models.CharField(max_length=80)
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["batch", "model", "id"], name="journal_batch")]
