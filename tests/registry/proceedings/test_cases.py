"""A case goes from its cause to what is left after the decision: with proof at each step, booked on its day, taken back
when its reorganisation is, one winner among two officers, known to the body that leads it alone."""

from __future__ import annotations

import io
from datetime import date, timedelta

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.measures.queries import differences, stock
from congdoan.foundation.units.models import Unit
from congdoan.registry.committees.actions import ChangeData, Seat
from congdoan.registry.committees.choices import BY_ELECTION
from congdoan.registry.committees.documents import change_paper
from congdoan.registry.committees.queries import posts_on
from congdoan.registry.founding.models import CommitteePost
from congdoan.registry.membership.models import Membership
from congdoan.registry.organisation.actions import end_unions
from congdoan.registry.organisation.models import UnitProfile
from congdoan.registry.people.models import Person
from congdoan.registry.proceedings import choices
from congdoan.registry.proceedings.actions import (
    AlreadyMoved,
    DissolutionData,
    EvidenceData,
    ProceedingError,
    advance,
    decide_consolidation,
    decide_dissolution,
    install_stages,
    open_proceeding,
    reopen,
    stop,
)
from congdoan.registry.proceedings.documents import proposal
from congdoan.registry.proceedings.models import Proceeding, Stage
from congdoan.registry.proceedings.queries import following, stages
from congdoan.registry.reorganisation.actions import undo
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.registry.membership.test_at_the_same_time import at_once

JOINED, TERM = date(2025, 3, 1), date(2030, 3, 1)
PAPER = EvidenceData(paper_number="1/BB", paper_on=date(2026, 11, 10))


@pytest.fixture
def unit(tree: Tree) -> Unit:
    return tree.unions["NA1"]


@pytest.fixture
def people(unit: Unit, system: Actor) -> list[Person]:
    return make_members(system, unit, JOINED, 4)


@pytest.fixture
def chair(unit: Unit, people: list[Person]) -> CommitteePost:
    return CommitteePost.objects.create(
        unit=unit, person=people[0], post="chair", during=DateRange(JOINED, TERM)
    )


@pytest.fixture
def superior(tree: Tree, today: date) -> Actor:
    """Leads for the whole province: the district that leads the case stands below it."""
    return acting(officer("cap-tren", "leader", tree.north), today)


def opened(actor: Actor, today: date, unit: Unit, kind: str = choices.CONSOLIDATION) -> Proceeding:
    cause = choices.CAUSES[kind][0][0]
    return open_proceeding(actor=actor, on=today, unit=unit, kind=kind, cause=cause)


def up_to_decision(actor: Actor, today: date, found: Proceeding) -> Proceeding:
    way = stages(found.kind, today)
    while (coming := following(way, found.stage)) is not None and coming.code != choices.DECIDED:
        found = advance(actor=actor, on=today, pk=found.pk, from_stage=found.stage, evidence=PAPER)
    return found


def replacing(today: date, chair: CommitteePost, person: Person, number: str = "9/QĐ") -> ChangeData:
    return ChangeData(BY_ELECTION, number, today, [chair.pk], [Seat(person.pk, "chair")], TERM)


@pytest.mark.django_db
def test_a_committee_is_completed_step_by_step(
    tree: Tree, unit: Unit, people: list[Person], chair: CommitteePost, superior: Actor, today: date
) -> None:
    found = opened(superior, today, unit)
    assert (found.led_by, found.stage, found.due_on) == (tree.north_a, "opened", today + timedelta(days=15))
    with pytest.raises(ProceedingError, match="cần văn bản: biên bản làm việc"):
        advance(
            actor=superior, on=today, pk=found.pk, from_stage="opened", evidence=EvidenceData("Đã họp xong")
        )
    with pytest.raises(ProceedingError, match="cả số và ngày"):
        advance(
            actor=superior,
            on=today,
            pk=found.pk,
            from_stage="opened",
            evidence=EvidenceData(paper_number="1/BB"),
        )
    with pytest.raises(ProceedingError, match="Chưa đến bước quyết định"):
        decide_consolidation(actor=superior, pk=found.pk, on=today, data=replacing(today, chair, people[1]))
    assert [post.person_id for post in posts_on(unit.pk, today)] == [people[0].pk]
    found = up_to_decision(superior, today, found)
    found = decide_consolidation(
        actor=superior, pk=found.pk, on=today, data=replacing(today, chair, people[1])
    )
    assert [post.person_id for post in posts_on(unit.pk, today)] == [people[1].pk]
    assert found.decision is not None
    assert CommitteePost.objects.get(pk=chair.pk).ending_decision == found.decision
    assert (found.stage, found.due_on, found.state) == ("decided", today + timedelta(days=90), choices.OPEN)
    later = acting(superior.user, today + timedelta(days=80))
    found = advance(
        actor=later,
        on=later.today,
        pk=found.pk,
        from_stage="decided",
        evidence=EvidenceData("Đã sinh hoạt hai lần"),
    )
    assert (found.state, found.closed_on) == (choices.DONE, later.today)
    words = " ".join(
        cell.text
        for table in docx.Document(io.BytesIO(change_paper(unit, found.decision))).tables
        for row in table.rows
        for cell in row.cells
    )
    assert people[0].full_name in words
    assert people[1].full_name in words


@pytest.mark.django_db
def test_a_dissolution_moves_the_members_and_can_be_taken_back(
    tree: Tree, unit: Unit, people: list[Person], chair: CommitteePost, superior: Actor, today: date
) -> None:
    to = tree.unions["NA2"]
    found = up_to_decision(superior, today, opened(superior, today, unit, choices.DISSOLUTION))
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(proposal(found, on=today))).paragraphs)
    assert "có 4 đoàn viên" in text
    assert "doanh nghiệp giải thể" in text
    with pytest.raises(ProceedingError, match="chính công đoàn"):
        decide_dissolution(actor=superior, pk=found.pk, data=DissolutionData("3/QĐ", today, today, unit))
    found = decide_dissolution(actor=superior, pk=found.pk, data=DissolutionData("3/QĐ", today, today, to))
    unit.refresh_from_db()
    assert unit.ended_on == today
    assert stock("members", [unit.pk, to.pk], on=today) == {unit.pk: 0, to.pk: 4}
    assert not posts_on(unit.pk, today).exists()
    assert found.decision is not None
    # The body that may recognise unions on that day: a province since 2025 (Law 97/2025/QH15).
    assert found.decision.issuer == tree.north
    assert found.stage == choices.DECIDED
    with pytest.raises(AlreadyMoved, match="đang có hiệu lực"):
        reopen(actor=superior, on=today, pk=found.pk)
    assert found.reorganisation is not None
    undo(actor=superior, on=today, reorganisation=found.reorganisation, reason="ghi nhầm")
    assert [post.person_id for post in posts_on(unit.pk, today)] == [people[0].pk]
    found = reopen(actor=superior, on=today, pk=found.pk)
    assert (found.stage, found.state, found.decision) == ("submitted", choices.OPEN, None)
    again = decide_dissolution(
        actor=superior,
        pk=found.pk,
        data=DissolutionData("4/QĐ", today, today, leave="leave", reason="doanh nghiệp giải thể"),
    )
    assert Membership.objects.filter(unit=to, during__contains=today).count() == 0
    done = advance(actor=superior, on=today, pk=again.pk, from_stage="decided", evidence=PAPER)
    assert done.state == choices.DONE
    assert not differences()


@pytest.mark.django_db
def test_a_union_that_ends_by_itself_ends_its_posts(
    tree: Tree, unit: Unit, system: Actor, today: date
) -> None:
    (person,) = make_members(system, tree.unions["NA2"], JOINED, 1)
    post = CommitteePost.objects.create(
        unit=unit, person=person, post="chair", during=DateRange(JOINED, TERM)
    )
    end_unions(actor=system, on=today, units=[unit])
    post.refresh_from_db()
    assert post.during.upper == today


@pytest.mark.django_db
def test_what_stands_in_the_way_is_said_and_nothing_is_written(
    tree: Tree, unit: Unit, people: list[Person], superior: Actor, today: date
) -> None:
    with pytest.raises(ProceedingError, match="công đoàn cơ sở"):
        opened(superior, today, tree.north_a)
    with pytest.raises(ProceedingError, match="ghi rõ"):
        open_proceeding(
            actor=superior, on=today, unit=unit, kind=choices.DISSOLUTION, cause="other", words=" "
        )
    with pytest.raises(ProceedingError, match="chọn việc"):
        open_proceeding(actor=superior, on=today, unit=unit, kind=choices.DISSOLUTION, cause="term")
    found = opened(superior, today, unit)
    with pytest.raises(AlreadyMoved, match="đang có một việc"):
        opened(superior, today, unit)
    with pytest.raises(ProceedingError, match="chưa tới"):
        advance(
            actor=superior,
            on=today + timedelta(days=1),
            pk=found.pk,
            from_stage=found.stage,
            evidence=PAPER,
        )
    with pytest.raises(ProceedingError, match="từ"):
        advance(
            actor=superior,
            on=today - timedelta(days=1),
            pk=found.pk,
            from_stage=found.stage,
            evidence=PAPER,
        )
    with pytest.raises(ProceedingError, match="lý do dừng"):
        stop(actor=superior, on=today, pk=found.pk, words="")
    stop(actor=superior, on=today, pk=found.pk, words="Đã bầu lại tại đại hội")
    with pytest.raises(AlreadyMoved):
        advance(actor=superior, on=today, pk=found.pk, from_stage=found.stage, evidence=PAPER)
    # A stopped one does not stand in the way of the next.
    opened(superior, today, unit)


@pytest.mark.django_db
def test_only_the_body_that_leads_it_knows_of_a_case(
    tree: Tree, unit: Unit, superior: Actor, today: date, client: Client
) -> None:
    found = opened(superior, today, unit)
    for name, role, at in (
        ("bch", "committee", unit),
        ("xem", "viewer", tree.north),
        ("lang-gieng", "leader", tree.north_b),
        ("tinh-khac", "leader", tree.south),
    ):
        user = officer(name, role, at)
        with pytest.raises(Forbidden):
            advance(actor=acting(user, today), on=today, pk=found.pk, from_stage="opened", evidence=PAPER)
        client.force_login(user)
        assert client.get(reverse("proceedings:proceeding", args=[found.pk])).status_code in {403, 404}
        assert (
            reverse("proceedings:proceeding", args=[found.pk])
            not in client.get(reverse("proceedings:list")).content.decode()
        )


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_move_it_once(unit: Unit, superior: Actor, today: date) -> None:
    found = opened(superior, today, unit)

    def go() -> object:
        return advance(actor=superior, on=today, pk=found.pk, from_stage="opened", evidence=PAPER)

    results = at_once(go, go)
    assert [type(error) for error in results] == [AlreadyMoved]
    assert Proceeding.objects.get().entries.filter(stage="reviewed").count() == 1


@pytest.mark.django_db
def test_on_screen(
    tree: Tree,
    unit: Unit,
    people: list[Person],
    chair: CommitteePost,
    superior: Actor,
    today: date,
    client: Client,
) -> None:
    # Doors go by the day itself.
    day = localdate().isoformat()
    assert superior.user is not None
    client.force_login(superior.user)
    page = client.post(
        reverse("proceedings:new"),
        {"unit": unit.code, "kind": choices.CONSOLIDATION, "cause": "too_few", "words": ""},
    )
    assert page.status_code == 422
    assert "không phải của việc" in page.content.decode()
    page = client.post(
        reverse("proceedings:new"),
        {"unit": unit.code, "kind": choices.CONSOLIDATION, "cause": "no_chair", "words": ""},
    )
    found = Proceeding.objects.get()
    assert page.headers["Location"] == reverse("proceedings:proceeding", args=[found.pk])
    scan = SimpleUploadedFile("biên bản.pdf", b"%PDF-1.7 x", content_type="application/pdf")
    where = reverse("proceedings:advance", args=[found.pk])
    bad = SimpleUploadedFile("x.exe", b"MZ", content_type="application/pdf")
    answer = client.post(where, {"from_stage": "opened", "on": day, "file": bad})
    assert answer.status_code == 422
    assert "phải là .pdf" in answer.content.decode()
    answer = client.post(where, {"from_stage": "opened", "on": day, "file": scan})
    assert answer.status_code == 302
    page = client.get(reverse("proceedings:proceeding", args=[found.pk]))
    assert "biên bản.pdf" in page.content.decode()
    found.refresh_from_db()
    up_to_decision(acting(superior.user, localdate()), localdate(), found)
    decide = reverse("proceedings:decide", args=[found.pk])
    sent = {
        "way": BY_ELECTION,
        "number": "9/QĐ",
        "issued_on": day,
        "on": day,
        "leaving": [chair.pk],
        "last_on": "2030-02-28",
        "name_1": people[1].full_name,
        "post_1": "chair",
    }
    assert client.post(decide, {**sent, "number": ""}).status_code == 422
    assert client.post(decide, sent).status_code == 302
    assert [post.person_id for post in posts_on(unit.pk, localdate())] == [people[1].pk]
    found.refresh_from_db()
    assert found.decision is not None
    paper = client.get(reverse("committees:paper", args=[unit.code, found.decision.pk]))
    assert docx.Document(io.BytesIO(paper.content)).tables
    assert client.get(reverse("proceedings:proposal", args=[found.pk])).status_code == 200
    UnitProfile.objects.update_or_create(unit=unit, defaults={"counted_as": "opening"})
    listed = client.get(reverse("committees:list")).content.decode()
    assert people[1].full_name in listed


@pytest.mark.django_db
def test_as_many_queries_for_three_as_for_one(
    tree: Tree, superior: Actor, system: Actor, today: date, client: Client
) -> None:
    assert superior.user is not None
    client.force_login(superior.user)
    counts: dict[str, list[int]] = {"proceedings:list": [], "committees:list": []}
    for number, code in enumerate(("NA1", "NA2", "NB1")):
        UnitProfile.objects.update_or_create(unit=tree.unions[code], defaults={"counted_as": "opening"})
        opened(superior, today, tree.unions[code])
        (person,) = make_members(system, tree.unions[code], JOINED, 1, start=number * 10)
        CommitteePost.objects.create(
            unit=tree.unions[code], person=person, post="chair", during=DateRange(JOINED, TERM)
        )
        for door, seen in counts.items():
            assert client.get(reverse(door)).content.count(b"<tr") > number
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(door))
            seen.append(len(queries))
    for seen in counts.values():
        assert len(set(seen)) == 1


@pytest.mark.django_db
def test_shipped_steps_are_loaded_once_and_kept_as_an_office_changed_them() -> None:
    before = Stage.objects.count()
    assert before == 12
    Stage.objects.filter(kind=choices.DISSOLUTION, code="settled").update(days=60)
    install_stages()
    assert Stage.objects.count() == before
    assert Stage.objects.get(kind=choices.DISSOLUTION, code="settled").days == 60


@pytest.mark.django_db
def test_the_line_of_the_queue_opens_just_what_it_counts(
    tree: Tree, superior: Actor, today: date, client: Client
) -> None:
    codes = ("NA1", "NA2", "NB1")
    for code in codes:
        opened(superior, today, tree.unions[code])
    Proceeding.objects.filter(unit=tree.unions["NA1"]).update(due_on=localdate() - timedelta(days=2))
    Proceeding.objects.filter(unit=tree.unions["NA2"]).update(due_on=localdate() + timedelta(days=7))
    Proceeding.objects.filter(unit=tree.unions["NB1"]).update(due_on=localdate() + timedelta(days=8))
    actor = acting(superior.user, localdate())
    (line,) = [item for item in work_queue(actor, tree.north, localdate()) if "kiện toàn" in item.title]
    assert line.title.startswith("2 việc")
    assert superior.user is not None
    client.force_login(superior.user)
    page = client.get(line.url).content.decode()
    assert page.count("/kien-toan-giai-the/") >= 2
    assert [name in page for name in (tree.unions[code].name for code in codes)] == [True, True, False]
