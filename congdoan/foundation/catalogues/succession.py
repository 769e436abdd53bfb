"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "catalogues.Parameter",
    "unit",
    "history",
    label="Mức quy định riêng",
    why="đơn vị kế thừa tự quyết mức của mình",
)
