"""Fields that forms of every room need: a day, and one of very many things found by typing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from congdoan.kit.dates import parse_date
from congdoan.kit.templatetags.ui import day_words, render_day

_CODE = re.compile(r"\(([^()]+)\)\s*$")


class DayInput(forms.DateInput):
    """A box for a day that reads and shows 18/11/2026 whatever the browser's language, with its calendar."""

    def format_value(self, value: Any) -> str:
        return day_words(value)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_day(name, value, self.build_attrs(self.attrs, attrs))


class DayField(forms.DateField):
    """A day as people write it: 18/11/2026, 18-11-2026, 18112026, 2026-11-18."""

    widget = DayInput

    def to_python(self, value: object) -> date | None:
        try:
            return parse_date(value)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class _SuggestInput(forms.TextInput):
    """A text input whose suggestions are fetched while one types; without scripts, a code can be typed."""

    def __init__(self, suggest_url: Any) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false"})
        self.suggest_url = suggest_url

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        own = f"{(attrs or {}).get('id', name)}_suggestions"
        shown = {
            **(attrs or {}),
            "list": own,
            "hx-get": str(self.suggest_url),
            "hx-trigger": "input changed delay:200ms, focus once",
            "hx-target": f"#{own}",
            "hx-params": name,
            "hx-vals": json.dumps({"truong": name}),
        }
        return format_html(
            '{}<datalist id="{}"></datalist>', super().render(name, value, shown, renderer), own
        )


class SuggestField(forms.CharField):
    """One of very many things, found by typing: the value reads "Tên (mã)".

    ``suggest_url`` answers ?<field>=… with <option> elements; ``pick`` finds the thing by its code or typed words
    (None when there is none); ``words`` gives the thing as it is shown. Cleans to the thing, or None when empty.
    """

    def __init__(
        self,
        *,
        suggest_url: Any,
        pick: Callable[[str], Any],
        words: Callable[[Any], str],
        missing: str = "Không thấy mục này. Hãy gõ vài chữ rồi chọn trong danh sách gợi ý.",
        **kwargs: Any,
    ) -> None:
        self.pick, self.words, self.missing = pick, words, missing
        super().__init__(widget=_SuggestInput(suggest_url), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else self.words(value)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        named = _CODE.search(typed)
        found = (self.pick(named.group(1).strip()) if named else None) or self.pick(typed)
        if found is None:
            raise forms.ValidationError(self.missing)
        return found
