"""People: who they are and where they work. Whether they are members is in membership."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q

from congdoan.registry.people import choices


def _remember_names(verb: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """Keep PersonName complete, whichever way people are written. No row is locked and no name is unique there: two
    imports that bring the same new names never wait for each other, and readers ask for distinct names.

    The statement is planned each time it runs: a plan that was made while there were no names yet, and kept for the
    session, walks through all of them for every person of a first list."""
    return pgtrigger.Trigger(
        name=f"remember_names_on_{verb}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="written"),
        func="""
            EXECUTE $names$
                INSERT INTO people_personname (sort_key, name_key)
                SELECT DISTINCT w.sort_key, w.name_key FROM written w
                WHERE NOT EXISTS (
                    SELECT FROM people_personname n WHERE n.sort_key = w.sort_key AND n.name_key = w.name_key
                )
            $names$;
            RETURN NULL;
        """,
    )


# Row history keeps changes and deletions, not insertions: a new row is its own history, and a list of a
# million people would otherwise be written twice.
@pghistory.track(
    pghistory.UpdateEvent("person_changed", row=pghistory.Old, level=pghistory.Statement),
    pghistory.DeleteEvent("person_deleted", row=pghistory.Old, level=pghistory.Statement),
    exclude=["search"],
)
class Person(models.Model):
    """A person. Identity numbers and ethnicity are sealed (kit.sealed); their keys only serve matching.

    Sensitive by Decree 356/2025/NĐ-CP Art. 4: ethnicity; by least privilege: identity numbers, birth date,
    contacts. Showing a sealed value is an action (``people.reveal_identity``) that is logged.
    """

    full_name = models.CharField("họ và tên", max_length=150)
    #: Order of Vietnamese lists: given name first (kit.text.name_sort_key).
    sort_key = models.CharField(max_length=300)
    #: The name without marks, for search.
    name_key = models.CharField(max_length=150)
    search = models.GeneratedField(
        expression=SearchVector("name_key", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    birth_on = models.DateField("ngày sinh", null=True, blank=True)
    birth_precision = models.CharField(
        max_length=5, default="day", choices=[("day", ""), ("month", ""), ("year", "")]
    )
    sex = models.CharField("giới tính", max_length=1, choices=choices.SEXES, blank=True)
    nationality = models.CharField("quốc tịch", max_length=2, default="VN")
    citizen_id_sealed = models.BinaryField(default=b"", blank=True)
    citizen_id_key = models.UUIDField(null=True, blank=True)
    passport_sealed = models.BinaryField(default=b"", blank=True)
    passport_key = models.UUIDField(null=True, blank=True)
    ethnicity_sealed = models.BinaryField(default=b"", blank=True)
    phone = models.CharField("điện thoại", max_length=20, blank=True)
    email = models.CharField("thư điện tử", max_length=150, blank=True)
    address = models.CharField("nơi ở", max_length=250, blank=True)
    hometown = models.CharField("quê quán", max_length=250, blank=True)
    card_number = models.CharField("số thẻ đoàn viên", max_length=30, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        triggers = [_remember_names("insert", pgtrigger.Insert), _remember_names("update", pgtrigger.Update)]
        indexes = [
            GinIndex(fields=["search"], name="person_search"),
            models.Index(fields=["phone"], name="person_phone", condition=~Q(phone="")),
            models.Index(fields=["id"], name="person_foreign", condition=~Q(nationality="VN")),
        ]
        constraints = [
            # The number that stops the same person from being registered twice at the same moment.
            models.UniqueConstraint(
                fields=["citizen_id_key"],
                condition=Q(citizen_id_key__isnull=False),
                name="person_citizen_id_once",
            ),
            models.UniqueConstraint(
                fields=["passport_key"], condition=Q(passport_key__isnull=False), name="person_passport_once"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_foreign(self) -> bool:
        return self.nationality != "VN"


class PersonName(models.Model):
    """A name that somebody bears or bore. Millions of people share some hundred thousand names, so that a search looks
    here first and finds the names in the order of lists; people are then met by ``sort_key``.

    Written by a trigger of Person alone; a name may stand here twice, and stays when nobody bears it any more.
    """

    sort_key = models.CharField(max_length=300)
    name_key = models.CharField(max_length=150)
    search = models.GeneratedField(
        expression=SearchVector("name_key", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="person_name_search"),
            models.Index(fields=["sort_key"], name="person_name_order"),
        ]


class Consent(models.Model):
    """A person's consent to one purpose (Law 91/2025/QH15): given, by which means, and withdrawn."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=choices.CONSENT_PURPOSES)
    given_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=150)


class Employment(models.Model):
    """A person works at an enterprise during a range, by a contract."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="employments")
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", on_delete=models.PROTECT, related_name="employments"
    )
    during = DateRangeField()
    contract_kind = models.CharField(max_length=15, choices=choices.CONTRACT_KINDS, blank=True)
    contract_from = models.DateField(null=True, blank=True)
    contract_to = models.DateField(null=True, blank=True, help_text="last day of the contract, if it has one")
    job_title = models.CharField("công việc", max_length=150, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="employment_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("enterprise", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]
