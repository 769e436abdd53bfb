"""Forms of the administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy

from congdoan.foundation.access.models import Grant, Role
from congdoan.foundation.access.queries import visible_units
from congdoan.foundation.access.rules import Actor, capabilities
from congdoan.foundation.units.models import Unit
from congdoan.kit.forms import DayField

_BETWEEN = " · "


def unit_words(unit: Unit) -> str:
    """A unit as the unit field shows and reads it: code and name."""
    return f"{unit.code}{_BETWEEN}{unit.name}"


class UnitField(forms.CharField):
    """A unit where the actor manages access, typed by code or name; suggestions come as one types."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Đơn vị")
        super().__init__(**kwargs)
        self.actor: Actor | None = None
        self.widget.attrs |= {
            "list": "unit-options",
            "autocomplete": "off",
            "hx-get": reverse_lazy("access:unit_options"),
            "hx-trigger": "input delay:250ms, focus once",
            "hx-target": "#unit-options",
            "hx-swap": "innerHTML",
            "name": "unit",
        }

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        assert self.actor is not None
        code = typed.split(_BETWEEN)[0].strip()
        found = visible_units(self.actor, "access.manage").filter(code__iexact=code).first()
        if found is None:
            raise forms.ValidationError(
                "Không thấy đơn vị này trong phạm vi bạn quản trị. Gõ vài chữ rồi chọn trong danh sách gợi ý."
            )
        return found


class _WithUnit(forms.Form):
    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.actor = actor


class GrantForm(_WithUnit):
    """Giving a role."""

    role = forms.ModelChoiceField(Role.objects.none(), label="Vai trò", empty_label="Chọn vai trò")
    unit = UnitField()
    reach = forms.ChoiceField(
        label="Phạm vi", choices=Grant.REACHES, initial="below", widget=forms.RadioSelect
    )
    until_on = DayField(
        label="Đến hết ngày",
        required=False,
        help_text="Để trống nếu chưa định ngày kết thúc.",
    )
    reason = forms.CharField(
        label="Căn cứ", max_length=300, required=False, help_text="Số quyết định hoặc lý do, ghi vào nhật ký."
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.today = actor.today
        self.fields["role"].queryset = Role.objects.all()

    def clean_until_on(self) -> Any:
        until = self.cleaned_data["until_on"]
        if until is not None and until < self.today:
            raise forms.ValidationError("Ngày kết thúc phải từ hôm nay trở đi.")
        return until


class UserForm(_WithUnit):
    """Making a user."""

    full_name = forms.CharField(label="Họ và tên", max_length=150)
    username = forms.CharField(
        label="Tên đăng nhập", max_length=60, help_text="Chữ không dấu, số, dấu chấm, gạch ngang."
    )
    unit = UnitField(label="Đơn vị công tác")
    job_title = forms.CharField(label="Chức vụ", max_length=150, required=False)
    email = forms.EmailField(
        label="Email", required=False, help_text="Để người dùng tự lấy lại mật khẩu khi quên."
    )
    phone = forms.CharField(label="Điện thoại", max_length=20, required=False)


class ReasonForm(forms.Form):
    """Something that must be reasoned, for the audit."""

    reason = forms.CharField(
        label="Lý do",
        max_length=500,
        error_messages={"required": "Hãy ghi lý do; lý do được lưu vào nhật ký."},
    )


class RoleForm(forms.Form):
    """A role and what it may do."""

    code = forms.SlugField(
        label="Mã vai trò", max_length=40, help_text="Không dấu, không khoảng trắng; đặt một lần."
    )
    name = forms.CharField(label="Tên vai trò", max_length=100)
    description = forms.CharField(label="Mô tả", max_length=300, required=False)
    capabilities = forms.MultipleChoiceField(label="Quyền", required=False)

    def __init__(self, *args: Any, role: Role | None = None, **kwargs: Any) -> None:
        if role is not None:
            kwargs["initial"] = {
                "code": role.code,
                "name": role.name,
                "description": role.description,
                "capabilities": role.capabilities,
            }
        super().__init__(*args, **kwargs)
        self.fields["capabilities"].choices = [
            (capability.code, capability.name) for capability in capabilities()
        ]
        if role is not None:
            del self.fields["code"]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if Role.objects.filter(pk=code).exists():
            raise forms.ValidationError("Đã có vai trò với mã này.")
        return code
