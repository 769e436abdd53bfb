"""Kinds of steps and states of a reorganisation, with their words."""

from __future__ import annotations

STATES = [
    ("draft", "đang soạn"),
    ("checked", "đã kiểm tra"),
    ("committed", "đã thực hiện"),
    ("undone", "đã hoàn tác"),
]
#: Kinds of steps, in the order a form offers them.
STEP_KINDS = [
    ("merge", "Sáp nhập"),
    ("split", "Chia tách"),
    ("dissolve", "Giải thể"),
    ("found", "Lập đơn vị mới"),
    ("move", "Chuyển đơn vị trực thuộc"),
    ("rename", "Đổi tên"),
    ("change_kind", "Đổi loại đơn vị"),
    ("change_sector", "Đổi khu vực kinh tế"),
    ("end_level", "Kết thúc cả một cấp"),
    ("transfer_authority", "Chuyển thẩm quyền"),
]
#: How heavy a problem is: an error forbids committing, "person" asks somebody to look, a warning only says something.
PROBLEM_LEVELS = [
    ("error", "phải sửa"),
    ("person", "cần người xem"),
    ("warning", "lưu ý"),
]
#: What becomes of a unit (queries.UnitLine.what).
UNIT_CHANGES = {
    "founded": "Lập mới",
    "ended": "Kết thúc",
    "divided": "Chia tách",
    "moved": "Đổi cấp trên",
    "renamed": "Đổi tên",
    "kind": "Đổi loại",
    "sector": "Đổi khu vực",
}
#: What becomes of rows (queries.Flow.fate).
FATE_WORDS = {
    "passed": "chuyển về",
    "kept": "giữ nguyên",
    "ended": "kết thúc",
    "left": "ra khỏi tổ chức",
    "homeless": "chưa có nơi đến",
}
