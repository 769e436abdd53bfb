"""Cards of members."""

from __future__ import annotations

from django.db import models

from congdoan.registry.cards import choices


class Card(models.Model):
    """A card of a member, issued by their union on a day. A member has at most one that is valid; whether a valid card says
    the truth is a matter of the membership on the day it is looked at."""

    #: What the code on it carries; says nothing of anybody.
    serial = models.UUIDField(unique=True)
    #: Opens the card on its holder's phone.
    phone_key = models.UUIDField(unique=True)
    number = models.CharField("số thẻ", max_length=40, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="cards")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField("ngày cấp")
    reason = models.CharField("lý do", max_length=10, choices=choices.REASONS)
    state = models.CharField(max_length=10, choices=choices.STATES, default=choices.VALID)
    ended_on = models.DateField(null=True, blank=True)
    #: The holder's place in lists, as in membership.
    sort_key = models.CharField(max_length=300)
    issued_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["unit", "sort_key", "id"], name="card_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(state=choices.VALID), name="card_once_valid"
            )
        ]

    def __str__(self) -> str:
        return self.number
