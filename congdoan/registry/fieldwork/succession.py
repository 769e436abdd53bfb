"""What becomes of work in the field when union bodies are rearranged."""

from __future__ import annotations

from django.db.models import Q

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "fieldwork.SurveyRound",
    "unit",
    "successor",
    label="Đợt khảo sát doanh nghiệp",
    why="đợt đang mở do đơn vị kế thừa làm tiếp",
    open=Q(closed_on__isnull=True),
)
declare_succession("fieldwork.Visit", "unit", "history", why="nhật ký tiếp xúc ghi nhân danh đơn vị lúc đó")
declare_succession(
    "fieldwork.OutsideList", "unit", "history", why="kết quả đối chiếu ghi lại sổ của đơn vị lúc đó"
)
