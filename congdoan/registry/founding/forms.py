"""Forms of founding."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.forms import DayField
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.enterprises.queries import find_by_code, find_by_tax_code
from congdoan.registry.founding import choices
from congdoan.registry.founding.actions import RecognitionData


def _enterprise_named(typed: str) -> Enterprise | None:
    if not typed:
        return None
    found = find_by_code([typed]).get(typed) or next(iter(find_by_tax_code([typed]).values()), None)
    if found is None:
        raise forms.ValidationError("Không thấy doanh nghiệp có mã này.")
    return found


class OpenForm(forms.Form):
    """A workplace to begin with."""

    enterprise = forms.CharField(label="Mã hoặc mã số thuế của doanh nghiệp", max_length=40)
    kind = forms.ChoiceField(
        label="Hình thức", choices=[(code, name.capitalize()) for code, name in choices.KINDS]
    )
    words = forms.CharField(label="Vì sao mở hồ sơ", max_length=300, required=False)

    def clean_enterprise(self) -> Enterprise | None:
        return _enterprise_named(self.cleaned_data["enterprise"].strip())


class StepForm(forms.Form):
    """The next step is reached."""

    from_step = forms.CharField(max_length=24, widget=forms.HiddenInput)
    on = DayField(label="Ngày đạt bước này")
    words = forms.CharField(
        label="Kết quả, căn cứ", max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class MemberForm(forms.Form):
    """An officer for the team."""

    user = forms.ModelChoiceField(label="Cán bộ", queryset=User.objects.none(), empty_label="Chọn cán bộ")
    task = forms.CharField(label="Việc được giao", max_length=150, required=False)

    def __init__(self, *args: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = officers
        self.fields["user"].label_from_instance = lambda user: user.get_full_name()


class KindForm(forms.Form):
    """Another way of founding."""

    kind = forms.ChoiceField(
        label="Hình thức", choices=[(code, name.capitalize()) for code, name in choices.KINDS]
    )


class AbandonForm(forms.Form):
    """Why the file ends without a union."""

    words = forms.CharField(label="Lý do", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class RecogniseForm(forms.Form):
    """The decision of recognition. Applicants and posts come beside it, one row each."""

    number = forms.CharField(label="Số quyết định", max_length=80)
    issued_on = DayField(label="Ngày quyết định")
    on = DayField(label="Công nhận từ ngày")
    ceremony_on = DayField(label="Ngày ra mắt, kết nạp", required=False)
    code = forms.CharField(label="Mã của công đoàn mới", max_length=40)
    name = forms.CharField(label="Tên của công đoàn mới", max_length=250)
    term_until = DayField(label="Nhiệm kỳ đến hết ngày")
    parent = forms.CharField(
        label="Mã công đoàn cấp trên",
        max_length=40,
        required=False,
        help_text="Để trống khi công đoàn mới trực thuộc chính đơn vị phụ trách hồ sơ.",
    )
    enterprise = forms.CharField(
        label="Mã hoặc mã số thuế của doanh nghiệp",
        max_length=40,
        required=False,
        help_text="Ghi khi hồ sơ chỉ có tên nơi làm việc.",
    )

    def clean_parent(self) -> Unit | None:
        typed: str = self.cleaned_data["parent"].strip()
        unit = unit_named(typed) if typed else None
        if typed and unit is None:
            raise forms.ValidationError("Không thấy công đoàn có mã này.")
        return unit

    def clean_enterprise(self) -> Enterprise | None:
        return _enterprise_named(self.cleaned_data["enterprise"].strip())

    def recognition(self, *, applications: list[int], posts: dict[int, str]) -> RecognitionData:
        """The decision as the action takes it."""
        data = self.cleaned_data
        last: date = data["term_until"]
        return RecognitionData(
            number=data["number"],
            issued_on=data["issued_on"],
            on=data["on"],
            code=data["code"],
            name=data["name"],
            applications=applications,
            posts=posts,
            term_until=last + timedelta(days=1),
            ceremony_on=data["ceremony_on"],
            parent=data["parent"],
            enterprise=data["enterprise"],
        )
