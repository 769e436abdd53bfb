"""Kinds of cases, their causes and states."""

from __future__ import annotations

CONSOLIDATION, DISSOLUTION = "consolidation", "dissolution"
KINDS = [(CONSOLIDATION, "kiện toàn Ban Chấp hành"), (DISSOLUTION, "giải thể công đoàn")]
CAUSES = {
    CONSOLIDATION: [
        ("no_chair", "khuyết Chủ tịch"),
        ("few", "Ban Chấp hành thiếu người"),
        ("term", "hết nhiệm kỳ"),
        ("weak", "hoạt động yếu, không sinh hoạt"),
        ("released", "có người xin thôi, chuyển công tác, nghỉ hưu"),
        ("other", "lý do khác"),
    ],
    DISSOLUTION: [
        ("employer_ended", "doanh nghiệp giải thể, phá sản, chấm dứt hoạt động"),
        ("too_few", "không còn đủ đoàn viên để tồn tại"),
        ("organisation", "đơn vị sử dụng lao động kết thúc do sắp xếp tổ chức"),
        ("other", "lý do khác"),
    ],
}
ALL_CAUSES = list(dict(pair for pairs in CAUSES.values() for pair in pairs).items())

OPEN, DONE, STOPPED = "open", "done", "stopped"
STATES = [(OPEN, "đang làm"), (DONE, "đã xong"), (STOPPED, "đã dừng")]

UNION, SUPERIOR = "union", "superior"
WHO = [(UNION, "Ban Chấp hành công đoàn"), (SUPERIOR, "công đoàn cấp trên")]

#: The step that is reached by booking the decision.
DECIDED = "decided"
