"""Writes that need a second person."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Approval(models.Model):
    """Something proposed by one person and decided by another who has the capability at the unit."""

    STATES = [
        ("open", "chờ duyệt"),
        ("approved", "đã duyệt"),
        ("refused", "không duyệt"),
        ("withdrawn", "đã rút"),
    ]
    kind = models.CharField(max_length=60)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT)
    capability = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    arguments = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "state", "-proposed_at"], name="approval_unit")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="approval_needs_another_person",
            )
        ]
