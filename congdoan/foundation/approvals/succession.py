"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from django.db.models import Q

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "approvals.Approval",
    "unit",
    "successor",
    label="Đề xuất chờ duyệt",
    open=Q(state="open"),
    why="việc đang chờ do đơn vị kế thừa quyết định",
)
