"""Rows of the lists of a plan: legal bases, recipients, money norms, campaigns, open points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms

from congdoan.kit.forms import DayField
from congdoan.kit.money import in_words
from congdoan.work.plans.forms.correcting import reason_field
from congdoan.work.plans.forms.numbers import NumberField
from congdoan.work.plans.templatetags.plans import BASIS_KINDS, NORM_PERIODS, PURPOSES


class RowForm(forms.Form):
    """One row. ``initial_of`` gives its boxes from what is stored, ``row`` what is stored from its boxes."""

    #: Boxes that are kept as text, None when blank.
    TEXTS: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """The first values of the boxes."""
        return dict(row)

    def row(self) -> dict[str, Any]:
        """The cleaned row in the shape of plan_files."""
        return {name: self.cleaned_data[name] or None for name in self.TEXTS}


class BasisForm(RowForm):
    """A document the plan rests on."""

    kind = forms.ChoiceField(label="Loại văn bản", choices=[("", "Chọn loại"), *BASIS_KINDS.items()])
    number = forms.CharField(label="Số, ký hiệu", max_length=80, required=False)
    issued_on = DayField(label="Ngày ban hành", required=False)
    issuer = forms.CharField(label="Nơi ban hành", max_length=200, required=False)
    subject = forms.CharField(
        label="Về việc", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    citation = forms.CharField(label="Trích dẫn", max_length=120, required=False)
    note = forms.CharField(label="Ghi chú", max_length=500, required=False)

    TEXTS = ("kind", "number", "issuer", "subject", "citation", "note")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if "number" in found and "subject" in found and not found["number"] and not found["subject"]:
            self.add_error(
                "number", "Căn cứ cần số, ký hiệu hoặc nội dung “về việc”. Hãy ghi ít nhất một mục."
            )
        return found

    def row(self) -> dict[str, Any]:
        day = self.cleaned_data["issued_on"]
        return super().row() | {"issued_on": day.isoformat() if day else None}


class RecipientForm(RowForm):
    """A body the plan is sent to."""

    name = forms.CharField(label="Nơi nhận", max_length=200)
    purpose = forms.ChoiceField(
        label="Để làm gì", required=False, choices=[("", "Không ghi"), *PURPOSES.items()]
    )

    TEXTS = ("name", "purpose")


class NormForm(RowForm):
    """How much is paid for what."""

    code = forms.CharField(required=False, widget=forms.HiddenInput())
    name = forms.CharField(label="Nội dung chi", max_length=300)
    amount = NumberField(
        label="Mức chi (đồng)", required=False, help_text="Để trống khi định mức được quy định sau"
    )
    unit = forms.CharField(label="Cho mỗi", max_length=80, required=False, help_text="Ví dụ: CĐCS, người")
    period = forms.ChoiceField(
        label="Kỳ chi", required=False, choices=[("", "Không ghi"), *NORM_PERIODS.items()]
    )
    source = forms.CharField(label="Nguồn", max_length=200, required=False)
    conditions = forms.CharField(label="Điều kiện", max_length=500, required=False)
    citation = forms.CharField(label="Trích dẫn", max_length=120, required=False)
    open = forms.CharField(
        label="Điều còn bỏ ngỏ",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Mỗi điều một dòng; cần ghi khi chưa có mức chi hoặc kỳ chi",
    )

    TEXTS = ("code", "name", "unit", "period", "source", "conditions", "citation")

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "open": "\n".join(row.get("open") or ())}

    def clean_amount(self) -> int | None:
        amount = self.cleaned_data["amount"]
        if amount is None:
            return None
        if amount <= 0 or amount != amount.to_integral_value():
            raise forms.ValidationError("Mức chi là số đồng nguyên, lớn hơn 0, ví dụ 3.000.000.")
        return int(amount)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        vague = "amount" in found and (found["amount"] is None or not found.get("period"))
        if vague and not (found.get("open") or "").strip():
            missing = "mức chi" if found["amount"] is None else "kỳ chi"
            self.add_error("open", f"Chưa có {missing}: hãy ghi vào đây điều văn bản còn bỏ ngỏ.")
        return found

    def row(self) -> dict[str, Any]:
        amount = self.cleaned_data["amount"]
        lines = (line.strip() for line in self.cleaned_data["open"].splitlines())
        return super().row() | {
            "amount": amount,
            "in_words": in_words(amount) or None,
            "open": [line for line in lines if line],
        }


class CampaignForm(RowForm):
    """Days in which effort is concentrated."""

    code = forms.CharField(required=False, widget=forms.HiddenInput())
    name = forms.CharField(label="Tên đợt", max_length=150)
    from_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến hết ngày")
    is_yearly = forms.BooleanField(label="Lặp lại hằng năm", required=False)
    citation = forms.CharField(label="Trích dẫn", max_length=80, required=False)

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        last_on = date.fromisoformat(row["to_on"]) - timedelta(days=1)
        return {**row, "last_on": last_on}

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("from_on") and found.get("last_on") and found["last_on"] < found["from_on"]:
            self.add_error("last_on", "Ngày cuối đứng trước ngày đầu. Hãy sửa một trong hai ngày.")
        return found

    def row(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {
            "code": found["code"],
            "name": found["name"],
            "from_on": found["from_on"],
            "to_on": found["last_on"] + timedelta(days=1),
            "is_yearly": found["is_yearly"],
            "citation": found["citation"],
        }


class OpenPointForm(RowForm):
    """Something the plan leaves open."""

    code = forms.CharField(required=False, widget=forms.HiddenInput())
    text = forms.CharField(label="Nội dung", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    citation = forms.CharField(label="Trích dẫn", max_length=120, required=False)

    TEXTS = ("code", "text", "citation")


@dataclass(frozen=True)
class Part:
    """A list of a plan as its page edits it: its key in rules.CONTENTS, its heading, the noun of a row, the tab."""

    key: str
    title: str
    noun: str
    form: type[RowForm]
    tab: str


#: By the word in the address.
PARTS = {
    "can-cu": Part("legal_bases", "Căn cứ", "căn cứ", BasisForm, "can-cu"),
    "noi-nhan": Part("recipients", "Nơi nhận", "nơi nhận", RecipientForm, "can-cu"),
    "dinh-muc": Part("norms", "Định mức chi", "định mức", NormForm, "dinh-muc"),
    "dot": Part("campaigns", "Tháng cao điểm", "đợt", CampaignForm, "dot"),
    "diem-mo": Part("open_points", "Điểm còn mở", "điểm mở", OpenPointForm, "diem-mo"),
}


class CorrectionForm(forms.Form):
    """Why an issued plan is corrected, and the mark of the rows that were shown."""

    seen = forms.CharField(widget=forms.HiddenInput())
    reason = reason_field()

    def __init__(self, *args: Any, is_issued: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_issued:
            del self.fields["reason"]
