"""What a union proposes to its superior in a case, as Word files filled from what the case holds.

The wording is not checked against a form of the Confederation.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from congdoan.foundation.measures.queries import stock
from congdoan.foundation.papers.catalogue import HEAD, Field, Paper, declare_paper
from congdoan.foundation.papers.queries import absent, head_of, name_on, write_paper
from congdoan.foundation.units.queries import known_version
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import format_number
from congdoan.registry.committees.queries import posts_on
from congdoan.registry.founding.choices import CHAIR
from congdoan.registry.proceedings import choices, queries
from congdoan.registry.proceedings.models import Proceeding

_TEMPLATES = Path(__file__).parent / "templates/proceedings"
_PERSON = (
    Field("number", "Số thứ tự"),
    Field("name", "Họ và tên", required=True),
    Field("born", "Ngày sinh"),
    Field("post", "Chức vụ"),
)
_FIELDS = (
    *HEAD,
    Field("union_name", "Tên công đoàn", required=True),
    Field("kind", "Loại hình tổ chức"),
    Field("parent_name", "Công đoàn cấp trên, viết thường", required=True),
    Field("members", "Số đoàn viên"),
    Field("day", "Ngày của số liệu"),
    Field("posts_count", "Số người trong Ban Chấp hành"),
    Field("posts", "Ban Chấp hành hiện nay", items=_PERSON),
    Field("cause", "Lý do", required=True),
    Field("words", "Lý do ghi rõ"),
    Field(
        "grounds",
        "Việc đã làm và văn bản",
        items=(Field("on", "Ngày"), Field("name", "Việc"), Field("words", "Văn bản, kết quả")),
    ),
    Field("hand_post", "Chức vụ người ký, viết hoa"),
    Field("hand_name", "Họ tên người ký"),
)
_SAMPLE: dict[str, Any] = {
    "superior": "LIÊN ĐOÀN LAO ĐỘNG TỈNH MẪU",
    "issuer": "CÔNG ĐOÀN CƠ SỞ CÔNG TY TNHH MẪU",
    "issuer_name": "Công đoàn cơ sở Công ty TNHH Mẫu",
    "authority": "BAN CHẤP HÀNH CÔNG ĐOÀN CƠ SỞ CÔNG TY TNHH MẪU",
    "committee": "BAN CHẤP HÀNH",
    "number": "03/TTr-CĐCS",
    "place_and_date": "Mẫu, ngày 18 tháng 11 năm 2026",
    "union_name": "Công đoàn cơ sở Công ty TNHH Mẫu",
    "kind": "công đoàn cơ sở",
    "parent_name": "Liên đoàn Lao động tỉnh Mẫu",
    "members": "25",
    "day": "18/11/2026",
    "posts_count": 1,
    "posts": [{"number": 1, "name": "Nguyễn Thị Mẫu", "born": "02/03/1988", "post": "Ủy viên"}],
    "cause": "khuyết Chủ tịch",
    "words": "Chủ tịch chuyển công tác từ tháng 9/2026",
    "grounds": [{"on": "12/11/2026", "name": "Đã có nhân sự", "words": "02/BB-CĐCS, ngày 12/11/2026"}],
    "hand_post": "PHÓ CHỦ TỊCH",
    "hand_name": "",
}
PROPOSALS = {
    kind: declare_paper(
        Paper(f"{kind}-proposal", name, "Tổ chức công đoàn", _TEMPLATES / f"{kind}.docx", _FIELDS, _SAMPLE)
    )
    for kind, name in (
        (choices.CONSOLIDATION, "Tờ trình đề nghị kiện toàn Ban Chấp hành"),
        (choices.DISSOLUTION, "Tờ trình đề nghị giải thể công đoàn"),
    )
}


def missing(found: Proceeding, *, on: date) -> list[str]:
    """What the proposal of a case still lacks, in words."""
    return absent(PROPOSALS[found.kind], _values(found, on))


def proposal(found: Proceeding, *, on: date) -> bytes:
    """The proposal of a case as .docx of a day, in the template that holds for its union. Raises as `write_paper`."""
    return write_paper(PROPOSALS[found.kind].code, _values(found, on), unit=found.unit, on=on)


def _values(found: Proceeding, on: date) -> dict[str, Any]:
    version = known_version(found.unit, on)
    assert version is not None
    posts = list(posts_on(found.unit_id, on))
    hand = next((post for post in posts if post.post == CHAIR), posts[0] if posts else None)
    names = queries.stage_names(on)
    return {
        **head_of(version, f"ngày …… tháng …… năm {on.year}", on),
        "number": "          ",
        "union_name": version.name,
        "kind": version.kind.name[0].lower() + version.kind.name[1:],
        "parent_name": name_on(found.led_by, on),
        "members": format_number(stock("members", [found.unit_id], on=on)[found.unit_id]),
        "day": format_date(on),
        "posts_count": len(posts),
        "posts": [
            {
                "number": place,
                "name": post.person.full_name,
                "born": format_date(post.person.birth_on),
                "post": post.get_post_display(),
            }
            for place, post in enumerate(posts, 1)
        ],
        "cause": found.get_cause_display(),
        "words": found.words.rstrip("."),
        "grounds": [
            {
                "on": format_date(entry.on),
                "name": names.get((found.kind, entry.stage), ""),
                "words": "; ".join(
                    part
                    for part in (
                        f"{entry.paper_number}, ngày {format_date(entry.paper_on)}"
                        if entry.paper_number
                        else "",
                        entry.words,
                    )
                    if part
                ),
            }
            for entry in found.entries.exclude(stage="").order_by("pk")
        ],
        "hand_post": hand.get_post_display().upper() if hand is not None else "CHỦ TỊCH",
        "hand_name": hand.person.full_name if hand is not None else "",
    }
