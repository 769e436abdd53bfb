"""Plans (Kế hoạch), their targets, and what becomes of a target on its way down the tree."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Plan(models.Model):
    """A plan of a body for a period. Number and day may be blank: several seeds are unsigned drafts.

    Lists that are only read and printed as a whole (legal bases, recipients, norms, open points) are JSON in
    the shapes of plan_files.
    """

    STATES = [("draft", "dự thảo"), ("issued", "đã ban hành"), ("ended", "đã kết thúc")]
    code = models.CharField(max_length=60, unique=True)
    number = models.CharField("số", max_length=60, blank=True)
    issued_on = models.DateField("ngày ban hành", null=True, blank=True)
    issued_text = models.CharField(max_length=100, blank=True)
    title = models.CharField("trích yếu", max_length=300)
    issuer = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="plans")
    issuer_body = models.CharField(max_length=100, blank=True)
    level = models.CharField(max_length=30, blank=True)
    during = DateRangeField()
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    signer_capacity = models.CharField(max_length=100, blank=True)
    signer_role = models.CharField(max_length=100, blank=True)
    legal_bases = models.JSONField(default=list, blank=True)
    recipients = models.JSONField(default=list, blank=True)
    norms = models.JSONField(default=list, blank=True)
    open_points = models.JSONField(default=list, blank=True)
    source = models.JSONField(default=dict, blank=True)
    is_invented = models.BooleanField(default=False, help_text="an example made up for demonstration")
    state = models.CharField(max_length=8, choices=STATES, default="draft")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-during", "code"]

    def __str__(self) -> str:
        return self.title


class Campaign(models.Model):
    """A window inside a plan with sub-targets of its own: Workers' Month (May), union month (July)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="campaigns")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=150)
    during = DateRangeField()
    is_yearly = models.BooleanField(default=False)
    citation = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="campaign_once")]


class Target(models.Model):
    """A number (or a word) a body must reach: indicator, operator and value exactly as the plan has them.

    ``window`` is when it is counted; ``scope`` narrows the indicator (sector group, minimum headcount, stable,
    operating, Party organisation); ``of_which`` names the target it is a part of. Percentages are 95, not 0.95.
    """

    KINDS = [
        ("target", "chỉ tiêu"),
        ("baseline", "số gốc"),
        ("milestone", "mốc công việc"),
        ("allocation", "giao chỉ tiêu"),
        ("campaign", "tháng cao điểm"),
        ("standing", "yêu cầu thường xuyên"),
    ]
    OPERATORS = [
        ("eq", "="),
        ("ge", "≥"),
        ("gt", ">"),
        ("le", "≤"),
        ("about", "khoảng"),
        ("most", "hầu hết"),
        ("majority", "phần lớn"),
        ("upward", "tăng"),
        ("completed", "hoàn thành"),
    ]
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="targets")
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=300)
    indicator = models.ForeignKey("indicators.Indicator", on_delete=models.PROTECT, related_name="targets")
    kind = models.CharField(max_length=12, choices=KINDS, default="target")
    operator = models.CharField(max_length=10, choices=OPERATORS)
    value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    value_to = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    unit_name = models.CharField(max_length=40)
    wording = models.CharField(max_length=200, blank=True)
    citation = models.CharField(max_length=80, blank=True)
    window = DateRangeField()
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT)
    is_yearly = models.BooleanField(default=False)
    scope = models.JSONField(default=dict, blank=True)
    of_which = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    baseline = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    baseline_derived = models.BooleanField(default=False)
    baseline_citation = models.CharField(max_length=120, blank=True)
    open_points = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="target_once"),
            models.CheckConstraint(
                condition=Q(operator__in=["most", "majority", "upward", "completed"])
                | Q(value__isnull=False),
                name="target_number_has_value",
            ),
        ]


class Allocation(models.Model):
    """A target given down by a body to its children, by decision. A revision replaces it and keeps it.

    Σ items + reserve = total; held by the action and by a constraint trigger at commit.
    """

    STATES = [("draft", "dự thảo"), ("issued", "đã giao"), ("replaced", "đã thay thế")]
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="allocations")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="allocations_given")
    revision = models.PositiveSmallIntegerField(default=1)
    decision = models.ForeignKey("units.Decision", null=True, blank=True, on_delete=models.PROTECT)
    effective_on = models.DateField()
    total = models.DecimalField(max_digits=16, decimal_places=4)
    reserve = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    state = models.CharField(max_length=8, choices=STATES, default="draft")
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "unit", "revision"], name="allocation_revision_once"),
            models.UniqueConstraint(
                fields=["target", "unit"], condition=Q(state="issued"), name="allocation_one_in_force"
            ),
            models.CheckConstraint(condition=Q(reserve__gte=0), name="allocation_reserve_not_negative"),
        ]


class AllocationItem(models.Model):
    """What one child body is given, for the whole window or for one quarter or month of it."""

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="items")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="allocations_received")
    #: Period code (2025, 2025-Q2, 2025-05); '' for the whole window.
    period = models.CharField(max_length=10, blank=True)
    value = models.DecimalField(max_digits=16, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["allocation", "unit", "period"], name="allocation_item_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="allocation_item_not_negative"),
        ]


class Adjustment(models.Model):
    """An authorised, reasoned change of how a body is assessed (seed 003 §II.1.2 L98-104).

    The original target stands; the assessed value is shown beside it with who decided and why.
    """

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="adjustments")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=16, decimal_places=4)
    original_value = models.DecimalField(max_digits=16, decimal_places=4)
    reason = models.CharField(max_length=500)
    decision = models.ForeignKey("units.Decision", null=True, blank=True, on_delete=models.PROTECT)
    effective_on = models.DateField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(default=timezone.now)
    #: The first day it no longer holds, because it was withdrawn or a later one took its place.
    ended_on = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "unit"],
                condition=Q(withdrawn_at__isnull=True),
                name="adjustment_one_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(value=F("original_value")), name="adjustment_changes_something"
            ),
        ]


class ReportedValue(models.Model):
    """A value entered by hand for an indicator no register counts yet: who, from which source, for which day."""

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="reported_values")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    value = models.DecimalField(max_digits=16, decimal_places=4)
    source = models.CharField(max_length=300)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    reported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["target", "unit", "on"], name="reported_value_once")]


class Distribution(models.Model):
    """A plan, a target given down or its adjustment was made known to bodies (seed 003 §III.5 L576). ``unit`` made it
    known; who has read it is found in the notices of its readers."""

    KINDS = [
        ("plan", "kế hoạch"),
        ("allocation", "giao chỉ tiêu"),
        ("revision", "điều chỉnh chỉ tiêu"),
        ("adjustment", "mức đánh giá"),
    ]
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="distributions")
    target = models.ForeignKey(
        Target, null=True, blank=True, on_delete=models.SET_NULL, related_name="distributions"
    )
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=KINDS)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    #: The page that the notices lead to.
    url = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["plan", "unit", "-id"], name="distribution_list")]

    def __str__(self) -> str:
        return self.subject


class DistributionReader(models.Model):
    """Who was told at a body; no user where nobody there has an account."""

    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="readers")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["distribution", "unit", "user"],
                nulls_distinct=False,
                name="distribution_reader_once",
            )
        ]
