"""The forms of a member's own page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from congdoan.faces.portal.forms import PlainDay, PlainForm, scan_of
from congdoan.registry.joining.actions import Image
from congdoan.registry.selfservice.actions import Scan


class ProveForm(PlainForm):
    """Who somebody says they are."""

    card = forms.CharField(
        label=_("Số thẻ đoàn viên"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    number = forms.CharField(
        label=_("Số căn cước hoặc hộ chiếu"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ChangeForm(PlainForm):
    """What is to be written instead. What is left empty stays as it is."""

    phone = forms.CharField(
        label=_("Điện thoại mới"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )
    email = forms.EmailField(label=_("Thư điện tử mới"), max_length=150, required=False)
    address = forms.CharField(label=_("Nơi ở mới"), max_length=250, required=False)
    job_title = forms.CharField(label=_("Công việc hiện nay"), max_length=150, required=False)
    full_name = forms.CharField(label=_("Họ và tên đúng"), max_length=150, required=False)
    birth_on = PlainDay(label=_("Ngày sinh đúng"), required=False)
    citizen_id = forms.CharField(
        label=_("Số căn cước mới"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    passport = forms.CharField(
        label=_("Số hộ chiếu mới"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(label=_("Lý do"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    scan = forms.FileField(
        label=_("Ảnh giấy tờ kèm theo, nếu có (JPG, PNG, PDF)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )

    def __init__(self, *args: Any, today: date, is_foreign: bool, has_job: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        del self.fields["citizen_id" if is_foreign else "passport"]
        if not has_job:
            del self.fields["job_title"]

    def clean_birth_on(self) -> date | None:
        born: date | None = self.cleaned_data["birth_on"]
        if born is not None and not date(1900, 1, 1) <= born < self.today:
            raise forms.ValidationError(gettext("Ngày sinh không đúng."))
        return born

    def clean_scan(self) -> Image | None:
        return scan_of(self.cleaned_data["scan"])

    def proposed(self) -> dict[str, str]:
        """{field: new value} of what was filled in."""
        return {
            name: str(value)
            for name, value in self.cleaned_data.items()
            if name not in {"reason", "scan"} and value
        }

    def evidence(self) -> Scan | None:
        """The photo that came with it."""
        image: Image | None = self.cleaned_data["scan"]
        return Scan(image.content_type, image.content) if image is not None else None


class LeaveForm(PlainForm):
    """A member asks to be one no longer."""

    reason = forms.CharField(
        label=_("Lý do (không bắt buộc)"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sure = forms.BooleanField(
        label=_("Tôi hiểu rằng sau khi công đoàn ghi sổ, tôi không còn là đoàn viên."),
        error_messages={"required": _("Hãy đánh dấu vào ô này nếu bạn muốn gửi.")},
    )
