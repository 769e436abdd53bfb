"""Forms of periodic returns, who owes them until when, what was filled in, and what was frozen on acceptance."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q

from congdoan.work.returns import choices


class ReturnForm(models.Model):
    """A form that a body asks of the bodies below it. What it asks is in its versions.

    The title, the cadence and the shape are those of the newest version, draft or published.
    """

    code = models.CharField("mã mẫu", max_length=40)
    title = models.CharField("tên báo cáo", max_length=250)
    owner = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="return_forms")
    cadence = models.CharField("kỳ", max_length=10, choices=choices.CADENCES)
    is_retired = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["owner", "code"], name="return_form_once")]

    def __str__(self) -> str:
        return self.title


class ReturnFormVersion(models.Model):
    """What a form asks: `definitions.Definition` as JSON. A draft until it is published, unchangeable from then on."""

    form = models.ForeignKey(ReturnForm, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    definition = models.JSONField()
    #: SHA-256 of the canonical JSON, written when it is published.
    digest = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["form", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="return_version_once"),
            models.UniqueConstraint(
                fields=["form"], condition=Q(published_at__isnull=True), name="return_version_one_draft"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),  # type: ignore[call-arg]
            )
        ]

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class Obligation(models.Model):
    """A body owes a form to its superior for the days [from_on, to_on).

    It may be begun from ``opens_on``, is due at the end of ``due_on`` and counts as late after ``late_on``.
    ``extended_to`` is the last exception that the superior granted; the rows of `Extension` say why.
    """

    form = models.ForeignKey(ReturnForm, on_delete=models.PROTECT, related_name="obligations")
    version = models.ForeignKey(ReturnFormVersion, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    superior = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    #: "2026-05", "2026-Q2", "2026-H1", "2026", or the office's own name of a term or an occasion.
    period = models.CharField(max_length=30)
    from_on = models.DateField()
    to_on = models.DateField()
    opens_on = models.DateField()
    due_on = models.DateField()
    late_on = models.DateField()
    extended_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "unit", "period"], name="obligation_once"),
            models.CheckConstraint(condition=Q(from_on__lt=F("to_on")), name="obligation_period"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on")) & Q(due_on__lte=F("late_on")), name="obligation_days"
            ),
            models.CheckConstraint(condition=~Q(unit=F("superior")), name="obligation_to_another"),
        ]
        indexes = [
            models.Index(fields=["superior", "form", "period"], name="obligation_superior"),
            models.Index(fields=["unit", "-due_on", "-id"], name="obligation_unit"),
            models.Index(fields=["due_on", "id"], name="obligation_order"),
        ]

    @property
    def due(self) -> date:
        """The last day on which the return is in time, with the exception granted."""
        return self.extended_to or self.due_on

    @property
    def last_day(self) -> date:
        """The last day of the period, which figures count to."""
        return date.fromordinal(self.to_on.toordinal() - 1)


class Extension(models.Model):
    """The superior let a body hand in later, for a reason."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="extensions")
    due_on = models.DateField()
    reason = models.CharField(max_length=300)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    granted_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]


class Return(models.Model):
    """What a body fills in for an obligation.

    ``computed`` and ``entered`` are {cell: number} (whole numbers, or text where there are decimals); an entered
    figure stands in the place of a computed one and has its reason in ``reasons``. ``remarks`` are the superior's,
    by cell. ``revision`` grows with every write: who writes says which one they have seen.
    """

    obligation = models.OneToOneField(Obligation, on_delete=models.PROTECT, related_name="made")
    version = models.ForeignKey(ReturnFormVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=choices.STATES, default="draft")
    revision = models.PositiveIntegerField(default=1)
    computed = models.JSONField(default=dict)
    entered = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    explanations = models.JSONField(default=dict)
    remarks = models.JSONField(default=dict)
    #: The instant the registers were read, so that later corrections can be told apart.
    computed_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state"], name="return_state")]


class FrozenReturn(models.Model):
    """A return as it was accepted: values, structure and form, byte for byte. Never changed; an acceptance after a
    re-opening adds another.

    ``body`` is canonical JSON (keys sorted, no spaces, UTF-8); ``digest`` its SHA-256. ``known_at`` is the instant
    at which the registers were read.
    """

    made = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="frozen")
    number = models.PositiveSmallIntegerField()
    body = models.TextField()
    digest = models.CharField(max_length=64)
    known_at = models.DateTimeField()
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["made", "number"], name="frozen_return_once")]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]


class ReturnStep(models.Model):
    """A step of a return's way: who, when, from which state to which, in whose place, and why."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=12)
    to_state = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    user_name = models.CharField(max_length=200)
    #: Whose place the user took, by delegation.
    in_place_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["obligation", "id"], name="return_step")]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]


class Delegation(models.Model):
    """While somebody is away, another acts in their place at a body, over a range of days."""

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    absent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    during = DateRangeField()
    reason = models.CharField(max_length=300)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["substitute", "unit"], name="delegation_substitute")]
        constraints = [
            models.CheckConstraint(condition=~Q(absent=F("substitute")), name="delegation_between_two")
        ]

    @property
    def last_day(self) -> date | None:
        return date.fromordinal(self.during.upper.toordinal() - 1) if self.during.upper else None
