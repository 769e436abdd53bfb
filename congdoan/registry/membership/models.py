"""Membership over time, and the ledger that it is the sum of."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from congdoan.registry.membership import choices


class Membership(models.Model):
    """A person is a member of a unit during a range. At most one primary membership at a time.

    Follows from the ledger; kept as rows so that "who was a member here on that day" is one look-up.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(
        "units.Unit", on_delete=models.PROTECT, related_name="memberships", db_index=False
    )
    during = DateRangeField()
    is_primary = models.BooleanField(default=True)
    #: Copied from the person, so that the list of a unit is one ordered index scan.
    sort_key = models.CharField(max_length=300)
    #: What this membership counts under in the ledger, so that a list and a figure never differ.
    sector = models.ForeignKey("catalogues.Sector", null=True, on_delete=models.PROTECT, db_index=False)
    sex = models.CharField(max_length=1, blank=True)
    #: First admission to the trade union, wherever it was.
    joined_on = models.DateField(null=True, blank=True)
    application_on = models.DateField(
        null=True, blank=True, help_text="day of the written application on file"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_primary_membership",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(is_primary=True),
            )
        ]
        indexes = [
            models.Index(fields=["unit", "sort_key", "id"], name="membership_unit_order"),
            models.Index(fields=["sort_key", "id"], name="membership_order"),
        ]


class Movement(models.Model):
    """One line of the ledger. Immutable: a mistake is reversed by another movement.

    ``on`` is the day of effect, ``recorded_at`` the instant it was booked. ``sector`` and ``sex`` are what
    counted at that moment, so that the ledger alone gives every measure. A reversal carries the kind of what
    it reverses and ``sign`` −1 times its sign.

    Foreign keys that nobody looks up by carry no index of their own: a ledger of millions is written faster
    than it is read. The database itself checks whose line it is and where, with every line; what else a line names was
    read from its own table by the action that books it and is never removed, and a decision that books 300,000 people
    anew would check it two million times. `ledger_faults` looks at all of them.
    """

    kind = models.CharField(max_length=15, choices=choices.MOVEMENT_KINDS)
    sign = models.SmallIntegerField()
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="movements", db_index=False
    )
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="movements", db_index=False)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    #: The other unit of a transfer or a reorganisation.
    counter_unit = models.ForeignKey(
        "units.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    decision = models.ForeignKey(
        "units.Decision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
    )
    reason = models.CharField(max_length=300, blank=True)
    sector = models.ForeignKey(
        "catalogues.Sector", null=True, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    sex = models.CharField(max_length=1, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
    )
    reverses = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversals",
        db_index=False,
        db_constraint=False,
    )
    #: Writes that belong together (an import, a reorganisation) share a batch.
    batch = models.UUIDField(null=True, blank=True)
    #: Booked for a day whose books were already closed.
    is_late = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sign__in=[-1, 1]), name="movement_sign"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="movement_reversed_once"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "on"], name="movement_unit"),
            models.Index(fields=["on", "id"], name="movement_order"),
            models.Index(fields=["person", "on"], name="movement_person"),
            models.Index(fields=["batch"], name="movement_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["decision"], name="movement_decision", condition=Q(decision__isnull=False)),
        ]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]


class BookClosing(models.Model):
    """The books of a body and all below it are closed up to a day (exclusive) since an instant.

    Later corrections of those days are booked all the same, marked late, with today's recorded instant; the
    figures as they were known when the books were closed can be asked for with ``known_at``.
    """

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT)
    until_on = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "until_on"], name="book_closing_once")]


class ContractNotice(models.Model):
    """The officers of a foreign member's union were told that a contract ends: once for a member and an end."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    contract_to = models.DateField()
    told_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "contract_to"], name="contract_told_once"),
        ]
        indexes = [models.Index(fields=["told_on"], name="contract_told")]


class LifeSign(models.Model):
    """Somebody was heard of on a day, where nothing else of the register would tell (silence.py)."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    kind = models.CharField(max_length=10, choices=choices.SIGNS)
    #: Who wrote it down.
    by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "on", "kind"], name="life_sign_once")]


class Silence(models.Model):
    """A member of whom nothing was heard for long, as it was found last night (actions.hearing). Derived: it can be emptied
    and built anew at any time."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("units.Unit", on_delete=models.CASCADE, related_name="+", db_index=False)
    #: As in Membership, so that a page is one ordered index scan.
    sort_key = models.CharField(max_length=300)
    #: None where nothing at all was found.
    last_seen_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "sort_key", "id"], name="silence_unit_order"),
            models.Index(fields=["sort_key", "id"], name="silence_order"),
        ]
