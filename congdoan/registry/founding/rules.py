"""Who may read and move files of founding, and what a recognition asks.

A file is read by the officers named at its leading body (joining's NamedReader), because they may read the applications it
holds, and by the people of its team, named one by one. A role or a grant further up opens nothing, not even a number
(requirements R-07). Names of applicants are read only by who may read the applications: joining decides that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.registry.founding.choices import CHAIR, EXECUTIVE, FOUNDERS, HEAD

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


def quorum_problem(count: int, left_out: int, quorum: int, source: str) -> str:
    """Why there are too few applications that count, with the source; '' when there are enough. ``left_out``: applications
    of foreign workers that do not count."""
    if count >= quorum:
        return ""
    foreign = (
        f" Không tính {left_out} đơn của người nước ngoài (tham số founding.foreigners_count)."
        if left_out
        else ""
    )
    return f"Mới có {count} đơn, cần ít nhất {quorum} (nguồn: {source}).{foreign}"


def dossier_problems(values: Mapping[str, Any], nominees: Sequence[tuple[str, str, int | None]]) -> list[str]:
    """Contradictions in what the papers would say, each a sentence: fields of Dossier, and (body, post, votes) of each
    nominee. Nothing has to be filled in yet."""
    found = []
    for less, more, words in (
        ("present", "summoned", "Số người có mặt ({0}) nhiều hơn số người được triệu tập ({1})."),
        ("ballots_issued", "present", "Số phiếu phát ra ({0}) nhiều hơn số người có mặt ({1})."),
        ("ballots_returned", "ballots_issued", "Số phiếu thu về ({0}) nhiều hơn số phiếu phát ra ({1})."),
        ("ballots_valid", "ballots_returned", "Số phiếu hợp lệ ({0}) nhiều hơn số phiếu thu về ({1})."),
    ):
        low, high = values.get(less), values.get(more)
        if low is not None and high is not None and low > high:
            found.append(words.format(low, high))
    for earlier, later, words in (
        ("founders_on", "held_on", "Ngày đại hội trước ngày lập ban vận động."),
        ("held_on", "submission_on", "Ngày tờ trình trước ngày đại hội."),
        ("submission_on", "appraised_on", "Ngày thẩm định trước ngày tờ trình."),
        ("held_on", "launch_on", "Ngày ra mắt trước ngày đại hội."),
    ):
        first, then = values.get(earlier), values.get(later)
        if first is not None and then is not None and then < first:
            found.append(words)
    valid = values.get("ballots_valid")
    votes = [count for body, _, count in nominees if body == EXECUTIVE and count is not None]
    if valid is not None and any(count > valid for count in votes):
        most = max(votes)
        found.append(f"Có người được {most} phiếu, nhiều hơn {valid} phiếu hợp lệ. Hãy xem lại cột Số phiếu.")
    for body, post, words in (
        (FOUNDERS, HEAD, "Ban vận động phải có đúng một Trưởng ban; đang chọn {0}."),
        (EXECUTIVE, CHAIR, "Ban Chấp hành phải có đúng một Chủ tịch; đang chọn {0}."),
    ):
        chosen = [chosen for of, chosen, _ in nominees if of == body and chosen]
        if chosen and chosen.count(post) != 1:
            found.append(words.format(chosen.count(post)))
    return found


#: So many supporters make a core group, one of whom leads others (our convention).
CORE_GROUP = 3

#: Shares of a place's workforce that support a union, from which support counts as some, and as strong (our convention).
SOME_SHARE, STRONG_SHARE = 0.1, 0.3


def strength(known: int, supporters: int, headcount: int | None) -> str:
    """How strong support is at a place: "nobody" is known, "unknown" without a headcount, "thin", "some" or "strong"."""
    if not known:
        return "nobody"
    if not headcount:
        return "unknown"
    share = supporters / headcount
    return "strong" if share >= STRONG_SHARE else "some" if share >= SOME_SHARE else "thin"
