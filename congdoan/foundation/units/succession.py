"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession("units.Decision", "issuer", "history", why="một quyết định mãi là của cơ quan đã ký")
declare_succession("units.UnitVersion", "unit", "history", why="lịch sử của đơn vị; quyết định viết đoạn mới")
declare_succession(
    "units.UnitVersion", "parent", "history", why="lịch sử trực thuộc; quyết định viết đoạn mới"
)
declare_succession("units.UnitPlacement", "unit", "derived", why="tính lại từ lịch sử của cây")
declare_succession("units.UnitPlacement", "ancestor", "derived", why="tính lại từ lịch sử của cây")
