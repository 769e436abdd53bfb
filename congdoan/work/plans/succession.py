"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "plans.Plan", "issuer", "history", label="Kế hoạch", why="kế hoạch mãi là của cơ quan ban hành"
)
declare_succession("plans.Allocation", "unit", "history", label="Quyết định giao chỉ tiêu")
declare_succession("plans.AllocationItem", "unit", "history", label="Số chỉ tiêu được giao")
declare_succession("plans.Adjustment", "unit", "history", why="mức đánh giá riêng của đơn vị cũ")
declare_succession("plans.ReportedValue", "unit", "history", why="số đã báo cáo của đơn vị cũ")
