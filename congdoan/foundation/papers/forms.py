"""What is asked when a template is put in place."""

from __future__ import annotations

from django import forms

from congdoan.kit.forms import DayField


class FromForm(forms.Form):
    """From when, and why."""

    from_on = DayField(label="Dùng từ ngày", help_text="Văn bản của những ngày trước vẫn theo mẫu cũ.")
    reason = forms.CharField(
        label="Lý do",
        max_length=500,
        error_messages={"required": "Hãy ghi lý do; lý do được lưu vào nhật ký."},
    )


class UploadForm(FromForm):
    """A template drawn in Word."""

    file = forms.FileField(
        label="Tệp mẫu (.docx)",
        widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        error_messages={"required": "Hãy chọn tệp mẫu."},
    )
    field_order = ["file", "from_on", "reason"]
