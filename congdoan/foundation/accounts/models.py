"""A user is somebody who signs in. Rights are grants (access), not flags here."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """An officer, committee member or member who signs in.

    ``is_staff`` and ``is_superuser`` open nothing in this product; they stay false.
    """

    first_name = None
    last_name = None
    full_name = models.CharField("họ và tên", max_length=150)
    phone = models.CharField("điện thoại", max_length=20, blank=True)
    job_title = models.CharField("chức vụ", max_length=150, blank=True)
    #: The body whose figures the user sees first.
    home_unit = models.ForeignKey(
        "units.Unit", null=True, blank=True, on_delete=models.SET_NULL, verbose_name="đơn vị"
    )
    REQUIRED_FIELDS = ["full_name"]

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name().rsplit(" ", 1)[-1]

    @property
    def initials(self) -> str:
        """First letters of the first and the last word of the name, for the user's round badge."""
        words = self.get_full_name().split()
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"
