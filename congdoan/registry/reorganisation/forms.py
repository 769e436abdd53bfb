"""Forms of reorganisations: the paper, one form for every kind of step, the list to upload, the last confirmation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse, reverse_lazy

from congdoan.foundation.catalogues.models import Sector, Territory
from congdoan.foundation.units.models import KindAuthority, Unit, UnitKind
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.forms import DayField, SuggestField, SuggestManyField
from congdoan.kit.text import search_key
from congdoan.registry.membership.choices import DEPARTURES, KINDS
from congdoan.registry.reorganisation.models import Reorganisation


def _pick_unit(typed: str) -> Unit | None:
    by_name = list(Unit.objects.filter(name_key=search_key(typed), annulled_at__isnull=True)[:2])
    return unit_named(typed) or (by_name[0] if len(by_name) == 1 else None)


class PaperForm(forms.Form):
    """The decision as a paper."""

    title = forms.CharField(
        label="Trích yếu", max_length=300, min_length=5, help_text="Ví dụ: Sáp nhập công đoàn hai tỉnh"
    )
    authority = SuggestField(
        label="Cơ quan ban hành",
        suggest_url=reverse_lazy("organisation:suggest"),
        pick=_pick_unit,
        words=lambda unit: f"{unit.name} ({unit.code})",
        missing="Không thấy đơn vị này. Hãy gõ vài chữ của tên rồi chọn trong danh sách gợi ý.",
    )
    effective_on = DayField(
        label="Có hiệu lực từ ngày",
        help_text="Ngày đầu tiên của cơ cấu mới. Có thể soạn trước; đến ngày đó mới thực hiện.",
    )
    number = forms.CharField(label="Số quyết định", max_length=80, required=False)
    issued_on = DayField(label="Ngày ký", required=False)
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 3}))


class CommitForm(forms.Form):
    """Number and day of the signed paper, and the officer's word that the figures were read."""

    number = forms.CharField(label="Số quyết định đã ký", max_length=80)
    issued_on = DayField(label="Ngày ký")
    agreed = forms.BooleanField(
        label="Tôi đã đọc bảng cân đối và đồng ý thực hiện",
        error_messages={"required": "Hãy đánh dấu vào đây sau khi đã đọc bảng cân đối."},
    )
    #: The check that was read: a newer one must be read again.
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_issued_on(self) -> date:
        on: date = self.cleaned_data["issued_on"]
        if on > self.today:
            raise forms.ValidationError(f"Ngày ký chưa tới (hôm nay {self.today:%d/%m/%Y}). Hãy xem lại.")
        return on


class UndoForm(forms.Form):
    """Why a decision is taken back."""

    reason = forms.CharField(label="Lý do hoàn tác", max_length=300, min_length=5)


class UploadForm(forms.Form):
    """The attached list of a decision."""

    file = forms.FileField(
        label="Tệp danh sách",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.csv"}),
        error_messages={"empty": "Tệp trống, không có nội dung nào. Hãy chọn lại tệp."},
    )
    replace = forms.BooleanField(label="Thay toàn bộ các bước đang có", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = settings.UPLOAD_LIMIT_BYTES // 1048576
        self.fields[
            "file"
        ].help_text = f".xlsx, .xls hoặc .csv, đến {limit} MB; mỗi dòng là một việc, theo tệp mẫu."


class PlacementForm(forms.Form):
    """The filled list of who takes which member of a divided unit."""

    file = forms.FileField(
        label="Danh sách đã ghi nơi đến",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.csv"}),
        error_messages={
            "required": "Chưa chọn tệp. Hãy chọn danh sách đã ghi nơi đến.",
            "empty": "Tệp trống, không có nội dung nào. Hãy chọn lại tệp.",
        },
    )


class Picker:
    """Finds units for the steps of one decision by code or name: those of the register, and those that its steps
    found. Picks codes, since a unit to be founded has nothing else yet."""

    def __init__(self, reorganisation: Reorganisation, founded: Mapping[str, str]) -> None:
        self.suggest_url = reverse("reorganisation:suggest", args=[reorganisation.pk])
        self.founded = founded

    def pick(self, typed: str) -> str | None:
        """The code of what was typed; None when nothing, or more than one, is called so."""
        if typed in self.founded:
            return typed
        unit = _pick_unit(typed)
        if unit is not None:
            return unit.code
        key = search_key(typed)
        named = [code for code, name in self.founded.items() if search_key(name) == key]
        return named[0] if len(named) == 1 else None

    def words(self, code: str) -> str:
        """A code as the field shows it."""
        name = self.founded.get(code)
        if name is None:
            unit = unit_named(code)
            name = unit.name if unit else ""
        return f"{name} ({code})" if name else code

    def one(self, **kwargs: Any) -> SuggestField:
        return SuggestField(
            suggest_url=self.suggest_url,
            pick=self.pick,
            words=self.words,
            missing="Không thấy đơn vị này. Hãy gõ vài chữ của tên hoặc mã rồi chọn trong danh sách gợi ý.",
            **kwargs,
        )

    def many(self, **kwargs: Any) -> SuggestManyField:
        return SuggestManyField(
            suggest_url=self.suggest_url,
            pick=self.pick,
            words=self.words,
            missing="Không thấy đơn vị “{}”. Hãy gõ vài chữ rồi chọn trong danh sách gợi ý.",
            **kwargs,
        )


def _pick_territory(typed: str) -> str | None:
    found = Territory.objects.filter(pk=typed).first()
    by_name = list(Territory.objects.filter(name_key=search_key(typed))[:2])
    found = found or (by_name[0] if len(by_name) == 1 else None)
    return str(found.pk) if found else None


def _territory_words(code: str) -> str:
    found = Territory.objects.filter(pk=code).first()
    return f"{found.name} ({code})" if found else code


_TERRITORY: dict[str, Any] = {
    "suggest_url": reverse_lazy("enterprises:suggest_territory"),
    "pick": _pick_territory,
    "words": _territory_words,
}
_GRANTS = "Người dùng của đơn vị kết thúc giữ nguyên quyền tại đơn vị kế thừa"
_GRANTS_HELP = "Không đánh dấu: họ chỉ còn xem được hồ sơ lưu trữ của đơn vị cũ."


class StepForm(forms.Form):
    """One step of a kind. ``arguments()`` gives what planning.SHAPES asks for; ``given`` are the arguments of a step
    that is said anew."""

    explanation = ""

    def __init__(
        self, *args: Any, picker: Picker, on: date, given: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.picker, self.on = picker, on
        kwargs.setdefault("initial", self.initial_of(given) if given is not None else {})
        super().__init__(*args, **kwargs)
        self.build()

    def build(self) -> None:
        """Add the fields of the kind."""

    def initial_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return dict(given)

    def arguments(self) -> dict[str, Any]:
        """What was asked for; what is empty is left out."""
        return {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "", False, [], {})
        }

    def _kind(self, label: str, **kwargs: Any) -> forms.ChoiceField:
        kinds = UnitKind.objects.filter(during__contains=self.on)
        return forms.ChoiceField(
            label=label, choices=[("", "— chọn —"), *((kind.pk, kind.name) for kind in kinds)], **kwargs
        )

    def _sector(self) -> forms.ChoiceField:
        sectors = [(item.pk, item.name) for item in Sector.objects.all()]
        return forms.ChoiceField(
            label="Khu vực kinh tế", choices=[("", "— không đổi —"), *sectors], required=False
        )

    def _passes_grants(self) -> forms.BooleanField:
        return forms.BooleanField(label=_GRANTS, help_text=_GRANTS_HELP, required=False)


class RenameStep(StepForm):
    explanation = "Tên cũ vẫn hiện khi xem số liệu của những ngày trước."

    def build(self) -> None:
        self.fields["unit"] = self.picker.one(label="Đơn vị")
        self.fields["name"] = forms.CharField(label="Tên mới", max_length=250)
        self.fields["short_name"] = forms.CharField(label="Tên ngắn mới", max_length=120, required=False)


class ChangeKindStep(StepForm):
    def build(self) -> None:
        self.fields["unit"] = self.picker.one(label="Đơn vị")
        self.fields["kind"] = self._kind("Loại mới")


class ChangeSectorStep(StepForm):
    explanation = (
        "Đoàn viên của đơn vị, và của đơn vị trực thuộc không ghi khu vực riêng, sang khu vực mới; ghi là sắp xếp tổ chức, "
        "không tính tăng giảm."
    )

    def build(self) -> None:
        self.fields["units"] = self.picker.many(label="Các đơn vị")
        sectors = [(item.pk, item.name) for item in Sector.objects.all()]
        self.fields["sector"] = forms.ChoiceField(
            label="Khu vực kinh tế mới", choices=[("", "— chọn —"), *sectors]
        )


class MoveStep(StepForm):
    explanation = "Đoàn viên, doanh nghiệp và mọi số liệu đi theo đơn vị."

    def build(self) -> None:
        self.fields["units"] = self.picker.many(label="Các đơn vị chuyển")
        self.fields["parent"] = self.picker.one(label="Cấp trên mới")


class _NewUnit(StepForm):
    """Fields of a unit that a step founds, under names with a prefix."""

    def _new_fields(self, prefix: str, *, required: bool) -> None:
        words = " của đơn vị mới" if prefix else ""
        self.fields[f"{prefix}name"] = forms.CharField(
            label=f"Tên đầy đủ{words}", max_length=250, required=required
        )
        self.fields[f"{prefix}short_name"] = forms.CharField(
            label=f"Tên ngắn{words}", max_length=120, required=False
        )
        self.fields[f"{prefix}code"] = forms.CharField(
            label=f"Mã{words}",
            max_length=40,
            required=required,
            help_text="Không trùng với đơn vị nào, kể cả đơn vị đã kết thúc.",
        )
        self.fields[f"{prefix}kind"] = self._kind(f"Loại{words}", required=required)
        self.fields[f"{prefix}parent"] = self.picker.one(label=f"Cấp trên{words}", required=required)
        self.fields[f"{prefix}sector"] = self._sector()
        self.fields[f"{prefix}territory"] = SuggestField(
            label=f"Địa bàn{words}", required=False, **_TERRITORY
        )

    def _check_code(self, name: str) -> str:
        code = str(self.cleaned_data[name]).strip()
        if "/" in code:
            raise forms.ValidationError("Mã đơn vị không được chứa dấu “/”.")
        return code


class FoundStep(_NewUnit):
    explanation = "Đơn vị mới có từ ngày hiệu lực; các bước sau có thể chuyển hoặc sáp nhập vào đơn vị này."

    def build(self) -> None:
        self._new_fields("", required=True)

    def clean_code(self) -> str:
        return self._check_code("code")


class MergeStep(_NewUnit):
    explanation = (
        "Đoàn viên, doanh nghiệp, đơn vị trực thuộc và chỉ tiêu của các đơn vị về đơn vị tiếp nhận; ghi là sắp xếp tổ chức, "
        "không tính tăng giảm."
    )

    def build(self) -> None:
        self.fields["units"] = self.picker.many(label="Các đơn vị sáp nhập")
        self.fields["into"] = self.picker.one(
            label="Vào đơn vị đang có", required=False, help_text="Để trống nếu lập đơn vị mới ở dưới."
        )
        self._new_fields("new_", required=False)
        self.fields["passes_grants"] = self._passes_grants()

    def initial_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        new = given.get("new") or {}
        return {**given, **{f"new_{name}": value for name, value in new.items()}}

    def clean_new_code(self) -> str:
        return self._check_code("new_code")

    def _new(self) -> dict[str, Any]:
        return {
            name.removeprefix("new_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("new_") and value
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        new = self._new()
        if self.errors:
            return data
        if bool(data.get("into")) == bool(new):
            raise forms.ValidationError(
                "Hãy chọn một trong hai: sáp nhập vào một đơn vị đang có, hoặc lập một đơn vị mới."
            )
        for name in ("name", "code", "kind", "parent") if new else ():
            if name not in new:
                self.add_error(f"new_{name}", "Đơn vị mới cần mục này.")
        return data

    def arguments(self) -> dict[str, Any]:
        found = {name: value for name, value in super().arguments().items() if not name.startswith("new_")}
        new = self._new()
        return found | ({"new": new} if new else {})


class DissolveStep(StepForm):
    explanation = "Đoàn viên về một đơn vị khác, hoặc ra khỏi tổ chức với lý do ghi vào sổ."

    def build(self) -> None:
        self.fields["unit"] = self.picker.one(label="Đơn vị giải thể")
        self.fields["to"] = self.picker.one(
            label="Đoàn viên chuyển về", required=False, help_text="Để trống nếu đoàn viên ra khỏi tổ chức."
        )
        self.fields["leave"] = forms.ChoiceField(
            label="Hoặc ra khỏi tổ chức theo hình thức",
            choices=[("", "— không —"), *((code, KINDS[code].name) for code in DEPARTURES)],
            required=False,
        )
        self.fields["reason"] = forms.CharField(
            label="Lý do ghi vào sổ",
            max_length=300,
            required=False,
            help_text="Ví dụ: Công đoàn trong cơ quan hành chính kết thúc",
        )
        self.fields["children_to"] = self.picker.one(
            label="Đơn vị trực thuộc về", required=False, help_text="Để trống: về nơi nhận đoàn viên."
        )
        self.fields["passes_grants"] = self._passes_grants()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("to")) == bool(data.get("leave")):
            raise forms.ValidationError(
                "Hãy chọn một trong hai: đoàn viên chuyển về đơn vị nào, hoặc ra khỏi tổ chức theo hình thức nào."
            )
        return data


_SEPARATORS = re.compile(r"[,;\s]+")


class SplitStep(StepForm):
    explanation = (
        "Mỗi phần ghi ai về đơn vị nào: theo nơi làm việc (mã doanh nghiệp), theo xã phường, theo đơn vị trực thuộc. Phần "
        "còn lại về đơn vị ghi ở cuối."
    )
    _PARTS = 8

    def build(self) -> None:
        given = self.initial.get("parts") or []
        posted = [
            number
            for number in range(self._PARTS)
            if self.is_bound
            and any(self.data.get(self.add_prefix(f"part{number}_{name}")) for name in self._names)
        ]
        shown = min(self._PARTS, max(2, len(given) + 1, (posted[-1] + 2) if posted else 0))
        self.fields["unit"] = self.picker.one(label="Đơn vị chia tách")
        for number in range(shown):
            part = given[number] if number < len(given) else {}
            first = f"part{number}_"
            label = f"Phần {number + 1}: "
            self.fields[f"{first}into"] = self.picker.one(
                label=f"{label}về đơn vị", required=False, initial=part.get("into")
            )
            self.fields[f"{first}enterprises"] = forms.CharField(
                label=f"{label}người làm việc tại các doanh nghiệp",
                required=False,
                initial="\n".join(part.get("enterprises", ())),
                help_text="Mã doanh nghiệp, mỗi dòng một mã; dán từ Excel được.",
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"{first}communes"] = SuggestManyField(
                label=f"{label}nơi làm việc ở các xã, phường",
                required=False,
                initial=part.get("communes"),
                **_TERRITORY,
            )
            self.fields[f"{first}units"] = self.picker.many(
                label=f"{label}đơn vị trực thuộc", required=False, initial=part.get("units")
            )
        self.fields["rest"] = self.picker.one(
            label="Phần còn lại về",
            required=False,
            help_text="Để trống: mọi người phải được nêu ở các phần trên, hoặc xếp từng người sau khi lưu bước.",
        )
        self.fields["keeps"] = forms.BooleanField(
            label="Đơn vị cũ tiếp tục hoạt động",
            required=False,
            help_text="Không đánh dấu: đơn vị cũ kết thúc.",
        )
        self.fields["passes_grants"] = self._passes_grants()
        self.shown = shown

    _names = ("into", "enterprises", "communes", "units")

    def _parts(self) -> list[dict[str, Any]]:
        found = []
        for number in range(self.shown):
            data = {name: self.cleaned_data.get(f"part{number}_{name}") for name in self._names}
            if isinstance(data["enterprises"], str):
                data["enterprises"] = [code for code in _SEPARATORS.split(data["enterprises"]) if code]
            part = {name: value for name, value in data.items() if value}
            # People named one by one come by a list; a form that is saved again keeps them.
            given = (self.initial.get("parts") or [])[number : number + 1]
            if given and given[0].get("people") and part:
                part["people"] = given[0]["people"]
            if part:
                found.append(part)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        parts = self._parts()
        if not self.errors and not parts:
            raise forms.ValidationError("Hãy ghi ít nhất một phần: về đơn vị nào, gồm ai.")
        for number in range(self.shown):
            names = [name for name in self._names if data.get(f"part{number}_{name}")]
            if names and "into" not in names and f"part{number}_into" not in self.errors:
                self.add_error(f"part{number}_into", "Hãy chọn đơn vị nhận phần này.")
        return data

    def arguments(self) -> dict[str, Any]:
        found = {name: value for name, value in super().arguments().items() if not name.startswith("part")}
        kept = ("passes_grants",)
        return {
            "parts": self._parts(),
            **{name: found[name] for name in ("unit", "rest", "keeps", *kept) if name in found},
        }


class EndLevelStep(StepForm):
    explanation = "Mọi đơn vị của một loại dưới một cấp trên kết thúc cùng lúc."

    def build(self) -> None:
        self.fields["kind"] = self._kind("Loại đơn vị kết thúc")
        # The level that ends need not hold on the new day.
        self.fields["kind"].choices = [("", "— chọn —"), *UnitKind.objects.values_list("code", "name")]
        self.fields["below"] = self.picker.one(label="Thuộc cấp trên")
        self.fields["default"] = self.picker.one(
            label="Đơn vị kế thừa chung", required=False, help_text="Để trống: cấp trên trực tiếp kế thừa."
        )
        for name, label, example in (
            ("successors", "Đơn vị kế thừa riêng", "mã đơn vị kết thúc, dấu cách, mã đơn vị kế thừa"),
            (
                "children",
                "Cấp trên mới riêng của đơn vị trực thuộc",
                "mã đơn vị trực thuộc, dấu cách, mã cấp trên mới",
            ),
        ):
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                help_text=f"Mỗi dòng: {example}. Dán hai cột từ Excel được.",
                widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
            )
        self.fields["passes_grants"] = self._passes_grants()

    def initial_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        pairs = {
            name: "\n".join(f"{code} {to}" for code, to in (given.get(name) or {}).items())
            for name in ("successors", "children")
        }
        return {**given, **pairs}

    def _pairs(self, name: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate(str(self.cleaned_data[name]).splitlines(), 1):
            parts = [part for part in re.split(r"[\s,;=→>]+", line) if part]
            if not parts:
                continue
            if len(parts) != 2:
                raise forms.ValidationError(
                    f"Dòng {number} (“{line.strip()[:60]}”) phải có đúng hai mã: đơn vị cũ và đơn vị mới."
                )
            if parts[0] in found:
                raise forms.ValidationError(f"Dòng {number}: mã {parts[0]} đã ghi ở trên. Hãy bỏ một dòng.")
            found[parts[0]] = parts[1]
        return found

    def clean_successors(self) -> dict[str, str]:
        return self._pairs("successors")

    def clean_children(self) -> dict[str, str]:
        return self._pairs("children")


class TransferAuthorityStep(StepForm):
    explanation = "Từ ngày hiệu lực, loại đơn vị này thôi có thẩm quyền, loại kia có."

    def build(self) -> None:
        kinds = list(UnitKind.objects.values_list("code", "name"))
        self.fields["act"] = forms.ChoiceField(
            label="Thẩm quyền", choices=[(code, words.capitalize()) for code, words in KindAuthority.ACTS]
        )
        self.fields["from_kind"] = forms.ChoiceField(label="Loại đơn vị đang có thẩm quyền", choices=kinds)
        self.fields["to_kind"] = forms.ChoiceField(
            label="Giao cho loại đơn vị",
            choices=[("", "— không giao cho loại nào —"), *kinds],
            required=False,
        )
        self.fields["source"] = forms.CharField(
            label="Căn cứ", max_length=200, help_text="Văn bản và điều khoản, ví dụ: Điều lệ, Điều 16"
        )


STEP_FORMS: dict[str, type[StepForm]] = {
    "merge": MergeStep,
    "split": SplitStep,
    "dissolve": DissolveStep,
    "found": FoundStep,
    "move": MoveStep,
    "rename": RenameStep,
    "change_kind": ChangeKindStep,
    "change_sector": ChangeSectorStep,
    "end_level": EndLevelStep,
    "transfer_authority": TransferAuthorityStep,
}
