"""The decision that changes a committee, as a Word file. The wording is not checked against a form of the Confederation."""

from __future__ import annotations

from pathlib import Path

from congdoan.foundation.papers.catalogue import HEAD, HEAD_SAMPLE, Field, Paper, declare_paper
from congdoan.foundation.papers.queries import head_of, name_on, write_paper
from congdoan.foundation.units.models import Decision, Unit
from congdoan.foundation.units.queries import known_version
from congdoan.kit.dates import format_date, format_long
from congdoan.registry.committees.queries import changed_by

_PERSON = (
    Field("number", "Số thứ tự"),
    Field("name", "Họ và tên", required=True),
    Field("born", "Ngày sinh"),
    Field("post", "Chức vụ"),
)

CHANGE = declare_paper(
    Paper(
        "committee-change",
        "Quyết định kiện toàn Ban Chấp hành",
        "Tổ chức công đoàn",
        Path(__file__).parent / "templates/committees/change.docx",
        (
            *HEAD,
            Field("union_name", "Tên công đoàn được kiện toàn", required=True),
            Field("since", "Kể từ ngày", required=True),
            Field("entering_article", "Số của điều về người được bổ sung"),
            Field("last_article", "Số của điều cuối"),
            Field("leaving", "Người thôi giữ chức vụ", items=_PERSON),
            Field("entering", "Người được bổ sung", items=(*_PERSON, Field("until", "Đến hết ngày"))),
        ),
        {
            **HEAD_SAMPLE,
            "union_name": "Công đoàn cơ sở Công ty TNHH Mẫu",
            "since": "18/11/2026",
            "entering_article": 2,
            "last_article": 3,
            "leaving": [{"number": 1, "name": "Trần Văn Thử", "born": "15/08/1975", "post": "Chủ tịch"}],
            "entering": [
                {
                    "number": 1,
                    "name": "Nguyễn Thị Mẫu",
                    "born": "02/03/1988",
                    "post": "Chủ tịch",
                    "until": "17/11/2031",
                }
            ],
        },
    )
)


def change_paper(unit: Unit, decision: Decision) -> bytes:
    """The decision as .docx, in the template of the body that issued it. Raises as `write_paper`."""
    leaving, entering = changed_by(unit.pk, decision)
    first = [post.during.lower for post in entering] + [post.during.upper for post in leaving]
    since = min(first)
    day = decision.issued_on or since
    issuer = decision.issuer or unit
    at, about = known_version(issuer, day), known_version(unit, since)
    assert at is not None
    assert about is not None
    values = {
        **head_of(at, format_long(day), day),
        "number": decision.number,
        "union_name": name_on(unit, day) or about.name,
        "since": format_date(since),
        "entering_article": 1 + bool(leaving),
        "last_article": 1 + bool(leaving) + bool(entering),
        "leaving": [
            {
                "number": place,
                "name": post.person.full_name,
                "born": format_date(post.person.birth_on),
                "post": post.get_post_display(),
            }
            for place, post in enumerate(leaving, 1)
        ],
        "entering": [
            {
                "number": place,
                "name": post.person.full_name,
                "born": format_date(post.person.birth_on),
                "post": post.get_post_display(),
                "until": format_date(post.last_on),
            }
            for place, post in enumerate(entering, 1)
        ],
    }
    return write_paper(CHANGE.code, values, unit=issuer, on=day)
