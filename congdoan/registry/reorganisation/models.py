"""A reorganisation decision and its steps. What it did to the rows of other rooms is in foundation.succession."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from congdoan.registry.reorganisation import choices


class Reorganisation(models.Model):
    """A decision that rearranges union bodies from a day on, with the steps it is made of.

    ``number`` and ``issued_on`` are of the paper, ``authority`` the body that issues it. ``balance`` is the balance
    sheet of the last check (queries.Balance as JSON); ``batch`` marks everything the commit wrote: movements,
    successors, journal.
    """

    title = models.CharField("trích yếu", max_length=300)
    number = models.CharField("số quyết định", max_length=80, blank=True)
    issued_on = models.DateField("ngày ký", null=True, blank=True)
    authority = models.ForeignKey(
        "units.Unit",
        on_delete=models.PROTECT,
        related_name="reorganisations",
        verbose_name="cơ quan ban hành",
    )
    effective_on = models.DateField("ngày có hiệu lực")
    state = models.CharField(max_length=10, choices=choices.STATES, default="draft")
    note = models.TextField("ghi chú", blank=True)
    file = models.ForeignKey(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: Made when it is committed.
    decision = models.ForeignKey(
        "units.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="reorganisations"
    )
    batch = models.UUIDField(default=uuid.uuid4, unique=True)
    balance = models.JSONField(default=dict, blank=True)
    #: Ids of the units that the commit founded.
    founded = ArrayField(models.BigIntegerField(), default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    committed_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-effective_on", "-pk"]
        indexes = [
            models.Index(fields=["authority", "-effective_on", "-id"], name="reorganisation_authority")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether its steps may still be changed."""
        return self.state in {"draft", "checked"}


class Step(models.Model):
    """One step. Steps take effect in the order of ``position``; ``arguments`` are JSON in the shape that
    planning.SHAPES gives for the kind, units named by code, so that a later step may name a unit founded by an
    earlier one. ``row`` is the row of the list it came from."""

    reorganisation = models.ForeignKey(Reorganisation, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=choices.STEP_KINDS)
    arguments = models.JSONField(default=dict)
    row = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["reorganisation", "position"], name="step_position_once")
        ]
