"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "reorganisation.Reorganisation", "authority", "history", why="một quyết định mãi là của cơ quan đã ký"
)
