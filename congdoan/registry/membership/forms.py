"""Forms of members: admitting, moving, ending, correcting."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy

from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.countries import countries
from congdoan.kit.dates import DateError, parse_partial_date
from congdoan.kit.forms import DayField, SuggestField
from congdoan.kit.text import search_key
from congdoan.registry.membership.choices import DEPARTURES, KINDS
from congdoan.registry.people.actions import PersonData
from congdoan.registry.people.choices import SEXES
from congdoan.registry.people.models import Person


def _pick_unit(typed: str) -> Unit | None:
    named = unit_named(typed)
    if named is not None:
        return named
    found = list(Unit.objects.filter(name_key=search_key(typed))[:2])
    return found[0] if len(found) == 1 else None


def unit_field(*, suggestions: str = "membership:suggest_unit", **kwargs: Any) -> SuggestField:
    """A unit that holds members, found by typing."""
    return SuggestField(
        suggest_url=reverse_lazy(suggestions),
        pick=_pick_unit,
        words=lambda unit: f"{unit.name} ({unit.code})",
        missing="Không thấy đơn vị này. Hãy gõ vài chữ của tên rồi chọn trong danh sách gợi ý.",
        **kwargs,
    )


class BirthField(forms.CharField):
    """A birth date as it is known: day, month and year, or the year alone. Cleans to (day, precision) or None."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        try:
            return parse_partial_date(typed)
        except DateError as error:
            raise forms.ValidationError(str(error)) from error


class PersonForm(forms.Form):
    """Who somebody is."""

    full_name = forms.CharField(label="Họ và tên", max_length=150)
    birth = BirthField(
        label="Ngày sinh", required=False, max_length=30, help_text="ngày/tháng/năm; chỉ biết năm thì ghi năm"
    )
    sex = forms.ChoiceField(
        label="Giới tính", required=False, choices=[(code, name.capitalize()) for code, name in SEXES]
    )
    nationality = forms.ChoiceField(label="Quốc tịch", choices=lambda: countries("vi").items(), initial="VN")
    citizen_id = forms.CharField(
        label="Số căn cước",
        max_length=20,
        required=False,
        help_text="12 số. Được mã hoá khi lưu; số chưa khớp vẫn ghi được, kèm cảnh báo.",
    )
    passport = forms.CharField(label="Số hộ chiếu", max_length=20, required=False)
    phone = forms.CharField(label="Điện thoại", max_length=20, required=False)
    email = forms.EmailField(label="Thư điện tử", required=False)
    address = forms.CharField(label="Nơi ở", max_length=250, required=False)
    card_number = forms.CharField(label="Số thẻ đoàn viên", max_length=30, required=False)

    def person_data(self) -> PersonData:
        """What was filled in, as people are registered."""
        values = {name: self.cleaned_data[name] for name in PersonForm.base_fields if name != "birth"}
        birth = self.cleaned_data["birth"]
        return PersonData(
            **values,
            birth_on=birth[0] if birth else None,
            birth_precision=birth[1] if birth else "day",
        )


class _BookedForm(forms.Form):
    """What every booking says: the day, the decision and the reason."""

    on = DayField(label="Kể từ ngày")
    decision_number = forms.CharField(label="Số quyết định", max_length=80, required=False)
    decision_on = DayField(label="Ngày quyết định", required=False)
    reason = forms.CharField(
        label="Lý do, ghi chú",
        max_length=300,
        required=False,
        help_text="Bắt buộc khi ngày này thuộc kỳ sổ đã khoá.",
    )

    too_late = "Ngày này chưa tới (hôm nay {latest})."

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(*args, **kwargs)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.latest:
            raise forms.ValidationError(self.too_late.format(latest=f"{self.latest:%d/%m/%Y}"))
        return on

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision_on") and not data.get("decision_number"):
            self.add_error("decision_number", "Có ngày quyết định thì cần ghi số quyết định.")
        return data


class AdmitForm(_BookedForm, PersonForm):
    """A new member: who, where, since when."""

    unit = unit_field(label="Vào công đoàn")
    application_on = DayField(
        label="Ngày làm đơn gia nhập", required=False, help_text="Bắt buộc với người nước ngoài."
    )
    contract_from = DayField(label="Hợp đồng lao động từ", required=False)
    contract_to = DayField(
        label="Hợp đồng lao động đến hết ngày",
        required=False,
        help_text="Để trống nếu không xác định thời hạn.",
    )
    same_person = forms.BooleanField(
        label="Tôi đã kiểm tra: đây là người khác, không phải những người nêu trên",
        required=False,
        widget=forms.HiddenInput,
    )
    field_order = (
        "full_name",
        "birth",
        "sex",
        "nationality",
        "citizen_id",
        "passport",
        "unit",
        "on",
        "application_on",
        "decision_number",
        "decision_on",
        "contract_from",
        "contract_to",
        "phone",
        "email",
        "address",
        "card_number",
        "reason",
    )


class ReadmitForm(_BookedForm):
    """Somebody known becomes a member (again)."""

    unit = unit_field(label="Vào công đoàn")
    application_on = DayField(label="Ngày làm đơn gia nhập", required=False)
    field_order = ("unit", "on", "application_on")


class TransferForm(_BookedForm):
    """A member goes to another unit."""

    to_unit = unit_field(
        label="Chuyển đến",
        suggestions="membership:suggest_destination",
        help_text="Đơn vị nào trong cả nước cũng được; nơi bạn chưa có quyền sẽ nhận được đề nghị tiếp nhận.",
    )
    too_late = "Chỉ hẹn được đến ngày {latest}."
    field_order = ("to_unit", "on")


class RequestTransferForm(forms.Form):
    """The new union asks the old one to hand a member over. The person is named by both name and number, so that the
    register tells nothing to who does not know them."""

    full_name = forms.CharField(label="Họ và tên đoàn viên", max_length=150)
    citizen_id = forms.CharField(label="Số căn cước", max_length=20)
    to_unit = unit_field(label="Chuyển đến")
    on = DayField(label="Kể từ ngày")
    reason = forms.CharField(label="Lý do, ghi chú", max_length=300, required=False)

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(*args, **kwargs)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.latest:
            raise forms.ValidationError(f"Chỉ hẹn được đến ngày {self.latest:%d/%m/%Y}.")
        return on


class DepartForm(_BookedForm):
    """A membership ends."""

    kind = forms.ChoiceField(
        label="Lý do ra khỏi tổ chức",
        choices=[(code, KINDS[code].name.capitalize()) for code in DEPARTURES],
        widget=forms.RadioSelect,
    )
    field_order = ("kind", "on")


class RenewForm(forms.Form):
    """The new contract of those chosen."""

    contract_from = DayField(label="Hợp đồng mới từ ngày")
    contract_to = DayField(
        label="Đến hết ngày", required=False, help_text="Để trống nếu không xác định thời hạn."
    )


class ContractsEndForm(forms.Form):
    """Those chosen are members no longer."""

    on = DayField(label="Thôi là đoàn viên từ ngày", help_text="Ngày đầu tiên không còn là đoàn viên.")
    decision_number = forms.CharField(label="Số quyết định", max_length=80, required=False)
    decision_on = DayField(label="Ngày quyết định", required=False)


class ReverseForm(forms.Form):
    """A booking was a mistake."""

    reason = forms.CharField(
        label="Vì sao bút toán này sai?",
        min_length=5,
        max_length=300,
        help_text="Bút toán sai vẫn được giữ lại cùng bút toán đảo; lý do được ghi vào nhật ký.",
    )


class EditForm(PersonForm):
    """Correcting what is written of somebody. Numbers left empty stay as they are."""

    reason = forms.CharField(label="Lý do sửa", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("citizen_id", "passport"):
            self.fields[name].help_text = "Để trống thì giữ số đang có."
        nationality = self.initial.get("nationality", "VN")
        if nationality not in countries("vi"):
            self.fields["nationality"].choices = [*countries("vi").items(), (nationality, nationality)]

    def keep_from(self, names: tuple[str, ...]) -> None:
        """Leave out what the reader may not see: it cannot be changed blindly either."""
        for name in names:
            del self.fields[name]

    @classmethod
    def initial_of(cls, person: Person, birth: str) -> dict[str, Any]:
        """The form's values for a person; numbers are never put into a page."""
        plain = ("full_name", "sex", "nationality", "phone", "email", "address", "card_number")
        return {name: getattr(person, name) for name in plain} | {"birth": birth}

    def changes(self) -> dict[str, Any]:
        """What people.update_people takes."""
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if name in PersonForm.base_fields and name != "birth"
        }
        for name in ("citizen_id", "passport"):
            if not values.get(name):
                values.pop(name, None)
        if "birth" in self.fields:
            birth = self.cleaned_data["birth"]
            values["birth_on"] = birth[0] if birth else None
            values["birth_precision"] = birth[1] if birth else "day"
        return values


class RevealForm(forms.Form):
    """Why somebody's numbers are read."""

    reason = forms.CharField(label="Lý do xem", min_length=5, max_length=300)


class ClosingForm(forms.Form):
    """Until which day the books of a body are closed, and why."""

    last_day = DayField(
        label="Khoá sổ đến hết ngày",
        help_text="Thường là ngày cuối kỳ của báo cáo đã được nghiệm thu.",
    )
    reason = forms.CharField(label="Lý do, căn cứ", max_length=300, min_length=5)
