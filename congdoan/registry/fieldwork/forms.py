"""Forms of work in the field."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet

from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.models import Park, Sector, Trade
from congdoan.foundation.units.models import Unit
from congdoan.kit.forms import DayField
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.fieldwork import choices
from congdoan.registry.fieldwork.actions import RoundData
from congdoan.registry.joining.models import Source

_MOST = 5_000


class _People(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_full_name()}{f', {obj.job_title}' if obj.job_title else ''}"


class _Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name())


class RoundForm(forms.Form):
    """A round of a body; the last day is asked for, as people speak of it."""

    title = forms.CharField(label="Tên đợt", max_length=200)
    from_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến hết ngày")
    note = forms.CharField(
        label="Dặn người khảo sát", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("from_on"), data.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", "Ngày cuối phải từ ngày bắt đầu trở đi.")
        return data

    def values(self, unit: Unit) -> RoundData:
        """The round as the action takes it."""
        data = self.cleaned_data
        return RoundData(
            unit, data["title"], data["from_on"], data["last_on"] + timedelta(days=1), data["note"]
        )


class GiveForm(forms.Form):
    """Which employers, and who surveys them."""

    territory = forms.ChoiceField(label="Xã, phường, đặc khu", required=False)
    park = forms.ModelChoiceField(
        label="Khu công nghiệp", queryset=Park.objects.all(), required=False, empty_label="Tất cả"
    )
    trade = forms.ModelChoiceField(
        label="Ngành", queryset=Trade.objects.all(), required=False, empty_label="Tất cả"
    )
    sector = forms.ModelChoiceField(
        label="Khu vực kinh tế", queryset=Sector.objects.all(), required=False, empty_label="Tất cả"
    )
    least = forms.IntegerField(label="Lao động từ", min_value=0, max_value=1_000_000, required=False)
    without_union = forms.BooleanField(label="Chỉ nơi chưa có công đoàn", required=False, initial=True)
    most = forms.IntegerField(label="Giao tối đa", min_value=1, max_value=_MOST, initial=100)
    by_hand = forms.CharField(
        label="Hoặc chỉ các mã số thuế, mã doanh nghiệp này",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Mỗi dòng một mã. Có mã ở đây thì không dùng các điều kiện trên.",
    )
    surveyors = _People(
        label="Người khảo sát",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Chọn nhiều người thì doanh nghiệp được chia đều, giữ các nơi gần nhau cho một người.",
    )

    def __init__(
        self, *args: Any, employers: QuerySet[Enterprise], surveyors: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.employers = employers
        self.fields["surveyors"].queryset = surveyors
        places = (
            employers.filter(territory__isnull=False)
            .values_list("territory", "territory__name")
            .annotate(n=Count("pk"))
            .order_by("territory__name")
        )
        self.fields["territory"].choices = [
            ("", "Tất cả"),
            *((code, f"{name} ({n})") for code, name, n in places),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        codes = [code for code in re.split(r"[\s,;]+", data["by_hand"]) if code]
        rows = self._by_hand(codes) if codes else self._asked(data)
        found = rows.order_by("territory__name", "sort_key", "pk").values_list("pk", flat=True)
        data["enterprise_ids"] = list(found[: _MOST if codes else data["most"]])
        if not data["enterprise_ids"] and not self.errors:
            self.add_error(None, "Không có doanh nghiệp nào khớp; hãy bớt điều kiện.")
        return data

    def _by_hand(self, codes: list[str]) -> QuerySet[Enterprise]:
        rows = self.employers.filter(Q(tax_code__in=codes) | Q(code__in=codes))
        known = {code for pair in rows.values_list("tax_code", "code") for code in pair}
        missing = [code for code in codes if code not in known]
        if missing:
            words = ", ".join(missing[:5]) + (f" và {len(missing) - 5} mã khác" if len(missing) > 5 else "")
            self.add_error("by_hand", f"Không thấy trong phạm vi của đơn vị: {words}.")
        return rows

    def _asked(self, data: dict[str, Any]) -> QuerySet[Enterprise]:
        rows = self.employers
        if data["territory"]:
            rows = rows.filter(territory=data["territory"])
        for name in ("park", "trade", "sector"):
            if data[name]:
                rows = rows.filter(**{name: data[name]})
        if data["least"] is not None:
            rows = rows.filter(now__headcount__gte=data["least"])
        if data["without_union"]:
            rows = rows.filter(now__has_union=False)
        return rows


class HandOnForm(forms.Form):
    """Whose employers go to whom."""

    giver = _Person(label="Người đang giữ", queryset=User.objects.none(), empty_label="Chọn người")
    taker = _Person(label="Chuyển cho", queryset=User.objects.none(), empty_label="Chọn người")

    def __init__(self, *args: Any, givers: QuerySet[User], takers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["giver"].queryset = givers
        self.fields["taker"].queryset = takers


class VisitForm(forms.Form):
    """A visit, call or meeting. ``sources`` are those that may be left with the workers; None for whoever may leave
    none: the form does not ask then."""

    #: Never a code: those are in capitals.
    NEW = "moi"

    enterprise = forms.CharField(
        label="Doanh nghiệp (mã số thuế hoặc mã trong sổ)",
        max_length=30,
        help_text="Mở trang doanh nghiệp rồi chọn “Ghi tiếp xúc” thì mã có sẵn.",
    )
    on = DayField(label="Ngày")
    kind = forms.ChoiceField(
        label="Hình thức", choices=[(code, name.capitalize()) for code, name in choices.VISIT_KINDS]
    )
    result = forms.ChoiceField(
        label="Kết quả", choices=[(code, name.capitalize()) for code, name in choices.RESULTS]
    )
    reached = forms.IntegerField(
        label="Số người lao động tiếp xúc", min_value=0, max_value=1_000_000, required=False
    )
    outcome = forms.CharField(
        label="Nội dung", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    met = forms.CharField(
        label="Đã gặp ai",
        max_length=300,
        required=False,
        help_text="Giữ kín: chỉ người ghi và người có quyền đọc nhận xét kín thấy.",
    )
    remarks = forms.CharField(
        label="Nhận xét kín",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Giữ kín như trên; không ra danh sách, không ra Excel.",
    )
    source = forms.ChoiceField(
        label="Tờ rơi, áp phích để lại",
        required=False,
        help_text="Đơn gia nhập đến qua mã này từ hôm đó được tính cho lần tiếp xúc.",
    )
    next_step = forms.CharField(label="Việc tiếp theo", max_length=300, required=False)
    next_on = DayField(label="Ngày làm tiếp", required=False)

    def __init__(
        self,
        *args: Any,
        employers: QuerySet[Enterprise],
        today: date,
        sources: QuerySet[Source] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.employers = employers
        self.fields["on"].initial = today
        if sources is None:
            del self.fields["source"]
            return
        self.sources = {row.code: row for row in sources[:200]}
        field = self.fields["source"]
        field.choices = [
            ("", "Không để lại gì"),
            (self.NEW, "Lập nguồn mới cho lần này"),
            *((code, str(row)) for code, row in self.sources.items()),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        picked = given.pop("source", "")
        if picked:
            given["makes_source"] = picked == self.NEW
            given["source"] = self.sources.get(picked)
        return given

    def clean_enterprise(self) -> Enterprise:
        typed = self.cleaned_data["enterprise"].strip()
        rows = self.employers.filter(Q(tax_code=typed) | Q(code=typed))
        found = list(rows.distinct()[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                "Không thấy doanh nghiệp có mã này trong phạm vi của bạn."
                if not found
                else "Có nhiều doanh nghiệp cùng mã số thuế; hãy ghi mã trong sổ."
            )
        return found[0]


class OutsideForm(forms.Form):
    """A list from outside."""

    title = forms.CharField(label="Tên danh sách, nơi cấp", max_length=200)
    least = forms.IntegerField(
        label="Chỉ hỏi doanh nghiệp trong sổ từ bao nhiêu lao động",
        min_value=0,
        max_value=100_000,
        initial=20,
        help_text="Nơi ít lao động hơn không bị coi là thiếu ở danh sách ngoài.",
    )
    file = forms.FileField(
        label="Tệp danh sách",
        help_text=".xlsx, .xls hoặc .csv có cột tên doanh nghiệp, mã số thuế, số lao động. Có dòng tiêu đề phía trên"
        " bảng cũng được.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.csv,.txt"}),
        error_messages={"empty": "Tệp trống, không có nội dung nào. Hãy chọn lại tệp danh sách."},
    )
