"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "imports.ImportRun", "unit", "history", label="Đợt nhập danh sách", why="đợt nhập thuộc hồ sơ lưu"
)
declare_succession("imports.ColumnMemory", "unit", "history", why="cách đọc cột của tệp cũ")
