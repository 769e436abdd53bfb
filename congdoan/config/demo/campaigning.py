"""Campaigns to found unions in Hải Phòng and Lai Châu, each at another step: applications by posters and visits, core-group
maps, a dossier that waits for its recognition, one that is late.

No figure of the register comes from here: nothing is recognised, so that the story's numbers stay what they are.
"""

from __future__ import annotations

import struct
import uuid
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.registry.enterprises.actions import HeadcountData, observe_headcounts
from congdoan.registry.enterprises.models import Enterprise, HeadcountObservation
from congdoan.registry.fieldwork.queries import called_on, priority_of
from congdoan.registry.founding.actions import (
    NomineeData,
    add_contact,
    advance,
    change_contact,
    keep_area,
    keep_dossier,
    let_in,
    look,
    name_member,
    rate,
    receive_application,
    show,
)
from congdoan.registry.founding.models import FoundingFile
from congdoan.registry.founding.queries import following, steps
from congdoan.registry.joining.actions import (
    ApplicationData,
    Image,
    SourceData,
    Submitted,
    make_source,
    name_reader,
)
from congdoan.registry.joining.models import Application, Source
from congdoan.registry.joining.queries import destination


@dataclass(frozen=True)
class _Campaign:
    """A file: whose, how many applied, the step it has reached, how long ago the first applied, by which source."""

    unit: str
    officer: str
    applicants: int
    reaches: str
    ago: int
    source: str = "poster"
    has_map: bool = False


_CAMPAIGNS = (
    _Campaign("HP", "canbo.hp", 3, "surveyed", 9),
    _Campaign("HP", "canbo.hp", 6, "core_group", 40, "visit", has_map=True),
    _Campaign("HP", "canbo.hp", 12, "appraised", 75, "poster", has_map=True),
    _Campaign("HP", "canbo.hp", 2, "known", 58, "collaborator"),
    _Campaign("LC", "canbo.lc", 4, "surveyed", 12, "event"),
)
_NAMES = (
    "Nguyễn Thị Minh Hoa",
    "Trần Văn Dũng",
    "Lê Thị Thanh Tâm",
    "Phạm Quốc Huy",
    "Bùi Thị Ngọc Lan",
    "Vũ Đình Khang",
    "Hoàng Thị Thu Hằng",
    "Đặng Văn Phúc",
    "Đỗ Thị Mai Anh",
    "Ngô Văn Tuấn",
    "Lương Thị Hồng Nhung",
    "Đinh Công Thành",
)
_JOBS = ("Công nhân may", "Công nhân cắt", "Kỹ thuật chuyền", "Thủ kho")
_WORDS = {
    "surveyed": "Đã khảo sát tại cổng, có phiếu.",
    "core_group": "Có bốn người nòng cốt ở hai ca.",
    "founding_committee": "Người lao động họp, cử ban vận động.",
    "enough_applications": "Đủ đơn, đã đối chiếu.",
    "congress": "Đại hội đủ số người, bầu xong.",
    "dossier": "Hồ sơ nộp đủ.",
    "appraised": "Phiếu thẩm định: đủ điều kiện.",
}
_KEYS = uuid.UUID("0d5f7f3b-20e5-4b5d-9a0e-8f1a4f7b1c22")


def campaign_for_unions(*, until: date) -> int:
    """Name the readers, let workers apply, move the files on. Returns how many files there are."""
    free = {
        code: _workplaces(code, officer, until) for code, officer in (("HP", "canbo.hp"), ("LC", "canbo.lc"))
    }
    for code, officer in (("HP", "canbo.hp"), ("LC", "canbo.lc")):
        name_reader(
            actor=Actor.system("Dữ liệu mẫu", today=until),
            on=until - timedelta(days=120),
            unit=Unit.objects.get(code=code),
            user=User.objects.get(username=officer),
            reason="Phụ trách phát triển đoàn viên",
        )
    made = 0
    for number, campaign in enumerate(_CAMPAIGNS):
        if not free[campaign.unit]:
            continue
        _run(campaign, number, free[campaign.unit].pop(0), until)
        made += 1
    return made


def _workplaces(code: str, officer: str, until: date) -> list[Enterprise]:
    """Employers without a union that the very body is in charge of, those to be called on first."""
    unit = Unit.objects.get(code=code)
    actor = Actor(user=User.objects.get(username=officer), today=until)
    rows = called_on(actor, until, priority_of(unit.pk, until)).order_by("-score", "pk")[:40]
    days = (until, until - timedelta(days=max(campaign.ago for campaign in _CAMPAIGNS)))
    return [row for row in rows if all(_receives(row, day) == unit.pk for day in days)][: len(_CAMPAIGNS)]


def _receives(workplace: Enterprise, on: date) -> int:
    return destination(
        enterprise=workplace, territory=None, contract_kind="indefinite", was_member=False, on=on
    ).unit_id


def _run(campaign: _Campaign, number: int, workplace: Enterprise, until: date) -> None:
    begun = until - timedelta(days=campaign.ago)
    officer = User.objects.get(username=campaign.officer)
    actor = Actor(user=officer, today=until)
    source = make_source(
        actor=actor,
        data=SourceData(
            campaign.source,
            f"{_SOURCE_WORDS[campaign.source]} {workplace.name}"[:150],
            Unit.objects.get(code=campaign.unit),
            begun,
            enterprise=workplace,
            collaborator="Cộng Tác Viên Mẫu" if campaign.source == "collaborator" else "",
        ),
    )
    sent = [
        _apply(workplace, source, number, place, min(until, begun + timedelta(days=place)))
        for place in range(campaign.applicants)
    ]
    applications = [one.application for one in sent]
    file = FoundingFile.objects.get(enterprise=workplace)
    if campaign.unit == "HP" and campaign.has_map:
        collaborator = User.objects.filter(username="lanhdao.hp").first()
        if collaborator is not None:
            name_member(actor=actor, on=begun, pk=file.pk, user=collaborator, task="Gặp chủ sử dụng lao động")
        _draw_map(actor, file, until)
    days = _days(file, campaign, begun, until)
    observe_headcounts(
        actor=actor,
        on=until,
        items=[HeadcountData(_workers(workplace, begun), enterprise=workplace, on=begun)],
    )
    if campaign.reaches == "appraised":
        _keep(actor, file, applications, days, until)
        _open(actor, file, sent, until)
    _move(actor, file, days, until)


_SOURCE_WORDS = {
    "poster": "Áp phích gần",
    "visit": "Lần đến thăm",
    "collaborator": "Cộng tác viên ở",
    "event": "Ngày hội công nhân, bàn của",
}


def _apply(workplace: Enterprise, source: Source, number: int, place: int, on: date) -> Submitted:
    name = _NAMES[(place + 3 * number) % len(_NAMES)]
    data = ApplicationData(
        submission_key=uuid.uuid5(_KEYS, f"{number}.{place}"),
        full_name=name,
        birth_on=date(1988 + (place * 5 + number) % 14, 1 + place % 12, 3 + place),
        contract_kind="indefinite",
        signature=Image("drawn", "image/png", _signature(place)),
        consents=["membership", "contact"],
        sex="f" if "Thị" in name else "m",
        citizen_id=f"0{31 if number < 4 else 12}1{88 + place % 10}9{number}{place:04d}",
        phone=f"09{number}1{place:06d}",
        enterprise=workplace,
        job_title=_JOBS[place % len(_JOBS)],
        contract_from=on - timedelta(days=400 + 30 * place),
        source=source,
    )
    return receive_application(data=data, on=on)


def _draw_map(actor: Actor, file: FoundingFile, until: date) -> None:
    places = [
        keep_area(actor=actor, pk=file.pk, workshop=workshop, shift=shift, headcount=headcount)
        for workshop, shift, headcount in (
            ("Chuyền may 1", "Ca sáng", 42),
            ("Chuyền may 1", "Ca chiều", 38),
            ("Chuyền may 2", "Ca sáng", 45),
            ("Chuyền may 2", "Ca chiều", 40),
            ("Tổ cắt", "Ca sáng", 12),
            ("Kho, bảo vệ", "Ca sáng", 9),
        )
    ]
    people = [
        add_contact(
            actor=actor,
            on=until - timedelta(days=30),
            pk=file.pk,
            name=name,
            area=places[place].pk,
            level=level,
            is_leader=leads,
        )
        for name, place, level, leads in (
            ("Chị Hoa, tổ trưởng", 0, 1, True),
            ("Anh Dũng", 0, 2, False),
            ("Chị Tâm", 1, 4, False),
            ("Anh Huy, kỹ thuật", 2, 2, True),
            ("Chị Lan", 2, 3, False),
            ("Anh Khang, tổ cắt", 4, 1, True),
            ("Chị Hằng", 4, 2, False),
            ("Anh Phúc, kho", 5, 5, False),
        )
    ]
    rate(actor=actor, on=until - timedelta(days=8), pk=file.pk, contact=people[2].pk, level=2)
    change_contact(
        actor=actor,
        pk=file.pk,
        contact=people[0].pk,
        area=places[0].pk,
        is_leader=True,
        reaches=[people[1].pk, people[2].pk],
    )


def _keep(
    actor: Actor, file: FoundingFile, applications: list[Application], days: dict[str, date], until: date
) -> None:
    values: dict[str, Any] = {
        "founders_number": "08/QĐ-LĐLĐ",
        "founders_on": days["founding_committee"],
        "held_on": days["congress"],
        "starts_at": "17 giờ 00",
        "place": "Nhà ăn ca của công ty",
        "summoned": 12,
        "present": 12,
        "chair": applications[0].full_name,
        "secretary": applications[2].full_name,
        "tellers": f"{applications[6].full_name}, {applications[7].full_name}",
        "guests": "đại diện Liên đoàn Lao động thành phố",
        "opinions": "Tập trung bữa ăn ca, an toàn lao động và giờ nghỉ giữa ca.",
        "ballots_issued": 12,
        "ballots_returned": 12,
        "ballots_valid": 11,
        "submission_number": "01/TTr-BVĐ",
        "submission_on": days["dossier"],
        "appraised_on": days["appraised"],
        "appraiser": "Cán Bộ Mẫu",
        "appraisal": "Hồ sơ đủ, đúng trình tự; đề nghị công nhận.",
        "launch_on": until + timedelta(days=12),
        "launch_starts_at": "17 giờ 00",
        "launch_place": "Nhà ăn ca của công ty",
    }
    pks = [application.pk for application in applications]
    nominees = [
        NomineeData(pks[0], "founders", "head"),
        NomineeData(pks[1], "founders", "founder"),
        NomineeData(pks[2], "founders", "founder"),
        NomineeData(pks[0], "executive", "chair", 11),
        NomineeData(pks[1], "executive", "vice_chair", 10),
        NomineeData(pks[2], "executive", "member", 9),
        NomineeData(pks[3], "executive", "", 2),
    ]
    keep_dossier(actor=actor, on=until, pk=file.pk, values=values, nominees=nominees)


def _open(actor: Actor, file: FoundingFile, sent: list[Submitted], until: date) -> None:
    """Two of the three founders are let in; some have chosen to be shown; the head has looked."""
    let_in(actor=actor, on=until, pk=file.pk, applications=[sent[0].application.pk, sent[1].application.pk])
    for place in (0, 2, 3, 5):
        show(code=sent[place].code)
    look(code=sent[0].code, on=until)


def _days(file: FoundingFile, campaign: _Campaign, begun: date, until: date) -> dict[str, date]:
    """The day of each step on the way to the one it has reached."""
    codes = [step.code for step in steps(file.kind, until)]
    wanted = codes.index(campaign.reaches)
    return {
        codes[place]: begun + timedelta(days=max(1, (campaign.ago - 2) * place // (wanted + 1)))
        for place in range(1, wanted + 1)
    }


def _workers(workplace: Enterprise, on: date) -> int:
    """As many as the register knows, so that no figure of the story moves."""
    known = HeadcountObservation.objects.filter(enterprise=workplace, on__lte=on).order_by("-on", "-pk")
    return known.values_list("workers", flat=True)[0]


def _move(actor: Actor, file: FoundingFile, days: dict[str, date], until: date) -> None:
    way = steps(file.kind, until)
    for code, on in days.items():
        coming = following(way, file.step)
        assert coming is not None
        assert coming.code == code
        file = advance(
            actor=actor,
            on=on,
            pk=file.pk,
            from_step=file.step,
            words=_WORDS.get(code, "Đã làm xong."),
        )


def _signature(seed: int) -> bytes:
    """A small picture of a wavy line, as a finger draws it on a phone."""
    width, height = 120, 40
    rows = []
    for y in range(height):
        line = bytearray([255] * width)
        for x in range(8, width - 8):
            if abs(y - (height // 2 + ((x * (seed + 3)) % 17) - 8)) <= 1:
                line[x] = 20
        rows.append(b"\0" + bytes(line))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
