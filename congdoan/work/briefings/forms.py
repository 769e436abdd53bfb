"""Input of briefings: when and about what, agenda, attendance, conclusions, results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone

from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.dates import Period, PeriodError
from congdoan.kit.forms import DayField, SuggestField
from congdoan.kit.text import search_key
from congdoan.work.briefings.choices import KINDS
from congdoan.work.plans.models import Plan


class _WhenForm(forms.Form):
    """When and where; cleaned ``held_at`` is the aware instant."""

    day = DayField(label="Ngày họp")
    hour = forms.TimeField(
        label="Giờ họp",
        input_formats=["%H:%M", "%Hh%M", "%H giờ %M", "%Hh"],
        widget=forms.TimeInput(format="%H:%M", attrs={"placeholder": "08:00", "inputmode": "numeric"}),
        error_messages={"invalid": "Giờ họp viết như 08:00 hoặc 14h30."},
    )
    place = forms.CharField(label="Địa điểm", max_length=200, required=False)
    chair = forms.CharField(
        label="Chủ trì", max_length=200, help_text="Ví dụ: đồng chí Chủ tịch Liên đoàn Lao động thành phố"
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        day, hour = found.get("day"), found.get("hour")
        if day is not None and isinstance(hour, time):
            found["held_at"] = datetime.combine(day, hour, timezone.get_current_timezone())
        return found


class NewBriefingForm(_WhenForm):
    """A meeting to be planned."""

    kind = forms.ChoiceField(
        label="Loại hội nghị", choices=[(code, name.capitalize()) for code, name in KINDS]
    )
    period = forms.ChoiceField(label="Kỳ được xem xét")
    plan = forms.ChoiceField(label="Kế hoạch được kiểm điểm")
    invite_children = forms.BooleanField(label="Mời tất cả đơn vị trực thuộc", required=False, initial=True)
    field_order = ("kind", "period", "plan", "day", "hour", "place", "chair", "invite_children")

    def __init__(
        self,
        data: Any = None,
        *,
        plans: Sequence[Plan],
        periods: Sequence[tuple[str, str]],
        **rest: Any,
    ) -> None:
        super().__init__(data, **rest)
        self.plans = {plan.code: plan for plan in plans}
        for name, choices in (
            ("period", list(periods)),
            ("plan", [(plan.code, plan.title) for plan in plans]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_period(self) -> Period:
        try:
            return Period.parse(self.cleaned_data["period"])
        except PeriodError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_plan(self) -> Plan:
        return self.plans[self.cleaned_data["plan"]]


class EditBriefingForm(_WhenForm):
    """What may still change of a planned or held meeting."""

    summary = forms.CharField(
        label="Đánh giá chung của chủ trì",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Mỗi dòng là một đoạn của thông báo kết luận.",
    )


class AgendaRow(forms.Form):
    """One item of the agenda."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput())
    title = forms.CharField(label="Nội dung", max_length=300)
    detail = forms.CharField(label="Số liệu, căn cứ", max_length=500, required=False)
    note = forms.CharField(
        label="Ý kiến, thảo luận", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )


class SeenForm(forms.Form):
    """The mark of the rows that a form showed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())


def conclusion_row(units: Sequence[Unit], people: Sequence[User]) -> type[forms.Form]:
    """The form of one conclusion whose owner is one of these; cleaned ``owner`` is a Unit or a User."""
    owners: dict[str, Unit | User] = {f"d{unit.pk}": unit for unit in units}
    owners |= {f"u{user.pk}": user for user in people}
    choices = [
        ("", "Chọn đơn vị hoặc người"),
        ("Đơn vị", [(f"d{unit.pk}", unit.name) for unit in units]),
        ("Người", [(f"u{user.pk}", user.get_full_name()) for user in people]),
    ]

    class ConclusionRow(forms.Form):
        pk = forms.IntegerField(required=False, widget=forms.HiddenInput())
        text = forms.CharField(
            label="Nội dung kết luận", max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
        )
        owner = forms.ChoiceField(label="Thực hiện", choices=choices)
        due_on = DayField(label="Hạn")

        def clean_owner(self) -> Unit | User:
            return owners[self.cleaned_data["owner"]]

    return ConclusionRow


def _pick_unit(typed: str) -> Unit | None:
    named = unit_named(typed)
    if named is not None:
        return named
    found = list(Unit.objects.filter(name_key=search_key(typed))[:2])
    return found[0] if len(found) == 1 else None


class InviteForm(forms.Form):
    """Who else is invited: a body, a user, guests by name."""

    unit = SuggestField(
        label="Đơn vị cấp dưới",
        suggest_url=reverse_lazy("organisation:suggest"),
        pick=_pick_unit,
        words=lambda unit: f"{unit.name} ({unit.code})",
        missing="Không thấy đơn vị này. Hãy gõ vài chữ của tên rồi chọn trong danh sách gợi ý.",
        required=False,
    )
    user = forms.ChoiceField(label="Cán bộ của đơn vị", required=False)
    names = forms.CharField(
        label="Khách mời",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Mỗi dòng một khách, ví dụ: Đại diện Ban Quản lý khu kinh tế",
    )

    def __init__(self, data: Any = None, *, people: Sequence[User], **rest: Any) -> None:
        super().__init__(data, **rest)
        self.people = {str(user.pk): user for user in people}
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Chọn cán bộ"),
            *((key, user.get_full_name()) for key, user in self.people.items()),
        ]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(found.values()):
            raise forms.ValidationError("Hãy chọn đơn vị, cán bộ hoặc ghi tên khách mời.")
        return found


class CloseForm(forms.Form):
    """The number and day of the notice of conclusions."""

    number = forms.CharField(
        label="Số của thông báo kết luận",
        max_length=60,
        required=False,
        help_text="Để trống thì bản Word chừa chỗ điền số.",
    )
    dated_on = DayField(label="Ngày ký", required=False)


class AddendumForm(forms.Form):
    """A correction of closed minutes."""

    text = forms.CharField(
        label="Nội dung đính chính", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    reason = forms.CharField(label="Lý do", max_length=300)


class ResultForm(forms.Form):
    """What was done about a task."""

    result = forms.CharField(
        label="Kết quả đã làm được", max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = forms.FileField(
        label="Tệp minh chứng", required=False, help_text="Văn bản, ảnh, bảng số liệu nếu có."
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="Lý do", max_length=300)
