"""The doors of founding as officers use them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.rules import Actor
from congdoan.registry.founding import choices
from congdoan.registry.founding.models import CommitteePost, FirstYearTask, FoundingFile
from congdoan.registry.founding.queries import following, steps
from congdoan.registry.membership.models import Membership
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import officer
from tests.registry.founding.conftest import Campaign, prove

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: today)


def signed_in(actor: Actor) -> Client:
    client = Client()
    assert actor.user is not None
    client.force_login(actor.user)
    return client


def test_from_the_first_step_to_the_end_of_the_first_year(campaign: Campaign) -> None:
    campaign.applies(5)
    client, page = signed_in(campaign.first), reverse("founding:file", args=[campaign.file.pk])
    helper = officer("to-vien", "officer", campaign.tree.north_a)
    assert "Hoa Sữa" in client.get(reverse("founding:board")).content.decode()
    posted = client.post(f"{page}to-van-dong/", {"user": helper.pk, "task": "Khảo sát"})
    assert posted.status_code == 302
    theirs = Client()
    theirs.force_login(helper)
    assert helper.get_full_name() in theirs.get(reverse("founding:board")).content.decode()
    while campaign.file.step != "appraised":
        coming = following(steps(campaign.file.kind, campaign.today), campaign.file.step)
        assert coming is not None
        prove(campaign.file, coming.proof, campaign.today)
        given = {"from_step": campaign.file.step, "on": "18/11/2026", "words": "Biên bản"}
        assert theirs.post(f"{page}buoc-tiep/", given).status_code == 302
    again = theirs.post(f"{page}buoc-tiep/", {"from_step": "known", "on": "18/11/2026", "words": "x"})
    assert again.status_code == 422
    assert "vừa được người khác ghi" in again.content.decode()
    assert "Ghi quyết định công nhận" not in theirs.get(page).content.decode()
    assert theirs.get(f"{page}cong-nhan/").status_code == 403
    assert "Ghi quyết định công nhận" in client.get(page).content.decode()
    shown = client.get(f"{page}cong-nhan/").content.decode()
    assert "17/11/2031" in shown  # five years, the last day
    pks = [application.pk for application in campaign.applications]
    given = {
        "number": "12/QĐ",
        "issued_on": "18/11/2026",
        "on": "18/11/2026",
        "code": "CDMOI",
        "name": "CĐCS Hoa Sữa",
        "term_until": "17/11/2031",
        "don": pks,
    }
    refused = client.post(f"{page}cong-nhan/", given)
    assert refused.status_code == 422
    assert "đúng một Chủ tịch" in refused.content.decode()
    assert not Membership.objects.exists()
    done = client.post(f"{page}cong-nhan/", {**given, f"chuc-vu-{pks[0]}": "chair"})
    assert done.status_code == 302
    assert Membership.objects.count() == 5
    assert CommitteePost.objects.get().during.upper == date(2031, 11, 18)
    after = client.get(page).content.decode()
    assert "CĐCS Hoa Sữa" in after
    assert "Chủ tịch: Vàng Thị Số 0" in after
    for task in FirstYearTask.objects.all():
        assert client.post(f"{page}nam-dau/{task.pk}/xong/").status_code == 302
    assert "ngày ra mắt (Hồ sơ pháp lý)" in after
    prove(campaign.file, "launch", campaign.today)
    for step in ("recognised", "launched"):
        given = {"from_step": step, "on": "18/11/2026", "words": "Đã làm"}
        assert client.post(f"{page}buoc-tiep/", given).status_code == 302
    assert campaign.file.state == choices.SUPPORTED
    assert "Hoa Sữa" not in client.get(reverse("founding:list")).content.decode()
    assert "Hoa Sữa" in client.get(f"{reverse('founding:list')}?xem=tat-ca").content.decode()


def test_an_officer_opens_a_file_changes_its_kind_and_stops_it(campaign: Campaign) -> None:
    client = signed_in(campaign.first)
    wrong = client.post(reverse("founding:new"), {"enterprise": "khong-co", "kind": "direct"})
    assert "Không thấy doanh nghiệp" in wrong.content.decode()
    given = {"enterprise": campaign.enterprise.code, "kind": "direct", "words": "Theo kế hoạch"}
    assert client.post(reverse("founding:new"), given).status_code == 302
    page = reverse("founding:file", args=[campaign.file.pk])
    assert client.post(f"{page}hinh-thuc/", {"kind": "temporary"}).status_code == 302
    assert client.post(f"{page}dung/", {"words": ""}).status_code == 422
    assert client.post(f"{page}dung/", {"words": "Doanh nghiệp dời đi"}).status_code == 302
    assert (campaign.file.kind, campaign.file.state) == ("temporary", "abandoned")


def test_the_list_goes_by_the_day_due_and_shows_everything_page_by_page(
    campaign: Campaign, system: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("congdoan.registry.founding.views.file_page._PAGE", 2)
    for n in range(5):
        place = make_workplace(system, campaign.lead, name=f"Công ty Thứ {n}")
        apply(campaign.today, enterprise=place, citizen_id=f"01219800070{n}")
    FoundingFile.objects.filter(enterprise__name="Công ty Thứ 1").update(due_on=None)
    FoundingFile.objects.filter(enterprise__name="Công ty Thứ 3").update(due_on=None)
    client, address, seen = signed_in(campaign.first), reverse("founding:list"), []
    for _ in range(3):
        text = client.get(address).content.decode()
        seen += [int(n) for n in re.findall(r"Công ty Thứ (\d)<", text)]
        start = text.find('rel="next" href="')
        address = text[start + 17 : text.find('"', start + 17)].replace("&amp;", "&") if start > 0 else ""
    assert (sorted(seen), address) == ([0, 1, 2, 3, 4], "")
    assert set(seen[-2:]) == {1, 3}
    for odd in ("x", "9.9.9", "999999999.1", "0.0"):
        assert client.get(f"{reverse('founding:list')}?sau={odd}").status_code == 200


def test_pages_ask_the_same_for_one_file_and_for_three(campaign: Campaign, system: Actor) -> None:
    client, asked = signed_in(campaign.first), []
    campaign.applies(1)
    for n in (0, 1, 2):
        if n:
            place = make_workplace(system, campaign.lead, name=f"Công ty {n}")
            apply(campaign.today, enterprise=place, citizen_id=f"01219800070{n}")
        for name in ("board", "list"):
            client.get(reverse(f"founding:{name}"))
            with CaptureQueriesContext(connection) as found:
                client.get(reverse(f"founding:{name}"))
            asked.append((name, len(found)))
    assert len(set(asked)) == 2, asked


def test_the_work_queue_speaks_of_files_to_those_who_know_them(campaign: Campaign, today: date) -> None:
    campaign.applies(1)
    other = officer("khac", "officer", campaign.lead)
    FoundingFile.objects.update(due_on=today)

    def lines(actor: Actor) -> list[str]:
        return [
            item.title for item in work_queue(actor, campaign.lead, today) if "hồ sơ thành lập" in item.title
        ]

    assert lines(campaign.first) == ["1 hồ sơ thành lập công đoàn cần làm bước tiếp theo"]
    assert lines(Actor(user=other, today=today)) == []
