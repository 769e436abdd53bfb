"""Roles are data, capabilities are named in the rooms, grants say who has which role where and until when."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models


class Role(models.Model):
    """A named set of capabilities; an office may make its own."""

    code = models.CharField(primary_key=True, max_length=40)
    name = models.CharField("tên vai trò", max_length=100)
    description = models.CharField("mô tả", max_length=300, blank=True)
    capabilities = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    #: Of a role of a new installation: the capabilities it was ever shipped with. What is not among them is new with
    #: the version and is added once; what is among them and not held was taken away by the office, and stays so.
    shipped = ArrayField(models.CharField(max_length=60), default=list, blank=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A user has a role at a unit, for that unit alone or all below it, over a range of days."""

    REACHES = [("below", "đơn vị và cấp dưới"), ("own", "chỉ đơn vị này")]
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="grants")
    reach = models.CharField(max_length=5, choices=REACHES, default="below")
    during = DateRangeField()
    reason = models.CharField(max_length=300, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="grant_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]

    @property
    def last_day(self) -> date | None:
        """The last day on which the grant holds; None while it has no end."""
        return self.during.upper - timedelta(days=1) if self.during.upper else None
