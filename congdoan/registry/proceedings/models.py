"""Cases about a union, their steps as data, and what happened."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from congdoan.kit.text import upper_first
from congdoan.registry.proceedings import choices


class Stage(models.Model):
    """A step of a kind of case over a range of days: what must be done to reach it, by whom, within how many days of the
    step before, what proves it, and by which text. ``needs_paper``: reached only with the paper's number and day, or
    with its scan."""

    kind = models.CharField(max_length=14, choices=choices.KINDS)
    code = models.CharField(max_length=24)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    act = models.CharField(max_length=200)
    evidence = models.CharField(max_length=200, blank=True)
    needs_paper = models.BooleanField(default=False)
    who = models.CharField(max_length=10, choices=choices.WHO)
    days = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)
    during = DateRangeField()

    class Meta:
        ordering = ["kind", "position"]
        constraints = [
            ExclusionConstraint(
                name="proceeding_stage_once",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.name


class Proceeding(models.Model):
    """One case about one union, led by its superior. At most one of a kind is open for a union."""

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="proceedings")
    led_by = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("việc", max_length=14, choices=choices.KINDS)
    cause = models.CharField("lý do", max_length=20, choices=choices.ALL_CAUSES)
    words = models.CharField("ghi rõ", max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=choices.STATES, default=choices.OPEN)
    stage = models.CharField(max_length=24)
    stage_since = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    decision = models.ForeignKey(
        "units.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: What carried a dissolution out; it can be taken back there.
    reorganisation = models.ForeignKey(
        "reorganisation.Reorganisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["led_by", "state", "due_on"], name="proceeding_lead"),
            models.Index(fields=["-opened_on", "-id"], name="proceeding_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind"], condition=models.Q(state=choices.OPEN), name="proceeding_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{upper_first(self.get_kind_display())}: {self.unit.name}"

    @property
    def is_open(self) -> bool:
        return self.state == choices.OPEN


class Entry(models.Model):
    """What happened to a case on a day, with the paper that proves it. Never changed."""

    proceeding = models.ForeignKey(Proceeding, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    #: The day it happened, which may be before it was written.
    on = models.DateField()
    stage = models.CharField(max_length=24, blank=True)
    words = models.TextField(blank=True)
    paper_number = models.CharField(max_length=80, blank=True)
    paper_on = models.DateField(null=True, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["proceeding", "id"], name="proceeding_entry")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]
