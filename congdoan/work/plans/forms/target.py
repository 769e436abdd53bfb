"""A target, figures by hand, other figures to judge by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from congdoan.kit.forms import DayField
from congdoan.registry.enterprises.choices import BANDS
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.actions import DecisionData, TargetData
from congdoan.work.plans.forms.correcting import reason_field
from congdoan.work.plans.forms.numbers import NumberField
from congdoan.work.plans.models import Campaign, Plan, Target
from congdoan.work.plans.rules import Span, campaign_spans


class TargetForm(forms.Form):
    """A target: what is measured, how much, when, and of whom."""

    code = forms.RegexField(r"^[A-Z]-\d{2}[a-z]?$", label="Mã", help_text="Ví dụ T-01")
    name = forms.CharField(label="Tên chỉ tiêu", max_length=300)
    indicator = forms.ModelChoiceField(Indicator.objects.none(), label="Đo bằng", empty_label="Chọn chỉ số")
    operator = forms.ChoiceField(label="Yêu cầu", choices=Target.OPERATORS)
    value = NumberField(
        label="Con số", required=False, help_text="Phần trăm ghi 95; để trống với “hầu hết”, “tăng”…"
    )
    value_to = NumberField(label="Đến", required=False, help_text="Chỉ khi kế hoạch ghi một khoảng")
    wording = forms.CharField(label="Lời văn của kế hoạch", max_length=200, required=False)
    citation = forms.CharField(label="Trích dẫn", max_length=80, required=False)
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(),
        label="Thuộc đợt cao điểm",
        required=False,
        empty_label="Không",
        help_text="Chọn đợt thì chỉ tiêu được tính trong những ngày của đợt",
    )
    from_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến hết ngày")
    is_yearly = forms.BooleanField(label="Đánh giá riêng từng năm", required=False)
    of_which = forms.ModelChoiceField(
        Target.objects.none(), label="Là một phần của chỉ tiêu", required=False, empty_label="Không"
    )
    sector_group = forms.ChoiceField(
        label="Khu vực",
        required=False,
        choices=[
            ("", "Mọi khu vực"),
            ("state", "Khu vực nhà nước"),
            ("non_state", "Ngoài khu vực nhà nước"),
            ("informal", "Không có quan hệ lao động"),
        ],
    )
    min_headcount = forms.TypedChoiceField(
        label="Doanh nghiệp từ bao nhiêu lao động",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Không giới hạn"), *[(str(n), f"từ {n}") for n in BANDS if n > 1]],
    )
    stable = forms.BooleanField(label="Chỉ nơi hoạt động ổn định", required=False)
    operating = forms.BooleanField(label="Chỉ nơi đã đi vào hoạt động", required=False)
    has_party = forms.BooleanField(label="Chỉ nơi có tổ chức Đảng", required=False)
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    reason = reason_field()

    _SCOPE = ("sector_group", "min_headcount", "stable", "operating", "has_party")

    def __init__(self, *args: Any, plan: Plan, target: Target | None = None, **kwargs: Any) -> None:
        window = target.window if target is not None else plan.during
        kwargs["initial"] = {"from_on": window.lower, "last_on": window.upper - timedelta(days=1)}
        if target is not None:
            same = (
                "code",
                "name",
                "operator",
                "value",
                "value_to",
                "wording",
                "citation",
                "is_yearly",
                "note",
            )
            kwargs["initial"] |= {name: getattr(target, name) for name in same}
            kwargs["initial"] |= {
                "indicator": target.indicator_id,
                "of_which": target.of_which_id,
                "campaign": target.campaign_id,
            }
            kwargs["initial"] |= {name: target.scope.get(name) for name in self._SCOPE}
        super().__init__(*args, **kwargs)
        self.target, self.plan = target, plan
        if plan.state != "issued":
            del self.fields["reason"]
        self.fields["campaign"].queryset = plan.campaigns.order_by("during")
        self.fields["campaign"].label_from_instance = lambda row: row.name
        self.fields["indicator"].queryset = Indicator.objects.order_by("name")
        others = Target.objects.filter(plan=plan)
        if target is not None:
            others = others.exclude(pk=target.pk)
            self.fields["code"].disabled = True
        self.fields["of_which"].queryset = others
        self.fields["of_which"].label_from_instance = lambda row: f"{row.code} {row.name}"

    def data_of(self) -> TargetData:
        """The cleaned form as the action takes it. Scope fields the form does not show are kept."""
        found = self.cleaned_data
        campaign = found["campaign"]
        window = Span(found["from_on"], found["last_on"] + timedelta(days=1))
        if campaign is not None:
            window = campaign_spans(campaign, self.plan)[0]
        kept = (
            {}
            if self.target is None
            else {name: value for name, value in self.target.scope.items() if name not in self._SCOPE}
        )
        return TargetData(
            code=found["code"],
            name=found["name"],
            indicator=found["indicator"],
            operator=found["operator"],
            value=found["value"],
            value_to=found["value_to"],
            wording=found["wording"],
            citation=found["citation"],
            kind=self.target.kind if self.target is not None else "target",
            campaign=campaign,
            from_on=window.from_on,
            to_on=window.to_on,
            is_yearly=found["is_yearly"],
            of_which=found["of_which"],
            scope=kept | {name: found[name] for name in self._SCOPE if found[name]},
            note=found["note"],
        )


class ReportedValueForm(forms.Form):
    """A figure that the software does not count yet."""

    value = NumberField(label="Số liệu", help_text="Mốc công việc: ghi 1 khi đã hoàn thành, 0 khi chưa")
    day = DayField(label="Tính đến ngày")
    source = forms.CharField(
        label="Nguồn", max_length=300, help_text="Ví dụ: Báo cáo số 12/BC-LĐLĐ ngày 05/7/2026"
    )


class AdjustmentForm(forms.Form):
    """An authorised, reasoned other figure to judge a body by."""

    value = NumberField(label="Mức đánh giá mới")
    effective_on = DayField(label="Áp dụng từ ngày")
    reason = forms.CharField(
        label="Lý do",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Được hiện và in kèm chỉ tiêu; chỉ tiêu gốc vẫn giữ nguyên",
    )
    number = forms.CharField(label="Số văn bản", max_length=80, required=False)
    issued_on = DayField(label="Ngày văn bản", required=False)

    def decision(self) -> DecisionData | None:
        """The paper it is done by, when one is named."""
        found = self.cleaned_data
        if not found["number"]:
            return None
        return DecisionData(found["number"], found["issued_on"] or found["effective_on"])
