"""Forms of those who decide."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.forms import DayField
from congdoan.registry.joining.actions import Papers
from congdoan.registry.joining.choices import REFUSAL_CHOICES


class AskForm(forms.Form):
    """What the worker is asked for."""

    words = forms.CharField(
        label="Điều cần bổ sung", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefuseForm(forms.Form):
    """Why an application is not accepted."""

    reason = forms.ChoiceField(label="Lý do", choices=[("", "Chọn lý do"), *REFUSAL_CHOICES])
    words = forms.CharField(
        label="Giải thích cho người làm đơn",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AdmitForm(forms.Form):
    """The decision that admits."""

    number = forms.CharField(label="Số quyết định", max_length=80)
    issued_on = DayField(label="Ngày quyết định")
    on = DayField(label="Kết nạp từ ngày")
    ceremony_on = DayField(label="Ngày làm lễ kết nạp", required=False)
    into = forms.CharField(
        label="Mã công đoàn sẽ vào",
        max_length=40,
        required=False,
        help_text="Để trống khi vào chính nơi nhận đơn. Bắt buộc với đơn từ nơi chưa có công đoàn.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, initial={"issued_on": today, "on": today}, **kwargs)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError("Ngày này chưa tới.")
        return on

    def clean_into(self) -> Unit | None:
        typed: str = self.cleaned_data["into"].strip()
        unit = unit_named(typed) if typed else None
        if typed and unit is None:
            raise forms.ValidationError("Không thấy công đoàn có mã này.")
        return unit

    def papers(self) -> Papers:
        """The decision as the action takes it."""
        data = self.cleaned_data
        return Papers(data["number"], data["issued_on"], data["ceremony_on"])


class ReaderForm(forms.Form):
    """An officer named to read what comes from workplaces without a union."""

    user = forms.ModelChoiceField(label="Cán bộ", queryset=User.objects.none(), empty_label="Chọn cán bộ")
    reason = forms.CharField(label="Lý do, số văn bản", max_length=300, required=False)

    def __init__(self, *args: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = officers
        self.fields["user"].label_from_instance = lambda user: user.get_full_name()
