"""Fields that forms of every room need: a day, and one of very many things found by typing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from congdoan.kit.dates import parse_date
from congdoan.kit.places import Place, PlaceError, parse_place
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
            "hx-params": f"{name},truong",
            "hx-vals": json.dumps({"truong": name}),
        }
        return format_html(
            '{}<datalist id="{}"></datalist>', super().render(name, value, shown, renderer), own
        )


class PlaceField(forms.CharField):
    """Latitude and longitude in one box, as maps give them; a Place, or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        kwargs.setdefault(
            "help_text", "Vĩ độ, kinh độ: giữ ngón tay trên bản đồ ở điện thoại rồi chép hai số ấy vào đây."
        )
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> Place | None:
        try:
            return parse_place(str(super().clean(value)))
        except PlaceError as error:
            raise forms.ValidationError(str(error)) from error


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


class _SuggestManyInput(_SuggestInput):
    """One input a thing, some empty ones behind; a script adds more. Without scripts several go into one input."""

    spare = 2

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = [str(item) for item in value or () if item]
        own = (attrs or {}).get("id", f"id_{name}")
        rows = []
        for place, item in enumerate([*given, *[""] * max(self.spare, 3 - len(given))]):
            shown = {**(attrs or {}), "id": own if place == 0 else f"{own}_{place}"}
            if place:
                shown["aria-label"] = f"Dòng {place + 1}"
            rows.append((super().render(name, item, shown, renderer),))
        return format_html(
            '<div class="stack-small" data-rows>{}<div><button type="button" class="btn btn-small" data-add-row>Thêm dòng'
            "</button></div></div>",
            format_html_join("", "<div data-row>{}</div>", rows),
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        found = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [item.strip() for item in found if item.strip()]


class SuggestManyField(forms.Field):
    """Several of very many things, one input each; codes with commas between them may be pasted into one input.

    As `SuggestField`; cleans to the list of the things in the order given, each once.
    """

    def __init__(
        self,
        *,
        suggest_url: Any,
        pick: Callable[[str], Any],
        words: Callable[[Any], str],
        missing: str = "Không thấy “{}”. Hãy gõ vài chữ rồi chọn trong danh sách gợi ý.",
        **kwargs: Any,
    ) -> None:
        self.pick, self.words, self.missing = pick, words, missing
        super().__init__(widget=_SuggestManyInput(suggest_url), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return [item if isinstance(item, str) and " " in item else self.words(item) for item in value or ()]

    def to_python(self, value: Any) -> list[Any]:
        found: list[Any] = []
        for typed in value or ():
            for item in self._things(str(typed)):
                if item not in found:
                    found.append(item)
        return found

    def _things(self, typed: str) -> list[Any]:
        named = _CODE.search(typed)
        thing = (self.pick(named.group(1).strip()) if named else None) or self.pick(typed)
        if thing is not None:
            return [thing]
        parts = [part.strip() for part in re.split(r"[,;\s]+", typed) if part.strip()]
        things = [self.pick(part) for part in parts]
        if len(parts) < 2 or None in things:
            wrong = parts[things.index(None)] if len(parts) > 1 and any(things) else typed
            raise forms.ValidationError(self.missing.format(wrong))
        return things
