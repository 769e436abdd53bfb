"""Fixed words of periodic returns: cadences, windows, states and the steps between them."""

from __future__ import annotations

CADENCES = [
    ("month", "hằng tháng"),
    ("quarter", "hằng quý"),
    ("half", "6 tháng"),
    ("year", "hằng năm"),
    ("term", "nhiệm kỳ"),
    ("ad_hoc", "đột xuất"),
]
#: What a row of a form counts of its period.
WINDOWS = [
    ("period", "trong kỳ"),
    ("end", "cuối kỳ"),
    ("start", "đầu kỳ"),
    ("year", "luỹ kế từ đầu năm"),
    ("last_year", "cùng kỳ năm trước"),
]
SOURCES = [
    ("indicator", "tự tính theo chỉ số"),
    ("measure", "tự tính theo số đo"),
    ("formula", "tính từ ô khác"),
    ("asked", "đơn vị nhập"),
]
OPERATORS = [
    ("le", "không lớn hơn"),
    ("lt", "nhỏ hơn"),
    ("eq", "bằng"),
    ("ge", "không nhỏ hơn"),
    ("gt", "lớn hơn"),
    ("ne", "khác"),
]
OPERATOR_SIGNS = {"le": "≤", "lt": "<", "eq": "=", "ge": "≥", "gt": ">", "ne": "≠"}
#: A hard check keeps a return from being submitted; a soft one asks for an explanation.
CHECK_LEVELS = [("hard", "bắt buộc đúng"), ("soft", "sai thì phải giải trình")]

#: How a row of a form can be narrowed: by groups of sectors, and by what holds where people work.
SECTOR_GROUPS = [
    ("state", "nhà nước"),
    ("non_state", "ngoài nhà nước"),
    ("informal", "phi chính thức"),
]
PLACES = [
    ("operating", "đã đi vào hoạt động"),
    ("stable", "hoạt động ổn định"),
    ("has_party", "có tổ chức Đảng"),
    ("has_union", "đã có công đoàn"),
]

STATES = [
    ("draft", "đang lập"),
    ("submitted", "đã nộp"),
    ("returned", "bị trả lại"),
    ("accepted", "đã nghiệm thu"),
    ("closed", "đã khoá"),
]
STATE_WORDS = dict(STATES)
#: States in which the body that owes the return may change it.
OPEN_STATES = ("draft", "returned")
#: States in which the return counts as handed in.
HANDED_IN = ("submitted", "accepted", "closed")
#: States in which what was reported is frozen.
FROZEN_STATES = ("accepted", "closed")

#: How an obligation stands, seen by who waits for it: (code, words, tone of the kit).
STANDINGS = {
    "not_open": ("chưa đến kỳ", "muted"),
    "missing": ("chưa nộp", "warn"),
    "late": ("quá hạn", "bad"),
    "returned": ("bị trả lại", "warn"),
    "submitted": ("chờ nghiệm thu", "info"),
    "accepted": ("đã nghiệm thu", "good"),
    "closed": ("đã khoá", "good"),
}
#: What each step is called in the history of a return.
STEPS = {
    "open": "Bắt đầu lập",
    "submit": "Nộp báo cáo",
    "give_back": "Trả lại kèm nhận xét",
    "accept": "Nghiệm thu",
    "close": "Khoá",
    "reopen": "Mở lại",
    "extend": "Gia hạn",
    "remind": "Nhắc",
}
#: What may be done for somebody who is away.
DELEGABLE = ("returns.fill", "returns.submit", "returns.accept")
