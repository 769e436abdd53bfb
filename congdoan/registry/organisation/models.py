"""What a union body is in daily work. Its name, kind and place in the tree are in foundation.units."""

from __future__ import annotations

from django.db import models


class UnitProfile(models.Model):
    """Contacts and the founding paper of a union body."""

    unit = models.OneToOneField(
        "units.Unit", primary_key=True, on_delete=models.PROTECT, related_name="profile"
    )
    address = models.CharField("địa chỉ", max_length=300, blank=True)
    phone = models.CharField("điện thoại", max_length=30, blank=True)
    email = models.EmailField("thư điện tử", blank=True)
    founding_decision = models.ForeignKey(
        "units.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ending_decision = models.ForeignKey(
        "units.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField("ghi chú", blank=True)
