"""What people type about returns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit, UnitKind
from congdoan.kit.forms import DayField
from congdoan.kit.numbers import NumberError, parse_number
from congdoan.registry.membership.choices import MOVEMENT_KINDS
from congdoan.work.indicators.models import Indicator
from congdoan.work.indicators.queries import catalogue
from congdoan.work.returns.actions import Filling
from congdoan.work.returns.choices import (
    CADENCES,
    CHECK_LEVELS,
    OPERATORS,
    PLACES,
    SECTOR_GROUPS,
    SOURCES,
    WINDOWS,
)
from congdoan.work.returns.definitions import Definition


def read_filling(post: QueryDict, definition: Definition) -> tuple[Filling, dict[str, str]]:
    """What was typed on a return's page, and what could not be read by cell: {cell: sentence}.

    Fields are ``so:cell`` figures, ``ly:cell`` reasons, ``loi:code`` texts, ``gt:finding`` explanations.
    """
    figures: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, text in _named(post, "so:").items():
        cell = definition.cells.get(name)
        if cell is None:
            continue
        try:
            figures[name] = parse_number(text)
        except NumberError as error:
            wrong[name] = f"{cell.label}: {error}"
    return (
        Filling(
            figures=figures,
            reasons=_named(post, "ly:"),
            texts=_named(post, "loi:"),
            explanations=_named(post, "gt:"),
        ),
        wrong,
    )


def read_remarks(post: QueryDict) -> dict[str, str]:
    """The superior's remarks by cell: ``nx:cell``."""
    return _named(post, "nx:")


def _named(post: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {name[len(prefix) :]: str(post[name]) for name in post if name.startswith(prefix)}


class ExtensionForm(forms.Form):
    """A later due date."""

    due_on = DayField(label="Hạn nộp mới")
    reason = forms.CharField(label="Lý do", max_length=300)


class DelegationForm(forms.Form):
    """Who acts in whose place, and when."""

    absent = forms.ModelChoiceField(
        label="Người vắng mặt", queryset=User.objects.none(), empty_label="Chọn người"
    )
    substitute = forms.ModelChoiceField(
        label="Người làm thay", queryset=User.objects.none(), empty_label="Chọn người"
    )
    from_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến hết ngày", required=False)
    reason = forms.CharField(label="Lý do", max_length=300)

    def __init__(self, data: Any = None, *, people: Any, **rest: Any) -> None:
        super().__init__(data, **rest)
        for name in ("absent", "substitute"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = people
            field.label_from_instance = lambda user: user.get_full_name()

    @property
    def until(self) -> date | None:
        last: date | None = self.cleaned_data["last_on"]
        return date.fromordinal(last.toordinal() + 1) if last else None


class NewFormForm(forms.Form):
    """A new form: from a shipped one or empty."""

    owner = forms.ModelChoiceField(label="Đơn vị ban hành", queryset=Unit.objects.none())
    shipped = forms.ChoiceField(label="Bắt đầu từ", required=False)
    code = forms.CharField(
        label="Mã mẫu", max_length=40, required=False, help_text="Để trống thì giữ mã của mẫu sẵn."
    )
    title = forms.CharField(label="Tên báo cáo", max_length=250, required=False)

    def __init__(self, data: Any = None, *, owners: Any, shipped: Any, **rest: Any) -> None:
        super().__init__(data, **rest)
        owner, start = self.fields["owner"], self.fields["shipped"]
        assert isinstance(owner, forms.ModelChoiceField) and isinstance(start, forms.ChoiceField)
        owner.queryset = owners
        start.choices = [("", "Mẫu trống"), *shipped]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("shipped") and not (found.get("code") and found.get("title")):
            raise forms.ValidationError("Mẫu trống cần có mã và tên báo cáo.")
        return found


class HeadForm(forms.Form):
    """When a form is owed and by whom."""

    title = forms.CharField(label="Tên báo cáo", max_length=250)
    cadence = forms.ChoiceField(label="Chu kỳ", choices=CADENCES)
    owed_by = forms.MultipleChoiceField(
        label="Loại đơn vị phải báo cáo", widget=forms.CheckboxSelectMultiple, choices=[]
    )
    opens = forms.IntegerField(label="Bắt đầu lập sau ngày cuối kỳ (ngày)", min_value=0, max_value=365)
    due = forms.IntegerField(label="Hạn nộp sau ngày cuối kỳ (ngày)", min_value=0, max_value=365)
    late = forms.IntegerField(label="Tính nộp muộn sau ngày cuối kỳ (ngày)", min_value=0, max_value=365)
    cutoffs = forms.CharField(
        label="Ngày chốt số liệu",
        required=False,
        help_text="Với báo cáo 6 tháng và năm, ví dụ 31/5, 30/11. Để trống thì theo năm dương lịch.",
    )
    months = forms.CharField(
        label="Chỉ các tháng", required=False, help_text="Với báo cáo tháng, ví dụ 5 cho Tháng Công nhân."
    )
    gathers = forms.CharField(
        label="Tổng hợp từ mẫu của cấp dưới", max_length=40, required=False, help_text="Mã mẫu, ví dụ 1-HDCD."
    )
    closes_books = forms.BooleanField(
        label="Nghiệm thu thì khoá sổ biến động đoàn viên của kỳ", required=False
    )

    def __init__(self, data: Any = None, **rest: Any) -> None:
        super().__init__(data, **rest)
        field = self.fields["owed_by"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind.code, kind.name) for kind in UnitKind.objects.select_related("level")]


class DeadlinesForm(forms.Form):
    """Days of their own for some kinds of bodies; what is left empty is as for all."""

    WORDS = (("opens", "bắt đầu lập"), ("due", "hạn nộp"), ("late", "tính nộp muộn"))

    def __init__(self, data: Any = None, *, kinds: Any, common: Mapping[str, Any], **rest: Any) -> None:
        super().__init__(data, **rest)
        self.kinds = list(kinds)
        for code, name in self.kinds:
            for part, words in self.WORDS:
                self.fields[f"{code}-{part}"] = forms.IntegerField(
                    label=f"{name}: {words}",
                    min_value=0,
                    max_value=365,
                    required=False,
                    widget=forms.NumberInput(
                        attrs={
                            "class": "form-control",
                            "placeholder": common[part],
                            "aria-label": f"{name}: {words}",
                        }
                    ),
                )

    @property
    def labels(self) -> list[str]:
        return [words.capitalize() for _, words in self.WORDS]

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, forms.BoundField]]]]:
        """The fields of each kind with the words of their columns, for a table."""
        return [
            (name, [(words, self[f"{code}-{part}"]) for part, words in self.WORDS])
            for code, name in self.kinds
        ]

    @property
    def by_kind(self) -> dict[str, dict[str, int]]:
        """What was given, by kind; kinds without anything of their own are left out."""
        given = {
            code: {
                part: self.cleaned_data[f"{code}-{part}"]
                for part, _ in self.WORDS
                if self.cleaned_data[f"{code}-{part}"] is not None
            }
            for code, _ in self.kinds
        }
        return {code: days for code, days in given.items() if days}


class RowForm(forms.Form):
    """One row of a section."""

    title = forms.CharField(label="Tên dòng", max_length=250)
    code = forms.CharField(
        label="Mã dòng", max_length=40, required=False, help_text="Để trống thì tự đặt; dùng trong công thức."
    )
    unit = forms.CharField(label="Đơn vị tính", max_length=40, required=False)
    source = forms.ChoiceField(label="Số liệu từ đâu", choices=SOURCES, initial="asked")
    indicator = forms.ChoiceField(label="Chỉ số", required=False)
    measure = forms.ChoiceField(label="Số đo", required=False)
    formula = forms.CharField(
        label="Công thức", max_length=300, required=False, help_text="Ví dụ: dau_ky + ket_nap - giam"
    )
    window = forms.ChoiceField(label="Lấy số", choices=WINDOWS, initial="period")
    columns = forms.MultipleChoiceField(
        label="Có ở các cột", required=False, widget=forms.CheckboxSelectMultiple
    )
    movement = forms.MultipleChoiceField(
        label="Chỉ đếm các biến động",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Với số đo đoàn viên, công đoàn cơ sở: đếm số phát sinh trong kỳ. Không chọn thì lấy số hiện có.",
    )
    sector_group = forms.ChoiceField(
        label="Chỉ khu vực", required=False, choices=[("", "mọi khu vực"), *SECTOR_GROUPS]
    )
    sex = forms.ChoiceField(
        label="Chỉ giới tính", required=False, choices=[("", "nam và nữ"), ("f", "nữ"), ("m", "nam")]
    )
    places = forms.MultipleChoiceField(
        label="Chỉ ở nơi",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=PLACES,
        help_text="Sổ chưa đếm được theo điều kiện đã chọn thì đơn vị tự nhập ô đó.",
    )
    min_headcount = forms.ChoiceField(label="Chỉ nơi có từ", required=False)
    decimals = forms.IntegerField(
        label="Chữ số thập phân", min_value=0, max_value=4, initial=0, required=False
    )
    required = forms.BooleanField(label="Bắt buộc có số", required=False)

    def __init__(self, data: Any = None, *, columns: Any, measures: Any, bands: Any, **rest: Any) -> None:
        super().__init__(data, **rest)
        for name, choices in (
            ("movement", [*MOVEMENT_KINDS, ("found", "thành lập công đoàn cơ sở")]),
            ("indicator", [("", "—"), *Indicator.objects.values_list("code", "name").order_by("name")]),
            ("measure", [("", "—"), *measures]),
            ("columns", columns),
            ("min_headcount", [("", "mọi quy mô"), *bands]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    #: What narrows a row is folded away until it is wanted.
    FOLDED = ("movement", "sector_group", "sex", "places", "min_headcount")

    @property
    def shown(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.FOLDED]

    @property
    def folded(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FOLDED]

    @property
    def is_narrowed(self) -> bool:
        """Whether something that is folded away is set or wrong."""
        return any(self[name].value() or self[name].errors for name in self.FOLDED)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        chosen, measure = found.get("movement"), catalogue().measures.get(found.get("measure") or "")
        if chosen and found.get("source") != "measure":
            self.add_error(
                "movement", "Chỉ chọn biến động khi số liệu lấy theo số đo. Hãy bỏ chọn, hoặc đổi nguồn."
            )
        elif chosen and measure and "movement" not in measure.dimensions:
            self.add_error("movement", f"Số đo “{measure.name}” không đếm theo biến động. Hãy bỏ chọn.")
        return found


class SectionForm(forms.Form):
    """A section with its columns."""

    title = forms.CharField(label="Tên phần", max_length=250)
    columns = forms.MultipleChoiceField(label="Các cột", widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, columns: Any, **rest: Any) -> None:
        super().__init__(data, **rest)
        field = self.fields["columns"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = columns


class CheckForm(forms.Form):
    """What must hold between cells."""

    message = forms.CharField(label="Câu kiểm tra", max_length=250)
    left = forms.CharField(
        label="Vế trái", max_length=300, help_text="Các ô nối bằng cộng, trừ: dong.cot + dong.cot"
    )
    operator = forms.ChoiceField(label="Phải", choices=OPERATORS)
    right = forms.CharField(
        label="Vế phải",
        max_length=300,
        help_text="Số kỳ trước: ky_truoc(dong.cot). Số cùng kỳ năm trước: cung_ky(dong.cot).",
    )
    level = forms.ChoiceField(label="Mức", choices=CHECK_LEVELS)


class TextForm(forms.Form):
    """A part in words."""

    title = forms.CharField(label="Tên phần lời", max_length=250)
    hint = forms.CharField(label="Gợi ý cho người viết", max_length=250, required=False)
    required = forms.BooleanField(label="Bắt buộc viết", required=False)
