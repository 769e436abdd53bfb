"""Kinds and states of briefings, where an item of an agenda comes from, what becomes of a conclusion."""

from __future__ import annotations

#: Seeds 001 L171-177 and 004 L127: quarterly briefings, interim and final reviews.
KINDS = [("briefing", "giao ban"), ("interim_review", "sơ kết"), ("final_review", "tổng kết")]
#: Kind -> the length of its periods in months; a briefing is quarterly.
PERIOD_MONTHS = {"briefing": (3,), "interim_review": (6, 12), "final_review": (12,)}

STATES = [
    ("planned", "sắp họp"),
    ("held", "đã họp, đang ghi kết luận"),
    ("closed", "đã khóa biên bản"),
    ("cancelled", "không họp"),
]
STATE_TONES = {"planned": "info", "held": "warn", "closed": "good", "cancelled": "muted"}

SOURCES = [
    ("target", "chỉ tiêu chậm"),
    ("child", "đơn vị chậm"),
    ("conclusion", "kết luận quá hạn"),
    ("approval", "việc chờ duyệt lâu"),
    ("own", "nội dung khác"),
]

#: "carried": still open when the next briefing was held; its copy there is the task from then on.
CONCLUSION_STATES = [
    ("open", "đang thực hiện"),
    ("done", "đã xong"),
    ("dropped", "thôi thực hiện"),
    ("carried", "chuyển kỳ sau"),
]
