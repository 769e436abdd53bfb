"""Files the system keeps."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class StoredFile(models.Model):
    """An upload or a document the system wrote. Who may read it is decided by the unit it belongs to."""

    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    path = models.CharField(max_length=300)
    unit = models.ForeignKey("units.Unit", null=True, blank=True, on_delete=models.PROTECT)
    #: The capability a reader needs at that unit.
    capability = models.CharField(max_length=60)
    #: Put together from what its creator may see: nobody else reads it, whatever they hold at the unit.
    is_personal = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
