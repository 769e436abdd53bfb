"""Kinds and states of what members ask for."""

from __future__ import annotations

CHANGE, LEAVE = "change", "leave"
KINDS = [(CHANGE, "sửa thông tin"), (LEAVE, "thôi là đoàn viên")]
OPEN, ACCEPTED, REFUSED, WITHDRAWN, LAPSED = "open", "accepted", "refused", "withdrawn", "lapsed"
STATES = [
    (OPEN, "chờ công đoàn trả lời"),
    (ACCEPTED, "đã đồng ý"),
    (REFUSED, "không đồng ý"),
    (WITHDRAWN, "đoàn viên đã rút"),
    (LAPSED, "không còn hiệu lực"),
]
#: The states as the member's own page says them.
STATES_TO_MEMBER = dict(STATES) | {WITHDRAWN: "bạn đã rút"}
#: What a member may ask to have changed, in the order of the page, and its name.
FIELDS = {
    "phone": "điện thoại",
    "email": "thư điện tử",
    "address": "nơi ở",
    "job_title": "công việc",
    "full_name": "họ và tên",
    "birth_on": "ngày sinh",
    "citizen_id": "số căn cước",
    "passport": "số hộ chiếu",
}
#: Sealed in the register: compared by their keys, shown by an act that is logged.
IDENTITY = ("citizen_id", "passport")
