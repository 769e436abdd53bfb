"""Ways in which a committee is elected or completed."""

from __future__ import annotations

from congdoan.registry.founding.choices import CHAIR, POSTS

__all__ = ["CHAIR", "POSTS", "WAYS"]

CONGRESS, BY_ELECTION, APPOINTMENT, RELEASE = "congress", "by_election", "appointment", "release"
WAYS = [
    (CONGRESS, "Công nhận kết quả đại hội bầu"),
    (BY_ELECTION, "Công nhận kết quả bầu bổ sung"),
    (APPOINTMENT, "Chỉ định bổ sung"),
    (RELEASE, "Cho thôi tham gia, không có người thay"),
]
