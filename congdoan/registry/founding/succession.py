"""What becomes of files of founding when union bodies are rearranged."""

from __future__ import annotations

from django.db.models import Q

from congdoan.foundation.succession.catalogue import declare_succession
from congdoan.registry.founding.choices import LIVE

# Not on the balance sheet, which more people read than may know of the files.
declare_succession(
    "founding.FoundingFile",
    "leading_unit",
    "successor",
    why="đơn vị kế thừa tiếp tục vận động",
    open=Q(state__in=LIVE),
    binds=False,
)
declare_succession("founding.FoundingFile", "unit", "history", why="công đoàn mà hồ sơ đã dẫn tới")
declare_succession("founding.CommitteePost", "unit", "ends", why="ban chấp hành kết thúc cùng đơn vị")
declare_succession("founding.CommitteePost", "person", "person", why="chức vụ của chính người đó")
