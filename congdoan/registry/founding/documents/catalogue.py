"""Which papers a founding file has: what each says, what it cannot be written without, and for which kinds of founding.

Contents after the Charter (Art. 13, 14) and common practice; the wording is not checked against a form of the Confederation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from congdoan.foundation.papers.catalogue import Field, Paper, declare_paper
from congdoan.registry.founding import choices

_TEMPLATES = Path(__file__).parents[1] / "templates/founding"
_ROOM = "Thành lập công đoàn"

_PERSON = (
    Field("number", "Số thứ tự"),
    Field("name", "Họ và tên", required=True),
    Field("born", "Ngày sinh"),
    Field("sex", "Giới tính"),
    Field("job", "Công việc"),
)
_POST = (*_PERSON, Field("post", "Chức danh"))
_FIELDS = {
    item.name: item
    for item in (
        Field("superior", "Cấp trên của đơn vị ban hành, viết hoa"),
        Field("issuer", "Đơn vị ban hành, viết hoa"),
        Field("issuer_name", "Đơn vị ban hành, viết thường"),
        Field("authority", "Ban của đơn vị ban hành, viết hoa"),
        Field("committee", "Ban ký văn bản, viết hoa"),
        Field("number", "Số văn bản"),
        Field("place_and_date", "Địa danh và ngày ban hành"),
        Field("union_name", "Tên công đoàn sẽ thành lập"),
        Field("workplace", "Nơi làm việc"),
        Field("kind_name", "Hình thức thành lập"),
        Field("leading_name", "Công đoàn phụ trách hồ sơ"),
        Field("hand", "Ban, tổ đứng tên văn bản, viết hoa (TM. BAN VẬN ĐỘNG)"),
        Field("body", "Ban vận động hoặc tổ vận động, viết thường"),
        Field("hand_post", "Chức danh người ký, viết hoa"),
        Field("hand_name", "Họ tên người ký"),
        Field("founders", "Ban vận động", items=_POST),
        Field("founders_count", "Số người trong ban vận động"),
        Field("applicants", "Người làm đơn gia nhập", items=(*_PERSON, Field("applied", "Ngày làm đơn"))),
        Field("applicants_count", "Số người làm đơn"),
        Field("applicants_in_words", "Số người làm đơn bằng chữ"),
        Field("not_counted", "Số người nước ngoài làm đơn, không tính vào số tối thiểu"),
        Field("quorum", "Số người tối thiểu"),
        Field("quorum_source", "Nguồn của số tối thiểu"),
        Field("decision_number", "Số quyết định công nhận"),
        Field("decision_dated", "Ngày quyết định công nhận"),
        Field("support", "Mức hỗ trợ bằng số"),
        Field("support_in_words", "Mức hỗ trợ bằng chữ"),
        Field("support_source", "Nguồn của mức hỗ trợ"),
        Field("held", "Ngày đại hội (ngày … tháng … năm …)"),
        Field("held_short", "Ngày đại hội (dd/mm/yyyy)"),
        Field("starts_at", "Giờ bắt đầu đại hội"),
        Field("place", "Nơi đại hội"),
        Field("summoned", "Số người được triệu tập"),
        Field("present", "Số người dự đại hội"),
        Field("present_in_words", "Số người dự đại hội bằng chữ"),
        Field("present_share", "Tỷ lệ dự đại hội"),
        Field("chair", "Người chủ trì đại hội"),
        Field("secretary", "Thư ký đại hội"),
        Field("tellers", "Ban kiểm phiếu"),
        Field("guests", "Khách mời"),
        Field("opinions", "Ý kiến thảo luận"),
        Field("issued", "Số phiếu phát ra"),
        Field("issued_in_words", "Số phiếu phát ra bằng chữ"),
        Field("returned", "Số phiếu thu về"),
        Field("returned_in_words", "Số phiếu thu về bằng chữ"),
        Field("valid", "Số phiếu hợp lệ"),
        Field("valid_in_words", "Số phiếu hợp lệ bằng chữ"),
        Field("invalid", "Số phiếu không hợp lệ"),
        Field(
            "candidates",
            "Người ứng cử Ban Chấp hành với số phiếu",
            items=(
                *_PERSON,
                Field("votes", "Số phiếu", required=True),
                Field("share", "Tỷ lệ trên phiếu thu về"),
                Field("result", "Kết quả"),
            ),
        ),
        Field("executive", "Ban Chấp hành trúng cử", items=_POST),
        Field("elected_count", "Số người trúng cử Ban Chấp hành"),
        Field("elected_in_words", "Số người trúng cử bằng chữ"),
        Field("chair_elected", "Chủ tịch trúng cử"),
        Field("has_inspection", "Có Ủy ban Kiểm tra hay không (dùng trong điều kiện if)"),
        Field("inspection", "Ủy ban Kiểm tra trúng cử", items=_POST),
        Field("submission_dated", "Ngày tờ trình"),
        Field(
            "checklist",
            "Giấy tờ trong hồ sơ",
            items=(
                Field("number", "Số thứ tự"),
                Field("name", "Giấy tờ"),
                Field("state", "Nội dung đủ hay thiếu"),
                Field("scan", "Có bản ký, bản quét hay chưa"),
            ),
        ),
        Field("appraisal", "Ý kiến thẩm định"),
        Field("appraiser", "Người thẩm định"),
        Field("launch", "Ngày ra mắt (ngày … tháng … năm …)"),
        Field("launch_starts_at", "Giờ ra mắt"),
        Field("launch_place", "Nơi ra mắt"),
    )
}


def _people(*more: dict[str, Any]) -> list[dict[str, Any]]:
    names = (("Nguyễn Thị Mẫu", "02/03/1998", "Nữ"), ("Trần Văn Thử", "15/08/1995", "Nam"))
    return [
        {"number": number, "name": name, "born": born, "sex": sex, "job": "Công nhân may", **extra}
        for number, ((name, born, sex), extra) in enumerate(zip(names, more, strict=True), 1)
    ]


_SAMPLE: dict[str, Any] = {
    "superior": "LIÊN ĐOÀN LAO ĐỘNG TỈNH MẪU",
    "issuer": "CÔNG ĐOÀN PHƯỜNG MẪU",
    "issuer_name": "Công đoàn phường Mẫu",
    "authority": "BAN THƯỜNG VỤ CÔNG ĐOÀN PHƯỜNG MẪU",
    "committee": "BAN THƯỜNG VỤ",
    "number": "05/QĐ-CĐP",
    "place_and_date": "Mẫu, ngày 18 tháng 11 năm 2026",
    "union_name": "Công đoàn cơ sở Công ty TNHH Mẫu",
    "workplace": "Công ty TNHH Mẫu",
    "kind_name": "công đoàn cơ sở do người lao động thành lập",
    "leading_name": "Công đoàn phường Mẫu",
    "decision_number": "15/QĐ-LĐLĐ",
    "decision_dated": "ngày 18 tháng 11 năm 2026",
    "support": "3.000.000",
    "support_in_words": "Ba triệu đồng chẵn",
    "support_source": "Kế hoạch của Liên đoàn Lao động tỉnh Mẫu",
    "hand": "TM. BAN VẬN ĐỘNG",
    "body": "Ban vận động",
    "hand_post": "TRƯỞNG BAN",
    "hand_name": "Nguyễn Thị Mẫu",
    "founders": _people({"post": "Trưởng ban"}, {"post": "Thành viên"}),
    "founders_count": "2",
    "applicants": _people({"applied": "02/11/2026"}, {"applied": "03/11/2026"}),
    "applicants_count": "12",
    "applicants_in_words": "mười hai",
    "not_counted": "2",
    "quorum": "5",
    "quorum_source": "Điều lệ Công đoàn khoá XII Điều 13",
    "held": "ngày 12 tháng 11 năm 2026",
    "held_short": "12/11/2026",
    "starts_at": "08 giờ 00",
    "place": "Nhà ăn ca Công ty TNHH Mẫu",
    "summoned": "12",
    "present": "11",
    "present_in_words": "mười một",
    "present_share": "91,7%",
    "chair": "Nguyễn Thị Mẫu",
    "secretary": "Trần Văn Thử",
    "tellers": "Lò Văn Ví, Vàng Thị Dụ",
    "guests": "đại diện Công đoàn phường Mẫu",
    "opinions": "tập trung chăm lo bữa ăn ca và an toàn lao động.",
    "issued": "11",
    "issued_in_words": "mười một",
    "returned": "11",
    "returned_in_words": "mười một",
    "valid": "11",
    "valid_in_words": "mười một",
    "invalid": "0",
    "candidates": _people(
        {"votes": "11", "share": "100%", "result": "trúng cử"},
        {"votes": "9", "share": "81,8%", "result": "trúng cử"},
    ),
    "executive": _people({"post": "Chủ tịch"}, {"post": "Ủy viên Ban Chấp hành"}),
    "elected_count": "2",
    "elected_in_words": "hai",
    "chair_elected": "Nguyễn Thị Mẫu",
    "has_inspection": True,
    "inspection": _people({"post": "Chủ nhiệm"}, {"post": "Ủy viên Ủy ban Kiểm tra"}),
    "submission_dated": "13/11/2026",
    "checklist": [
        {"number": 1, "name": "Biên bản đại hội thành lập", "state": "đủ", "scan": "có"},
        {"number": 2, "name": "Biên bản kiểm phiếu", "state": "đủ", "scan": "chưa có"},
    ],
    "appraisal": "hồ sơ đủ, đúng trình tự; đề nghị công nhận.",
    "appraiser": "Phạm Thị Thẩm",
    "launch": "ngày 20 tháng 11 năm 2026",
    "launch_starts_at": "08 giờ 30",
    "launch_place": "Hội trường Công ty TNHH Mẫu",
}


@dataclass(frozen=True)
class FilePaper:
    """A paper of a file, in which kinds of founding it is needed, and whether the leading body issues it (else the
    founding committee, or the team where there is none)."""

    paper: Paper
    kinds: frozenset[str]
    is_of_leading_body: bool = False
    #: Issued by the union itself, once it is recognised and a norm is set.
    is_after_recognition: bool = False


_ALL = frozenset(choices.UNIT_KINDS)
_BY_WORKERS = frozenset({choices.GRASSROOTS, choices.OCCUPATIONAL})
_BY_CONGRESS = _ALL - {choices.TEMPORARY}


def _declare(
    code: str,
    name: str,
    template: str,
    *,
    required: str,
    optional: str = "",
    kinds: frozenset[str] = _ALL,
    is_of_leading_body: bool = False,
    is_after_recognition: bool = False,
) -> FilePaper:
    wanted = ("union_name", *required.split())
    names = ("superior", "issuer", "number", "place_and_date", *wanted, *optional.split())
    fields = tuple(
        Field(item.name, item.words, required=item.name in wanted, items=item.items)
        for item in (_FIELDS[one] for one in dict.fromkeys(names))
    )
    paper = declare_paper(
        Paper(
            code,
            name,
            _ROOM,
            _TEMPLATES / template,
            fields,
            {item.name: _SAMPLE[item.name] for item in fields},
        )
    )
    return FilePaper(paper, kinds, is_of_leading_body, is_after_recognition)


#: In the order in which they come about.
PAPERS = (
    _declare(
        "founding-committee",
        "Quyết định công nhận ban vận động",
        "founders.docx",
        required="workplace founders",
        optional="issuer_name authority committee founders_count",
        kinds=_BY_WORKERS,
        is_of_leading_body=True,
    ),
    _declare(
        "founding-applicants",
        "Danh sách người gia nhập",
        "applicants.docx",
        required="applicants applicants_count applicants_in_words",
        optional="hand hand_post hand_name",
    ),
    _declare(
        "founding-script",
        "Kịch bản đại hội thành lập",
        "script.docx",
        required="held place summoned chair secretary tellers",
        optional="starts_at guests hand body hand_post hand_name applicants_count leading_name has_inspection",
        kinds=_BY_CONGRESS,
    ),
    _declare(
        "founding-minutes",
        "Biên bản đại hội thành lập",
        "minutes.docx",
        required="workplace held place summoned present chair secretary opinions executive",
        optional="starts_at guests present_in_words present_share body applicants_count applicants_in_words leading_name"
        " has_inspection inspection",
        kinds=_BY_CONGRESS,
    ),
    _declare(
        "founding-votes",
        "Biên bản kiểm phiếu",
        "votes.docx",
        required="held place tellers present issued returned valid candidates",
        optional="issued_in_words returned_in_words valid_in_words invalid elected_count elected_in_words chair",
        kinds=_BY_CONGRESS,
    ),
    _declare(
        "founding-officers",
        "Danh sách ban chấp hành, ủy ban kiểm tra",
        "committee.docx",
        required="executive",
        optional="has_inspection inspection hand hand_post hand_name",
    ),
    _declare(
        "founding-submission",
        "Tờ trình đề nghị công nhận",
        "submission.docx",
        required="workplace leading_name applicants_count applicants_in_words chair_elected",
        optional="held held_short present elected_count elected_in_words has_inspection hand body hand_post hand_name",
    ),
    _declare(
        "founding-appraisal",
        "Phiếu thẩm định hồ sơ",
        "appraisal.docx",
        required="workplace applicants_count submission_dated appraisal appraiser",
        optional="kind_name applicants_in_words not_counted quorum quorum_source checklist",
        is_of_leading_body=True,
    ),
    _declare(
        "founding-launch",
        "Chương trình lễ ra mắt",
        "launch.docx",
        required="launch launch_place",
        optional="launch_starts_at applicants_count leading_name hand hand_post hand_name",
    ),
    # Seed 002 §III.4.1: paid once for a union that was founded.
    _declare(
        "founding-support",
        "Giấy đề nghị hỗ trợ kinh phí thành lập",
        "support.docx",
        required="leading_name decision_number decision_dated support support_in_words support_source hand_name",
        optional="hand hand_post applicants_count applicants_in_words launch",
        is_after_recognition=True,
    ),
)
