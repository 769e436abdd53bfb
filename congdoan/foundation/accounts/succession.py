"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "accounts.User",
    "home_unit",
    "successor",
    label="Người dùng thuộc đơn vị",
    binds=False,
    why="trang đầu của người dùng; tự nó không cho quyền gì",
)
