"""The screens of returns: what is shown to whom, what is typed, what a refusal says, and how many queries a page costs."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.units.models import Unit
from congdoan.work.returns import actions
from congdoan.work.returns.actions import Filling
from congdoan.work.returns.jobs import put_together
from congdoan.work.returns.models import Delegation, Obligation, Return, ReturnForm
from tests.factories.users import make_actor
from tests.work.returns.conftest import DAY, PERIOD, Round

People = dict[str, Actor]


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The middleware's clock: the tests live on DAY."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *given: DAY)


def client(actor: Actor) -> Client:
    made = Client()
    assert actor.user is not None
    made.force_login(actor.user)
    return made


def url(turn: Round, code: str, door: str = "return") -> str:
    return reverse(f"returns:{door}", args=[turn.owed(code).pk])


def test_a_union_fills_and_hands_in(turn: Round, people: People) -> None:
    browser = client(people["committee"])
    listed = browser.get(reverse("returns:list")).text
    assert "CĐCS NA 1" in listed and "CĐCS NA 2" not in listed and "còn 2 ngày" in listed
    page = browser.get(url(turn, "NA1"))
    assert "Lập báo cáo" in page.text
    browser.post(url(turn, "NA1", "open"))
    page = browser.get(url(turn, "NA1"))
    assert "Chưa có số liệu: Ký hợp đồng" in page.text
    names = f"/doan-vien/?don_vi=NA1&amp;ngay={date(2026, 10, 31)}"
    assert names in page.text, "a computed figure opens its names"
    sent = {"revision": "1", "so:contracts.total": "nhiều lắm", "loi:said": "Đã viết dài"}
    wrong = browser.post(url(turn, "NA1", "fill"), sent)
    assert wrong.status_code == 422 and "Ký hợp đồng" in wrong.text
    assert "nhiều lắm" in wrong.text and "Đã viết dài" in wrong.text, "what was typed is not lost"
    late = browser.post(url(turn, "NA1", "fill"), {"revision": "7", "so:contracts.total": "3456"})
    assert late.status_code == 422 and "hãy tải lại trang" in late.text
    assert 'value="3.456"' in late.text or 'value="3456"' in late.text
    assert 'name="revision" value="7"' in late.text, "the second try does not write over somebody else either"
    assert Return.objects.get().entered == {}
    sent = browser.post(
        url(turn, "NA1", "fill"), {"revision": "1", "so:contracts.total": "1.2", "act": "submit"}, follow=True
    )
    assert "chờ nghiệm thu" in sent.text
    assert Return.objects.get().entered == {"contracts.total": 1}


def test_the_superior_gives_back_and_accepts(turn: Round, people: People) -> None:
    made = actions.open_return(actor=people["committee"], on=DAY, obligation=turn.owed("NA1"))
    made = actions.fill(
        actor=people["committee"],
        made=made,
        revision=1,
        filling=Filling(
            figures={"contracts.total": Decimal(3), "end.total": Decimal(26)},
            reasons={"end.total": "Hai người mới"},
        ),
    )
    made = actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision)
    above = client(people["district"])
    page = above.get(url(turn, "NA1")).text
    assert "theo sổ 24: Hai người mới" in page and "Nghiệm thu" in page
    below = client(people["committee"])
    assert 'value="accept"' not in below.get(url(turn, "NA1")).text
    assert (
        below.post(url(turn, "NA1", "review"), {"revision": made.revision, "act": "accept"}).status_code
        == 403
    )
    empty = above.post(url(turn, "NA1", "review"), {"revision": made.revision, "act": "give_back"})
    assert empty.status_code == 422 and "ít nhất một nhận xét" in empty.text
    above.post(
        url(turn, "NA1", "review"),
        {"revision": made.revision, "act": "give_back", "nx:contracts.total": "Thiếu tổ 2"},
    )
    assert "Thiếu tổ 2" in below.get(url(turn, "NA1")).text
    made = Return.objects.get()
    below.post(
        url(turn, "NA1", "fill"), {"revision": made.revision, "so:contracts.total": "5", "act": "submit"}
    )
    made.refresh_from_db()
    above.post(url(turn, "NA1", "review"), {"revision": made.revision, "act": "accept"})
    made.refresh_from_db()
    assert made.state == "accepted"
    assert made.frozen.get().digest in above.get(url(turn, "NA1")).text
    assert "còn nguyên vẹn" in above.get(url(turn, "NA1", "restatement")).text


def test_an_exception_is_granted_on_the_page(turn: Round, people: People) -> None:
    above = client(people["district"])
    assert above.post(url(turn, "NA1", "extend"), {"due_on": "", "reason": ""}).status_code == 422
    above.post(url(turn, "NA1", "extend"), {"due_on": "2026-11-27", "reason": "Ngập lụt"})
    assert "đã gia hạn từ 05/11/2026" in client(people["committee"]).get(url(turn, "NA1")).text
    refused = client(people["committee"]).post(
        url(turn, "NA1", "extend"), {"due_on": "2026-12-27", "reason": "x"}
    )
    assert refused.status_code == 403


@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_nothing_is_found_out_of_scope(turn: Round, people: People, who: str) -> None:
    browser = client(people[who])
    for door in ("return", "restatement", "restatement_word", "word", "excel"):
        assert browser.get(url(turn, "NA1", door)).status_code == 404
    for door in ("open", "fill", "review", "extend"):
        assert browser.post(url(turn, "NA1", door)).status_code == 404
    board = browser.get(reverse("returns:board"), {"don_vi": "NA", "mau": turn.form.pk, "ky": PERIOD})
    assert board.status_code in {403, 404}
    assert "NA 1" not in board.text


def test_the_board_counts_level_by_level(turn: Round, people: People) -> None:
    actions.open_return(actor=people["committee"], on=DAY, obligation=turn.owed("NA1"))
    page = client(people["province"]).get(
        reverse("returns:board"), {"don_vi": "N", "mau": turn.form.pk, "ky": PERIOD}
    )
    assert "đã nghiệm thu 0/6" in page.text
    assert (
        "LĐLĐ huyện Bắc A" in page.text and "LĐLĐ huyện Bắc B" in page.text and "CĐCS NA 1" not in page.text
    )
    below = client(people["province"]).get(
        reverse("returns:board"), {"don_vi": "NA", "mau": turn.form.pk, "ky": PERIOD}
    )
    assert "CĐCS NA 1" in below.text and "CĐCS NB 1" not in below.text


def _queries(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


def test_pages_cost_the_same_for_one_and_many(turn: Round, people: People) -> None:
    browser = client(people["province"])
    listed = f"{reverse('returns:list')}?duoi="
    assert _queries(browser, listed + "NA1") == _queries(browser, listed + "N")
    actions.make_obligations(actor=turn.system, form=turn.form, period="2026-09")
    Obligation.objects.filter(period="2026-09").exclude(unit__code="NA1").delete()
    board = f"{reverse('returns:board')}?mau={turn.form.pk}&don_vi=NA&ky="
    assert _queries(browser, board + "2026-09") == _queries(browser, board + PERIOD)
    for code in ("NA1", "NA"):
        actions.open_return(actor=people["province"], on=DAY, obligation=turn.owed(code))
    assert _queries(browser, url(turn, "NA")) <= _queries(browser, url(turn, "NA1")) + 8
    assert _queries(browser, url(turn, "NA1")) < 60


def test_word_excel_and_booklet(turn: Round, people: People) -> None:
    made = actions.open_return(actor=people["committee"], on=DAY, obligation=turn.owed("NA1"))
    made = actions.fill(
        actor=people["committee"],
        made=made,
        revision=1,
        filling=Filling(figures={"contracts.total": Decimal(17)}, texts={"said": "Tổ chức hội thao"}),
    )
    actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision)
    browser = client(people["district"])
    document = Document(io.BytesIO(browser.get(url(turn, "NA1", "word")).content))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "Tổ chức hội thao" in words and "17" in cells and "CÔNG ĐOÀN CƠ SỞ NA 1" in "\n".join(cells)
    sheet = load_workbook(io.BytesIO(browser.get(url(turn, "NA1", "excel")).content)).active
    assert sheet is not None
    assert 17 in [cell.value for row in sheet.iter_rows() for cell in row]
    asked = {"mau": turn.form.pk, "ky": PERIOD, "don_vi": "NA"}
    booklet = Document(io.BytesIO(browser.post(reverse("returns:booklet"), asked).content))
    text = "\n".join(cell.text for table in booklet.tables for row in table.rows for cell in row.cells)
    assert "CÔNG ĐOÀN CƠ SỞ NA 1" in text and "NA 2" not in text, "only what was handed in"
    assert client(people["neighbour"]).post(reverse("returns:booklet"), asked).status_code == 404
    run = JobRun.objects.create(
        kind="returns.booklet",
        title="Tập",
        user=people["district"].user,
        unit=turn.tree.north_a,
        arguments={"form": turn.form.pk, "period": PERIOD},
    )
    kept = put_together(run, lambda done, total, words: None)
    same = b"".join(browser.get(kept).streaming_content)  # type: ignore[attr-defined]
    assert len(Document(io.BytesIO(same)).tables) == len(booklet.tables)
    assert client(people["neighbour"]).get(kept).status_code in {403, 404}
    assert client(people["province"]).get(kept).status_code == 404, "made of what another sees"
    reader = make_actor(DAY, turn.tree.north_a, "viewer")
    assert not may(reader, "returns.accept", turn.tree.north_a)
    run.user = reader.user
    run.save()
    kept = put_together(run, lambda done, total, words: None)
    same = b"".join(client(reader).get(kept).streaming_content)  # type: ignore[attr-defined]
    assert len(Document(io.BytesIO(same)).tables) == len(booklet.tables)
    own = make_actor(DAY, turn.tree.north_a, "committee", reach="own")
    assert client(own).get(kept).status_code == 404


def test_somebody_stands_in_on_the_page(turn: Round, people: People) -> None:
    officer, leader = people["officer"].user, people["district"].user
    assert officer is not None and leader is not None
    browser = client(people["district"])
    browser.post(
        f"{reverse('returns:delegations')}?don_vi=NA",
        {"absent": leader.pk, "substitute": officer.pk, "from_on": "2026-11-03", "reason": "Đi học"},
    )
    given = Delegation.objects.get()
    assert "Đi học" in browser.get(f"{reverse('returns:delegations')}?don_vi=NA").text
    assert (
        client(people["neighbour"]).post(reverse("returns:end_delegation", args=[given.pk])).status_code
        == 404
    )
    browser.post(reverse("returns:end_delegation", args=[given.pk]))
    given.refresh_from_db()
    assert given.last_day == DAY


def test_an_office_makes_a_form_without_a_programmer(turn: Round, people: People) -> None:
    browser = client(people["province"])
    north = Unit.objects.get(code="N")
    browser.post(
        reverse("returns:new_form"), {"owner": north.pk, "code": "cham-lo-tet", "title": "Chăm lo Tết"}
    )
    form = ReturnForm.objects.get(code="cham-lo-tet")
    edit = reverse("returns:edit", args=[form.pk])
    head = {
        "title": "Chăm lo Tết",
        "cadence": "month",
        "owed_by": ["district_federation"],
        "opens": 1,
        "due": 5,
        "late": 8,
        "months": "1, 10",
    }
    assert browser.post(f"{edit}?phan=head", {**head, "months": "13"}).status_code == 422
    assert browser.post(f"{edit}?phan=head", head).status_code == 302
    browser.post(f"{edit}?phan=section", {"title": "Kết quả", "columns": ["total", "women"]})
    row = {"source": "indicator", "indicator": "members_total", "window": "end", "decimals": 0}
    browser.post(
        f"{edit}?phan=row&thuoc=ket_qua", {**row, "title": "Đoàn viên", "columns": ["total", "women"]}
    )
    asked = {"title": "Suất quà", "source": "asked", "window": "period", "columns": ["total"], "unit": "suất"}
    browser.post(f"{edit}?phan=row&thuoc=ket_qua", asked)
    check = {
        "left": "suat_qua.total",
        "operator": "le",
        "level": "soft",
        "message": "Quà không nhiều hơn đoàn viên",
    }
    refused = browser.post(f"{edit}?phan=check", {**check, "right": "khong_co.total"})
    assert refused.status_code == 422 and "không có ô “khong_co.total”" in refused.text
    assert browser.post(f"{edit}?phan=check", {**check, "right": "doan_vien.total"}).status_code == 302
    browser.post(f"{edit}?phan=text", {"title": "Cách làm hay", "hint": ""})
    change = reverse("returns:change", args=[form.pk])
    browser.post(change, {"act": "up", "phan": "row", "ma": "suat_qua"})
    browser.post(change, {"act": "remove", "phan": "section", "ma": "phan_1"})
    browser.post(change, {"act": "publish"})
    page = browser.get(reverse("returns:form", args=[form.pk])).text
    assert "đã ban hành" in page and "Quà không nhiều hơn đoàn viên" in page
    out = browser.post(reverse("returns:give_out", args=[form.pk]), {"ky": "2026-09"}, follow=True)
    assert "chỉ báo cáo tháng 1, 10" in out.text
    browser.post(reverse("returns:give_out", args=[form.pk]), {"ky": "2026-10"})
    assert form.obligations.count() == 2
    definition = form.versions.get().definition
    assert [row["code"] for row in definition["sections"][0]["rows"]] == ["suat_qua", "doan_vien"]
    assert client(people["district"]).get(reverse("returns:form", args=[form.pk])).status_code == 404


def test_days_by_kind_and_what_a_row_counts_are_set_on_screen(turn: Round, people: People) -> None:
    browser = client(people["province"])
    edit = reverse("returns:edit", args=[turn.form.pk])
    assert "Thời hạn riêng" in browser.get(f"{edit}?phan=deadlines").text
    refused = browser.post(f"{edit}?phan=deadlines", {"grassroots_union-due": "20"})
    assert refused.status_code == 422 and "Thời hạn phải theo thứ tự" in refused.text
    given = {"grassroots_union-opens": "2", "grassroots_union-due": "3", "district_federation-late": "9"}
    assert browser.post(f"{edit}?phan=deadlines", given).status_code == 302
    row = {"title": "Kết nạp ở khu vực nhà nước", "source": "measure", "window": "period", "decimals": 0}
    row |= {"columns": ["total"], "sector_group": "state", "places": ["stable"]}
    where = f"{edit}?phan=row&thuoc=members"
    refused = browser.post(where, {**row, "measure": "workers", "movement": ["admit"]})
    assert refused.status_code == 422 and "không đếm theo biến động" in refused.text
    refused = browser.post(where, {**row, "source": "asked", "movement": ["admit"]})
    assert refused.status_code == 422
    assert (
        browser.post(where, {**row, "measure": "members", "movement": ["admit", "readmit"]}).status_code
        == 302
    )
    draft = turn.form.versions.get(published_at__isnull=True).definition
    made = draft["sections"][0]["rows"][-1]
    assert made["filters"] == {"movement": ["admit", "readmit"]}
    assert made["scope"] == {"sector_group": "state", "stable": True}
    shown = browser.get(f"{where}&ma={made['code']}").text
    assert re.search(r'value="readmit"[^>]*checked', shown) and re.search(
        r'value="stable"[^>]*checked', shown
    )
    page = browser.get(reverse("returns:form", args=[turn.form.pk])).text
    assert "chỉ đếm: kết nạp; kết nạp lại; khu vực nhà nước; hoạt động ổn định" in page
    assert "hạn nộp sau 3, nộp muộn sau 8 ngày" in page
    browser.post(reverse("returns:change", args=[turn.form.pk]), {"act": "publish"})
    browser.post(reverse("returns:give_out", args=[turn.form.pk]), {"ky": "2026-09"})
    due = dict(turn.form.obligations.filter(period="2026-09").values_list("unit__code", "due_on"))
    assert due["NA1"] == date(2026, 10, 5) and due["NA"] == date(2026, 10, 5)
    opens = dict(turn.form.obligations.filter(period="2026-09").values_list("unit__code", "opens_on"))
    assert opens["NA1"] == date(2026, 10, 2) and opens["NA"] == date(2026, 10, 1)
