"""Forms of cases."""

from __future__ import annotations

from typing import Any

from django import forms

from congdoan.kit.forms import DayField
from congdoan.kit.scans import scan_type
from congdoan.kit.text import upper_first
from congdoan.registry.membership.choices import DEPARTURES, KINDS
from congdoan.registry.organisation.forms import unit_field
from congdoan.registry.proceedings import choices
from congdoan.registry.proceedings.actions import DissolutionData, EvidenceData

#: Bytes of one scan.
SCAN_BYTES = 8 * 1024 * 1024


class OpenForm(forms.Form):
    """A case about a union."""

    unit = unit_field(label="Công đoàn")
    kind = forms.ChoiceField(
        label="Việc", choices=[(code, upper_first(name)) for code, name in choices.KINDS]
    )
    cause = forms.ChoiceField(
        label="Lý do",
        choices=[
            (upper_first(name), [(code, upper_first(words)) for code, words in choices.CAUSES[kind]])
            for kind, name in choices.KINDS
        ],
    )
    words = forms.CharField(
        label="Ghi rõ", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind, cause = data.get("kind", ""), data.get("cause", "")
        if kind and cause and cause not in dict(choices.CAUSES[kind]):
            self.add_error("cause", f"Lý do này không phải của việc {dict(choices.KINDS)[kind]}.")
        return data


class StageForm(forms.Form):
    """The next step is reached, with what proves it."""

    from_stage = forms.CharField(max_length=24, widget=forms.HiddenInput)
    on = DayField(label="Ngày đạt bước này")
    paper_number = forms.CharField(label="Số văn bản", max_length=80, required=False)
    paper_on = DayField(label="Ngày văn bản", required=False)
    file = forms.FileField(
        label="Bản quét (.pdf, .jpg, .png)",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"empty": "Tệp trống. Hãy chọn lại tệp."},
    )
    words = forms.CharField(
        label="Kết quả", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        if sent is None:
            return None
        if sent.size > SCAN_BYTES:
            raise forms.ValidationError(
                f"Tệp lớn hơn {SCAN_BYTES // 1024 // 1024} MB. Hãy quét ở mức nhẹ hơn."
            )
        head = sent.read(4)
        sent.seek(0)
        media = scan_type(head)
        if not media:
            raise forms.ValidationError("Tệp phải là .pdf, .jpg hoặc .png.")
        return (sent.name or "ban-quet", sent.chunks(), media)

    def evidence(self) -> EvidenceData:
        """What the action takes; only of a valid form."""
        given = self.cleaned_data
        return EvidenceData(given["words"], given["paper_number"], given["paper_on"], given["file"])


class DissolveForm(forms.Form):
    """The decision that dissolves, and where members go."""

    number = forms.CharField(label="Số quyết định", max_length=80)
    issued_on = DayField(label="Ngày quyết định")
    on = DayField(label="Giải thể từ ngày", help_text="Ngày đầu tiên không còn công đoàn này.")
    to = unit_field(
        label="Đoàn viên chuyển về", required=False, help_text="Để trống nếu đoàn viên ra khỏi tổ chức."
    )
    leave = forms.ChoiceField(
        label="Hoặc ra khỏi tổ chức theo hình thức",
        choices=[("", "— không —"), *((code, KINDS[code].name) for code in DEPARTURES)],
        required=False,
    )
    reason = forms.CharField(
        label="Lý do ghi vào sổ đoàn viên",
        max_length=300,
        required=False,
        help_text="Ví dụ: doanh nghiệp giải thể",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("to")) == bool(data.get("leave")):
            raise forms.ValidationError(
                "Hãy chọn một trong hai: đoàn viên chuyển về công đoàn nào, hoặc ra khỏi tổ chức theo hình thức nào."
            )
        return data

    def decision(self) -> DissolutionData:
        """What the action takes; only of a valid form."""
        return DissolutionData(**self.cleaned_data)


class StopForm(forms.Form):
    """Why a case is not gone on with."""

    words = forms.CharField(label="Lý do dừng", max_length=500)
