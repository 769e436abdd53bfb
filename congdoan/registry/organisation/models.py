"""What a union body is in daily work. Its name, kind and place in the tree are in foundation.units."""

from __future__ import annotations

from django.db import models

from congdoan.kit.places import Place


class UnitProfile(models.Model):
    """Contacts and the founding paper of a union body.

    ``counted_as`` says how the body came into the figures of unions: newly founded, there already when its superior
    began to keep the register, or formed when others were rearranged. Empty: it does not count (bodies above the
    grassroots, groups).
    """

    COUNTED = [
        ("found", "thành lập mới"),
        ("opening", "có từ trước khi ghi sổ"),
        ("formed", "hình thành do sắp xếp tổ chức"),
    ]

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
    counted_as = models.CharField(max_length=8, choices=COUNTED, blank=True)
    note = models.TextField("ghi chú", blank=True)
    #: Degrees north and east, of its office, where they are known.
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    @property
    def place(self) -> Place | None:
        """Where it is; None while nobody has said."""
        if self.latitude is None or self.longitude is None:
            return None
        return Place(self.latitude, self.longitude)
