"""Forms of those who answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from congdoan.kit.forms import DayField


class AcceptForm(forms.Form):
    """Yes to a change, with what the officer saw of the register."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    words = forms.CharField(label="Lời nhắn cho đoàn viên", max_length=1000, required=False)


class LeaveForm(forms.Form):
    """Yes to leaving: from which day, by which decision."""

    on = DayField(label="Thôi là đoàn viên từ ngày", help_text="Ngày đầu tiên không còn là đoàn viên.")
    decision_number = forms.CharField(label="Số quyết định", max_length=80, required=False)
    decision_on = DayField(label="Ngày quyết định", required=False)
    words = forms.CharField(label="Lời nhắn cho đoàn viên", max_length=1000, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, initial={"on": today}, **kwargs)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(f"Ngày này chưa tới (hôm nay {self.today:%d/%m/%Y}).")
        return on


class RefuseForm(forms.Form):
    """No, with words."""

    words = forms.CharField(
        label="Lý do, đoàn viên đọc được",
        min_length=5,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NumbersForm(forms.Form):
    """Why the numbers are read."""

    reason = forms.CharField(label="Lý do xem", min_length=5, max_length=300)
