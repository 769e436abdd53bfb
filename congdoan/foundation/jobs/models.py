"""Background work that a person can watch."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class JobRun(models.Model):
    """One piece of background work: what it does, for whom, how far it is, how it ended."""

    STATES = [
        ("waiting", "đang chờ"),
        ("running", "đang chạy"),
        ("done", "đã xong"),
        ("failed", "không xong"),
    ]
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=250)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    #: Where the result is to be seen.
    result_url = models.CharField(max_length=300, blank=True)
    arguments = models.JSONField(default=dict)
    unit = models.ForeignKey("units.Unit", null=True, blank=True, on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="job_user")]

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed"}
