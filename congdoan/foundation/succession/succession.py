"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession("succession.Successor", "unit", "history", why="ai kế thừa ai, theo ngày")
declare_succession(
    "succession.Successor", "successor", "history", why="ai kế thừa ai, theo ngày", binds=False
)
