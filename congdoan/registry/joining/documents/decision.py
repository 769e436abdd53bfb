"""The decision that admits, with its list, as a Word file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from congdoan.foundation.units.models import Decision
from congdoan.foundation.units.queries import known_version
from congdoan.kit.dates import format_date
from congdoan.kit.documents import render_docx
from congdoan.registry.joining.models import Application

TEMPLATE = Path(__file__).parents[1] / "templates/joining/decision.docx"


def decision_paper(decision: Decision, applications: Sequence[Application], *, superior: str) -> bytes:
    """The decision as .docx. Raises MissingFields when a template an office has redrawn asks for more."""
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
    return render_docx(
        TEMPLATE,
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
    )
