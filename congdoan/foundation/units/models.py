"""The tree of union bodies over time.

`Unit` is an identity that never changes; `UnitVersion` says what it was called, what kind it was and under
whom it stood during a range of days; `UnitPlacement` is the closure of the tree over time, so that "below me
on 30/6/2025" is one index lookup. Ranges are half-open daterange values, guarded by exclusion constraints.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q


class UnitLevel(models.Model):
    """A level of the union system, by date: four until 30/6/2025, three since (Law 97/2025/QH15 Art. 8)."""

    code = models.CharField(primary_key=True, max_length=30)
    name = models.CharField(max_length=100)
    rank = models.PositiveSmallIntegerField(help_text="1 is the confederation; larger is lower")
    during = DateRangeField()
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["rank"]


class UnitKind(models.Model):
    """A kind of union body (glossary): data, because law and pilots add and end kinds (seed 000 §II.2)."""

    code = models.CharField(primary_key=True, max_length=30)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=30)
    level = models.ForeignKey(UnitLevel, on_delete=models.PROTECT)
    during = DateRangeField()
    #: Members belong to units of these kinds only; the others gather units.
    holds_members = models.BooleanField(default=False)
    #: Counted as a union of the grassroots level (CĐCS, NĐCS) by the measures of unions.
    is_grassroots = models.BooleanField(default=False)
    #: Kinds that may stand under this one.
    child_kinds = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="parent_kinds")

    class Meta:
        ordering = ["level__rank", "code"]

    def __str__(self) -> str:
        return self.name


class KindAuthority(models.Model):
    """What bodies of a kind may decide, by date, with the source (requirements B1: must be configurable)."""

    ACTS = [
        ("recognise_union", "công nhận công đoàn cơ sở, nghiệp đoàn cơ sở"),
        ("admit_where_no_union", "kết nạp nơi chưa có công đoàn"),
        ("readmit", "kết nạp lại"),
        ("allocate_targets", "giao chỉ tiêu"),
        ("issue_plan", "ban hành kế hoạch"),
    ]
    kind = models.ForeignKey(UnitKind, on_delete=models.CASCADE, related_name="authorities")
    act = models.CharField(max_length=30, choices=ACTS)
    during = DateRangeField()
    source = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="kind_authority_once",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("act", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]


class Unit(models.Model):
    """A union body as an identity. Its name, kind and superior are in the versions."""

    code = models.CharField(max_length=40, unique=True)
    #: The words of the newest version, for search; kept by the actions that write versions.
    name = models.CharField(max_length=250)
    name_key = models.CharField(max_length=250)
    sort_key = models.CharField(max_length=400, db_index=True)
    search = models.GeneratedField(
        expression=SearchVector("name_key", "code", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    founded_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="first day on which it no longer exists")
    created_at = models.DateTimeField(auto_now_add=True)
    #: Its founding was taken back: it stands nowhere on any day, and is kept because the ledger names it.
    annulled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [GinIndex(fields=["search"], name="unit_search")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("founded_on")),
                name="unit_ends_after_founding",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """A paper that something was done by: number, day, who signed for which body."""

    number = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issuer = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    title = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["number", "issued_on"], name="decision_number")]

    def __str__(self) -> str:
        return self.number or "(chưa có số)"


class UnitVersion(models.Model):
    """What a unit was during a range of days: name, kind, superior, sector, territory."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="versions")
    during = DateRangeField()
    name = models.CharField(max_length=250)
    short_name = models.CharField(max_length=120)
    kind = models.ForeignKey(UnitKind, on_delete=models.PROTECT)
    parent = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="child_versions"
    )
    sector = models.ForeignKey("catalogues.Sector", null=True, blank=True, on_delete=models.PROTECT)
    territory = models.ForeignKey("catalogues.Territory", null=True, blank=True, on_delete=models.PROTECT)
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="unit_version_one_at_a_time",
                expressions=[("unit", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=~Q(unit=F("parent")), name="unit_not_its_own_parent"),
        ]
        indexes = [GistIndex(fields=["during"], name="unit_version_during")]


class UnitPlacement(models.Model):
    """The closure of the tree over time: ``unit`` stood ``depth`` levels below ``ancestor`` during a range.

    A unit stands at depth 0 below itself while it exists. ``is_last`` marks the placements that hold now,
    or held when the unit ended: grants reach over them, so that the archive of an ended body keeps a reader.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="placements")
    ancestor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="descendants")
    depth = models.PositiveSmallIntegerField()
    during = DateRangeField()
    is_last = models.BooleanField(default=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="unit_placement_one_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("ancestor", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [
            models.Index(fields=["ancestor", "is_last", "unit"], name="placement_below"),
            models.Index(fields=["unit", "depth"], name="placement_above"),
        ]
