"""Forms of those who decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.urls import reverse_lazy

from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.forms import DayField, SuggestField
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.enterprises.queries import find_by_code, find_by_tax_code
from congdoan.registry.joining.actions import Papers, SourceData
from congdoan.registry.joining.choices import REFUSAL_CHOICES, SOURCE_KINDS


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


class SourceForm(forms.Form):
    """What brings workers to the form."""

    kind = forms.ChoiceField(label="Loại", choices=[("", "Chọn loại"), *SOURCE_KINDS])
    name = forms.CharField(
        label="Tên nguồn", max_length=150, help_text="Để bạn nhận ra, ví dụ: Áp phích cổng số 2."
    )
    unit = SuggestField(
        label="Đơn vị",
        suggest_url=reverse_lazy("organisation:suggest"),
        pick=unit_named,
        words=lambda unit: f"{unit.name} ({unit.code})",
        missing="Không thấy đơn vị này. Hãy gõ vài chữ của tên rồi chọn trong danh sách gợi ý.",
    )
    enterprise = forms.CharField(
        label="Mã hoặc mã số thuế của doanh nghiệp",
        max_length=40,
        required=False,
        help_text="Ghi khi nguồn dành cho một nơi làm việc; đơn sẽ điền sẵn nơi ấy.",
    )
    collaborator = forms.CharField(label="Cộng tác viên", max_length=150, required=False)
    from_on = DayField(label="Tính từ ngày")
    to_on = DayField(label="Đến hết ngày", required=False)

    def clean_enterprise(self) -> Enterprise | None:
        typed: str = self.cleaned_data["enterprise"].strip()
        if not typed:
            return None
        found = find_by_code([typed]).get(typed) or next(iter(find_by_tax_code([typed]).values()), None)
        if found is None:
            raise forms.ValidationError("Không thấy doanh nghiệp có mã này.")
        return found

    def source(self) -> SourceData:
        """The source as the action takes it."""
        data = self.cleaned_data
        last = data["to_on"]
        return SourceData(
            data["kind"],
            data["name"],
            data["unit"],
            data["from_on"],
            last + timedelta(days=1) if last else None,
            data["enterprise"],
            data["collaborator"],
        )


class ReaderForm(forms.Form):
    """An officer named to read what comes from workplaces without a union."""

    user = forms.ModelChoiceField(label="Cán bộ", queryset=User.objects.none(), empty_label="Chọn cán bộ")
    reason = forms.CharField(label="Lý do, số văn bản", max_length=300, required=False)

    def __init__(self, *args: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = officers
        self.fields["user"].label_from_instance = lambda user: user.get_full_name()
