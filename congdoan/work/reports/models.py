"""Reports that were written: which plan, body and period, and the files."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Report(models.Model):
    """A report as it was written at an instant, with the two files that were handed over.

    ``figures`` is {"report": figures.PlanReport as JSON, "shown": the tables as they were printed}: what was said
    then stays readable whatever is booked later.
    """

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="reports")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    #: Period code (kit.dates.Period): 2025, 2025-H1, 2025-Q2, 2025-05.
    period = models.CharField(max_length=10)
    as_of = models.DateField()
    number = models.CharField("số", max_length=60, blank=True)
    dated_on = models.DateField("ngày ký", null=True, blank=True)
    place = models.CharField("nơi ban hành", max_length=100, blank=True)
    difficulties = models.TextField("khó khăn, vướng mắc", blank=True)
    proposals = models.TextField("đề xuất, kiến nghị", blank=True)
    docx = models.ForeignKey(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    xlsx = models.ForeignKey(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    figures = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["unit", "-created_at"], name="report_unit_newest")]
