"""Forms of union bodies."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy

from congdoan.foundation.catalogues.models import Sector, Territory
from congdoan.foundation.units.models import Unit, UnitKind
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.forms import DayField, PlaceField, SuggestField
from congdoan.kit.text import search_key


def pick_unit(typed: str) -> Unit | None:
    """A unit by code, or by its whole name when only one is called so."""
    by_name = list(Unit.objects.filter(name_key=search_key(typed))[:2])
    return unit_named(typed) or (by_name[0] if len(by_name) == 1 else None)


def _pick_territory(typed: str) -> Territory | None:
    by_name = list(Territory.objects.filter(name_key=search_key(typed))[:2])
    return Territory.objects.filter(pk=typed).first() or (by_name[0] if len(by_name) == 1 else None)


def unit_field(**kwargs: Any) -> SuggestField:
    """A union body, found by typing."""
    return SuggestField(
        suggest_url=reverse_lazy("organisation:suggest"),
        pick=pick_unit,
        words=lambda unit: f"{unit.name} ({unit.code})",
        missing="Không thấy đơn vị này. Hãy gõ vài chữ của tên rồi chọn trong danh sách gợi ý.",
        **kwargs,
    )


class DecisionMixin(forms.Form):
    """The paper something is done by; all three fields may be empty for what has no paper yet."""

    number = forms.CharField(label="Số quyết định", max_length=80, required=False)
    issued_on = DayField(label="Ngày quyết định", required=False)
    issuer = unit_field(label="Cơ quan ban hành", required=False)


class FoundForm(DecisionMixin):
    """A new union body."""

    name = forms.CharField(label="Tên đầy đủ", max_length=250)
    short_name = forms.CharField(label="Tên ngắn", max_length=120, help_text="Ví dụ: CĐCS Công ty Sông Mây")
    code = forms.CharField(
        label="Mã đơn vị", max_length=40, help_text="Không trùng với đơn vị nào, kể cả đơn vị đã kết thúc."
    )
    kind = forms.ChoiceField(label="Loại")
    parent = unit_field(label="Trực thuộc")
    founded_on = DayField(label="Thành lập từ ngày")
    sector = forms.ChoiceField(label="Khu vực kinh tế", required=False)
    territory = SuggestField(
        label="Địa bàn",
        suggest_url=reverse_lazy("enterprises:suggest_territory"),
        pick=_pick_territory,
        words=lambda place: f"{place.name} ({place.pk})",
        required=False,
    )
    address = forms.CharField(label="Địa chỉ", max_length=300, required=False)
    phone = forms.CharField(label="Điện thoại", max_length=30, required=False)
    email = forms.EmailField(label="Thư điện tử", required=False)
    field_order = (
        *("name", "short_name", "code", "kind", "parent", "founded_on", "number", "issued_on", "issuer"),
        *("sector", "territory", "address", "phone", "email"),
    )

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(*args, **kwargs)
        kinds = UnitKind.objects.filter(during__contains=latest)
        self.fields["kind"].choices = [(kind.pk, kind.name) for kind in kinds]
        self.fields["sector"].choices = [
            ("", "— chọn —"),
            *((item.pk, item.name) for item in Sector.objects.all()),
        ]

    def clean_founded_on(self) -> date:
        return _not_after(self.cleaned_data["founded_on"], self.latest)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if "/" in code or code in RESERVED:
            raise forms.ValidationError("Mã đơn vị không được chứa dấu “/” và không trùng với tên trang.")
        return code


#: Words that addresses under /don-vi/ use for themselves.
RESERVED = frozenset({"goi-y", "danh-sach", "thanh-lap-moi", "thanh-lap"})


class ProfileForm(forms.Form):
    """Contacts of a unit."""

    address = forms.CharField(label="Địa chỉ", max_length=300, required=False)
    phone = forms.CharField(label="Điện thoại", max_length=30, required=False)
    email = forms.EmailField(label="Thư điện tử", required=False)
    place = PlaceField(label="Vị trí trụ sở trên bản đồ")
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 3}))


class RenameForm(DecisionMixin):
    """Another name from a day on."""

    name = forms.CharField(label="Tên mới", max_length=250)
    short_name = forms.CharField(label="Tên ngắn mới", max_length=120)
    on = DayField(label="Kể từ ngày")
    field_order = ("name", "short_name", "on", "number", "issued_on", "issuer")


class MoveForm(DecisionMixin):
    """Under another superior from a day on."""

    parent = unit_field(label="Trực thuộc mới")
    on = DayField(label="Kể từ ngày")
    field_order = ("parent", "on", "number", "issued_on", "issuer")


class SectorForm(DecisionMixin):
    """Another sector from a day on."""

    sector = forms.ChoiceField(label="Khu vực kinh tế mới")
    on = DayField(label="Kể từ ngày")
    field_order = ("sector", "on", "number", "issued_on", "issuer")

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = list(Sector.objects.values_list("pk", "name"))

    def clean_on(self) -> date:
        return _not_after(self.cleaned_data["on"], self.latest)


class EndForm(DecisionMixin):
    """The unit exists no longer."""

    on = DayField(label="Kết thúc kể từ ngày", help_text="Ngày đầu tiên đơn vị không còn tồn tại.")
    field_order = ("on", "number", "issued_on", "issuer")


def _not_after(on: date, latest: date) -> date:
    if on > latest:
        raise forms.ValidationError(f"Ngày này chưa tới (hôm nay {latest:%d/%m/%Y}). Hãy chọn ngày đã qua.")
    return on
