"""Identifiers of people and enterprises: brought to one form, checked, never refused.

Every `check_…` takes whatever a form or a spreadsheet held and returns `Checked(value, warnings)`: the
value in its one stored form ('' when blank) and Vietnamese warnings for the officer, empty when nothing
looks wrong. A value that cannot be understood comes back as it was typed, cleaned, with a warning. Nothing
raises and nothing blocks: the registers these numbers come from hold mistakes too.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from stdnum.vn import mst

from congdoan.kit.text import nfc

Sex = Literal["male", "female"]


class Checked(NamedTuple):
    value: str
    warnings: tuple[str, ...] = ()


_SEPARATORS = str.maketrans("", "", " .-–_'/()")


def _figures(value: object) -> str:
    """`value` without the separators people put between figures."""
    if type(value) is str and value.isascii() and value.isdigit():
        return value
    return nfc(value).translate(_SEPARATORS)


# --------------------------------------------------------------------------------------------------
# Citizen id
# --------------------------------------------------------------------------------------------------

# Where the birth was registered, by the 63 provinces of before 01/7/2025, whose codes stay in the numbers
# (Circular 59/2021/TT-BCA, Annex I). Codes from 100 up are countries (Annex II).
PROVINCES = {
    "001": "Hà Nội",
    "002": "Hà Giang",
    "004": "Cao Bằng",
    "006": "Bắc Kạn",
    "008": "Tuyên Quang",
    "010": "Lào Cai",
    "011": "Điện Biên",
    "012": "Lai Châu",
    "014": "Sơn La",
    "015": "Yên Bái",
    "017": "Hòa Bình",
    "019": "Thái Nguyên",
    "020": "Lạng Sơn",
    "022": "Quảng Ninh",
    "024": "Bắc Giang",
    "025": "Phú Thọ",
    "026": "Vĩnh Phúc",
    "027": "Bắc Ninh",
    "030": "Hải Dương",
    "031": "Hải Phòng",
    "033": "Hưng Yên",
    "034": "Thái Bình",
    "035": "Hà Nam",
    "036": "Nam Định",
    "037": "Ninh Bình",
    "038": "Thanh Hóa",
    "040": "Nghệ An",
    "042": "Hà Tĩnh",
    "044": "Quảng Bình",
    "045": "Quảng Trị",
    "046": "Thừa Thiên Huế",
    "048": "Đà Nẵng",
    "049": "Quảng Nam",
    "051": "Quảng Ngãi",
    "052": "Bình Định",
    "054": "Phú Yên",
    "056": "Khánh Hòa",
    "058": "Ninh Thuận",
    "060": "Bình Thuận",
    "062": "Kon Tum",
    "064": "Gia Lai",
    "066": "Đắk Lắk",
    "067": "Đắk Nông",
    "068": "Lâm Đồng",
    "070": "Bình Phước",
    "072": "Tây Ninh",
    "074": "Bình Dương",
    "075": "Đồng Nai",
    "077": "Bà Rịa - Vũng Tàu",
    "079": "Thành phố Hồ Chí Minh",
    "080": "Long An",
    "082": "Tiền Giang",
    "083": "Bến Tre",
    "084": "Trà Vinh",
    "086": "Vĩnh Long",
    "087": "Đồng Tháp",
    "089": "An Giang",
    "091": "Kiên Giang",
    "092": "Cần Thơ",
    "093": "Hậu Giang",
    "094": "Sóc Trăng",
    "095": "Bạc Liêu",
    "096": "Cà Mau",
}


class CitizenIdParts(NamedTuple):
    """What a citizen id says: place of birth registration, sex, year of birth."""

    province_code: str  # "012"; a country's code from "100" up
    sex: Sex
    birth_year: int


def citizen_id_parts(value: object) -> CitizenIdParts | None:
    """The parts of a citizen id of 12 figures, whatever stands between them; None when it is not one."""
    return _parts(_figures(value))


def _parts(figures: str) -> CitizenIdParts | None:
    """3 figures of place, 1 of century and sex (0/1: 1900s male/female, 2/3: 2000s, …), 2 of the year, 6 at
    random."""
    if len(figures) != 12 or not (figures.isascii() and figures.isdigit()):
        return None
    century, female = divmod(int(figures[3]), 2)
    return CitizenIdParts(
        figures[:3], "female" if female else "male", 1900 + 100 * century + int(figures[4:6])
    )


def check_citizen_id(value: object, *, birth_on: date | None = None, sex: Sex | None = None) -> Checked:
    """A citizen id (CCCD) as 12 figures, with warnings about its structure and, where `birth_on` (of which
    only the year counts) and `sex` are known, about what it says of them. A leading zero that a spreadsheet
    dropped is put back.
    """
    figures = _figures(value)
    if not figures:
        return Checked("")
    if not (figures.isascii() and figures.isdigit()):
        # Not figures at all: a passport typed in the wrong column is to be seen as it was written.
        return Checked(
            nfc(value), ("Số căn cước chỉ gồm 12 chữ số; người nước ngoài hãy ghi ở cột hộ chiếu.",)
        )
    warnings = []
    padded = figures.zfill(12)
    if len(figures) in (10, 11) and padded[:3] in PROVINCES:
        warnings.append("Số căn cước thiếu số 0 ở đầu, đã thêm lại; hãy đối chiếu với thẻ.")
        figures = padded
    parts = _parts(figures)
    if parts is None:
        if len(figures) == 9:
            return Checked(
                figures,
                ("Đây là số chứng minh nhân dân cũ, hết giá trị từ 01/01/2025; hãy hỏi số căn cước 12 số.",),
            )
        return Checked(
            figures, (f"Số căn cước phải có 12 chữ số, đang có {len(figures)}; hãy kiểm tra lại.",)
        )
    if parts.province_code < "100" and parts.province_code not in PROVINCES:
        warnings.append(
            f"Ba số đầu {parts.province_code} không phải mã tỉnh, thành phố nào; hãy kiểm tra lại."
        )
    if int(figures[3]) > 3:
        warnings.append(f"Số thứ tư là {figures[3]}, ứng với người sinh sau năm 2099; hãy kiểm tra lại.")
    elif birth_on is not None and birth_on.year != parts.birth_year:
        warnings.append(
            f"Số căn cước ứng với năm sinh {parts.birth_year}, nhưng ngày sinh ghi năm {birth_on.year}."
        )
    if sex is not None and sex != parts.sex:
        warnings.append(f"Số căn cước là của {_SEX_WORD[parts.sex]}, nhưng giới tính ghi {_SEX_WORD[sex]}.")
    return Checked(figures, tuple(warnings))


_SEX_WORD = {"male": "nam", "female": "nữ"}


# --------------------------------------------------------------------------------------------------
# Tax code, social insurance number
# --------------------------------------------------------------------------------------------------


def _has_right_check_figure(figures: str) -> bool:
    """What stdnum.vn.mst.validate checks of 10 or 13 figures, without its slow cleaning of what is clean."""
    return (
        len(figures) in (10, 13)
        and figures[2:9] != "0000000"
        and figures[10:] != "000"
        and figures[9] == mst.calc_check_digit(figures)
    )


@lru_cache(maxsize=1 << 12)  # an import meets the same employer in row after row
def _check_tax_figures(figures: str) -> Checked:
    warnings: tuple[str, ...] = ()
    # A spreadsheet that drops zeros leaves another figure first; a citizen id of 12 begins with zero.
    if len(figures) in (9, 12) and figures[0] != "0" and _has_right_check_figure("0" + figures):
        figures = "0" + figures
        warnings = ("Mã số thuế thiếu số 0 ở đầu, đã thêm lại; hãy đối chiếu với giấy đăng ký.",)
    if len(figures) == 12:
        # Households and persons use their citizen id (Circular 86/2024/TT-BTC, from 01/7/2025).
        checked = check_citizen_id(figures)
        if checked.warnings:
            return Checked(
                figures, ("Mã số thuế 12 số phải là số căn cước của chủ hộ hoặc cá nhân; hãy kiểm tra lại.",)
            )
        return checked
    if len(figures) not in (10, 13):
        return Checked(
            figures,
            (
                "Mã số thuế có 10, 13 (đơn vị phụ thuộc) hoặc 12 số (cá nhân), "
                f"đang có {len(figures)}; hãy kiểm tra lại.",
            ),
        )
    written = figures if len(figures) == 10 else f"{figures[:10]}-{figures[10:]}"
    if not _has_right_check_figure(figures):
        warnings = ("Mã số thuế không đúng số kiểm tra, có thể gõ nhầm; hãy đối chiếu với giấy đăng ký.",)
    return Checked(written, warnings)


def check_tax_code(value: object) -> Checked:
    """A tax code (MST) as "0100112437", "0100112437-001" for a dependent unit, or 12 figures for a person."""
    figures = _figures(value)
    if not figures:
        return Checked("")
    if not (figures.isascii() and figures.isdigit()):
        return Checked(nfc(value), ("Mã số thuế chỉ gồm chữ số, ví dụ 0100112437 hoặc 0100112437-001.",))
    return _check_tax_figures(figures)


def check_social_insurance_no(value: object) -> Checked:
    """A social insurance number (BHXH): 10 figures, or the citizen id that replaces it."""
    figures = _figures(value)
    if not figures:
        return Checked("")
    if not (figures.isascii() and figures.isdigit()):
        return Checked(nfc(value), ("Mã số bảo hiểm xã hội chỉ gồm 10 chữ số.",))
    if len(figures) == 9:
        return Checked("0" + figures, ("Mã số bảo hiểm xã hội thiếu số 0 ở đầu, đã thêm lại.",))
    if len(figures) not in (10, 12):
        return Checked(
            figures, (f"Mã số bảo hiểm xã hội có 10 chữ số, đang có {len(figures)}; hãy kiểm tra lại.",)
        )
    return Checked(figures)


# --------------------------------------------------------------------------------------------------
# Telephone
# --------------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"0[35789][0-9]{8}")
_LANDLINE = re.compile(r"02[0-9]{8,9}")
_BETWEEN_TWO = re.compile(r"\s*[/,;|]\s*|\s+(?:hoặc|và|-)\s+")
# The mobile prefixes of 11 figures that became 10 in September 2018.
_OLD_PREFIXES = {
    **{f"016{n}": f"03{n}" for n in range(2, 10)},
    "0120": "070",
    "0121": "079",
    "0122": "077",
    "0126": "076",
    "0128": "078",
    "0123": "083",
    "0124": "084",
    "0125": "085",
    "0127": "081",
    "0129": "082",
    "0186": "056",
    "0188": "058",
    "0199": "059",
}


def check_phone(value: object, *, landline: bool = False) -> Checked:
    """A mobile number as 10 figures ("+84 912.345.678" gives "0912345678").

    With `landline=True`, as for an office, a number beginning with 02 is right too. Of several numbers in one
    cell the first is taken, with a warning.
    """
    if type(value) is str and _MOBILE.fullmatch(value):
        return Checked(value)
    text = nfc(value)
    if not text:
        return Checked("")
    warnings: list[str] = []
    several = [part for part in _BETWEEN_TWO.split(text) if part]
    if len(several) > 1 and sum(c.isdigit() for c in several[0]) >= 9:
        warnings.append("Ô có nhiều số điện thoại, chỉ lấy số đầu tiên.")
        text = several[0]
    figures = text.translate(_SEPARATORS)
    number = figures.removeprefix("+")
    if not (number.isascii() and number.isdigit()):
        return Checked(text, (*warnings, "Số điện thoại chỉ gồm chữ số, ví dụ 0912345678."))
    if figures.startswith("+") and not number.startswith("84"):
        return Checked(figures, (*warnings, "Đây là số điện thoại nước ngoài."))
    if number.startswith("0084"):
        number = "0" + number[4:].removeprefix("0")
    elif number.startswith("84") and len(number) >= 11:
        number = "0" + number[2:].removeprefix("0")
    elif len(number) == 9 and number[0] in "35789":
        number = "0" + number
        warnings.append("Số điện thoại thiếu số 0 ở đầu, đã thêm lại.")
    if len(number) == 11 and number[:4] in _OLD_PREFIXES:
        number = _OLD_PREFIXES[number[:4]] + number[4:]
        warnings.append("Số điện thoại 11 số cũ, đã đổi sang đầu số mới; hãy kiểm tra lại.")
    if _MOBILE.fullmatch(number) or (landline and _LANDLINE.fullmatch(number)):
        return Checked(number, tuple(warnings))
    if _LANDLINE.fullmatch(number):
        return Checked(number, (*warnings, "Đây là số máy bàn, không nhận được tin nhắn."))
    return Checked(
        number,
        (*warnings, "Số điện thoại di động có 10 số, bắt đầu bằng 03, 05, 07, 08 hoặc 09; hãy kiểm tra lại."),
    )
