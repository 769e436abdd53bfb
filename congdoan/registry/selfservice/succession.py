"""What becomes of members' requests when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import declare_succession
from congdoan.registry.membership.actions import declare_parting
from congdoan.registry.selfservice.actions import follow_after

declare_succession("selfservice.Proof", "person", "person", why="việc chứng minh của chính người đó")
declare_succession("selfservice.MemberRequest", "person", "person", why="đề nghị của chính người đó")
declare_succession(
    "selfservice.MemberRequest",
    "unit",
    "history",
    why="nơi đã nhận, đã trả lời; đề nghị còn mở đi theo đoàn viên đến công đoàn hiện nay",
)
declare_parting("selfservice", follow_after)
