"""The decision that admits, with its list, as a Word file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from congdoan.foundation.papers.catalogue import HEAD, Field, Paper, declare_paper
from congdoan.foundation.papers.queries import write_paper
from congdoan.foundation.units.models import Decision
from congdoan.foundation.units.queries import known_version
from congdoan.kit.dates import format_date
from congdoan.registry.joining.models import Application

TEMPLATE = Path(__file__).parents[1] / "templates/joining/decision.docx"
DECISION = declare_paper(
    Paper(
        code="admission-decision",
        name="Quyết định kết nạp đoàn viên",
        room="Gia nhập",
        template=TEMPLATE,
        fields=(
            *HEAD,
            Field("dated", "Ngày … tháng … năm …"),
            Field("subject", "Về việc gì", required=True),
            Field("whom", "Kết nạp ai", required=True),
            Field("since", "Kể từ ngày", required=True),
            Field("ceremony", "Câu về lễ kết nạp"),
            Field("has_list", "Có danh sách kèm theo hay không (dùng trong điều kiện if)"),
            Field(
                "people",
                "Danh sách người được kết nạp",
                required=True,
                items=(
                    Field("number", "Số thứ tự"),
                    Field("name", "Họ và tên", required=True),
                    Field("born", "Ngày sinh"),
                    Field("sex", "Giới tính"),
                    Field("workplace", "Nơi làm việc"),
                    Field("applied", "Ngày làm đơn"),
                ),
            ),
        ),
        sample={
            "superior": "LIÊN ĐOÀN LAO ĐỘNG TỈNH MẪU",
            "issuer": "CÔNG ĐOÀN CƠ SỞ CÔNG TY MẪU",
            "issuer_name": "Công đoàn cơ sở Công ty Mẫu",
            "authority": "BAN CHẤP HÀNH CÔNG ĐOÀN CƠ SỞ CÔNG TY MẪU",
            "committee": "BAN CHẤP HÀNH",
            "number": "12/QĐ-CĐCS",
            "dated": "ngày 18 tháng 11 năm 2026",
            "place_and_date": "Bắc Mẫu, ngày 18 tháng 11 năm 2026",
            "subject": "Về việc kết nạp 02 đoàn viên công đoàn",
            "whom": "02 đồng chí có tên trong danh sách kèm theo",
            "since": "18/11/2026",
            "ceremony": "Lễ kết nạp được tổ chức ngày 20/11/2026.",
            "has_list": True,
            "people": [
                {
                    "number": number,
                    "name": name,
                    "born": born,
                    "sex": sex,
                    "workplace": "Công ty TNHH Mẫu",
                    "applied": "10/11/2026",
                }
                for number, name, born, sex in (
                    (1, "Nguyễn Thị Mẫu", "02/03/1998", "Nữ"),
                    (2, "Trần Văn Thử", "15/08/1995", "Nam"),
                )
            ],
        },
    )
)


def decision_paper(decision: Decision, applications: Sequence[Application], *, superior: str) -> bytes:
    """The decision as .docx, in the template of the body that issues it. Raises as `write_paper`."""
    first = applications[0]
    many = len(applications) > 1
    day = decision.issued_on
    dated = f"ngày {day:%d} tháng {day:%m} năm {day:%Y}" if day else "ngày … tháng … năm …"
    unit = decision.issuer if decision.issuer is not None else first.receiving_unit
    issuer = unit.name
    version = known_version(unit, day or first.decided_on) if unit.pk and (day or first.decided_on) else None
    # Bodies above the grassroots decide by their standing committee between its meetings.
    committee = "Ban Thường vụ" if version and not version.kind.holds_members else "Ban Chấp hành"
    place = version.territory.name if version and version.territory else ""
    for word in ("Tỉnh ", "Thành phố ", "Huyện ", "Quận ", "Xã ", "Phường "):
        place = place.removeprefix(word)
    return write_paper(
        DECISION.code,
        {
            "superior": superior.upper(),
            "issuer": issuer.upper(),
            "issuer_name": issuer,
            "number": decision.number,
            "dated": dated,
            "place_and_date": f"{place or '…………'}, {dated}",
            "authority": f"{committee} {issuer}".upper(),
            "committee": committee.upper(),
            "has_list": many,
            "subject": f"Về việc kết nạp {len(applications):02d} đoàn viên công đoàn"
            if many
            else "Về việc kết nạp đoàn viên công đoàn",
            "whom": f"{len(applications):02d} đồng chí có tên trong danh sách kèm theo"
            if many
            else f"đồng chí {first.full_name}, sinh ngày {format_date(first.birth_on)}",
            "since": format_date(first.decided_on),
            "ceremony": f"Lễ kết nạp được tổ chức ngày {format_date(first.ceremony_on)}."
            if first.ceremony_on
            else "",
            "people": [
                {
                    "number": number,
                    "name": application.full_name,
                    "born": format_date(application.birth_on),
                    "sex": application.get_sex_display().capitalize() if application.sex else "",
                    "workplace": application.enterprise.name
                    if application.enterprise
                    else application.workplace_name,
                    "applied": format_date(application.submitted_on),
                }
                for number, application in enumerate(applications, 1)
            ],
        },
        unit=unit,
        on=day or first.decided_on or first.submitted_on,
    )
