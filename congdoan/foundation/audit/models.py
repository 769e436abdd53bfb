"""The audit trail."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One write, or one reading of sensitive data: who, what, where, when, why. Never changed, never deleted."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    actor_label = models.CharField(max_length=200)
    #: room.verb, for example ``membership.admit`` or ``people.reveal_identity``.
    verb = models.CharField(max_length=60, db_index=True)
    unit = models.ForeignKey("units.Unit", null=True, blank=True, on_delete=models.PROTECT)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    summary = models.CharField(max_length=500)
    reason = models.CharField(max_length=500, blank=True)
    data = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-at", "-id"], name="audit_unit"),
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_object"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
