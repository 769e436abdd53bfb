"""Choices of work in the field."""

#: In the register as a dated observation.
RECORDED = "recorded"
#: Sent by somebody who may not write the register, or too late: an officer takes it over.
WAITING = "waiting"
#: Somebody else said something of the employer meanwhile: an officer looks at both.
CONFLICT = "conflict"
#: Not used; kept.
SET_ASIDE = "set_aside"
STATES = [
    (RECORDED, "đã ghi sổ"),
    (WAITING, "chờ tiếp nhận"),
    (CONFLICT, "có khác biệt"),
    (SET_ASIDE, "không dùng"),
]
OPEN_STATES = (WAITING, CONFLICT)
WAGES = [
    ("on_time", "trả đúng hạn"),
    ("sometimes_late", "có lúc chậm"),
    ("late", "thường xuyên chậm, nợ lương"),
    ("unknown", "chưa rõ"),
]
REPRESENTATION = [
    ("none", "chưa có tổ chức nào"),
    ("union", "đã có công đoàn"),
    ("other", "có tổ chức đại diện khác"),
    ("unknown", "chưa rõ"),
]
ATTITUDES = [
    ("supportive", "ủng hộ"),
    ("open", "sẵn sàng trao đổi"),
    ("reluctant", "dè dặt"),
    ("opposed", "không đồng tình"),
    ("unknown", "chưa rõ"),
]
VISIT_KINDS = [
    ("visit", "đến tận nơi"),
    ("call", "gọi điện"),
    ("meeting", "họp, gặp mặt"),
    ("leaflets", "phát tờ rơi"),
]
RESULTS = [
    ("interested", "quan tâm"),
    ("needs_time", "hẹn làm việc tiếp"),
    ("no_one", "chưa gặp được ai"),
    ("declined", "chưa đồng ý"),
    ("informed", "đã nghe giới thiệu"),
]
#: What a line of an outside list is beside the register.
SAME, DIFFERS, ONLY_THERE, ONLY_HERE, UNREAD = "same", "differs", "only_there", "only_here", "unread"
VERDICTS = [
    (SAME, "khớp"),
    (DIFFERS, "số lao động khác"),
    (ONLY_THERE, "chỉ có ở danh sách ngoài"),
    (ONLY_HERE, "chỉ có trong sổ"),
    (UNREAD, "dòng không đọc được"),
]
