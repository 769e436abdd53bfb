"""Making a token."""

from __future__ import annotations

from typing import Any

from django import forms

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.tokens.rules import offered
from congdoan.kit.forms import DayField


class TokenForm(forms.Form):
    """What a token is for, what it may read, until when."""

    name = forms.CharField(
        label="Tên", max_length=100, help_text="Hệ thống nào sẽ dùng, ví dụ: Kho dữ liệu tỉnh"
    )
    last_on = DayField(label="Dùng đến hết ngày", help_text="Nhiều nhất một năm")
    capabilities = forms.MultipleChoiceField(label="Được đọc", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capabilities"].choices = [(item.code, item.name) for item in offered(actor)]
