"""Who may read and move files of founding, and what a recognition asks.

A file is read by the officers named at its leading body (joining's NamedReader), because they may read the applications it
holds, and by the people of its team, named one by one. A role or a grant further up opens nothing, not even a number
(requirements R-07). Names of applicants are read only by who may read the applications: joining decides that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.registry.founding.choices import CHAIR

WORK, RECOGNISE = "founding.work", "founding.recognise"
declare_capabilities(
    (WORK, "Vận động thành lập công đoàn (khi được phân công đích danh vào hồ sơ)"),
    (RECOGNISE, "Ghi quyết định công nhận công đoàn từ hồ sơ thành lập"),
)


def seats_problem(posts: Mapping[int, str], admitted: Sequence[int]) -> str:
    """Why a first committee cannot be: {application: post} of applications that are admitted with it; '' when it can."""
    chairs = sum(post == CHAIR for post in posts.values())
    if chairs != 1:
        return "Hãy chọn đúng một Chủ tịch trong những người được kết nạp."
    if set(posts) - set(admitted):
        return "Có người giữ chức vụ mà chưa được chọn để kết nạp. Hãy chọn cả người ấy."
    return ""


def quorum_problem(count: int, quorum: int, source: str) -> str:
    """Why there are too few applications, with the source; '' when there are enough."""
    if count >= quorum:
        return ""
    return f"Mới có {count} đơn, cần ít nhất {quorum} (nguồn: {source})."
