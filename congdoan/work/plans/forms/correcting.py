"""Why an issued plan is corrected."""

from __future__ import annotations

from django import forms


def reason_field() -> forms.CharField:
    """The reason that every correction of an issued plan carries into the audit."""
    return forms.CharField(
        label="Lý do đính chính",
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kế hoạch đã ban hành; lý do và nội dung cũ được lưu vào nhật ký",
    )
