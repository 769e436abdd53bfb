"""Lists brought in from files."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from congdoan.foundation.imports import choices


class ImportRun(models.Model):
    """One file brought in: what kind of list, for which unit, how its columns were read, and how it went."""

    kind = models.CharField(max_length=30)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT)
    on = models.DateField(help_text="the day the list speaks of")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT)
    sheet = models.CharField(max_length=100, blank=True)
    #: Row of the headings as the spreadsheet numbers it; 0 when none was found.
    header_row = models.PositiveIntegerField(default=0)
    #: Last row of the headings, when they take two.
    header_end = models.PositiveIntegerField(default=0)
    #: field → column index from 0, as guessed or as corrected by hand.
    mapping = models.JSONField(default=dict)
    #: [{"index", "heading", "sample"}] of the columns found; samples of identity numbers are masked.
    columns = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    #: Sentences about the file as a whole.
    notices = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=choices.STATES, default="uploaded")
    #: rows, create, update, unchanged, doubtful, refused of the preview; created, updated, late of the commit.
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    #: Number and day of the decision that goes with the list; it becomes a row of its own when the list is written.
    decision_number = models.CharField(max_length=80, blank=True)
    decision_on = models.DateField(null=True, blank=True)
    decision = models.ForeignKey("units.Decision", null=True, blank=True, on_delete=models.PROTECT)
    #: What this import writes to a ledger carries this mark.
    batch = models.UUIDField(default=uuid.uuid4)
    job = models.ForeignKey("jobs.JobRun", null=True, blank=True, on_delete=models.SET_NULL)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    created_by_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "-created_at"], name="import_run_unit")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class ImportRow(models.Model):
    """A row of the file as it was understood, and what is to become of it. Written in bulk, once.

    What the file itself held is read again from the stored file where it is needed.
    """

    #: Written only by staging, in the run's own transaction with the run held; the unique key below begins with it.
    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField(help_text="row number as the spreadsheet shows it, from 1")
    #: The name of the person or enterprise.
    label = models.CharField(max_length=250)
    outcome = models.CharField(max_length=10, choices=choices.OUTCOMES)
    #: {field: value} as JSON, sealed as a whole (kit.sealed): it holds identity numbers.
    payload_sealed = models.BinaryField(default=b"")
    #: Keyed digests that equal rows share: by an identity number, and by what is alike without one.
    identity = models.UUIDField(null=True)
    likeness = models.UUIDField(null=True)
    #: [{"column", "message", "level"}], level "error", "doubt", "change" or "warning".
    messages = models.JSONField(default=list)
    #: The existing record it was matched with.
    matched_id = models.BigIntegerField(null=True, blank=True)
    choice = models.CharField(max_length=5, choices=choices.DECISIONS, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["run", "outcome", "number"], name="import_row_outcome")]


class ImportEffect(models.Model):
    """What the commit made of a row: the journal that undo reads. Written in the transaction of the effect."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="effects", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=10, choices=choices.EFFECTS)
    object_id = models.BigIntegerField()
    #: {field: value before} as JSON, sealed; empty for what was created.
    before_sealed = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_effect_once")]


class ColumnMemory(models.Model):
    """How a heading was understood before, at a unit, so that the next file of the same shape needs no hand.

    An empty ``field`` remembers that the column is to be left out.
    """

    kind = models.CharField(max_length=30)
    unit = models.ForeignKey("units.Unit", on_delete=models.CASCADE)
    heading_key = models.CharField(max_length=200)
    field = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "unit", "heading_key"], name="column_memory_once")
        ]
