"""The letter that introduces a member to the union they go to, as a Word file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.papers.catalogue import Field, Paper, declare_paper
from congdoan.foundation.papers.queries import head_of, write_paper
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import known_version
from congdoan.kit.dates import format_date, format_long
from congdoan.registry.membership.actions import HAND_OVER
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import membership_on, movements_in_force
from congdoan.registry.people.models import Person

_DOTS = "………………………………………………"
INTRODUCTION = declare_paper(
    Paper(
        "introduction-letter",
        "Giấy giới thiệu chuyển sinh hoạt công đoàn",
        "Đoàn viên",
        Path(__file__).parent / "templates/membership/introduction.docx",
        (
            Field("superior", "Công đoàn cấp trên của công đoàn giới thiệu, viết hoa"),
            Field("issuer", "Công đoàn giới thiệu, viết hoa", required=True),
            Field("issuer_name", "Công đoàn giới thiệu, viết thường"),
            Field("committee", "Ban ký giấy, viết hoa"),
            Field("number", "Số giấy"),
            Field("place_and_date", "Địa danh và ngày"),
            Field("name", "Họ và tên đoàn viên", required=True),
            Field("born", "Ngày sinh"),
            Field("joined", "Ngày vào công đoàn", required=True),
            Field("from_unit", "Công đoàn nơi đi"),
            Field("to_unit", "Công đoàn nơi đến", required=True),
            Field("since", "Chuyển kể từ ngày", required=True),
            Field("reason", "Lý do chuyển"),
            Field("valid_until", "Giấy có giá trị đến hết ngày", required=True),
        ),
        {
            "superior": "CÔNG ĐOÀN PHƯỜNG MẪU",
            "issuer": "CÔNG ĐOÀN CƠ SỞ CÔNG TY TNHH MẪU",
            "issuer_name": "Công đoàn cơ sở Công ty TNHH Mẫu",
            "committee": "BAN CHẤP HÀNH",
            "number": "12/GGT-CĐCS",
            "place_and_date": "Mẫu, ngày 18 tháng 11 năm 2026",
            "name": "Nguyễn Thị Mẫu",
            "born": "02/03/1998",
            "joined": "01/03/2020",
            "from_unit": "Công đoàn cơ sở Công ty TNHH Mẫu",
            "to_unit": "Công đoàn cơ sở Công ty TNHH Nơi Đến",
            "since": "01/12/2026",
            "reason": "chuyển nơi làm việc",
            "valid_until": "18/12/2026",
        },
    )
)


@dataclass(frozen=True)
class Going:
    """Where a member goes from and to (None: nobody has said yet), from which day, why."""

    held: Membership
    from_unit: Unit
    to_unit: Unit | None
    on: date
    reason: str = ""


def going_of(person: Person, on: date) -> Going | None:
    """What a letter says of a member today: the transfer that waits for the other union, else the last one booked into the
    present union, else that they leave it for a union still to be named. None when they are no member."""
    held = membership_on(person.pk, on)
    if held is None:
        return None
    waiting = Approval.objects.filter(kind=HAND_OVER, state="open", arguments__person=person.pk).first()
    if waiting is not None:
        given = waiting.arguments
        units = Unit.objects.in_bulk([given["from_unit"], given["to_unit"]])
        return Going(
            held,
            units[given["from_unit"]],
            units[given["to_unit"]],
            date.fromisoformat(given["on"]),
            given.get("reason", ""),
        )
    came = (
        movements_in_force(person_id=person.pk)
        .filter(kind="transfer_in", unit=held.unit_id, counter_unit__isnull=False)
        .select_related("counter_unit")
        .order_by("-on", "-pk")
        .first()
    )
    if came is not None and came.on == held.during.lower:
        return Going(held, came.counter_unit, held.unit, came.on, came.reason)
    return Going(held, held.unit, None, on)


def introduction(going: Going, *, on: date) -> bytes:
    """The letter as .docx in the template of the union that introduces. Raises as `write_paper`."""
    version = known_version(going.from_unit, min(on, going.on)) or known_version(going.from_unit, on)
    assert version is not None
    days = int(parameter("membership.letter_days", on=on, unit_id=going.from_unit.pk).value)
    person = going.held.person
    return write_paper(
        INTRODUCTION.code,
        {
            **head_of(version, format_long(on), on),
            "number": "          ",
            "name": person.full_name,
            "born": format_date(person.birth_on, person.birth_precision) if person.birth_on else "",
            "joined": format_date(going.held.joined_on or going.held.during.lower),
            "from_unit": version.name,
            "to_unit": going.to_unit.name if going.to_unit is not None else _DOTS,
            "since": format_date(going.on),
            "reason": going.reason,
            "valid_until": format_date(on + timedelta(days=days)),
        },
        unit=going.from_unit,
        on=on,
    )
