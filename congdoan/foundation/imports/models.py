"""Lists brought in from files."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ImportRun(models.Model):
    """One file brought in: what kind of list, for which unit, how its columns were read, and how it went."""

    STATES = [
        ("uploaded", "đã tải lên"),
        ("previewing", "đang đọc"),
        ("previewed", "đã xem trước"),
        ("committing", "đang ghi"),
        ("committed", "đã ghi"),
        ("undoing", "đang hoàn tác"),
        ("undone", "đã hoàn tác"),
        ("failed", "không đọc được"),
    ]
    kind = models.CharField(max_length=30)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT)
    on = models.DateField(help_text="the day the list speaks of")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT)
    sheet = models.CharField(max_length=100, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    #: field → column index, as guessed or as corrected by hand.
    mapping = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=STATES, default="uploaded")
    #: rows, created, updated, unchanged, doubtful, refused.
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    decision = models.ForeignKey("units.Decision", null=True, blank=True, on_delete=models.PROTECT)
    job = models.ForeignKey("jobs.JobRun", null=True, blank=True, on_delete=models.SET_NULL)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)


class ImportRow(models.Model):
    """A row of the file as it was read, what would become of it, and what it became (the journal for undo)."""

    OUTCOMES = [
        ("create", "thêm mới"),
        ("update", "thay đổi"),
        ("unchanged", "không đổi"),
        ("doubtful", "cần xem lại"),
        ("refused", "không nhận"),
    ]
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="row number in the file, from 1")
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    #: The cells as read and as understood, JSON sealed as a whole (kit.sealed): they hold identity numbers.
    raw_sealed = models.BinaryField(default=b"")
    parsed_sealed = models.BinaryField(default=b"")
    #: [{"column": …, "message": …}], in Vietnamese.
    messages = models.JSONField(default=list)
    #: The existing record it was matched with, and what changed: {"field": [old, new]}.
    matched_id = models.BigIntegerField(null=True, blank=True)
    changes = models.JSONField(default=dict)
    #: What the commit made, for undo.
    journal = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["run", "outcome", "number"], name="import_row_outcome")]


class ColumnMemory(models.Model):
    """How a heading was understood before, at a unit, so that the next file of the same shape needs no hand."""

    kind = models.CharField(max_length=30)
    unit = models.ForeignKey("units.Unit", on_delete=models.CASCADE)
    heading_key = models.CharField(max_length=200)
    field = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "unit", "heading_key"], name="column_memory_once")
        ]
