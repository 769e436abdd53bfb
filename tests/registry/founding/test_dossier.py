"""The legal papers of a file: kept once, written many times, and only for those who may read the applications."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.registry.founding import actions
from congdoan.registry.founding.actions import NomineeData, keep_dossier, keep_scan, name_member, open_scan
from congdoan.registry.founding.documents import PAPERS, FilePapers
from congdoan.registry.founding.models import FileEvent, Nominee, Scan
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user
from tests.registry.founding.conftest import Campaign

CONGRESS: dict[str, Any] = {
    "founders_number": "05/QĐ-LĐLĐ",
    "founders_on": date(2026, 11, 2),
    "held_on": date(2026, 11, 12),
    "starts_at": "08 giờ 00",
    "place": "Nhà ăn ca",
    "summoned": 7,
    "present": 6,
    "chair": "Vàng Thị Số 0",
    "secretary": "Vàng Thị Số 1",
    "tellers": "Lò Văn Ví, Vàng Thị Dụ",
    "opinions": "Chăm lo bữa ăn ca",
    "ballots_issued": 6,
    "ballots_returned": 6,
    "ballots_valid": 5,
    "submission_on": date(2026, 11, 13),
    "appraised_on": date(2026, 11, 16),
    "appraiser": "Phạm Thị Thẩm",
    "appraisal": "Hồ sơ đủ",
    "launch_on": date(2026, 12, 1),
    "launch_place": "Hội trường",
}


def kept(campaign: Campaign, count: int = 7, **values: Any) -> FilePapers:
    """A file whose papers can all be written."""
    rows = campaign.applies(count) if not campaign.applications else campaign.applications
    one, two, three, *_ = (row.pk for row in rows)
    keep_dossier(
        actor=campaign.first,
        on=campaign.today,
        pk=campaign.file.pk,
        values={**CONGRESS, **values},
        nominees=[
            NomineeData(one, "founders", "head"),
            NomineeData(two, "founders", "founder"),
            NomineeData(one, "executive", "chair", 5),
            NomineeData(two, "executive", "member", 4),
            NomineeData(three, "executive", "", 1),
        ],
    )
    return FilePapers(campaign.file, on=campaign.today)


def text_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.django_db
def test_every_paper_says_what_was_kept(campaign: Campaign) -> None:
    papers = kept(campaign)
    assert [row.name for row in papers.checklist() if row.missing] == []
    written = {row.code: text_of(papers.write(row.code)) for row in papers.checklist()}
    assert len(written) == sum(not item.is_after_recognition for item in PAPERS)
    assert "Công đoàn cơ sở Công ty Hoa Sữa" in written["founding-committee"]
    assert "Trưởng ban" in written["founding-committee"]
    assert "7 (bảy) người" in written["founding-applicants"]
    minutes = written["founding-minutes"]
    assert "có mặt 6 (sáu) người, bằng 85,7%" in minutes and "Chăm lo bữa ăn ca" in minutes
    votes = written["founding-votes"]
    assert "không hợp lệ: 1" in votes and "83,3%" in votes and "không trúng cử" in votes
    assert "Trúng cử 2 (hai) người" in votes
    assert "do Vàng Thị Số 0 làm Chủ tịch" in written["founding-submission"]
    assert "Hồ sơ đủ" in written["founding-appraisal"] and "chưa có" in written["founding-appraisal"]
    assert "TM. BAN VẬN ĐỘNG" in written["founding-launch"]
    assert not any("{{" in text or "{%" in text for text in written.values())


@pytest.mark.django_db
def test_what_is_missing_is_a_list_and_no_file(client: Client, campaign: Campaign) -> None:
    campaign.applies(2)
    page = reverse("founding:dossier", args=[campaign.file.pk])
    assert campaign.first.user is not None
    client.force_login(campaign.first.user)
    shown = client.get(page).content.decode()
    assert "Chủ trì đại hội" in shown.replace("Người chủ trì", "Chủ trì")
    door = reverse("founding:paper", args=[campaign.file.pk, "founding-minutes"])
    answer = client.get(door, follow=True)
    assert answer.redirect_chain and "Chưa lập được" in answer.content.decode()
    # One that needs nothing more than the applications is there already.
    sent = client.get(reverse("founding:paper", args=[campaign.file.pk, "founding-applicants"]))
    assert sent.content[:2] == b"PK"
    bundle = zipfile.ZipFile(
        io.BytesIO(client.get(reverse("founding:all_papers", args=[campaign.file.pk])).content)
    )
    names = bundle.namelist()
    assert "Còn thiếu.txt" in names and any(name.endswith("người gia nhập.docx") for name in names)
    assert client.get(reverse("founding:paper", args=[campaign.file.pk, "khong-co"])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"present": 8}, "nhiều hơn số người được triệu tập"),
        ({"ballots_returned": 7}, "nhiều hơn số phiếu phát ra"),
        ({"ballots_valid": 4}, "nhiều hơn 4 phiếu hợp lệ"),
        ({"submission_on": date(2026, 11, 1)}, "trước ngày đại hội"),
    ],
)
def test_contradictions_are_said_and_nothing_is_kept(
    campaign: Campaign, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(actions.FoundingError, match=words):
        kept(campaign, **wrong)
    assert not Nominee.objects.exists()


@pytest.mark.django_db
def test_the_form_keeps_votes_and_posts(client: Client, campaign: Campaign) -> None:
    rows = campaign.applies(3)
    assert campaign.first.user is not None
    client.force_login(campaign.first.user)
    page = reverse("founding:dossier", args=[campaign.file.pk])
    sent = {
        "held_on": "12/11/2026",
        "summoned": "3",
        "present": "3",
        f"bvd-{rows[0].pk}": "head",
        f"phieu-{rows[0].pk}": "3",
        f"bch-{rows[0].pk}": "chair",
        f"phieu-{rows[1].pk}": "1",
        f"ubkt-{rows[2].pk}": "chief",
    }
    assert client.post(page, {**sent, "present": "4"}).status_code == 422
    assert not Nominee.objects.exists()
    assert client.post(page, sent).status_code == 302
    found = set(Nominee.objects.values_list("application", "body", "post", "votes"))
    assert found == {
        (rows[0].pk, "founders", "head", None),
        (rows[0].pk, "executive", "chair", 3),
        (rows[1].pk, "executive", "", 1),
        (rows[2].pk, "inspection", "chief", None),
    }
    assert "12/11/2026" in client.get(page).content.decode()


@pytest.mark.django_db
def test_scans_are_sealed_and_every_reading_is_a_line_of_the_log(campaign: Campaign) -> None:
    campaign.applies(1)
    act: dict[str, Any] = {"actor": campaign.first, "on": campaign.today, "pk": campaign.file.pk}
    with pytest.raises(actions.FoundingError, match="pdf"):
        keep_scan(**act, paper="other", name="a.exe", content=b"MZ rubbish")
    made = keep_scan(**act, paper="founding-minutes", name="Biên bản.pdf", content=b"%PDF-1.7 secret words")
    assert b"secret words" not in bytes(Scan.objects.get().sealed)
    before = FileEvent.objects.count()
    _, content = open_scan(**act, scan=made.pk)
    assert content == b"%PDF-1.7 secret words"
    assert FileEvent.objects.count() == before + 1


@pytest.mark.django_db
def test_the_team_sees_no_name_and_others_no_file(client: Client, campaign: Campaign) -> None:
    """Who works on the file without being named at the leading body knows of it, not who has applied."""
    kept(campaign)
    helper = make_user("ho-tro", home_unit=campaign.tree.north_a)
    give(helper, "officer", campaign.tree.north_a)
    name_member(actor=campaign.first, on=campaign.today, pk=campaign.file.pk, user=helper)
    client.force_login(helper)
    assert client.get(reverse("founding:file", args=[campaign.file.pk])).status_code == 200
    doors = [
        reverse("founding:dossier", args=[campaign.file.pk]),
        reverse("founding:all_papers", args=[campaign.file.pk]),
        reverse("founding:paper", args=[campaign.file.pk, "founding-applicants"]),
    ]
    assert [client.get(door).status_code for door in doors] == [403, 403, 403]
    helper_actor = acting(helper, campaign.today)
    with pytest.raises(Forbidden):
        keep_dossier(actor=helper_actor, on=campaign.today, pk=campaign.file.pk, values={}, nominees=[])
    scan = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    sent = client.post(
        reverse("founding:attach_scan", args=[campaign.file.pk]), {"paper": "other", "file": scan}
    )
    assert sent.status_code == 403 and not Scan.objects.exists()
    outsider = make_user("ngoai", home_unit=campaign.tree.south)
    give(outsider, "leader", campaign.tree.south)
    client.force_login(outsider)
    assert [client.get(door).status_code for door in doors] == [404, 404, 404]


@pytest.mark.django_db
def test_an_applicant_of_another_file_is_no_nominee(campaign: Campaign, system: Actor) -> None:
    campaign.applies(1)
    elsewhere = make_workplace(system, campaign.lead, name="Công ty Lúa Mới")
    other = apply(campaign.today, enterprise=elsewhere, citizen_id="012198099999").application
    with pytest.raises(Forbidden):
        keep_dossier(
            actor=campaign.first,
            on=campaign.today,
            pk=campaign.file.pk,
            values={},
            nominees=[NomineeData(other.pk, "founders", "head")],
        )
    assert not Nominee.objects.exists()
