"""A decision changes a committee on its day: all of it or nothing, one winner among two officers, seen by scope."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.units.models import Decision, KindAuthority
from congdoan.kit.lists import ListContext, lists
from congdoan.registry.committees.actions import ChangeData, CommitteeError, Seat, change_committee
from congdoan.registry.committees.choices import APPOINTMENT, BY_ELECTION, CONGRESS, RELEASE
from congdoan.registry.committees.queries import earlier_posts, posts_on
from congdoan.registry.founding.models import CommitteePost
from congdoan.registry.organisation.models import UnitProfile
from congdoan.registry.people.models import Person
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.registry.membership.test_at_the_same_time import at_once

JOINED = date(2025, 3, 1)
TERM = date(2030, 3, 1)


@pytest.fixture
def people(tree: Tree, system: Actor) -> list[Person]:
    return make_members(system, tree.unions["NA1"], JOINED, 4)


@pytest.fixture
def chair(tree: Tree, people: list[Person]) -> CommitteePost:
    return CommitteePost.objects.create(
        unit=tree.unions["NA1"], person=people[0], post="chair", during=DateRange(JOINED, TERM)
    )


@pytest.fixture
def superior(tree: Tree, today: date) -> Actor:
    return acting(officer("cap-tren", "officer", tree.north), today)


def decided(today: date, **values: object) -> ChangeData:
    given: dict[str, object] = {
        "way": BY_ELECTION,
        "number": "7/QĐ-LĐLĐ",
        "issued_on": today,
        "leaving": [],
        "seats": [],
        "term_until": TERM,
        **values,
    }
    return ChangeData(**given)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_by_election_replaces_the_chair_on_its_day(
    tree: Tree, people: list[Person], chair: CommitteePost, superior: Actor, today: date
) -> None:
    unit = tree.unions["NA1"]
    data = decided(
        today, leaving=[chair.pk], seats=[Seat(people[1].pk, "chair"), Seat(people[2].pk, "member")]
    )
    change_committee(actor=superior, on=today, unit=unit, data=data)
    assert [(p.post, p.person_id) for p in posts_on(unit.pk, today)] == [
        ("chair", people[1].pk),
        ("member", people[2].pk),
    ]
    assert [p.person_id for p in posts_on(unit.pk, today - timedelta(days=1))] == [people[0].pk]
    assert [p.pk for p in earlier_posts(unit.pk, today)] == [chair.pk]
    decision = Decision.objects.get(number="7/QĐ-LĐLĐ")
    # The district below it may not recognise unions since July 2025; the province may.
    assert decision.issuer == tree.north
    assert {p.decision for p in posts_on(unit.pk, today)} == {decision}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seats": "second-chair"}, "đã có Chủ tịch"),
        ({"seats": "stranger"}, "phải là đoàn viên"),
        ({}, "Hãy chọn người thôi"),
        ({"number": " ", "seats": "member"}, "số quyết định"),
        ({"way": RELEASE, "seats": "member"}, "không có người thay"),
        ({"leaving": [999999], "seats": "member"}, "tải lại trang"),
        ({"seats": "member", "term_until": date(2020, 1, 1)}, "Nhiệm kỳ"),
    ],
)
def test_what_is_refused_leaves_nothing(
    tree: Tree,
    system: Actor,
    people: list[Person],
    chair: CommitteePost,
    superior: Actor,
    today: date,
    change: dict[str, object],
    words: str,
) -> None:
    unit = tree.unions["NA1"]
    (stranger,) = make_members(system, tree.unions["SA1"], JOINED, 1, start=10)
    seats = {
        "second-chair": [Seat(people[2].pk, "member"), Seat(people[1].pk, "chair")],
        "stranger": [Seat(stranger.pk, "member")],
        "member": [Seat(people[1].pk, "member")],
    }
    given = {**change, "seats": seats.get(str(change.get("seats")), [])}
    with pytest.raises(CommitteeError, match=words):
        change_committee(actor=superior, on=today, unit=unit, data=decided(today, **given))
    assert list(CommitteePost.objects.values_list("pk", "during")) == [(chair.pk, chair.during)]
    assert not Decision.objects.filter(number="7/QĐ-LĐLĐ").exists()


@pytest.mark.django_db
def test_a_day_to_come_is_refused(
    tree: Tree, people: list[Person], chair: CommitteePost, superior: Actor, today: date
) -> None:
    data = decided(today, way=RELEASE, leaving=[chair.pk])
    with pytest.raises(CommitteeError, match="chưa tới"):
        change_committee(actor=superior, on=today + timedelta(days=1), unit=tree.unions["NA1"], data=data)


@pytest.mark.django_db
def test_neither_the_union_itself_nor_a_neighbour_decides(
    tree: Tree, people: list[Person], chair: CommitteePost, today: date
) -> None:
    own = acting(officer("bch", "committee", tree.unions["NA1"], reach="own"), today)
    neighbour = acting(officer("nam", "officer", tree.south), today)
    for actor in (own, neighbour):
        with pytest.raises(Forbidden):
            change_committee(
                actor=actor,
                on=today,
                unit=tree.unions["NA1"],
                data=decided(today, way=RELEASE, leaving=[chair.pk]),
            )
    assert CommitteePost.objects.get().during == chair.during


@pytest.mark.django_db(transaction=True)
def test_two_officers_replace_the_chair_at_once(
    tree: Tree, people: list[Person], chair: CommitteePost, superior: Actor, today: date
) -> None:
    unit = tree.unions["NA1"]

    def replace(n: int) -> None:
        data = decided(
            today, way=APPOINTMENT, number=f"{n}/QĐ", leaving=[chair.pk], seats=[Seat(people[n].pk, "chair")]
        )
        change_committee(actor=superior, on=today, unit=unit, data=data)

    errors = at_once(lambda: replace(1), lambda: replace(2))
    assert [type(error) for error in errors] == [CommitteeError]
    assert "tải lại trang" in str(errors[0])
    assert posts_on(unit.pk, today).count() == 1


@pytest.mark.django_db
def test_the_page_by_scope_and_by_form(
    tree: Tree,
    people: list[Person],
    chair: CommitteePost,
    superior: Actor,
    today: date,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: today)
    page = reverse("committees:unit", args=["NA1"])
    client, neighbour = Client(), Client()
    neighbour.force_login(officer("nam", "officer", tree.south))
    assert neighbour.get(page).status_code == 404
    client.force_login(superior.user)
    assert f"Chủ tịch: {people[0].full_name}" in client.get(page).content.decode()
    given = {
        "way": BY_ELECTION,
        "number": "9/QĐ",
        "issued_on": f"{today:%d/%m/%Y}",
        "on": f"{today:%d/%m/%Y}",
        "leaving": [str(chair.pk)],
        "last_on": "28/02/2030",
        "name_1": "Người Không Có",
        "post_1": "chair",
    }
    refused = client.post(page, given)
    assert refused.status_code == 422
    assert "Không thấy đoàn viên này" in refused.content.decode()
    assert "Người Không Có" in refused.content.decode()
    assert client.post(page, {**given, "name_1": people[1].full_name}).status_code == 302
    (now,) = posts_on(tree.unions["NA1"].pk, today)
    assert (now.person_id, now.during.upper) == (people[1].pk, TERM)
    client.get(page)  # tells once that the decision is booked
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    CommitteePost.objects.bulk_create(
        CommitteePost(unit=now.unit, person=person, post="member", during=DateRange(JOINED, TERM))
        for person in people[2:]
    )
    with CaptureQueriesContext(connection) as three:
        client.get(page)
    assert len(one) == len(three)


@pytest.mark.django_db
def test_unions_with_too_few_members_are_a_view_of_the_list(
    tree: Tree, system: Actor, people: list[Person], superior: Actor, today: date
) -> None:
    """Fewer than found one: counted with all below the union, on the day looked at."""
    for unit in tree.unions.values():
        UnitProfile.objects.update_or_create(unit=unit, defaults={"counted_as": "opening"})
    make_members(system, tree.unions["NA2"], JOINED, 5, start=20)
    spec = lists()["committees.unions"]

    def few(on: date) -> set[str]:
        context = ListContext(actor=superior, as_of=on)
        chosen = next(item for item in spec.filters if item.name == "tinh_trang")
        return set(chosen.apply(spec.queryset(context), "it", context).values_list("code", flat=True))

    assert few(today) >= {"NA1", "NB1"}
    assert "NA2" not in few(today)
    make_members(system, tree.unions["NA1"], today, 1, start=40)
    assert "NA1" not in few(today)
    assert {"NA1", "NA2"} <= few(JOINED - timedelta(days=1))
    # Before any rule on how many it is still a list; of these unions none stood yet.
    assert few(date(2019, 12, 31)) == set()


@pytest.mark.django_db
def test_who_decides_on_a_committee_may_recognise_unions_on_the_day_of_the_decision(
    tree: Tree, people: list[Person], superior: Actor
) -> None:
    """A district could until the end of June 2025; without anybody entitled nothing is booked."""
    unit, on = tree.unions["NA1"], date(2025, 6, 30)
    data = decided(on, seats=[Seat(people[1].pk, "member")])
    assert change_committee(actor=superior, on=on, unit=unit, data=data).decision.issuer == tree.north_a
    KindAuthority.objects.filter(act="recognise_union").delete()
    with pytest.raises(CommitteeError, match="Không có cấp nào phía trên"):
        change_committee(
            actor=superior,
            on=on,
            unit=unit,
            data=decided(on, number="8/QĐ", seats=[Seat(people[2].pk, "member")]),
        )
    assert CommitteePost.objects.count() == 1


@pytest.mark.django_db
def test_a_congress_elects_a_whole_committee_by_one_form(
    tree: Tree, system: Actor, superior: Actor, today: date, client: Client
) -> None:
    unit = tree.unions["NA1"]
    people = make_members(system, unit, JOINED, 9)
    old = CommitteePost.objects.create(
        unit=unit, person=people[8], post="chair", during=DateRange(JOINED, TERM)
    )
    assert superior.user is not None
    client.force_login(superior.user)
    page = reverse("committees:unit", args=[unit.code])
    now = timezone.localdate()
    sent = {
        "way": CONGRESS,
        "number": "21/QĐ-LĐLĐ",
        "issued_on": f"{now:%d/%m/%Y}",
        "on": f"{now:%d/%m/%Y}",
        "leaving": [old.pk],
        "last_on": f"{now + timedelta(days=1800):%d/%m/%Y}",
    }
    for n, person in enumerate(people[:8], 1):
        typed = f"{person.full_name}, {person.birth_on:%d/%m/%Y}"
        sent |= {f"name_{n}": typed, f"post_{n}": "chair" if n == 1 else "member"}
    refused = client.post(page, {**sent, "name_7": "Người Lạ"})
    assert refused.status_code == 422
    # What was typed further down is in sight, and nothing is booked.
    assert '<details class="fold" open>' in refused.content.decode()
    assert [post.pk for post in posts_on(unit.pk, now)] == [old.pk]
    assert client.post(page, sent).status_code == 302
    held = list(posts_on(unit.pk, now))
    assert (held[0].post, held[0].person_id, len(held)) == ("chair", people[0].pk, 8)
    assert "Công nhận kết quả đại hội bầu Ban Chấp hành" in Decision.objects.get(number="21/QĐ-LĐLĐ").title
