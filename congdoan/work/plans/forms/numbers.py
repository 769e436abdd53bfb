"""Numbers as they are written in Vietnamese."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from congdoan.kit.numbers import NumberError, format_number, parse_number


class NumberField(forms.CharField):
    """A number as it is written in Vietnamese: 1.810 or 95,5. Cleans to Decimal, None when blank."""

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        try:
            return parse_number(text)
        except NumberError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return format_number(value) if isinstance(value, Decimal | int) else value
