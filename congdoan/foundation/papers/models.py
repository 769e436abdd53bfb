"""Templates that bodies have put in place of the shipped ones."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class TemplateVersion(models.Model):
    """From a day on, a body uses this template for a paper; without a file, again what stands above it.

    Rows are only added: going back to an older template is a new row with its file. Of those begun by a day the one
    that begins last holds, and of two that begin on one day the one recorded last.
    """

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT)
    paper = models.CharField(max_length=60)
    from_on = models.DateField()
    file = models.ForeignKey("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        indexes = [models.Index(fields=["unit", "paper", "from_on"], name="paper_template_of_unit")]
