"""What becomes of cases when union bodies are rearranged."""

from __future__ import annotations

from django.db.models import Q

from congdoan.foundation.succession.catalogue import declare_succession
from congdoan.registry.proceedings.choices import OPEN

declare_succession("proceedings.Proceeding", "unit", "history", why="việc đã làm với chính công đoàn ấy")
declare_succession(
    "proceedings.Proceeding",
    "led_by",
    "successor",
    label="việc kiện toàn, giải thể đang làm",
    why="đơn vị kế thừa làm tiếp",
    open=Q(state=OPEN),
    binds=False,
)
