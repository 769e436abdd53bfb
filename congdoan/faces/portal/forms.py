"""The join form. Its labels are translated; what it says of the law is worded in views."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from congdoan.foundation.catalogues.models import Territory
from congdoan.kit.countries import countries
from congdoan.kit.dates import parse_date
from congdoan.kit.identifiers import check_citizen_id, check_phone
from congdoan.kit.scans import scan_type
from congdoan.registry.joining.actions import ApplicationData, Image
from congdoan.registry.joining.choices import CONSENTS, DIGITAL, DRAWN, UPLOADED
from congdoan.registry.joining.queries import commune_named

_PNG = "data:image/png;base64,"
UPLOAD_LIMIT = 6 * 1024 * 1024
#: Together they are the workplace's words of an application, which holds 250 letters.
_NAME_LENGTH, _COMMUNE_LENGTH = 168, 80


def _countries() -> list[tuple[str, str]]:
    """Asked for each form, in its language."""
    return list(countries(get_language() or "vi").items())


def scan_of(given: Any) -> Image | None:
    """A photo or scan as it was sent; None when none was. Raises ValidationError for one too large or of another kind."""
    if not given:
        return None
    if given.size > UPLOAD_LIMIT:
        raise forms.ValidationError(gettext("Tệp lớn quá 6 MB. Hãy chụp lại với cỡ nhỏ hơn."))
    content = given.read()
    if media := scan_type(content):
        return Image(UPLOADED, media, content)
    raise forms.ValidationError(gettext("Chỉ nhận ảnh JPG, PNG hoặc tệp PDF."))


def phone_of(typed: str) -> str:
    """A number somebody can be called at, as it is kept. Raises ValidationError for one that nobody answers: elsewhere a
    number that does not check is kept with a warning, but here nobody is there to ask. Numbers abroad begin with +."""
    number = check_phone(typed).value
    if number.startswith("+"):
        is_right = 8 <= len(number) - 1 <= 15
    else:
        is_right = not check_phone(number, landline=True).warnings
    if not is_right:
        raise forms.ValidationError(gettext("Số điện thoại không đúng. Hãy ghi 10 chữ số, ví dụ 0912345678."))
    return number


class PlainForm(forms.Form):
    """A form that says what is missing in the words of these pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = gettext("Hãy điền mục này.")


class PlainDay(forms.CharField):
    """A day as people write it: 5/9/1998. Plain, so that it can be typed on any phone."""

    def __init__(self, **kwargs: Any) -> None:
        shown = forms.TextInput(attrs={"inputmode": "numeric", "placeholder": _("ngày/tháng/năm")})
        super().__init__(widget=shown, max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        try:
            day = parse_date(typed)
        except ValueError as error:
            raise forms.ValidationError(
                gettext("Không đọc được ngày này. Hãy ghi ngày/tháng/năm, ví dụ 05/09/1998.")
            ) from error
        return day


class JoinForm(PlainForm):
    """Who joins, where they work, what they agree to and their signature."""

    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    birth_on = PlainDay(label=_("Ngày sinh"))
    sex = forms.ChoiceField(
        label=_("Giới tính (nếu muốn ghi)"),
        required=False,
        choices=[("", "–"), ("f", _("Nữ")), ("m", _("Nam"))],
    )
    nationality = forms.ChoiceField(label=_("Quốc tịch"), choices=_countries, initial="VN")
    identity = forms.CharField(
        label=_("Số căn cước hoặc hộ chiếu"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("Điện thoại"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(label=_("Thư điện tử (nếu có)"), max_length=150, required=False)

    workplace_name = forms.CharField(label=_("Tên nơi làm việc"), max_length=_NAME_LENGTH, required=False)
    province = forms.ChoiceField(label=_("Tỉnh, thành phố nơi làm việc"), required=False)
    commune = forms.CharField(
        label=_("Xã, phường nơi làm việc (nếu biết)"),
        max_length=_COMMUNE_LENGTH,
        required=False,
        help_text=_("Chưa biết tên mới sau khi sáp nhập thì ghi tên cũ, hoặc để trống."),
    )
    job_title = forms.CharField(label=_("Công việc (nếu có)"), max_length=150, required=False)
    contract_kind = forms.ChoiceField(
        label=_("Hợp đồng lao động"),
        choices=[
            ("", "–"),
            ("indefinite", _("Không xác định thời hạn")),
            ("fixed", _("Có thời hạn")),
            ("seasonal", _("Thời vụ")),
            ("civil_servant", _("Biên chế, hợp đồng làm việc")),
            ("none", _("Không có hợp đồng, lao động tự do")),
        ],
    )
    contract_from = PlainDay(label=_("Hợp đồng từ ngày"), required=False)
    contract_to = PlainDay(label=_("Hợp đồng đến hết ngày"), required=False)
    was_member = forms.BooleanField(label=_("Tôi đã từng là đoàn viên công đoàn"), required=False)

    agree_membership = forms.BooleanField(
        label=_("Tôi đồng ý để công đoàn dùng thông tin trong đơn này để xét đơn và quản lý đoàn viên."),
        error_messages={"required": _("Không có sự đồng ý này thì công đoàn không thể xét đơn.")},
    )
    agree_contact = forms.BooleanField(
        label=_("Công đoàn được liên hệ với tôi qua điện thoại, thư điện tử (không bắt buộc)."),
        required=False,
    )
    agree_welfare = forms.BooleanField(
        label=_("Công đoàn được dùng thông tin này để chăm lo, hỗ trợ tôi (không bắt buộc)."), required=False
    )
    drawn = forms.CharField(label=_("Chữ ký"), required=False, widget=forms.HiddenInput, max_length=400_000)
    scan = forms.FileField(
        label=_("Ảnh đơn đã ký (JPG, PNG, PDF)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    signed = forms.FileField(
        label=_("Đơn đã ký số (PDF)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        has_workplace: bool,
        takes_digital: bool = False,
        is_for_paper: bool = False,
        **kwargs: Any,
    ) -> None:
        """``takes_digital``: a digitally signed form is taken. ``is_for_paper``: it is filled in to be signed elsewhere."""
        super().__init__(*args, **kwargs)
        self.today, self.has_workplace, self.is_for_paper = today, has_workplace, is_for_paper
        if not takes_digital:
            del self.fields["signed"]
        if has_workplace:
            for name in ("workplace_name", "province", "commune"):
                del self.fields[name]
            return
        rows = Territory.objects.filter(level="province", during__contains=today).order_by("name")
        self.provinces = {province.code: province for province in rows}
        choices: Any = [("", "–"), *((code, province.name) for code, province in self.provinces.items())]
        self.fields["province"].choices = choices

    def clean_birth_on(self) -> date:
        born: date = self.cleaned_data["birth_on"]
        if not date(1900, 1, 1) <= born < self.today:
            raise forms.ValidationError(gettext("Ngày sinh không đúng."))
        return born

    def clean_phone(self) -> str:
        return phone_of(self.cleaned_data["phone"])

    def clean_scan(self) -> Image | None:
        return scan_of(self.cleaned_data["scan"])

    def clean_signed(self) -> Image | None:
        given = self.cleaned_data["signed"]
        if not given:
            return None
        if given.size > UPLOAD_LIMIT:
            raise forms.ValidationError(
                gettext("Tệp lớn quá 6 MB. Hãy chọn đúng đơn lấy từ trang này và đã ký số.")
            )
        return Image(DIGITAL, "application/pdf", given.read())

    def clean_drawn(self) -> Image | None:
        given: str = self.cleaned_data["drawn"]
        if not given:
            return None
        try:
            content = base64.b64decode(given.removeprefix(_PNG), validate=True)
        except binascii.Error:
            content = b""
        if not given.startswith(_PNG) or not content.startswith(b"\x89PNG"):
            raise forms.ValidationError(gettext("Không đọc được chữ ký. Hãy ký lại."))
        return Image(DRAWN, "image/png", content)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.has_workplace:
            if data.get("contract_kind") not in {"none", "", None} and not data.get("workplace_name"):
                self.add_error("workplace_name", gettext("Hãy ghi tên nơi làm việc."))
            if not data.get("province"):
                self.add_error("province", gettext("Hãy chọn tỉnh, thành phố."))
            else:
                # Many know only the name of before the communes were merged: then the province says where it goes, and
                # the officer reads what was typed.
                data["territory"] = commune_named(data["province"], data.get("commune", ""))
                if data["territory"] is None:
                    data["territory"] = self.provinces[data["province"]]
                    words = (data.get("workplace_name"), data.get("commune"))
                    data["workplace_name"] = ", ".join(word for word in words if word)
        dates_read = not {"contract_from", "contract_to"} & self.errors.keys()
        if data.get("contract_kind") == "fixed" and dates_read:
            if not data.get("contract_from") or not data.get("contract_to"):
                self.add_error(
                    "contract_from", gettext("Hợp đồng có thời hạn cần ngày bắt đầu và ngày hết hạn.")
                )
            elif data["contract_to"] < data["contract_from"]:
                self.add_error("contract_to", gettext("Ngày hết hạn trước ngày bắt đầu."))
        if data.get("nationality") == "VN" and data.get("identity"):
            plain = check_citizen_id(data["identity"]).value
            if not (plain.isdigit() and len(plain) in {9, 12}):
                self.add_error("identity", gettext("Số căn cước có 12 chữ số. Hãy kiểm tra lại."))
        if "signed" in self.fields and self.data.get("digital") and not data.get("signed"):
            if "signed" not in self.errors:
                self.add_error("signed", gettext("Hãy chọn tệp đơn đã ký số."))
        ways = ("drawn", "scan", "signed")
        if not self.is_for_paper and not any(name in self.errors or data.get(name) for name in ways):
            self.add_error("scan", gettext("Hãy ký vào khung, hoặc gửi ảnh đơn đã ký."))
        return data

    def application(self, *, key: Any, enterprise: Any, language: str) -> ApplicationData:
        """What was filled in, as an application is submitted; not signed yet when it is filled in for the paper."""
        data = self.cleaned_data
        is_local = data["nationality"] == "VN"
        return ApplicationData(
            submission_key=key,
            full_name=data["full_name"],
            birth_on=data["birth_on"],
            contract_kind=data["contract_kind"],
            signature=data.get("signed")
            or data["drawn"]
            or data["scan"]
            or Image(DIGITAL, "application/pdf", b""),
            consents=[purpose for purpose, _ in CONSENTS if data[f"agree_{purpose}"]],
            sex=data["sex"],
            nationality=data["nationality"],
            citizen_id=data["identity"] if is_local else "",
            passport="" if is_local else data["identity"],
            phone=data["phone"],
            email=data["email"],
            enterprise=enterprise,
            workplace_name=data.get("workplace_name", ""),
            territory=data.get("territory"),
            job_title=data["job_title"],
            contract_from=data["contract_from"],
            contract_to=data["contract_to"],
            was_member=data["was_member"],
            language=language,
        )
