"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession("measures.MeasureDelta", "unit", "derived", why="đi theo bút toán gốc")
declare_succession("measures.MeasureTotal", "unit", "derived", why="cộng lại khi cây thay đổi")
