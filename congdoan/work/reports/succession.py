"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "reports.Report", "unit", "history", label="Báo cáo đã lập", why="báo cáo mãi là của đơn vị đã lập"
)
