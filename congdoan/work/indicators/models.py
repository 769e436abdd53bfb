"""Indicators: what a target is measured by. Filled from catalogue.yaml; an office may add its own."""

from __future__ import annotations

from django.db import models


class Indicator(models.Model):
    """A formula over measures. ``numerator`` and ``denominator`` are {"measure": code, "filters": {…}}.

    ``is_available`` is false while the room that counts it does not exist: then values are reported by hand
    with their source (`ReportedValue`), and the screen says so.
    """

    KINDS = [
        ("stock", "số có tại một ngày"),
        ("net", "thực tăng"),
        ("flow", "phát sinh trong kỳ"),
        ("count", "đếm"),
        ("ratio", "tỷ lệ"),
        ("average", "bình quân"),
        ("milestone", "mốc công việc"),
        ("qualitative", "định tính"),
    ]
    code = models.CharField(primary_key=True, max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=KINDS)
    unit_name = models.CharField(max_length=40)
    decimals = models.PositiveSmallIntegerField(default=0)
    better = models.CharField(max_length=4, default="up", choices=[("up", "càng cao"), ("down", "càng thấp")])
    numerator = models.JSONField(default=dict)
    denominator = models.JSONField(null=True, blank=True)
    is_available = models.BooleanField(default=True)
    room = models.CharField(max_length=30, blank=True)
    explanation = models.TextField(blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
