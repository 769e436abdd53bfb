"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession("people.Consent", "person", "person", why="sự đồng ý của chính người đó")
declare_succession(
    "people.Employment", "person", "person", why="nơi làm việc không đổi theo tổ chức công đoàn"
)
declare_succession("people.PersonEvent", "pgh_obj", "person", why="lịch sử sửa hồ sơ của chính người đó")
