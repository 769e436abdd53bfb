"""Files of founding, their steps as data, the team, what happened, and what a recognition leaves: posts and first tasks."""

from __future__ import annotations

from datetime import date, timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from congdoan.registry.founding import choices


class Step(models.Model):
    """A step of a kind of founding, or a task of the first year, over a range of days: what must be done to reach it, by
    whom, within how many days of the step before (or of the recognition), what is kept as evidence, and by which text.

    ``parameter`` names the Parameter that holds the working days; otherwise ``days`` are days of the calendar.
    """

    kind = models.CharField(max_length=12, choices=choices.KINDS)
    phase = models.CharField(max_length=10, choices=choices.PHASES)
    code = models.CharField(max_length=24)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    act = models.CharField(max_length=200)
    evidence = models.CharField(max_length=200, blank=True)
    who = models.CharField(max_length=10, choices=choices.WHO)
    days = models.PositiveSmallIntegerField(null=True)
    parameter = models.CharField(max_length=60, blank=True)
    #: What must be kept in the file before it is reached ('' for words).
    proof = models.CharField(max_length=12, choices=choices.PROOFS, blank=True)
    #: Reached only with as many open applications as the quorum asks.
    needs_quorum = models.BooleanField(default=False)
    source = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)
    during = DateRangeField()

    class Meta:
        ordering = ["kind", "phase", "position"]
        constraints = [
            ExclusionConstraint(
                name="founding_step_once",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.name


class FoundingFile(models.Model):
    """The way of one workplace to its union. Opened by the first application from there, or by an officer.

    Confidential: read by the officers named at the leading body and by the file's team, by nobody else (rules).
    """

    #: The workplace: an employer of the register, or its words where it is not in it. At most one open file has a key.
    workplace_key = models.CharField(max_length=300)
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    workplace_name = models.CharField("nơi làm việc", max_length=250, blank=True)
    territory = models.ForeignKey(
        "catalogues.Territory", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("hình thức", max_length=12, choices=choices.KINDS, default=choices.GRASSROOTS)
    leading_unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=choices.STATES, default=choices.OPEN)
    #: The step it has reached, since when, and the day by which the next is due.
    step = models.CharField(max_length=24, default=choices.FIRST_STEP)
    step_since = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    #: The union it led to, and by which decision.
    unit = models.ForeignKey("units.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(
        "units.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recognised_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["leading_unit", "state", "due_on"], name="founding_file_lead")]
        constraints = [
            models.UniqueConstraint(
                fields=["workplace_key"],
                condition=models.Q(state=choices.OPEN),
                name="founding_file_once",
            )
        ]

    def __str__(self) -> str:
        return f"Hồ sơ thành lập {self.pk}"

    @property
    def workplace(self) -> str:
        return self.enterprise.name if self.enterprise is not None else self.workplace_name

    @property
    def is_live(self) -> bool:
        return self.state in choices.LIVE


class Attachment(models.Model):
    """An application belongs to the file of its workplace."""

    application = models.OneToOneField(
        "joining.Application", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    file = models.ForeignKey(FoundingFile, on_delete=models.PROTECT, related_name="attachments")


class TeamMember(models.Model):
    """Somebody, by name, works on one file over a range of days, whichever body they belong to."""

    file = models.ForeignKey(FoundingFile, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    task = models.CharField("việc được giao", max_length=150, blank=True)
    during = DateRangeField()
    named_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="founding_team_once",
                expressions=[
                    ("file", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]


class FileEvent(models.Model):
    """What an officer did with a file. Never changed.

    It stands in place of the audit trail, which more people may read than may know of the file.
    """

    file = models.ForeignKey(FoundingFile, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    #: The day it happened at the workplace, which may be before it was written.
    on = models.DateField()
    step = models.CharField(max_length=24, blank=True)
    words = models.TextField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["file", "id"], name="founding_event")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]


class CommitteePost(models.Model):
    """A person holds a post of a union's committee over its term."""

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="committee_posts")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="committee_posts")
    post = models.CharField(max_length=12, choices=choices.POSTS)
    during = DateRangeField()
    decision = models.ForeignKey(
        "units.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: By which the post ended before its term did.
    ending_decision = models.ForeignKey(
        "units.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="committee_post_once",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="one_chair_at_a_time",
                expressions=[("unit", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(post=choices.CHAIR),
            ),
        ]

    @property
    def last_on(self) -> date | None:
        """The last day on which the post is held; None without a term."""
        return self.during.upper - timedelta(days=1) if self.during.upper else None


class FirstYearTask(models.Model):
    """What a new union does in its first year, with the day by which; taken from Step when it was recognised."""

    file = models.ForeignKey(FoundingFile, on_delete=models.CASCADE, related_name="tasks")
    code = models.CharField(max_length=24)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["file", "code"], name="first_year_task_once")]


class Dossier(models.Model):
    """What the legal papers of a file say: its founding committee, its congress and ballots, its submission, its launch.
    Read and written by the officers named at the leading body (rules)."""

    file = models.OneToOneField(
        FoundingFile, primary_key=True, on_delete=models.CASCADE, related_name="dossier"
    )
    founders_number = models.CharField(max_length=80, blank=True)
    founders_on = models.DateField(null=True, blank=True)
    held_on = models.DateField(null=True, blank=True)
    starts_at = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=200, blank=True)
    summoned = models.PositiveIntegerField(null=True, blank=True)
    present = models.PositiveIntegerField(null=True, blank=True)
    chair = models.CharField(max_length=150, blank=True)
    secretary = models.CharField(max_length=150, blank=True)
    tellers = models.CharField(max_length=400, blank=True)
    guests = models.CharField(max_length=400, blank=True)
    opinions = models.TextField(blank=True)
    ballots_issued = models.PositiveIntegerField(null=True, blank=True)
    ballots_returned = models.PositiveIntegerField(null=True, blank=True)
    ballots_valid = models.PositiveIntegerField(null=True, blank=True)
    submission_number = models.CharField(max_length=80, blank=True)
    submission_on = models.DateField(null=True, blank=True)
    appraised_on = models.DateField(null=True, blank=True)
    appraiser = models.CharField(max_length=150, blank=True)
    appraisal = models.TextField(blank=True)
    launch_on = models.DateField(null=True, blank=True)
    launch_starts_at = models.CharField(max_length=20, blank=True)
    launch_place = models.CharField(max_length=200, blank=True)


class Nominee(models.Model):
    """An applicant in the founding committee, or put to the vote for a committee of the union: the post they were chosen
    for ('' when not chosen) and their votes."""

    file = models.ForeignKey(FoundingFile, on_delete=models.CASCADE, related_name="nominees")
    body = models.CharField(max_length=10, choices=choices.BODIES)
    application = models.ForeignKey("joining.Application", on_delete=models.CASCADE, related_name="+")
    post = models.CharField(max_length=12, blank=True, choices=choices.NOMINEE_POSTS)
    votes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["file", "body", "application"], name="founding_nominee_once")
        ]


class ShownToFounders(models.Model):
    """The worker of an application lets the founding committee of their workplace see their name and phone. Chosen by the
    worker alone; no row: nobody there sees them."""

    application = models.OneToOneField(
        "joining.Application", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField()


class FounderDoor(models.Model):
    """A founder, by the code of their application, may see who has chosen to be shown to the founding committee: let in by
    an officer named at the leading body, shut out again with a reason.

    It lets in only while the founder is in the committee, the file is being worked on and the application waits (queries).
    """

    file = models.ForeignKey(FoundingFile, on_delete=models.CASCADE, related_name="founder_doors")
    application = models.ForeignKey("joining.Application", on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "application"],
                condition=models.Q(closed_at=None),
                name="founder_door_once",
            )
        ]


class Scan(models.Model):
    """A signed paper of a file as it was scanned, sealed (kit.sealed). Every reading is a line of the file's log."""

    file = models.ForeignKey(FoundingFile, on_delete=models.CASCADE, related_name="scans")
    paper = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=60)
    sealed = models.BinaryField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)


class Area(models.Model):
    """A workshop on a shift of the workplace, with how many work there as far as the team knows."""

    file = models.ForeignKey(FoundingFile, on_delete=models.CASCADE, related_name="areas")
    workshop = models.CharField("xưởng, tổ, chuyền", max_length=80)
    shift = models.CharField("ca", max_length=40, blank=True)
    headcount = models.PositiveIntegerField("số người", null=True, blank=True)

    class Meta:
        ordering = ["workshop", "shift"]
        constraints = [
            models.UniqueConstraint(fields=["file", "workshop", "shift"], name="founding_area_once")
        ]

    def __str__(self) -> str:
        return f"{self.workshop}, {self.shift}" if self.shift else self.workshop


class Contact(models.Model):
    """Somebody at the workplace whom the team knows, whether they have applied or not. Name and note are sealed; all goes
    when the file ends."""

    file = models.ForeignKey(FoundingFile, on_delete=models.CASCADE, related_name="contacts")
    name_sealed = models.BinaryField()
    note_sealed = models.BinaryField(default=b"", blank=True)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts")
    is_leader = models.BooleanField(default=False)
    #: People whom this one reaches.
    reaches = models.ManyToManyField("self", symmetrical=False, related_name="reached_by", blank=True)
    added_on = models.DateField()
    added_by = models.CharField(max_length=200)


class Rating(models.Model):
    """How far somebody supports a union, from 1 (works for it) to 5 (works against it), as one officer judged it on a day.
    Never changed: the way somebody has come is in the rows."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="ratings")
    level = models.PositiveSmallIntegerField(choices=choices.SUPPORT)
    on = models.DateField()
    at = models.DateTimeField()
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words_sealed = models.BinaryField(default=b"", blank=True)

    class Meta:
        indexes = [models.Index(fields=["contact", "-id"], name="founding_rating_last")]
        constraints = [
            models.CheckConstraint(condition=models.Q(level__range=(1, 5)), name="founding_rating_level")
        ]
        triggers = [pgtrigger.Protect(name="rating_append_only", operation=pgtrigger.Update)]
