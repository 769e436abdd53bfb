"""Input of a report: which plan, body and period, and the parts only an officer can write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period, PeriodError
from congdoan.kit.forms import DayField
from congdoan.kit.lists import OF_TODAY, STRUCTURE
from congdoan.work.plans.models import Plan
from congdoan.work.reports.queries import periods_for
from congdoan.work.reports.rules import ReportError, report_day


class ReportForm(forms.Form):
    """A report to be written. Cleaned ``ky`` is a Period; ``as_of`` is the day its figures count to."""

    ky = forms.ChoiceField(label="Kỳ báo cáo")
    number = forms.CharField(
        label="Số của báo cáo",
        max_length=60,
        required=False,
        help_text="Để trống thì bản Word chừa chỗ điền số.",
    )
    co_cau = forms.ChoiceField(
        label="Cơ cấu tổ chức",
        choices=(("luc-do", "Như lúc chốt số liệu"), (OF_TODAY, "Theo cơ cấu hiện nay")),
        help_text="Kỳ đã qua có thể lập theo cơ cấu hiện nay: mỗi đơn vị gồm cả đơn vị đã sáp nhập vào. Hai tệp ghi rõ"
        " theo cơ cấu nào.",
    )
    dated_on = DayField(label="Ngày ghi trên báo cáo", required=False)
    difficulties = forms.CharField(
        label="Khó khăn, vướng mắc",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Mỗi dòng là một đoạn. Để trống thì bản Word ghi lời nhắc trong ngoặc vuông.",
    )
    proposals = forms.CharField(
        label="Đề xuất, kiến nghị", required=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, data: Any = None, *, plan: Plan, today: date, **rest: Any) -> None:
        super().__init__(data, **rest)
        self.today = today
        field = self.fields["ky"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(periods_for(plan, today))
        for name in ("ky", STRUCTURE):
            self.fields[name].widget.attrs |= {
                "hx-get": "",
                "hx-include": f"[name=ky],[name={STRUCTURE}]",
                "hx-target": "#report-preview",
                "hx-swap": "outerHTML",
                "hx-trigger": "change",
            }

    def clean_ky(self) -> Period:
        try:
            period = Period.parse(self.cleaned_data["ky"])
            self.as_of = report_day(period, today=self.today)
        except (PeriodError, ReportError) as error:
            raise forms.ValidationError(str(error)) from error
        return period


class ChooseForm(forms.Form):
    """Which plan and which body, when the link that led here did not say."""

    ke_hoach = forms.ChoiceField(label="Kế hoạch")
    don_vi = forms.ChoiceField(label="Đơn vị báo cáo")

    def __init__(
        self, data: Any = None, *, plans: Sequence[Plan], units: Sequence[Unit], **rest: Any
    ) -> None:
        super().__init__(data, **rest)
        for name, choices in (
            ("ke_hoach", [(plan.code, plan.title) for plan in plans]),
            ("don_vi", [(unit.code, unit.name) for unit in units]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
