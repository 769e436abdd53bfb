"""Forms of sign-in with Vietnamese labels, and the account's own form."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as key_forms
from django import forms
from django.core.exceptions import ValidationError

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit

_PASSWORD_HELP = "Ít nhất 10 ký tự, không chỉ toàn số, không giống tên đăng nhập và không quá phổ biến."


class Vietnamese:
    """Gives a form of allauth our labels and help, and takes its placeholders away."""

    labels: dict[str, str] = {}
    helps: dict[str, str] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")

    def add_error(self, field: str | None, error: Any) -> None:
        """allauth's one sentence that it does not let a setting translate."""
        if field == "password2":
            error = ValidationError("Hai lần nhập mật khẩu chưa giống nhau.")
        super().add_error(field, error)  # type: ignore[misc]


class LoginForm(Vietnamese, account_forms.LoginForm):
    labels = {
        "login": "Tên đăng nhập hoặc email",
        "password": "Mật khẩu",
        "remember": "Giữ đăng nhập trên máy này",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}
        if not self.is_bound:
            self.fields["login"].widget.attrs["autofocus"] = True


class ChangePasswordForm(Vietnamese, account_forms.ChangePasswordForm):
    labels = {
        "oldpassword": "Mật khẩu hiện tại",
        "password1": "Mật khẩu mới",
        "password2": "Nhập lại mật khẩu mới",
    }
    helps = {"password1": _PASSWORD_HELP}


class SetPasswordForm(Vietnamese, account_forms.SetPasswordForm):
    labels = {"password1": "Mật khẩu mới", "password2": "Nhập lại mật khẩu mới"}
    helps = {"password1": _PASSWORD_HELP}


class ResetPasswordForm(Vietnamese, account_forms.ResetPasswordForm):
    labels = {"email": "Email của tài khoản"}


class ResetPasswordKeyForm(Vietnamese, account_forms.ResetPasswordKeyForm):
    labels = {"password1": "Mật khẩu mới", "password2": "Nhập lại mật khẩu mới"}
    helps = {"password1": _PASSWORD_HELP}


class ReauthenticateForm(Vietnamese, account_forms.ReauthenticateForm):
    labels = {"password": "Mật khẩu"}


class CodeForm(Vietnamese, code_forms.AuthenticateForm):
    labels = {"code": "Mã 6 số, hoặc một mã dự phòng"}


class CodeAgainForm(Vietnamese, code_forms.ReauthenticateForm):
    labels = {"code": "Mã 6 số, hoặc một mã dự phòng"}


class ActivateCodeForm(Vietnamese, totp_forms.ActivateTOTPForm):
    labels = {"code": "Mã 6 số hiện trên ứng dụng"}


class AddKeyForm(Vietnamese, key_forms.AddWebAuthnForm):
    labels = {"name": "Tên khóa", "passwordless": "Cho phép đăng nhập chỉ bằng khóa này"}
    helps = {
        "passwordless": "Thiết bị sẽ hỏi vân tay, khuôn mặt hoặc mã PIN; bạn không phải gõ mật khẩu nữa."
    }


class EditKeyForm(Vietnamese, key_forms.EditWebAuthnForm):
    labels = {"name": "Tên khóa"}


class ProfileForm(forms.ModelForm):
    """What a user says about themselves. The user name and email are the administrator's to change."""

    class Meta:
        model = User
        fields = ["full_name", "phone", "job_title", "home_unit"]
        help_texts = {"home_unit": "Số liệu của đơn vị này hiện ra đầu tiên khi bạn mở trang."}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = {grant.unit_id for grant in actor.grants() if "units.view" in grant.capabilities}
        chosen = self.instance.home_unit_id
        if chosen and may(actor, "units.view", chosen):
            ids.add(chosen)
        unit = self.fields["home_unit"]
        unit.queryset = Unit.objects.filter(pk__in=ids).order_by("sort_key")
        unit.empty_label = "Theo quyền được giao"
