"""A round from opening to the register: who gets what, what becomes of answers, who reads what was said in confidence."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.files.models import StoredFile
from congdoan.registry.enterprises.actions import EnterpriseData, HeadcountData, observe_headcounts
from congdoan.registry.enterprises.actions import register_enterprises as register
from congdoan.registry.enterprises.models import Enterprise, HeadcountObservation
from congdoan.registry.enterprises.queries import standing_of
from congdoan.registry.fieldwork import choices
from congdoan.registry.fieldwork.actions import (
    Answer,
    FieldworkError,
    RoundData,
    WrongAnswer,
    close_round,
    give,
    hand_on,
    open_round,
    send,
    settle,
)
from congdoan.registry.fieldwork.models import Survey, SurveyRound, SurveyTask
from congdoan.registry.fieldwork.queries import latest_survey, marks, progress
from tests.factories.officers import actor as acting
from tests.factories.officers import give as grant
from tests.factories.officers import make_user, officer
from tests.factories.tree import Tree

SINCE = date(2024, 1, 1)
JPEG = b"\xff\xd8\xff" + b"x" * 200


@pytest.fixture
def employers(tree: Tree, system: Actor) -> list[Enterprise]:
    return register(
        actor=system,
        on=SINCE,
        items=[
            EnterpriseData(
                f"Công ty {place}",
                "non_state",
                unit=tree.north_a,
                tax_code=f"010010{place:04d}",
                registered_on=SINCE,
            )
            for place in range(1, 8)
        ],
    )


@pytest.fixture
def boss(tree: Tree, today: date) -> Actor:
    return acting(officer("can-bo", "officer", tree.north_a), today)


@pytest.fixture
def helper(tree: Tree, today: date) -> Actor:
    return acting(officer("cong-tac-vien", "collaborator", tree.north_a), today)


@pytest.fixture
def opened(tree: Tree, boss: Actor, today: date) -> SurveyRound:
    data = RoundData(tree.north_a, "Khảo sát quý IV", date(2026, 11, 1), date(2026, 12, 1))
    return open_round(actor=boss, on=today, data=data)


def give_to(boss: Actor, opened: SurveyRound, employers: list[Enterprise], *who: Actor) -> list[SurveyTask]:
    give(
        actor=boss,
        on=boss.today,
        survey_round=opened,
        enterprise_ids=[row.pk for row in employers],
        surveyors=[one.user for one in who if one.user],
    )
    return list(opened.tasks.order_by("enterprise__sort_key", "pk"))


def answer(task: SurveyTask, actor: Actor, workers: int = 120, **values: object) -> Answer:
    assert actor.user is not None
    mark = marks([task.enterprise_id], besides=actor.user.pk)[task.enterprise_id]
    given: dict[str, object] = {
        "client_key": uuid4(),
        "task_id": task.pk,
        "mark": mark,
        "surveyed_on": date(2026, 11, 16),
        "workers": workers,
        **values,
    }
    return Answer(**given)  # type: ignore[arg-type]


def test_employers_are_shared_evenly_and_once(
    boss: Actor, helper: Actor, opened: SurveyRound, employers: list[Enterprise]
) -> None:
    give_to(boss, opened, employers[:2], helper)
    give_to(boss, opened, employers, boss, helper)
    counts = {line["name"]: line["given"] for line in progress(opened)}
    assert sorted(counts.values()) == [3, 4] and opened.tasks.count() == 7


def test_only_the_bodys_employers_and_people_who_may(
    tree: Tree, system: Actor, boss: Actor, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    (foreign,) = register(
        actor=system,
        on=SINCE,
        items=[EnterpriseData("Nơi khác", "fdi", unit=tree.south_a, registered_on=SINCE)],
    )
    with pytest.raises(FieldworkError, match="không thuộc phạm vi"):
        give_to(boss, opened, [foreign], boss)
    stranger = acting(officer("phia-nam", "collaborator", tree.south_a), today)
    with pytest.raises(FieldworkError, match="chưa có quyền khảo sát"):
        give_to(boss, opened, employers[:1], stranger)
    with pytest.raises(Forbidden):
        give_to(stranger, opened, employers[:1], stranger)
    assert not opened.tasks.exists()


def test_an_answer_is_a_dated_observation(
    boss: Actor, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    (task,) = give_to(boss, opened, employers[:1], boss)
    made = send(actor=boss, on=today, answer=answer(task, boss, 130, women=80, foreign=3))
    assert made.state == choices.RECORDED
    row = HeadcountObservation.objects.get(enterprise=employers[0])
    assert (row.on, row.source, row.workers, row.women) == (date(2026, 11, 16), "survey", 130, 80)
    standing = standing_of(employers[0].pk, today)
    assert standing is not None and standing.headcount == 130
    assert latest_survey(employers[0], today) == made
    assert latest_survey(employers[0], date(2026, 11, 15)) is None
    assert progress(opened)[0]["done"] == 1


def test_sent_twice_it_is_taken_once(
    boss: Actor, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    (task,) = give_to(boss, opened, employers[:1], boss)
    sent = answer(task, boss)
    assert send(actor=boss, on=today, answer=sent) == send(actor=boss, on=today, answer=sent)
    assert Survey.objects.count() == HeadcountObservation.objects.count() == 1


def test_what_somebody_said_meanwhile_is_not_overwritten(
    system: Actor, boss: Actor, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    (task,) = give_to(boss, opened, employers[:1], boss)
    sent = answer(task, boss, 200)
    observe_headcounts(actor=system, on=date(2026, 11, 16), items=[HeadcountData(90, employers[0])])
    made = send(actor=boss, on=today, answer=sent)
    assert made.state == choices.CONFLICT and "người khác" in made.why
    assert HeadcountObservation.objects.get().workers == 90
    settle(actor=boss, on=today, survey=made, take=True)
    assert HeadcountObservation.objects.get().workers == 200
    with pytest.raises(FieldworkError, match="đã được xử lý"):
        settle(actor=boss, on=today, survey=made, take=False)


def test_of_two_surveys_of_a_day_the_officer_chooses_and_both_are_kept(
    tree: Tree, boss: Actor, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    other = acting(officer("can-bo-hai", "officer", tree.north_a), today)
    (task,) = give_to(boss, opened, employers[:1], boss)
    second = open_round(
        actor=boss, on=today, data=RoundData(tree.north_a, "Đợt hai", date(2026, 11, 1), date(2026, 12, 1))
    )
    (task_two,) = give_to(boss, second, employers[:1], other)
    mine, theirs = answer(task, boss, 100), answer(task_two, other, 150)
    first = send(actor=boss, on=today, answer=mine)
    late = send(actor=other, on=today, answer=theirs)
    assert (first.state, late.state) == (choices.RECORDED, choices.CONFLICT)
    assert HeadcountObservation.objects.get().workers == 100
    # Who chooses sees both: each page leads to the other, with its figure.
    chooser = Client()
    chooser.force_login(boss.user)  # type: ignore[arg-type]
    for one, beside in ((late, first), (first, late)):
        page = chooser.get(f"/khao-sat/phieu/{one.pk}/").text
        assert f'href="/khao-sat/phieu/{beside.pk}/"' in page and f'"Lao động">{beside.workers}<' in page
    settle(actor=boss, on=today, survey=late, take=True)
    first.refresh_from_db()
    assert first.state == choices.SET_ASIDE and Survey.objects.count() == 2
    assert HeadcountObservation.objects.get().workers == 150


def test_who_may_not_write_the_register_waits(
    boss: Actor, helper: Actor, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    (task,) = give_to(boss, opened, employers[:1], helper)
    made = send(actor=helper, on=today, answer=answer(task, helper))
    assert made.state == choices.WAITING and not HeadcountObservation.objects.exists()
    with pytest.raises(Forbidden):
        settle(actor=helper, on=today, survey=made, take=True)
    assert settle(actor=boss, on=today, survey=made, take=True).state == choices.RECORDED
    assert HeadcountObservation.objects.get().workers == 120


def test_what_arrives_late_is_kept(
    boss: Actor, helper: Actor, tree: Tree, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    other = acting(officer("can-bo-hai", "officer", tree.north_a), today)
    first, second = give_to(boss, opened, employers[:2], other)
    sent, late = answer(first, other), answer(second, other)
    assert hand_on(actor=boss, on=today, survey_round=opened, giver=other.user, taker=helper.user) == 2  # type: ignore[arg-type]
    assert "chuyển cho người khác" in send(actor=other, on=today, answer=sent).why
    close_round(actor=boss, on=today, survey_round=opened)
    made = send(actor=other, on=today, answer=late)
    assert made.state == choices.WAITING and "đã đóng" in made.why
    with pytest.raises(FieldworkError, match="đã đóng"):
        give_to(boss, opened, employers, other)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"women": 121}, "workers"),
        ({"contracts": 121}, "contracts"),
        ({"insured": 121}, "insured"),
        ({"surveyed_on": date(2026, 11, 19)}, "surveyed_on"),
        ({"surveyed_on": date(2026, 10, 31)}, "surveyed_on"),
    ],
)
def test_wrong_answers_say_which_field(
    boss: Actor,
    opened: SurveyRound,
    employers: list[Enterprise],
    today: date,
    values: dict[str, object],
    field: str,
) -> None:
    (task,) = give_to(boss, opened, employers[:1], boss)
    with pytest.raises(WrongAnswer) as caught:
        send(actor=boss, on=today, answer=answer(task, boss, 120, **values))
    assert list(caught.value.problems) == [field]
    assert not Survey.objects.exists()


def test_the_words_of_an_answer_stay(
    boss: Actor, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    (task,) = give_to(boss, opened, employers[:1], boss)
    made = send(actor=boss, on=today, answer=answer(task, boss))
    with pytest.raises(DatabaseError), transaction.atomic():
        Survey.objects.filter(pk=made.pk).update(workers=1)


def post(client: Client, sent: dict[str, object], **more: object) -> tuple[int, dict[str, object]]:
    reply = client.post("/khao-sat/cua-toi/gui/", {"data": json.dumps(sent), **more})
    return reply.status_code, reply.json()


def as_sent(task: dict[str, object], **values: object) -> dict[str, object]:
    return {
        "client_key": str(uuid4()),
        "task_id": task["id"],
        "mark": task["mark"],
        "surveyed_on": "2026-11-16",
        "workers": "75",
        **values,
    }


@pytest.fixture
def phone(helper: Actor, settings: object) -> Client:
    client = Client()
    assert helper.user is not None
    client.force_login(helper.user)
    return client


def test_the_phone_sends_and_hears_what_is_wrong(
    phone: Client, boss: Actor, opened: SurveyRound, employers: list[Enterprise], helper: Actor
) -> None:
    SurveyRound.objects.filter(pk=opened.pk).update(during="[2020-01-01,2099-01-01)")
    give_to(boss, opened, employers[:2], helper)
    got = phone.get("/khao-sat/cua-toi/viec.json").json()
    assert [item["name"] for item in got["items"]] == ["Công ty 1", "Công ty 2"]
    first = as_sent(got["items"][0], surveyed_on="2024-11-16", contacts="Bà Hoa, nhân sự", attitude="open")
    status, said = post(phone, {**first, "workers": "bảy mươi", "wages": "gì đó"})
    assert status == 422 and set(said["problems"]) == {"workers", "wages"}  # type: ignore[call-overload]
    status, said = post(phone, first)
    assert status == 200 and said["state"] == "waiting"
    assert post(phone, first) == (status, said)
    made = Survey.objects.get()
    assert b"Hoa" not in bytes(made.contacts_sealed)
    assert post(phone, {**first, "task_id": 999_999, "client_key": str(uuid4())})[0] == 403
    assert phone.post("/khao-sat/cua-toi/gui/", {"data": "[]"}).status_code == 422
    other = phone.post("/khao-sat/cua-toi/gui/", {"data": json.dumps(first)}, headers={"X-Field-User": "1"})
    assert other.status_code == 409


def test_photos_only_where_the_body_allows_them(
    boss: Actor, tree: Tree, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    first, second = give_to(boss, opened, employers[:2], boss)
    with pytest.raises(FieldworkError, match="JPEG"):
        send(actor=boss, on=today, answer=answer(first, boss, photo=b"<html>"))
    made = send(actor=boss, on=today, answer=answer(first, boss, photo=JPEG))
    assert made.photo is not None and made.photo.unit == tree.north_a
    Parameter.objects.filter(code="survey.gate_photo").update(value=False)
    with pytest.raises(FieldworkError, match="không cho chụp ảnh"):
        send(actor=boss, on=today, answer=answer(second, boss, photo=JPEG))
    assert StoredFile.objects.count() == 1


def test_confidence_is_kept(
    boss: Actor, tree: Tree, opened: SurveyRound, employers: list[Enterprise], today: date
) -> None:
    (task,) = give_to(boss, opened, employers[:1], boss)
    made = send(
        actor=boss,
        on=today,
        answer=answer(task, boss, contacts="Bà Hoa nhân sự", remarks="Giám đốc dễ tính", attitude="open"),
    )
    address = f"/khao-sat/phieu/{made.pk}/"
    reader = Client()
    reader.force_login(boss.user)  # type: ignore[arg-type]
    assert "Giám đốc dễ tính" in reader.get(address).text
    colleague = make_user("khong-kin", home_unit=tree.north_a)
    role = grant(colleague, "officer", tree.north_a).role
    role.capabilities = [name for name in role.capabilities if name != "fieldwork.confidential"]
    role.save()
    client = Client()
    client.force_login(colleague)
    pages = [client.get(address).text, client.get("/khao-sat/phieu/").text]
    assert "Công ty 1" in pages[0] and "Công ty 1" in pages[1]
    for words in ("Giám đốc dễ tính", "Bà Hoa", "Sẵn sàng trao đổi"):
        assert not any(words in page for page in pages)
    committee = Client()
    committee.force_login(officer("bch", "committee", tree.unions["NA1"]))
    assert committee.get(address).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_the_phone_costs_the_same(
    rows: int,
    phone: Client,
    boss: Actor,
    helper: Actor,
    opened: SurveyRound,
    employers: list[Enterprise],
    django_assert_num_queries: object,
) -> None:
    SurveyRound.objects.filter(pk=opened.pk).update(during="[2020-01-01,2099-01-01)")
    give_to(boss, opened, employers[:rows], helper)
    phone.get("/khao-sat/cua-toi/viec.json")
    with django_assert_num_queries(12, exact=False) as counted:  # type: ignore[operator]
        assert len(phone.get("/khao-sat/cua-toi/viec.json").json()["items"]) == rows
    assert len(counted) == QUERIES.setdefault("phone", len(counted))


QUERIES: dict[str, int] = {}


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_the_same_time(tree: Tree, system: Actor, today: date) -> None:
    (employer,) = register(
        actor=system,
        on=SINCE,
        items=[EnterpriseData("Một nơi", "fdi", unit=tree.north_a, registered_on=SINCE)],
    )
    people = [acting(officer(name, "officer", tree.north_a), today) for name in ("mot", "hai")]
    sent = []
    for person in people:
        made = open_round(
            actor=person,
            on=today,
            data=RoundData(tree.north_a, "Đợt", date(2026, 11, 1), date(2026, 12, 1)),
        )
        (task,) = give_to(person, made, [employer], person)
        sent.append((person, answer(task, person, 100 + len(sent))))

    def go(pair: tuple[Actor, Answer]) -> UUID:
        try:
            return send(actor=pair[0], on=today, answer=pair[1]).client_key
        finally:
            connection.close()

    # Each is sent twice at once, as by an impatient thumb.
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(go, sent * 2))
    assert sorted(Survey.objects.values_list("state", flat=True)) == ["conflict", "recorded"]
    booked = Survey.objects.get(state="recorded")
    assert HeadcountObservation.objects.get().workers == booked.workers
