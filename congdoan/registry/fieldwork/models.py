"""Survey rounds, who surveys whom, the answers, and the log of visits."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q

from congdoan.registry.fieldwork import choices


class SurveyRound(models.Model):
    """A body has employers surveyed over a range of days."""

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    title = models.CharField("tên đợt", max_length=200)
    during = DateRangeField()
    note = models.CharField(max_length=500, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class SurveyTask(models.Model):
    """One employer of a round, and who surveys it."""

    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="tasks")
    enterprise = models.ForeignKey("enterprises.Enterprise", on_delete=models.PROTECT, related_name="+")
    surveyor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: Whoever had it before: what they gathered without a network still arrives.
    earlier_surveyors = ArrayField(models.BigIntegerField(), default=list, blank=True)
    given_on = models.DateField()
    #: The day its first answer arrived.
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "enterprise"], name="survey_task_once_a_round")
        ]
        indexes = [
            models.Index(fields=["surveyor", "round"], name="survey_task_open", condition=Q(done_on=None))
        ]


class Survey(models.Model):
    """What one person found at an employer on a day. Made once by one ``client_key`` of the device, however often it is
    sent. The words never change; only the state does.

    Whom to talk to and what is said in confidence are sealed.
    """

    client_key = models.UUIDField(unique=True)
    task = models.ForeignKey(SurveyTask, on_delete=models.PROTECT, related_name="surveys")
    enterprise = models.ForeignKey("enterprises.Enterprise", on_delete=models.PROTECT, related_name="+")
    surveyor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    surveyed_on = models.DateField()
    sent_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices.STATES)
    #: Why it is not in the register yet, in a sentence.
    why = models.CharField(max_length=400, blank=True)

    workers = models.PositiveIntegerField("tổng số lao động")
    women = models.PositiveIntegerField("nữ", null=True, blank=True)
    foreign = models.PositiveIntegerField("nước ngoài", null=True, blank=True)
    seasonal = models.PositiveIntegerField("thời vụ", null=True, blank=True)
    sector = models.ForeignKey(
        "catalogues.Sector", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: Where the surveyor stood, when they said so.
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    contracts = models.PositiveIntegerField("đã ký hợp đồng", null=True, blank=True)
    insured = models.PositiveIntegerField("tham gia bảo hiểm xã hội", null=True, blank=True)
    wages = models.CharField("trả lương", max_length=15, choices=choices.WAGES, default="unknown")
    representation = models.CharField(
        "tổ chức đại diện", max_length=10, choices=choices.REPRESENTATION, default="unknown"
    )
    note = models.CharField("ghi chú", max_length=500, blank=True)
    attitude_sealed = models.BinaryField(default=b"", blank=True)
    contacts_sealed = models.BinaryField(default=b"", blank=True)
    remarks_sealed = models.BinaryField(default=b"", blank=True)
    photo = models.ForeignKey(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "-surveyed_on"], name="survey_of_employer")]
        triggers = [
            pgtrigger.Protect(
                name="words_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "((OLD.client_key, OLD.task_id, OLD.enterprise_id, OLD.surveyor_id, OLD.surveyed_on, OLD.workers)"
                    " IS DISTINCT FROM (NEW.client_key, NEW.task_id, NEW.enterprise_id, NEW.surveyor_id,"
                    " NEW.surveyed_on, NEW.workers))"
                ),
            )
        ]


class Visit(models.Model):
    """Somebody went to, called or met people of an employer: who, when, what came of it, what is next."""

    enterprise = models.ForeignKey("enterprises.Enterprise", on_delete=models.PROTECT, related_name="+")
    #: The body in whose name.
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    on = models.DateField("ngày")
    kind = models.CharField("hình thức", max_length=10, choices=choices.VISIT_KINDS)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reached = models.PositiveIntegerField("số người lao động tiếp xúc", null=True, blank=True)
    result = models.CharField("kết quả", max_length=12, choices=choices.RESULTS)
    outcome = models.CharField("nội dung", max_length=1000, blank=True)
    met_sealed = models.BinaryField(default=b"", blank=True)
    remarks_sealed = models.BinaryField(default=b"", blank=True)
    #: What was left with the workers: applications that come by it from that day on are counted to this visit, until
    #: another visit leaves the same.
    source = models.ForeignKey(
        "joining.Source", null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    next_step = models.CharField("việc tiếp theo", max_length=300, blank=True)
    next_on = models.DateField("ngày làm tiếp", null=True, blank=True)
    next_done_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["on", "id"], name="visit_order"),
            models.Index(fields=["enterprise", "on"], name="visit_of_employer"),
            models.Index(
                fields=["by", "next_on"],
                name="visit_next",
                condition=Q(next_done_on=None) & Q(next_on__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | ~Q(next_step=""), name="visit_next_day_has_a_step"
            )
        ]


class OutsideList(models.Model):
    """A list of employers from outside (tax office, social insurance, park), held against the register of a body on a
    day. What the register said is kept with it, so that it can be looked at later."""

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    title = models.CharField("tên danh sách", max_length=200)
    on = models.DateField("ngày đối chiếu")
    #: Employers of the register below this many workers are not asked for.
    least = models.PositiveIntegerField("từ bao nhiêu lao động")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class OutsideRow(models.Model):
    """One line of an outside list, or one employer of the register that it lacks, and how the two compare."""

    outside_list = models.ForeignKey(OutsideList, on_delete=models.CASCADE, related_name="rows")
    #: Line in the file; 0 for what is only in the register.
    line = models.PositiveIntegerField()
    tax_code = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=250)
    name_key = models.CharField(max_length=250)
    workers = models.PositiveIntegerField(null=True, blank=True)
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ours = models.PositiveIntegerField(null=True, blank=True)
    has_union = models.BooleanField(null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=choices.VERDICTS)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["outside_list", "line", "id"], name="outside_row_order")]
