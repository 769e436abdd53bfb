"""Input of imports: the upload, and what each column is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse_lazy

from congdoan.foundation.access.queries import visible_units
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.imports.catalogue import kind_of, kinds
from congdoan.foundation.imports.models import ImportRun
from congdoan.foundation.imports.rules import RUN
from congdoan.foundation.units.models import Unit
from congdoan.kit.forms import DayField, SuggestField
from congdoan.kit.text import search_key


class UploadForm(forms.Form):
    """A file, what it lists, for whom, for which day."""

    kind = forms.ChoiceField(widget=forms.HiddenInput)
    on = DayField(
        label="Ngày của danh sách",
        help_text="Ngày kết nạp chung khi dòng không ghi ngày riêng; ngày của số lao động.",
    )
    decision_number = forms.CharField(
        label="Số quyết định",
        max_length=80,
        required=False,
        help_text="Ghi khi danh sách kèm một quyết định.",
    )
    decision_on = DayField(label="Ngày quyết định", required=False)

    def __init__(self, *args: Any, actor: Actor, today: date, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        declared = kind_of(kind)
        self.fields["kind"].choices = [(code, item.name) for code, item in kinds().items()]
        self.fields["kind"].initial = kind
        self.fields["on"].initial = today
        self.fields["unit"] = SuggestField(
            label="Đơn vị nhận danh sách",
            suggest_url=reverse_lazy("imports:units"),
            pick=self._pick,
            words=lambda unit: f"{unit.name} ({unit.code})",
            missing="Không thấy đơn vị này trong phạm vi được nhập danh sách của bạn. Hãy gõ vài chữ rồi chọn.",
        )
        for option in declared.options:
            self.fields[f"{kind}-{option.name}"] = forms.ChoiceField(
                label=option.label,
                choices=[(value, label) for value, label, _ in option.choices],
                initial=option.choices[0][0],
                help_text=" ".join(f"{label}: {words}" for _, label, words in option.choices if words),
                required=False,
            )
        limit = settings.UPLOAD_LIMIT_BYTES // 1048576
        self.fields["file"] = forms.FileField(
            label="Tệp danh sách",
            help_text=f".xlsx, .xls hoặc .csv, đến {limit} MB. Có dòng tiêu đề phía trên bảng cũng được.",
            widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.csv,.txt"}),
            error_messages={"empty": "Tệp trống, không có nội dung nào. Hãy chọn lại tệp danh sách."},
        )
        answers = [f"{kind}-{option.name}" for option in declared.options]
        self.order_fields(["kind", "file", "unit", *answers, "on"])

    def _pick(self, typed: str) -> Unit | None:
        units = visible_units(self.actor, RUN)
        found = units.filter(code=typed).first()
        if found is None:
            named = list(units.filter(name_key=search_key(typed))[:2])
            found = named[0] if len(named) == 1 else None
        return found

    def options(self) -> dict[str, str]:
        """The answers to the questions of the chosen kind."""
        code = self.cleaned_data["kind"]
        return {
            option.name: self.cleaned_data[f"{code}-{option.name}"]
            for option in kind_of(code).options
            if self.cleaned_data.get(f"{code}-{option.name}")
        }


class ColumnsForm(forms.Form):
    """For each column of the file the field it is, or nothing."""

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        chosen = {index: name for name, index in run.mapping.items()}
        fields = [("", "— bỏ qua —"), *((item.name, item.label) for item in kind_of(run.kind).fields)]
        self.columns = []
        for column in run.columns:
            name = f"column-{column['index']}"
            self.fields[name] = forms.ChoiceField(
                choices=fields,
                required=False,
                initial=chosen.get(column["index"], ""),
                label=str(column["heading"]) or f"Cột {int(column['index']) + 1}",
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.columns.append((column, name))

    def rows(self) -> list[tuple[dict[str, Any], Any]]:
        """(column of the file, bound field) for the table."""
        return [(column, self[name]) for column, name in self.columns]

    def mapping(self) -> dict[str, int]:
        """Field → column. Raises forms.ValidationError naming a field chosen twice."""
        found: dict[str, int] = {}
        for column, name in self.columns:
            field = self.cleaned_data.get(name)
            if not field:
                continue
            if field in found:
                label = dict(self.fields[name].choices)[field]
                raise forms.ValidationError(f"Mục “{label}” đang được chọn cho hai cột. Hãy chỉ giữ một cột.")
            found[field] = int(column["index"])
        return found
