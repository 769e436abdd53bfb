"""What becomes of members' requests when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession("selfservice.Proof", "person", "person", why="việc chứng minh của chính người đó")
declare_succession("selfservice.MemberRequest", "person", "person", why="đề nghị của chính người đó")
declare_succession(
    "selfservice.MemberRequest",
    "unit",
    "history",
    why="nơi đã nhận, đã trả lời; đề nghị còn mở do công đoàn hiện nay của người đó trả lời",
)
