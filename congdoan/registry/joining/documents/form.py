"""The application as a PDF that the worker signs digitally. It is made for who asks and kept nowhere."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import typst

from congdoan import kit
from congdoan.kit.dates import format_date
from congdoan.registry.joining.actions import ApplicationData, content_code
from congdoan.registry.people.choices import CONTRACT_KINDS

_TEMPLATE = Path(__file__).parents[1] / "templates/joining/form.typ"
_FONTS = Path(kit.__file__).parent / "fonts"

#: What the paper says, in Vietnamese and in English.
_WORDS: dict[str, tuple[str, str]] = {
    "nation": ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Socialist Republic of Viet Nam"),
    "motto": ("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness"),
    "title": ("ĐƠN GIA NHẬP CÔNG ĐOÀN VIỆT NAM", "Application to join the Viet Nam Trade Union"),
    "to": ("Kính gửi: Ban Chấp hành Công đoàn", "To: the executive committee of the trade union"),
    "wish": (
        "Sau khi tìm hiểu Điều lệ Công đoàn Việt Nam, tôi tự nguyện xin gia nhập Công đoàn Việt Nam, tán thành Điều lệ và"
        " cam kết thực hiện.",
        "I have read the Charter of the Viet Nam Trade Union. I ask to join of my own free will, I agree with the Charter"
        " and will keep to it.",
    ),
    "agreed": ("Tôi đồng ý", "I agree"),
    "day": ("Ngày lập đơn", "Made on"),
    "signer": ("NGƯỜI LÀM ĐƠN", "Applicant"),
    "here": ("(ký số)", "(digital signature)"),
    "code": ("Mã nội dung", "Code of the contents"),
    "next": (
        "Ký số tệp này bằng ứng dụng của bạn, lưu lại, rồi gửi tệp đã ký ở chính trang gia nhập. Đơn chỉ được nhận khi"
        " nội dung ở trang ấy đúng như ở đây. Tệp này không được lưu trên máy chủ; gửi xong, hãy xóa khỏi máy.",
        "Sign this file with your app, save it, and send the signed file on the same page. It is accepted only while the"
        " page says what stands here. The server keeps no copy; delete it from your device when you have sent it.",
    ),
}
_FACTS: dict[str, tuple[str, str]] = {
    "name": ("Họ và tên", "Full name"),
    "born": ("Ngày sinh", "Date of birth"),
    "sex": ("Giới tính", "Sex"),
    "nationality": ("Quốc tịch", "Nationality"),
    "citizen_id": ("Số căn cước", "Citizen ID"),
    "passport": ("Số hộ chiếu", "Passport"),
    "phone": ("Điện thoại", "Phone"),
    "email": ("Thư điện tử", "E-mail"),
    "workplace": ("Nơi làm việc", "Workplace"),
    "place": ("Địa bàn", "Place"),
    "job": ("Công việc", "Job"),
    "contract": ("Hợp đồng lao động", "Contract"),
    "member": ("Đã từng là đoàn viên", "Member before"),
}
_SEXES = {"m": ("Nam", "Male"), "f": ("Nữ", "Female")}
_CONTRACTS_IN_ENGLISH = {
    "indefinite": "without term",
    "fixed": "fixed term",
    "seasonal": "seasonal",
    "civil_servant": "public service",
    "none": "no employment contract",
}
_CONSENTS = {
    "membership": (
        "để công đoàn dùng thông tin trong đơn này để xét đơn và quản lý đoàn viên",
        "that the union uses what I wrote here to decide on my application and to keep its register",
    ),
    "contact": (
        "để công đoàn liên hệ với tôi qua điện thoại, thư điện tử",
        "that the union may contact me by phone and e-mail",
    ),
    "welfare": (
        "để công đoàn dùng thông tin này để chăm lo, hỗ trợ tôi",
        "that the union may use it to care for and support me",
    ),
}


def form_paper(data: ApplicationData, *, on: date, nationality: tuple[str, str] | str = "Việt Nam") -> bytes:
    """The application filled in, as PDF, with the code of what it says both on the page and in the file's keywords. With
    English below the Vietnamese for who fills in the English form."""
    spoken = 2 if data.language == "en" else 1
    country = (nationality, nationality) if isinstance(nationality, str) else nationality
    contract = dict(CONTRACT_KINDS)[data.contract_kind]
    english = _CONTRACTS_IN_ENGLISH[data.contract_kind]
    since = format_date(data.contract_from) if data.contract_from else ""
    until = format_date(data.contract_to) if data.contract_to else ""
    values: dict[str, tuple[str, str]] = {
        "name": (data.full_name, ""),
        "born": (format_date(data.birth_on), ""),
        "sex": _SEXES.get(data.sex, ("", "")),
        "nationality": country,
        "citizen_id": (data.citizen_id, ""),
        "passport": (data.passport, ""),
        "phone": (data.phone, ""),
        "email": (data.email, ""),
        "workplace": (data.enterprise.name if data.enterprise is not None else data.workplace_name, ""),
        "place": (data.territory.name if data.territory is not None else "", ""),
        "job": (data.job_title, ""),
        "contract": (
            f"{contract[0].upper()}{contract[1:]}{f', từ {since}' if since else ''}{f' đến hết {until}' if until else ''}",
            f"{english}{f', from {since}' if since else ''}{f' to {until}' if until else ''}",
        ),
        "member": ("Có", "Yes") if data.was_member else ("", ""),
    }

    def said(pair: tuple[str, str]) -> list[str]:
        return [words for n, words in enumerate(pair[:spoken]) if words and (n == 0 or words != pair[0])]

    given: dict[str, Any] = {
        "facts": [
            {"name": said(_FACTS[key]), "value": said(pair)} for key, pair in values.items() if pair[0]
        ],
        "consents": [said(_CONSENTS[purpose]) for purpose in _CONSENTS if purpose in data.consents],
        "code_is": content_code(data),
        "day_is": format_date(on),
        **{key: said(pair) for key, pair in _WORDS.items()},
    }
    return typst.compile(
        _TEMPLATE,
        format="pdf",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"given": json.dumps(given)},
    )
