"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "briefings.Briefing",
    "unit",
    "history",
    label="Cuộc họp giao ban",
    why="biên bản mãi là của đơn vị đã họp; đơn vị kế thừa lập lịch họp của mình",
)
declare_succession("briefings.Attendance", "unit", "history", why="thành phần mời là của cuộc họp đã lập")
declare_succession("briefings.AgendaItem", "unit", "history", why="chương trình là của cuộc họp đã lập")
declare_succession(
    "briefings.Conclusion",
    "owner_unit",
    "history",
    label="Kết luận đã giao",
    why="biên bản đã khóa giữ nguyên người thực hiện; việc còn dở giao lại ở kỳ họp sau",
)
