"""Routes, states, reasons and consents of applications."""

from __future__ import annotations

from dataclasses import dataclass

COMMITTEE, FOUNDING, OCCUPATIONAL, SUPERIOR = "committee", "founding", "occupational", "superior"
#: Where an application goes.
ROUTES = [
    (COMMITTEE, "công đoàn tại nơi làm việc"),
    (FOUNDING, "nơi chưa có công đoàn"),
    (OCCUPATIONAL, "nghiệp đoàn, lao động tự do"),
    (SUPERIOR, "gia nhập lại, công đoàn cấp trên"),
]
SUBMITTED, ASKED, ADMITTED, REFUSED, WITHDRAWN = "submitted", "asked", "admitted", "refused", "withdrawn"
STATES = [
    (SUBMITTED, "chờ xét"),
    (ASKED, "chờ bổ sung"),
    (ADMITTED, "đã kết nạp"),
    (REFUSED, "không kết nạp"),
    (WITHDRAWN, "đã rút đơn"),
]
#: What brings workers to the form.
SOURCE_KINDS = [
    ("poster", "áp phích"),
    ("leaflet", "tờ rơi"),
    ("event", "sự kiện"),
    ("collaborator", "cộng tác viên"),
    ("visit", "lần đến thăm"),
    ("post", "bài đăng, tin nhắn"),
]
OPEN_STATES = (SUBMITTED, ASKED)
DRAWN, UPLOADED, DIGITAL = "drawn", "uploaded", "digital"
SIGNATURES = [
    (DRAWN, "ký trên màn hình"),
    (UPLOADED, "ảnh hoặc bản quét đơn đã ký"),
    (DIGITAL, "ký số"),
]

READ, ASK, ANSWER, ADMIT, REFUSE, WITHDRAW = "read", "ask", "answer", "admit", "refuse", "withdraw"
PASS_ON = "pass_on"
#: The worker and the founding committee of their workplace: shows their name to it, hides it, it has looked; a founder is
#: let in to see the others, has looked, is shut out.
SHOW, HIDE, SEEN = "show", "hide", "seen"
LET_IN, LOOK, SHUT_OUT = "let_in", "look", "shut_out"
PROMPT, UNREACHED = "prompt", "unreached"
EVENTS = [
    ("submit", "gửi đơn"),
    (READ, "xem đơn"),
    (ASK, "đề nghị bổ sung"),
    (ANSWER, "bổ sung"),
    (ADMIT, "kết nạp"),
    (REFUSE, "không kết nạp"),
    (WITHDRAW, "rút đơn"),
    (PASS_ON, "chuyển đơn"),
    (SHOW, "cho ban vận động thấy tên"),
    (HIDE, "thôi cho ban vận động thấy tên"),
    (SEEN, "đã xem tên"),
    (LET_IN, "mở phần ban vận động"),
    (LOOK, "xem phần ban vận động"),
    (SHUT_OUT, "đóng phần ban vận động"),
    (PROMPT, "nhắn người làm đơn mở trang theo dõi"),
    (UNREACHED, "chưa nhắn được người làm đơn"),
]

#: The words people agree to are kept with the application by this mark; new words get a new mark.
CONSENT_VERSION = "2026-11"
#: (purpose as people.choices knows it, is the application impossible without it).
CONSENTS = (("membership", True), ("contact", False), ("welfare", False))


@dataclass(frozen=True)
class RefusalReason:
    """Why an application is not accepted: what the worker reads and the text it rests on."""

    code: str
    name: str
    source: str


REFUSALS = {
    reason.code: reason
    for reason in (
        RefusalReason(
            "foreign_contract",
            "Hợp đồng lao động của người lao động nước ngoài chưa đủ thời hạn",
            "Luật Công đoàn 50/2024/QH15 Điều 5",
        ),
        RefusalReason(
            "not_worker",
            "Không thuộc đối tượng gia nhập công đoàn",
            "Luật Công đoàn 50/2024/QH15 Điều 5",
        ),
        RefusalReason(
            "member_already",
            "Đã là đoàn viên; cần chuyển sinh hoạt thay vì gia nhập",
            "Điều lệ Công đoàn Việt Nam",
        ),
        RefusalReason(
            "unfounded",
            "Thông tin trong đơn không đúng hoặc không xác minh được",
            "Điều lệ Công đoàn Việt Nam",
        ),
        RefusalReason("other", "Lý do khác, ghi ở phần giải thích", ""),
    )
}
REFUSAL_CHOICES = [(reason.code, reason.name) for reason in REFUSALS.values()]
