"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "organisation.UnitProfile",
    "unit",
    "stays",
    binds=False,
    why="thông tin của chính đơn vị, ghi thêm quyết định",
)
