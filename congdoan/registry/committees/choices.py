"""Ways in which a committee is completed."""

from __future__ import annotations

from congdoan.registry.founding.choices import CHAIR, POSTS

__all__ = ["CHAIR", "POSTS", "WAYS"]

BY_ELECTION, APPOINTMENT, RELEASE = "by_election", "appointment", "release"
WAYS = [
    (BY_ELECTION, "Công nhận kết quả bầu bổ sung"),
    (APPOINTMENT, "Chỉ định bổ sung"),
    (RELEASE, "Cho thôi tham gia, không có người thay"),
]
