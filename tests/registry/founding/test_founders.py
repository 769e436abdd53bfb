"""The founding committee's own door: officers let in, founders open, everybody chooses for themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.registry.founding import actions, queries
from congdoan.registry.founding.actions import NomineeData, keep_dossier
from congdoan.registry.founding.models import FileEvent, FounderDoor, ShownToFounders
from congdoan.registry.joining.actions import AlreadyDecided, JoiningError, refuse, withdraw
from congdoan.registry.joining.choices import LOOK, SEEN, SHOW
from congdoan.registry.joining.models import Application, Event
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user
from tests.registry.founding.conftest import Campaign

pytestmark = pytest.mark.django_db


@dataclass
class Committee:
    """A campaign with a head, a founder and others, by the codes they follow their applications by."""

    campaign: Campaign
    codes: list[str]
    rows: list[Application]

    def named(self, *places: int) -> None:
        keep_dossier(
            actor=self.campaign.first,
            on=self.campaign.today,
            pk=self.campaign.file.pk,
            values={},
            nominees=[
                NomineeData(self.rows[place].pk, "founders", "founder" if n else "head")
                for n, place in enumerate(places)
            ],
        )

    def let_in(self, *places: int) -> None:
        actions.let_in(
            actor=self.campaign.first,
            on=self.campaign.today,
            pk=self.campaign.file.pk,
            applications=[self.rows[place].pk for place in places],
        )

    def look(self, place: int) -> list[str] | None:
        part = actions.look(code=self.codes[place], on=self.campaign.today)
        return None if part is None else [person.name for person in part.people]


@pytest.fixture
def committee(campaign: Campaign) -> Committee:
    sent = [
        apply(
            campaign.today,
            enterprise=campaign.enterprise,
            full_name=f"Vàng Thị Số {n}",
            citizen_id=f"01219800{n:04d}",
            phone=f"09120001{n:02d}",
        )
        for n in range(4)
    ]
    return Committee(campaign, [one.code for one in sent], [one.application for one in sent])


def events(row: Application, kind: str) -> int:
    return Event.objects.filter(application=row, kind=kind).count()


def test_a_founder_sees_those_who_chose_it_once_let_in_and_open_themselves(committee: Committee) -> None:
    actions.show(code=committee.codes[2])
    actions.show(code=committee.codes[0])
    committee.named(0, 1)
    assert committee.look(0) is None  # not let in
    committee.let_in(0, 1)
    assert committee.look(0) == ["Vàng Thị Số 2"]
    assert committee.look(1) is None  # let in, not open to the others
    actions.show(code=committee.codes[1])
    part = actions.look(code=committee.codes[1], on=committee.campaign.today)
    assert part is not None
    assert [(one.name, one.phone, one.post) for one in part.people] == [
        ("Vàng Thị Số 0", "0912000100", "head"),
        ("Vàng Thị Số 2", "0912000102", ""),
    ]
    assert committee.look(2) is None  # an applicant who is not a founder
    actions.hide(code=committee.codes[2])
    assert committee.look(1) == ["Vàng Thị Số 0"]


def test_a_founder_learns_whether_there_are_enough_and_never_how_many(committee: Committee) -> None:
    committee.named(0)
    committee.let_in(0)
    actions.show(code=committee.codes[0])
    for place, enough in ((None, False), (4, True)):
        if place is not None:
            committee.campaign.applies(1)
        part = actions.look(code=committee.codes[0], on=committee.campaign.today)
        assert part is not None
        assert part.has_quorum is enough
        assert part.people == ()
    assert part.step is not None
    assert part.next is not None
    assert (part.step.code, part.next.code) == ("known", "surveyed")
    # One of the five is a foreign worker: four make up no quorum.
    Application.objects.filter(pk=committee.rows[3].pk).update(nationality="PH")
    part = actions.look(code=committee.codes[0], on=committee.campaign.today)
    assert part is not None
    assert part.has_quorum is False


def test_every_look_is_logged_and_names_nobody_on_the_log_of_the_file(committee: Committee) -> None:
    for place in (0, 1, 2):
        actions.show(code=committee.codes[place])
    committee.named(0, 1)
    committee.let_in(0, 1)
    before = [model.objects.count() for model in (AuditEntry, Notice, Delivery)]
    committee.look(0)
    committee.look(0)
    committee.look(1)
    assert [model.objects.count() for model in (AuditEntry, Notice, Delivery)] == before
    assert [events(row, LOOK) for row in committee.rows] == [2, 1, 0, 0]
    # Seen by the committee within four hours: one line. Whoever is not shown is not told.
    assert [events(row, SEEN) for row in committee.rows] == [1, 1, 1, 0]
    Event.objects.filter(kind=SEEN).delete()
    committee.look(0)
    assert [events(row, SEEN) for row in committee.rows] == [0, 1, 1, 0]
    lines = list(FileEvent.objects.filter(file=committee.campaign.file).values_list("words", "by"))
    assert sum(by == "Một thành viên ban vận động" for _, by in lines) == 4
    assert not [line for line in lines if any(row.full_name in " ".join(line) for row in committee.rows)]
    named = list(Event.objects.filter(kind=SEEN).values_list("by", "user"))
    assert set(named) == {(actions.COMMITTEE_NAME, None)}


def test_the_choice_is_the_workers_alone_and_idempotent(committee: Committee) -> None:
    for _ in range(2):
        actions.show(code=committee.codes[0])
    assert events(committee.rows[0], SHOW) == 1
    with pytest.raises(JoiningError, match="Không có đơn nào"):
        actions.show(code="AAAA-BBBB-CCCC")
    withdraw(code=committee.codes[1], on=committee.campaign.today)
    with pytest.raises(AlreadyDecided):
        actions.show(code=committee.codes[1])
    host = committee.campaign.tree.unions["NA1"]
    union = make_workplace(
        Actor.system("kiểm thử", today=committee.campaign.today), host, host=host, name="Công ty Có Đoàn"
    )
    sent = apply(committee.campaign.today, enterprise=union, citizen_id="012198009999")
    with pytest.raises(AlreadyDecided):
        actions.show(code=sent.code)
    assert set(ShownToFounders.objects.values_list("pk", flat=True)) == {committee.rows[0].pk}


def ways_out() -> list[tuple[str, Callable[[Committee], object]]]:
    def leaves(committee: Committee) -> object:
        return withdraw(code=committee.codes[0], on=committee.campaign.today)

    def refused(committee: Committee) -> object:
        return refuse(
            actor=committee.campaign.first,
            on=committee.campaign.today,
            pk=committee.rows[0].pk,
            reason="not_worker",
        )

    def stopped(committee: Committee) -> object:
        return actions.abandon(
            actor=committee.campaign.first,
            on=committee.campaign.today,
            pk=committee.campaign.file.pk,
            words="Dời đi",
        )

    def recognised(committee: Committee) -> object:
        committee.campaign.applications += committee.rows
        committee.campaign.ready(1)
        return actions.recognise(
            actor=committee.campaign.first,
            pk=committee.campaign.file.pk,
            data=committee.campaign.decision(),
        )

    def shut(committee: Committee) -> object:
        return actions.shut_out(
            actor=committee.campaign.first,
            on=committee.campaign.today,
            pk=committee.campaign.file.pk,
            door=FounderDoor.objects.get(application=committee.rows[0]).pk,
            reason="Làm ở phòng nhân sự",
        )

    def dropped(committee: Committee) -> object:
        return committee.named(1)

    return [(way.__name__, way) for way in (leaves, refused, stopped, recognised, shut, dropped)]


@pytest.mark.parametrize("way", [way for _, way in ways_out()], ids=[name for name, _ in ways_out()])
def test_the_door_closes_with_what_it_stood_on(
    committee: Committee, way: Callable[[Committee], object]
) -> None:
    for place in (0, 1):
        actions.show(code=committee.codes[place])
    committee.named(0, 1)
    committee.let_in(0, 1)
    assert committee.look(0) == ["Vàng Thị Số 1"]
    way(committee)
    seen = events(committee.rows[1], SEEN)
    assert committee.look(0) is None
    row = Application.objects.get(pk=committee.rows[0].pk)
    assert queries.founder_place(row) is None
    assert events(committee.rows[1], SEEN) == seen
    # And nobody sees them any more, while the other's own door is judged by itself.
    assert "Vàng Thị Số 0" not in (committee.look(1) or []) or way.__name__ in {"shut", "dropped"}


def test_who_comes_back_into_the_committee_is_let_in_anew(committee: Committee) -> None:
    actions.show(code=committee.codes[0])
    committee.named(0, 1)
    committee.let_in(0)
    committee.named(1)
    committee.named(1, 0)
    assert committee.look(0) is None
    committee.let_in(0)
    assert committee.look(0) == []
    assert list(FounderDoor.objects.order_by("pk").values_list("reason", flat=True)) == [
        "Không còn trong ban vận động.",
        "",
    ]


def test_only_officers_named_at_the_leading_body_let_in(committee: Committee, today: date) -> None:
    committee.named(0)
    pk, wanted = committee.campaign.file.pk, [committee.rows[0].pk]
    helper = make_user("to-vien")
    give(helper, "officer", committee.campaign.tree.north_a)
    actions.name_member(actor=committee.campaign.first, on=today, pk=pk, user=helper)
    for who in (acting(helper, today), Actor.system("kiểm thử", today=today)):
        with pytest.raises(Forbidden):
            actions.let_in(actor=who, on=today, pk=pk, applications=wanted)
    with pytest.raises(actions.FoundingError, match="trong ban vận động"):
        committee.let_in(2)
    with pytest.raises(actions.FoundingError, match="Hãy chọn"):
        committee.let_in()
    committee.let_in(0)
    assert actions.let_in(actor=committee.campaign.second, on=today, pk=pk, applications=wanted) == 0
    door = FounderDoor.objects.get()
    with pytest.raises(actions.FoundingError, match="lý do"):
        actions.shut_out(actor=committee.campaign.first, on=today, pk=pk, door=door.pk, reason=" ")
    actions.shut_out(actor=committee.campaign.second, on=today, pk=pk, door=door.pk, reason="Nghi ngờ")
    with pytest.raises(actions.AlreadyMoved):
        actions.shut_out(actor=committee.campaign.first, on=today, pk=pk, door=door.pk, reason="Nghi ngờ")


def test_a_founder_of_another_workplace_sees_their_own_alone(committee: Committee, system: Actor) -> None:
    campaign = committee.campaign
    other = make_workplace(system, campaign.lead, name="Công ty Lá Đỏ")
    sent = apply(campaign.today, enterprise=other, full_name="Lò Người Khác", citizen_id="012198008888")
    file = queries.FoundingFile.objects.get(enterprise=other)
    keep_dossier(
        actor=campaign.first,
        on=campaign.today,
        pk=file.pk,
        values={},
        nominees=[NomineeData(sent.application.pk, "founders", "head")],
    )
    actions.let_in(actor=campaign.first, on=campaign.today, pk=file.pk, applications=[sent.application.pk])
    for code in (*committee.codes, sent.code):
        actions.show(code=code)
    part = actions.look(code=sent.code, on=campaign.today)
    assert part is not None
    assert (part.file, part.people) == (file, ())
    assert [events(row, SEEN) for row in committee.rows] == [0, 0, 0, 0]


@contextmanager
def _counting() -> Iterator[list[int]]:
    found: list[int] = []
    with CaptureQueriesContext(connection) as asked:
        yield found
    found.append(len(asked))


def test_a_look_asks_the_same_for_one_and_for_three(committee: Committee) -> None:
    committee.named(0)
    committee.let_in(0)
    asked = []
    for place in (0, 1, 2, 3):
        actions.show(code=committee.codes[place])
        if place:
            with _counting() as n:
                committee.look(0)
            asked += n
    assert len(set(asked)) == 1, asked


@pytest.mark.django_db(transaction=True)
def test_two_founders_who_look_at_each_other_at_once_both_see(committee: Committee) -> None:
    for place in (0, 1):
        actions.show(code=committee.codes[place])
    committee.named(0, 1)
    committee.let_in(0, 1)
    start, found, wrong = threading.Barrier(2), {}, []

    def look(place: int) -> None:
        try:
            for _ in range(12):
                start.wait(timeout=20)
                found[place] = committee.look(place)
        except Exception as error:
            wrong.append(error)
            start.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=look, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert wrong == []
    assert found == {0: ["Vàng Thị Số 1"], 1: ["Vàng Thị Số 0"]}


# --------------------------------------------------------------------------------------------------
# On screen
# --------------------------------------------------------------------------------------------------


@pytest.fixture
def the_day(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: today)


def followed(code: str, do: str = "", door: str = "portal:follow") -> str:
    given = {"code": code, **({"do": do} if do else {})}
    return Client().post(reverse(door), given).content.decode()


@pytest.mark.usefixtures("the_day")
def test_the_worker_switches_by_the_code_and_a_founder_looks(committee: Committee) -> None:
    code = committee.codes[0]
    assert "Đang tắt" in followed(code)
    assert "Đang bật" in followed(code, "show")
    assert "Founding committee" not in followed(code, door="portal-en:follow")
    followed(committee.codes[1], "show")
    committee.named(0, 1)
    assert "Bạn ở trong ban vận động" not in followed(code)
    committee.let_in(0, 1)
    page = followed(code)
    assert "Bạn ở trong ban vận động" in page
    assert "Vàng Thị Số 1" not in page
    looked = followed(code, "look")
    assert "Vàng Thị Số 1" in looked
    assert "tel:0912000101" in looked
    assert "chưa đủ" in looked
    assert "Cán bộ công đoàn tìm hiểu nơi làm việc" in looked
    english = followed(code, "look", "portal-en:follow")
    assert "The union knows that people here want a union" in english
    assert "not reached yet" in english
    assert "Looked at your name and phone" in followed(committee.codes[1], door="portal-en:follow")
    assert "The founding committee at your workplace" in followed(committee.codes[1], door="portal-en:follow")
    off = followed(code, "hide")
    assert "Bạn chỉ thấy những người khác sau khi cho họ thấy bạn" in off
    assert "Vàng Thị Số 1" not in followed(code, "look")


@pytest.mark.usefixtures("the_day")
def test_the_page_of_somebody_outside_the_committee_does_not_tell_that_there_is_one(
    committee: Committee,
) -> None:
    """Word for word, and by the same questions: before there is a committee, and after it was named, let in and shown."""

    def page() -> tuple[str, list[int]]:
        with _counting() as asked:
            text = followed(committee.codes[3])
        return text.split("csrfmiddlewaretoken", 1)[0] + text[text.index("</form>") :], asked

    def plain(text: str) -> str:
        return "".join(line for line in text.splitlines(True) if "csrfmiddlewaretoken" not in line)

    before, asked = page()
    for place in (0, 1):
        actions.show(code=committee.codes[place])
    committee.named(0, 1)
    committee.let_in(0, 1)
    committee.look(0)
    after, asked_then = page()
    assert plain(before) == plain(after)
    assert asked == asked_then


@pytest.mark.usefixtures("the_day")
def test_officers_who_lead_open_and_close_on_their_page(committee: Committee, today: date) -> None:
    campaign = committee.campaign
    client, team = Client(), Client()
    assert campaign.first.user is not None
    client.force_login(campaign.first.user)
    helper = make_user("to-vien")
    give(helper, "officer", campaign.tree.north_a)
    actions.name_member(actor=campaign.first, on=today, pk=campaign.file.pk, user=helper)
    team.force_login(helper)
    page = reverse("founding:founders", args=[campaign.file.pk])
    assert "Chưa có ban vận động" in client.get(page).content.decode()
    assert team.get(page).status_code == 403
    assert page not in team.get(reverse("founding:file", args=[campaign.file.pk])).content.decode()
    assert page in client.get(reverse("founding:file", args=[campaign.file.pk])).content.decode()
    committee.named(0, 1)
    actions.show(code=committee.codes[1])
    refused = client.post(f"{page}mo/", {"don": committee.rows[3].pk})
    assert refused.status_code == 422
    assert client.post(f"{page}mo/", {"don": [row.pk for row in committee.rows[:2]]}).status_code == 302
    text = client.get(page).content.decode()
    assert text.count("đang mở") == 2
    door = FounderDoor.objects.get(application=committee.rows[0])
    assert client.post(f"{page}{door.pk}/dong/", {"reason": ""}).status_code == 422
    assert client.post(f"{page}{door.pk}/dong/", {"reason": "Ở phòng nhân sự"}).status_code == 302
    text = client.get(page).content.decode()
    assert "Ở phòng nhân sự" in text
    assert text.count("đang mở") == 1
    # The team reads that something happened, neither of whom nor why; the worker reads that it was shut, not why.
    log = team.get(reverse("founding:file", args=[campaign.file.pk])).content.decode()
    assert "Đóng phần ban vận động của một người" in log
    assert "Ở phòng nhân sự" not in log
    assert "Vàng Thị Số" not in log
    theirs = followed(committee.codes[0])
    assert "Đã đóng phần ban vận động với bạn" in theirs
    assert "Ở phòng nhân sự" not in theirs


def test_a_look_after_four_hours_is_another_for_those_who_are_seen(
    committee: Committee, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (0, 1):
        actions.show(code=committee.codes[place])
    committee.named(0)
    committee.let_in(0)
    committee.look(0)
    later = timezone.now() + timedelta(hours=5)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    committee.look(0)
    assert events(committee.rows[1], SEEN) == 2
