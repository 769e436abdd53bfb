"""States of cards and why they are issued."""

from __future__ import annotations

VALID, REPLACED, WITHDRAWN = "valid", "replaced", "withdrawn"
STATES = [(VALID, "đang dùng"), (REPLACED, "đã thay thế"), (WITHDRAWN, "đã thu hồi")]
FIRST, LOST, DAMAGED, CHANGED, MOVED = "first", "lost", "damaged", "changed", "moved"
REASONS = [
    (FIRST, "cấp lần đầu"),
    (LOST, "mất thẻ"),
    (DAMAGED, "thẻ hỏng"),
    (CHANGED, "đổi thông tin"),
    (MOVED, "chuyển công đoàn"),
]
#: Why another card takes the place of one.
EXCHANGES = REASONS[1:]
