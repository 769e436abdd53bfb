"""Employers. An enterprise is not a union: one may host several unions, a union may have several employers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from congdoan.kit.places import Place
from congdoan.registry.enterprises import choices


class Enterprise(models.Model):
    """An employer: an enterprise, cooperative, public-service unit or agency.

    ``tax_code`` is kept as given when it does not check; ``tax_code_ok`` says whether it does (warn, never
    block: requirements B8).
    """

    code = models.CharField(max_length=30, unique=True)
    tax_code = models.CharField("mã số thuế", max_length=20, blank=True, db_index=True)
    tax_code_ok = models.BooleanField(default=False)
    name = models.CharField("tên", max_length=250)
    name_key = models.CharField(max_length=250, db_index=True)
    sort_key = models.CharField(max_length=400, db_index=True)
    search = models.GeneratedField(
        expression=SearchVector("name_key", "tax_code", "code", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    sector = models.ForeignKey("catalogues.Sector", on_delete=models.PROTECT)
    trade = models.ForeignKey("catalogues.Trade", null=True, blank=True, on_delete=models.PROTECT)
    address = models.CharField("địa chỉ", max_length=300, blank=True)
    territory = models.ForeignKey("catalogues.Territory", null=True, blank=True, on_delete=models.PROTECT)
    park = models.ForeignKey("catalogues.Park", null=True, blank=True, on_delete=models.PROTECT)
    #: Degrees north and east, where they are known.
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    started_on = models.DateField("hoạt động từ", null=True, blank=True)
    phone = models.CharField("điện thoại", max_length=30, blank=True)
    email = models.EmailField(blank=True)
    contact_name = models.CharField("người liên hệ", max_length=150, blank=True)
    #: First day it is in the register; figures of earlier days do not count it.
    registered_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [GinIndex(fields=["search"], name="enterprise_search")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Place | None:
        """Where it is; None while nobody has said."""
        if self.latitude is None or self.longitude is None:
            return None
        return Place(self.latitude, self.longitude)


class HeadcountObservation(models.Model):
    """How many worked there on a day, according to a source."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="headcounts")
    on = models.DateField()
    source = models.CharField(max_length=20, choices=choices.HEADCOUNT_SOURCES)
    workers = models.PositiveIntegerField()
    women = models.PositiveIntegerField(null=True, blank=True)
    foreign = models.PositiveIntegerField(null=True, blank=True)
    seasonal = models.PositiveIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "on", "source"], name="headcount_once_a_day"),
            models.CheckConstraint(
                condition=Q(women__isnull=True) | Q(women__lte=F("workers")), name="headcount_women_within"
            ),
        ]


class StatusJudgement(models.Model):
    """From a day on: does it operate, is its business stable, is there a Party organisation; who says so.

    "Stable" is a judgement and not a fact of a register (requirements A1 note 3), so it has an author.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="judgements")
    on = models.DateField()
    operating = models.CharField(max_length=12, choices=choices.OPERATING_STATES)
    is_stable = models.BooleanField(null=True, blank=True)
    has_party = models.BooleanField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    decided_by_label = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "on"], name="judgement_once_a_day")]


class Responsibility(models.Model):
    """Which superior union body is in charge of an enterprise during a range."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="responsibilities")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="responsibility_one_at_a_time",
                expressions=[("enterprise", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]


class Hosting(models.Model):
    """A union works at an enterprise during a range."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="hostings")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="hostings")
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="hosting_once",
                expressions=[
                    ("enterprise", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]


class Standing(models.Model):
    """What counted of an enterprise during a range of days. Derived from the rows above, never written by hand.

    One row per stretch in which nothing changed: the names behind every figure of enterprises and workers on
    any day, and the source of their measures. Rebuilt by ``actions`` whenever one of the rows above changes.
    """

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="standings", db_index=False
    )
    during = DateRangeField()
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    sector = models.ForeignKey("catalogues.Sector", on_delete=models.PROTECT)
    headcount = models.PositiveIntegerField(null=True)
    band = models.SmallIntegerField()
    operating = models.CharField(max_length=12, choices=choices.OPERATING_STATES)
    is_stable = models.BooleanField(default=False)
    has_party = models.BooleanField(default=False)
    has_union = models.BooleanField(default=False)
    #: Large, foreign-invested, in operation for years, without a union: whom to call on first (seed 003 §II.2.1).
    is_priority = models.BooleanField(default=False)
    #: In operation, not small, and nobody has said for more than a year how many work there.
    is_stale = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="standing_one_at_a_time",
                expressions=[("enterprise", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]
        indexes = [
            models.Index(fields=["unit", "has_union", "band"], name="standing_unit"),
            # Who is in charge of an employer on a day, told by the index alone: for walks along the order of employers.
            models.Index(fields=["enterprise"], include=["unit", "during"], name="standing_whose"),
            # The order in which employers without a union are called on.
            models.Index(
                "is_priority",
                Coalesce("headcount", Value(-1)),
                name="standing_call_order",
                condition=Q(has_union=False),
            ),
        ]
