"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "papers.TemplateVersion",
    "unit",
    "history",
    why="mẫu của đơn vị đã nhận; đơn vị kế thừa dùng mẫu của mình hoặc cấp trên",
)
