"""Forms of the register of employers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy

from congdoan.foundation.catalogues.models import Park, Sector, Territory, Trade
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.forms import DayField, PlaceField, SuggestField
from congdoan.kit.text import search_key
from congdoan.registry.enterprises import choices
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.enterprises.rules import headcount_problem


def _one(found: list[Any]) -> Any:
    return found[0] if len(found) == 1 else None


def pick_unit(typed: str) -> Unit | None:
    """A unit by code or by its whole name."""
    return unit_named(typed) or _one(list(Unit.objects.filter(name_key=search_key(typed))[:2]))


def pick_territory(typed: str) -> Territory | None:
    """A place by code or by its whole name, when only one is called so."""
    return Territory.objects.filter(pk=typed).first() or _one(
        list(Territory.objects.filter(name_key=search_key(typed), level="commune")[:2])
    )


def unit_field(**kwargs: Any) -> SuggestField:
    """A union body, found by typing."""
    return SuggestField(
        suggest_url=reverse_lazy("organisation:suggest"),
        pick=pick_unit,
        words=lambda unit: f"{unit.name} ({unit.code})",
        missing="Không thấy đơn vị này. Hãy gõ vài chữ của tên rồi chọn trong danh sách gợi ý.",
        **kwargs,
    )


def _choices(model: Any) -> list[tuple[str, str]]:
    return [("", "— chọn —"), *((item.pk, str(item)) for item in model.objects.all())]


class EnterpriseForm(forms.Form):
    """What the register says of an employer."""

    name = forms.CharField(label="Tên doanh nghiệp, đơn vị", max_length=250)
    tax_code = forms.CharField(
        label="Mã số thuế",
        max_length=20,
        required=False,
        help_text="10 số, hoặc 10 số-3 số của đơn vị phụ thuộc. Số không khớp vẫn được ghi, kèm cảnh báo.",
    )
    sector = forms.ChoiceField(label="Khu vực kinh tế")
    trade = forms.ChoiceField(label="Ngành (VSIC)", required=False)
    address = forms.CharField(label="Địa chỉ", max_length=300, required=False)
    territory = SuggestField(
        label="Xã, phường, đặc khu",
        suggest_url=reverse_lazy("enterprises:suggest_territory"),
        pick=pick_territory,
        words=lambda place: f"{place.name} ({place.pk})",
        missing="Không thấy địa bàn này. Hãy gõ vài chữ rồi chọn trong danh sách gợi ý.",
        required=False,
    )
    park = forms.ChoiceField(label="Khu công nghiệp, khu kinh tế", required=False)
    place = PlaceField(label="Vị trí trên bản đồ")
    started_on = DayField(label="Hoạt động từ ngày", required=False)
    contact_name = forms.CharField(label="Người liên hệ", max_length=150, required=False)
    phone = forms.CharField(label="Điện thoại", max_length=30, required=False)
    email = forms.EmailField(label="Thư điện tử", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("sector", Sector), ("trade", Trade), ("park", Park)):
            self.fields[name].choices = _choices(model)

    @classmethod
    def initial_of(cls, enterprise: Enterprise) -> dict[str, Any]:
        """The form's values for an employer."""
        values = {name: getattr(enterprise, name) for name in cls.base_fields}
        return values | {name: getattr(enterprise, f"{name}_id") for name in ("sector", "trade", "park")}

    def values(self) -> dict[str, Any]:
        """The cleaned values as the actions take them (codes for what is chosen from lists)."""
        data = dict(self.cleaned_data)
        data["territory"] = data["territory"].pk if data.get("territory") else None
        place = data.pop("place")
        data["latitude"], data["longitude"] = (place.latitude, place.longitude) if place else (None, None)
        for name in ("trade", "park"):
            data[name] = data.get(name) or None
        return data


class HeadcountForm(forms.Form):
    """How many work there on a day."""

    on = DayField(label="Tại ngày")
    source = forms.ChoiceField(label="Nguồn số liệu", choices=choices.HEADCOUNT_SOURCES)
    workers = forms.IntegerField(label="Tổng số lao động", min_value=0, max_value=1_000_000)
    women = forms.IntegerField(label="Lao động nữ", min_value=0, required=False)
    foreign = forms.IntegerField(label="Lao động nước ngoài", min_value=0, required=False)
    seasonal = forms.IntegerField(label="Lao động thời vụ", min_value=0, required=False)
    note = forms.CharField(label="Ghi chú", max_length=300, required=False)

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(*args, **kwargs)

    def clean_on(self) -> date:
        return _not_after(self.cleaned_data["on"], self.latest)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "workers" in data:
            problem = headcount_problem(
                workers=data["workers"],
                women=data.get("women"),
                foreign=data.get("foreign"),
                seasonal=data.get("seasonal"),
            )
            if problem:
                self.add_error("workers", problem)
        return data


class RegisterForm(EnterpriseForm):
    """A new employer: its identity, who is in charge, and its first headcount."""

    unit = unit_field(label="Công đoàn phụ trách")
    registered_on = DayField(
        label="Ghi vào sổ từ ngày", help_text="Số liệu của các ngày trước không tính đơn vị này."
    )
    workers = forms.IntegerField(
        label="Số lao động hiện nay", min_value=0, max_value=1_000_000, required=False
    )
    source = forms.ChoiceField(label="Nguồn số lao động", choices=choices.HEADCOUNT_SOURCES, required=False)
    field_order = ("name", "tax_code", "sector", "unit", "registered_on", "workers", "source")

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(*args, **kwargs)

    def clean_registered_on(self) -> date:
        return _not_after(self.cleaned_data["registered_on"], self.latest)


_YES_NO = [("", "Không nói tới"), ("1", "Có"), ("0", "Không")]


def _yes_no(value: str) -> bool | None:
    return {"1": True, "0": False}.get(value)


class JudgementForm(forms.Form):
    """What is said of an employer from a day on."""

    on = DayField(label="Kể từ ngày")
    operating = forms.ChoiceField(label="Tình trạng hoạt động", choices=choices.OPERATING_STATES)
    is_stable = forms.TypedChoiceField(
        label="Sản xuất kinh doanh ổn định",
        choices=_YES_NO,
        coerce=_yes_no,
        empty_value=None,
        required=False,
        help_text="Đây là đánh giá của công đoàn, có người và ngày đánh giá; là mẫu số của chỉ tiêu bao phủ.",
    )
    has_party = forms.TypedChoiceField(
        label="Có tổ chức Đảng", choices=_YES_NO, coerce=_yes_no, empty_value=None, required=False
    )
    reason = forms.CharField(label="Căn cứ", max_length=300)

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(*args, **kwargs)

    def clean_on(self) -> date:
        return _not_after(self.cleaned_data["on"], self.latest)


class HostForm(forms.Form):
    """A union works there from a day on."""

    unit = unit_field(label="Công đoàn hoạt động tại đây")
    on = DayField(label="Kể từ ngày")


class EndHostingForm(forms.Form):
    """A union works there no longer."""

    unit = forms.ModelChoiceField(label="Công đoàn", queryset=Unit.objects.none())
    on = DayField(label="Kết thúc kể từ ngày")


class AssignForm(forms.Form):
    """Another body takes charge from a day on."""

    unit = unit_field(label="Công đoàn phụ trách mới")
    on = DayField(label="Kể từ ngày")


def _not_after(on: date, latest: date) -> date:
    if on > latest:
        raise forms.ValidationError(f"Ngày này chưa tới (hôm nay {latest:%d/%m/%Y}). Hãy chọn ngày đã qua.")
    return on
