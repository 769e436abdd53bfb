"""Choosing how one is told."""

from __future__ import annotations

from typing import Any

from django import forms

from congdoan.foundation.messaging.channels import channels_on
from congdoan.foundation.messaging.choices import CHANNEL_NAMES, EMAIL, IN_APP
from congdoan.foundation.messaging.models import Preference
from congdoan.foundation.messaging.rules import channels_for, notice_kinds

_IN_APP_NAME = "Trong phần mềm"


class _Channels(forms.MultipleChoiceField):
    """Any number of channels, none too. Not called optional on screen: choosing none says something."""

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class PreferenceForm(forms.Form):
    """One row of channels a kind. Nothing ticked means that the kind is not wanted at all."""

    is_digest = forms.BooleanField(
        required=False,
        label="Gộp email thành một thư mỗi ngày",
        help_text="Gửi đầu giờ sáng ngày làm việc. Thông báo bắt buộc vẫn gửi ngay trong giờ hành chính.",
    )

    def __init__(self, *args: Any, preference: Preference, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        available = channels_on()
        if EMAIL not in available:
            del self.fields["is_digest"]
        else:
            self.fields["is_digest"].initial = preference.is_digest
        self.kinds = notice_kinds()
        #: (kind, where it always arrives) of what cannot be switched off.
        self.obligatory: list[tuple[str, str]] = []
        for kind in self.kinds:
            shown = [code for code in available if not (kind.is_obligatory and code in kind.channels)]
            choices = [(code, CHANNEL_NAMES[code]) for code in shown]
            if kind.is_obligatory:
                fixed = [_IN_APP_NAME, *(CHANNEL_NAMES[code] for code in kind.channels if code in available)]
                self.obligatory.append((kind.name, ", ".join(fixed)))
            else:
                choices.insert(0, (IN_APP, _IN_APP_NAME))
            if choices:
                self.fields[_name(kind.code)] = _Channels(
                    label=f"{kind.name}, thêm qua" if kind.is_obligatory else kind.name,
                    choices=choices,
                    widget=forms.CheckboxSelectMultiple,
                    initial=channels_for(kind, preference.channels, available),
                )

    def chosen(self) -> dict[str, list[str]]:
        """The channels of each kind on the form."""
        return {
            kind.code: list(self.cleaned_data[_name(kind.code)])
            for kind in self.kinds
            if _name(kind.code) in self.fields
        }


def _name(code: str) -> str:
    return code.replace(".", "-")
