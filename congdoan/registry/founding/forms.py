"""Forms of founding."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.forms import DayField
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.enterprises.queries import find_by_code, find_by_tax_code
from congdoan.registry.founding import choices
from congdoan.registry.founding.actions import RecognitionData
from congdoan.registry.organisation.forms import unit_field


def _enterprise_named(typed: str) -> Enterprise | None:
    if not typed:
        return None
    found = find_by_code([typed]).get(typed) or next(iter(find_by_tax_code([typed]).values()), None)
    if found is None:
        raise forms.ValidationError("Không thấy doanh nghiệp có mã này.")
    return found


class OpenForm(forms.Form):
    """A workplace to begin with."""

    enterprise = forms.CharField(label="Mã hoặc mã số thuế của doanh nghiệp", max_length=40)
    kind = forms.ChoiceField(
        label="Hình thức", choices=[(code, name.capitalize()) for code, name in choices.KINDS]
    )
    words = forms.CharField(label="Vì sao mở hồ sơ", max_length=300, required=False)

    def clean_enterprise(self) -> Enterprise | None:
        return _enterprise_named(self.cleaned_data["enterprise"].strip())


class StepForm(forms.Form):
    """The next step is reached."""

    from_step = forms.CharField(max_length=24, widget=forms.HiddenInput)
    on = DayField(label="Ngày đạt bước này")
    words = forms.CharField(
        label="Kết quả, căn cứ", max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class MemberForm(forms.Form):
    """An officer for the team."""

    user = forms.ModelChoiceField(label="Cán bộ", queryset=User.objects.none(), empty_label="Chọn cán bộ")
    task = forms.CharField(label="Việc được giao", max_length=150, required=False)

    def __init__(self, *args: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = officers
        self.fields["user"].label_from_instance = lambda user: user.get_full_name()


class KindForm(forms.Form):
    """Another way of founding."""

    kind = forms.ChoiceField(
        label="Hình thức", choices=[(code, name.capitalize()) for code, name in choices.KINDS]
    )


class AbandonForm(forms.Form):
    """Why the file ends without a union."""

    words = forms.CharField(label="Lý do", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class HandOverForm(forms.Form):
    """To which body a file goes, and why."""

    to = unit_field(label="Chuyển cho")
    words = forms.CharField(label="Lý do chuyển", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class RecogniseForm(forms.Form):
    """The decision of recognition. Applicants and posts come beside it, one row each."""

    number = forms.CharField(label="Số quyết định", max_length=80)
    issued_on = DayField(label="Ngày quyết định")
    on = DayField(label="Công nhận từ ngày")
    ceremony_on = DayField(label="Ngày ra mắt, kết nạp", required=False)
    code = forms.CharField(label="Mã của công đoàn mới", max_length=40)
    name = forms.CharField(label="Tên của công đoàn mới", max_length=250)
    term_until = DayField(label="Nhiệm kỳ đến hết ngày")
    parent = forms.CharField(
        label="Mã công đoàn cấp trên",
        max_length=40,
        required=False,
        help_text="Để trống khi công đoàn mới trực thuộc chính đơn vị phụ trách hồ sơ.",
    )
    enterprise = forms.CharField(
        label="Mã hoặc mã số thuế của doanh nghiệp",
        max_length=40,
        required=False,
        help_text="Ghi khi hồ sơ chỉ có tên nơi làm việc.",
    )

    def clean_parent(self) -> Unit | None:
        typed: str = self.cleaned_data["parent"].strip()
        unit = unit_named(typed) if typed else None
        if typed and unit is None:
            raise forms.ValidationError("Không thấy công đoàn có mã này.")
        return unit

    def clean_enterprise(self) -> Enterprise | None:
        return _enterprise_named(self.cleaned_data["enterprise"].strip())

    def recognition(self, *, applications: list[int], posts: dict[int, str]) -> RecognitionData:
        """The decision as the action takes it."""
        data = self.cleaned_data
        last: date = data["term_until"]
        return RecognitionData(
            number=data["number"],
            issued_on=data["issued_on"],
            on=data["on"],
            code=data["code"],
            name=data["name"],
            applications=applications,
            posts=posts,
            term_until=last + timedelta(days=1),
            ceremony_on=data["ceremony_on"],
            parent=data["parent"],
            enterprise=data["enterprise"],
        )


class DossierForm(forms.Form):
    """What the legal papers say, part by part. Applicants, their votes and posts come beside it, one row each."""

    is_all_optional = True

    founders_number = forms.CharField(label="Số quyết định", max_length=80, required=False)
    founders_on = DayField(label="Ngày lập ban vận động", required=False)
    held_on = DayField(label="Ngày đại hội", required=False)
    starts_at = forms.CharField(label="Giờ bắt đầu", max_length=20, required=False)
    place = forms.CharField(label="Địa điểm", max_length=200, required=False)
    summoned = forms.IntegerField(label="Số người triệu tập", min_value=0, required=False)
    present = forms.IntegerField(label="Số người có mặt", min_value=0, required=False)
    chair = forms.CharField(label="Chủ trì", max_length=150, required=False)
    secretary = forms.CharField(label="Thư ký", max_length=150, required=False)
    tellers = forms.CharField(label="Ban kiểm phiếu", max_length=400, required=False)
    guests = forms.CharField(label="Khách mời", max_length=400, required=False)
    opinions = forms.CharField(
        label="Ý kiến thảo luận", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    ballots_issued = forms.IntegerField(label="Phiếu phát ra", min_value=0, required=False)
    ballots_returned = forms.IntegerField(label="Phiếu thu về", min_value=0, required=False)
    ballots_valid = forms.IntegerField(label="Phiếu hợp lệ", min_value=0, required=False)
    submission_number = forms.CharField(label="Số tờ trình", max_length=80, required=False)
    submission_on = DayField(label="Ngày tờ trình", required=False)
    appraised_on = DayField(label="Ngày thẩm định", required=False)
    appraiser = forms.CharField(label="Người thẩm định", max_length=150, required=False)
    appraisal = forms.CharField(
        label="Ý kiến thẩm định", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    launch_on = DayField(label="Ngày ra mắt", required=False)
    launch_starts_at = forms.CharField(label="Giờ ra mắt", max_length=20, required=False)
    launch_place = forms.CharField(label="Nơi ra mắt", max_length=200, required=False)

    _PARTS = (
        ("Ban vận động", "founders_number founders_on"),
        ("Đại hội", "held_on starts_at place summoned present chair secretary guests opinions"),
        ("Kiểm phiếu bầu Ban Chấp hành", "tellers ballots_issued ballots_returned ballots_valid"),
        ("Trình và thẩm định", "submission_number submission_on appraised_on appraiser appraisal"),
        ("Ra mắt", "launch_on launch_starts_at launch_place"),
    )

    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(words, [self[name] for name in names.split()]) for words, names in self._PARTS]


class ScanForm(forms.Form):
    """A signed paper as it was scanned."""

    paper = forms.ChoiceField(label="Giấy tờ")
    file = forms.FileField(
        label="Bản quét (.pdf, .jpg, .png)",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": "Chưa chọn tệp bản quét.", "empty": "Tệp trống. Hãy chọn lại tệp."},
    )

    def __init__(self, *args: Any, papers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["paper"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*papers, ("other", "Giấy tờ khác")]


class ShutOutForm(forms.Form):
    """Why a founder sees the others no longer."""

    reason = forms.CharField(
        label="Lý do đóng",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Chỉ cán bộ được chỉ định đích danh của đơn vị phụ trách đọc được.",
        error_messages={"required": "Hãy ghi lý do đóng."},
    )


class AreaForm(forms.Form):
    """A workshop on a shift of the workplace."""

    workshop = forms.CharField(label="Xưởng, tổ, chuyền", max_length=80)
    shift = forms.CharField(label="Ca", max_length=40, required=False)
    headcount = forms.IntegerField(
        label="Số người làm việc", min_value=0, max_value=1_000_000, required=False
    )


class ContactForm(forms.Form):
    """Somebody at the workplace whom the team knows."""

    name = forms.CharField(label="Tên hoặc cách gọi", max_length=150)
    area = forms.TypedChoiceField(label="Nơi làm việc", coerce=int, empty_value=None, required=False)
    level = forms.TypedChoiceField(
        label="Mức ủng hộ",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[
            ("", "— chưa đánh giá —"),
            *((level, f"{level}: {words}") for level, words in choices.SUPPORT),
        ],
    )
    is_leader = forms.BooleanField(label="Có uy tín, dẫn dắt người khác", required=False)
    note = forms.CharField(label="Ghi chú (được mã hoá)", max_length=1000, required=False)

    def __init__(self, *args: Any, areas: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "— chưa rõ —"), *areas]

    def contact(self) -> dict[str, Any]:
        """What the action takes."""
        return dict(self.cleaned_data)
