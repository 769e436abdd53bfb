"""Shared lists, each row with its dates and where it comes from."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models


class Territory(models.Model):
    """Provinces and communes of today (package vietnam-provinces) and the districts of before July 2025.

    The administrative map, not the union tree: a unit or an enterprise has a territory.
    """

    LEVELS = [
        ("province", "tỉnh, thành phố"),
        ("district", "huyện, quận"),
        ("commune", "xã, phường, đặc khu"),
    ]
    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, db_index=True)
    level = models.CharField(max_length=10, choices=LEVELS)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    during = DateRangeField()

    def __str__(self) -> str:
        return self.name


class Sector(models.Model):
    """The economic sector of an employer or a union.

    ``group`` is what the plans speak of: state, non_state (with FDI), informal (no labour relation).
    """

    GROUPS = [
        ("state", "khu vực nhà nước"),
        ("non_state", "khu vực ngoài nhà nước"),
        ("informal", "khu vực không có quan hệ lao động"),
    ]
    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=100)
    group = models.CharField(max_length=10, choices=GROUPS)
    is_enterprise = models.BooleanField(default=True, help_text="counted among enterprises (DN)")
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.name


class Trade(models.Model):
    """A section of VSIC 2018 (Decision 27/2018/QĐ-TTg): A to U."""

    code = models.CharField(primary_key=True, max_length=4)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code}. {self.name}"


class Park(models.Model):
    """An industrial park or economic zone (KCN, KKT)."""

    code = models.CharField(primary_key=True, max_length=30)
    name = models.CharField(max_length=150)
    territory = models.ForeignKey(Territory, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Parameter(models.Model):
    """A figure or date that law, charter or a body sets: quorum, deadlines, thresholds.

    Effective-dated, with its source and whether somebody has checked it. A row with a unit overrides the
    general row for that body and those below it.
    """

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    unit = models.ForeignKey("units.Unit", null=True, blank=True, on_delete=models.PROTECT)
    value = models.JSONField()
    during = DateRangeField()
    source = models.CharField(max_length=300)
    verified = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="parameter_general_once",
                expressions=[("code", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(unit__isnull=True),
            ),
            ExclusionConstraint(
                name="parameter_unit_once",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(unit__isnull=False),
            ),
        ]
