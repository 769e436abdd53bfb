"""What becomes of applications when union bodies are rearranged."""

from __future__ import annotations

from django.db.models import Q

from congdoan.foundation.succession.catalogue import declare_succession
from congdoan.registry.joining.choices import OPEN_STATES

# Not on the balance sheet, which more people read than may know of applications.
declare_succession(
    "joining.Application",
    "receiving_unit",
    "successor",
    why="đơn đang chờ do đơn vị kế thừa xét",
    open=Q(state__in=OPEN_STATES),
    binds=False,
)
declare_succession("joining.Application", "person", "person", why="đơn của chính người đó")
declare_succession(
    "joining.Source",
    "unit",
    "successor",
    why="áp phích, tờ rơi đã phát vẫn dẫn đến đơn; đơn vị kế thừa tiếp tục theo dõi",
    binds=False,
)
declare_succession(
    "joining.NamedReader", "unit", "ends", why="người được chỉ định ở đơn vị mới do đơn vị mới chọn"
)
