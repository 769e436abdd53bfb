"""Briefings, who is invited, what is on the agenda, and the conclusions."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period
from congdoan.work.briefings.choices import CONCLUSION_STATES, KINDS, SOURCES, STATES


class Briefing(models.Model):
    """A meeting of a body about how a plan goes in a period.

    From the instant it is closed its minutes stand as they are, guarded by triggers; corrections are `Addendum`s.
    """

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="briefings")
    kind = models.CharField(max_length=15, choices=KINDS, default="briefing")
    #: Period code (kit.dates.Period).
    period = models.CharField(max_length=10)
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="+")
    #: When it is to be held; from "held" on, when it was.
    held_at = models.DateTimeField()
    place = models.CharField("địa điểm", max_length=200, blank=True)
    chair = models.CharField("chủ trì", max_length=200)
    state = models.CharField(max_length=10, choices=STATES, default="planned")
    cancel_reason = models.CharField(max_length=300, blank=True)
    #: What the chair said of the period as a whole; one paragraph a line.
    summary = models.TextField("đánh giá chung", blank=True)
    number = models.CharField("số của thông báo", max_length=60, blank=True)
    dated_on = models.DateField("ngày ký thông báo", null=True, blank=True)
    #: The data pack and the notice of conclusions as they were when the minutes were closed.
    pack = models.ForeignKey(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    notice = models.ForeignKey(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-held_at", "-id"]
        indexes = [models.Index(fields=["unit", "-held_at"], name="briefing_unit_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "period"], condition=~Q(state="cancelled"), name="briefing_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="briefing_closed_at"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """ "Giao ban quý III năm 2026"."""
        return f"{self.get_kind_display().capitalize()} {Period.parse(self.period).name}"

    @property
    def held_on(self) -> date:
        """The local day of the meeting."""
        return timezone.localdate(self.held_at)


class AgendaItem(models.Model):
    """A point of the agenda. ``source`` and ``source_key`` tell which target, body or conclusion it came from.

    ``detail`` holds the figures as they were when it was put on; ``note`` what was said about it in the meeting.
    """

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=10, choices=SOURCES, default="own")
    source_key = models.CharField(max_length=60, blank=True)
    title = models.CharField("nội dung", max_length=300)
    detail = models.CharField("số liệu", max_length=500, blank=True)
    url = models.CharField(max_length=300, blank=True)
    #: The body below that the item is about, if it is about one.
    unit = models.ForeignKey("units.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField("ý kiến, thảo luận", blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["briefing", "source_key"], condition=~Q(source_key=""), name="agenda_source_once"
            )
        ]


class Attendance(models.Model):
    """Who is invited: a body, a user of this software, or somebody by name alone. ``is_present`` is None until
    attendance was taken."""

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="attendances")
    unit = models.ForeignKey("units.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("khách mời", max_length=200, blank=True)
    is_present = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["briefing", "unit"], condition=Q(unit__isnull=False), name="attendance_unit_once"
            ),
            models.UniqueConstraint(
                fields=["briefing", "user"], condition=Q(user__isnull=False), name="attendance_user_once"
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False, user__isnull=True, name="")
                | Q(unit__isnull=True, user__isnull=False, name="")
                | (Q(unit__isnull=True, user__isnull=True) & ~Q(name="")),
                name="attendance_one_of",
            ),
        ]

    @property
    def who(self) -> str:
        """The invited as a list says it."""
        if self.unit is not None:
            return self.unit.name
        return self.user.get_full_name() if self.user is not None else self.name


class Conclusion(models.Model):
    """A conclusion of a briefing: a task of a body or a user with a day.

    Given when the minutes are closed (a carried one already is); text, owner and day then stand.
    """

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="conclusions")
    position = models.PositiveSmallIntegerField()
    text = models.CharField("nội dung", max_length=1000)
    owner_unit = models.ForeignKey(
        "units.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: Who carries the task on since the owning body ended: its successor. The minutes keep the owner they name.
    taken_over_by = models.ForeignKey(
        "units.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField("hạn")
    state = models.CharField(max_length=8, choices=CONCLUSION_STATES, default="open")
    #: What was done, or why it is dropped.
    result = models.TextField("kết quả", blank=True)
    evidence = models.ForeignKey(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_on = models.DateField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    carried_from = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="carried_to"
    )

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="conclusion_due"),
            models.Index(fields=["owner_unit"], condition=Q(state="open"), name="conclusion_unit_open"),
            models.Index(fields=["owner_user"], condition=Q(state="open"), name="conclusion_user_open"),
            models.Index(
                fields=["taken_over_by"], condition=Q(state="open"), name="conclusion_successor_open"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_unit__isnull=False, owner_user__isnull=True)
                | Q(owner_unit__isnull=True, owner_user__isnull=False),
                name="conclusion_one_owner",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "dropped"]) | (~Q(result="") & Q(finished_on__isnull=False)),
                name="conclusion_finished_says_how",
            ),
        ]

    @property
    def acting_unit(self) -> Unit | None:
        """The body whose task it is now: the owner, or whoever succeeded it."""
        return self.taken_over_by or self.owner_unit

    @property
    def owner_name(self) -> str:
        if self.taken_over_by is not None and self.owner_unit is not None:
            return f"{self.taken_over_by.name} (kế thừa {self.owner_unit.name})"
        if self.owner_unit is not None:
            return self.owner_unit.name
        return self.owner_user.get_full_name() if self.owner_user is not None else ""

    @property
    def is_given(self) -> bool:
        """Whether its owner is bound by it yet."""
        return self.briefing.state == "closed" or self.carried_from_id is not None

    def is_late(self, on: date) -> bool:
        return self.state == "open" and self.due_on < on


class Addendum(models.Model):
    """A correction of closed minutes: what it says and why. Never changed."""

    briefing = models.ForeignKey(Briefing, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField("nội dung đính chính")
    reason = models.CharField("lý do", max_length=300)
    added_on = models.DateField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
