"""Members of whom nothing was heard for long: found by what is kept, taken off at once by what is done, asked after once a
quarter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.files.actions import store
from congdoan.foundation.imports.models import ImportRow, ImportRun
from congdoan.foundation.messaging.models import Notice
from congdoan.kit.lists import ListContext, get_list, view_model
from congdoan.registry.cards.actions import issue
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.membership.actions import (
    Admission,
    Departure,
    MembershipError,
    Transfer,
    admit,
    confirm_alive,
    depart,
    find_silent,
    remind_silent,
    reorganise,
    transfer,
)
from congdoan.registry.membership.models import LifeSign, Membership, Movement, Silence
from congdoan.registry.people.actions import (
    ConsentData,
    EmploymentData,
    employ,
    record_consents,
    update_people,
)
from congdoan.registry.people.models import Person
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.people import make_people
from tests.factories.tree import Tree

LONG_AGO = datetime(2022, 5, 10, 3, tzinfo=UTC)
JOINED = date(2022, 5, 1)


def old_members(
    system: Actor, tree: Tree, count: int = 1, *, unit: str = "NA1", start: int = 0
) -> list[Person]:
    """Members since years, of whom nothing was written since."""
    people = make_people(system, count, start=start)
    admit(
        actor=system,
        items=[Admission(person, tree.unions[unit], JOINED) for person in people],
        recorded_at=LONG_AGO,
    )
    Person.objects.filter(pk__in=[person.pk for person in people]).update(
        created_at=LONG_AGO, updated_at=LONG_AGO
    )
    return people


@pytest.fixture
def committee(tree: Tree, today: date) -> Actor:
    return acting(officer("bch", "committee", tree.unions["NA1"], reach="own"), today)


def silent(today: date) -> set[int]:
    find_silent(on=today)
    return set(Silence.objects.values_list("person_id", flat=True))


def _card(person: Person, actor: Actor, tree: Tree) -> None:
    issue(actor=actor, on=date(2025, 6, 1), person=person.pk)


def _data(person: Person, actor: Actor, tree: Tree) -> None:
    update_people(
        actor=actor,
        on=actor.today,
        changes=[(person, {"address": "Ngõ 7"})],
        recorded_at=datetime(2025, 6, 1, tzinfo=UTC),
    )


def _job(person: Person, actor: Actor, tree: Tree) -> None:
    (firm,) = register_enterprises(actor=actor, on=JOINED, items=[EnterpriseData("Sao Mai", sector="fdi")])
    employ(actor=actor, items=[EmploymentData(person, firm, date(2025, 6, 1))])


def _contract(person: Person, actor: Actor, tree: Tree) -> None:
    (firm,) = register_enterprises(actor=actor, on=JOINED, items=[EnterpriseData("Sao Mai", sector="fdi")])
    employ(actor=actor, items=[EmploymentData(person, firm, JOINED, contract_from=date(2025, 6, 1))])


def _consent(person: Person, actor: Actor, tree: Tree) -> None:
    record_consents(actor=actor, items=[ConsentData(person, "contact", date(2025, 6, 1), "giấy")])


def _word(person: Person, actor: Actor, tree: Tree) -> None:
    confirm_alive(actor=actor, on=date(2025, 6, 1), people=[person.pk])


def _transfer(person: Person, actor: Actor, tree: Tree) -> None:
    transfer(
        actor=actor,
        items=[Transfer(person, tree.unions["NA2"], date(2025, 6, 1))],
        recorded_at=datetime(2025, 6, 1, tzinfo=UTC),
    )


def _listed(person: Person, actor: Actor, tree: Tree, *, undone: bool = False) -> None:
    file = store(actor=actor, name="ds.xlsx", chunks=[b"x"], capability="imports.run", unit=tree.north)
    at = datetime(2025, 6, 1, tzinfo=UTC)
    run = ImportRun.objects.create(
        kind="members",
        unit=tree.north,
        on=date(2025, 6, 1),
        file=file,
        committed_at=at,
        undone_at=at if undone else None,
    )
    ImportRow.objects.create(
        run=run, number=2, label=person.full_name, outcome="unchanged", matched_id=person.pk
    )


@pytest.mark.parametrize("sign", [_card, _data, _job, _contract, _consent, _word, _transfer, _listed])
def test_each_sign_breaks_the_silence_for_its_time(
    tree: Tree, system: Actor, today: date, sign: Callable[[Person, Actor, Tree], None]
) -> None:
    heard, other = old_members(system, tree, 2)
    assert silent(today) == {heard.pk, other.pk}
    assert Silence.objects.get(person=heard).last_seen_on == date(2022, 5, 10)
    sign(heard, system, tree)
    assert silent(today) == {other.pk}
    # Two years after the sign, it is long ago itself.
    assert silent(date(2027, 6, 1)) == {other.pk}
    assert silent(date(2027, 6, 2)) == {heard.pk, other.pk}
    assert Silence.objects.get(person=heard).last_seen_on == date(2025, 6, 1)


def test_what_says_nothing_of_a_single_member_is_no_sign(tree: Tree, system: Actor, today: date) -> None:
    (person,) = old_members(system, tree)
    _listed(person, system, tree, undone=True)
    reorganise(
        actor=system,
        on=date(2025, 7, 1),
        items=[Transfer(person, tree.unions["NA2"], date(2025, 7, 1))],
        recorded_at=datetime(2025, 7, 1, tzinfo=UTC),
    )
    assert silent(today) == {person.pk}
    assert Silence.objects.get().unit == tree.unions["NA2"]


def test_the_months_are_a_parameter(tree: Tree, system: Actor, today: date) -> None:
    old_members(system, tree)
    Parameter.objects.filter(code="membership.silent_months").update(value=60)
    assert silent(today) == set()


def test_what_is_done_takes_the_name_off_at_once(tree: Tree, system: Actor, today: date) -> None:
    left, moved, carded, told = old_members(system, tree, 4)
    silent(today)
    depart(actor=system, items=[Departure(left, "leave", today)])
    transfer(actor=system, items=[Transfer(moved, tree.unions["NB1"], today)])
    issue(actor=system, on=today, person=carded.pk)
    confirm_alive(actor=system, on=today, people=[told.pk])
    assert not Silence.objects.exists()
    assert LifeSign.objects.filter(person=told, kind="alive", on=today).count() == 1
    confirm_alive(actor=system, on=today, people=[told.pk])  # said twice it is said once
    assert LifeSign.objects.filter(person=told).count() == 1
    with pytest.raises(MembershipError):
        confirm_alive(actor=system, on=today, people=[left.pk])
    assert silent(today) == set()


def test_the_list_is_the_readers_and_acts_on_one_or_many(
    tree: Tree, system: Actor, committee: Actor, today: date
) -> None:
    mine = old_members(system, tree, 3)
    (theirs,) = old_members(system, tree, unit="NB1", start=9)
    silent(today)
    titles = [item.title for item in work_queue(committee, tree.unions["NA1"], today)]
    assert "3 đoàn viên lâu không có dấu hiệu sinh hoạt" in titles
    assert committee.user is not None
    client, door = Client(), reverse("membership:silent")
    client.force_login(committee.user)
    page = client.get(door).content.decode()
    assert "3 đoàn viên" in page and theirs.full_name not in page and "10/05/2022" in page
    rows = {row.person_id: row.pk for row in Silence.objects.all()}
    # A neighbour's row sent by hand is passed over.
    client.post(door, {"action": "con", "id": [rows[mine[0].pk], rows[theirs.pk]]})
    assert set(Silence.objects.values_list("person_id", flat=True)) == {mine[1].pk, mine[2].pk, theirs.pk}
    assert AuditEntry.objects.filter(verb="membership.confirm_alive", user=committee.user).count() == 1
    person_page = reverse("membership:person", args=[mine[1].pk])
    assert "Lâu không có dấu hiệu" in client.get(person_page).content.decode()
    on = client.post(door, {"action": "ra", "id": [rows[mine[1].pk], rows[mine[2].pk]]})
    form = client.get(on.headers["Location"]).content.decode()
    assert mine[1].full_name in form and mine[2].full_name in form
    values = {
        "nguoi": [mine[1].pk, mine[2].pk, theirs.pk],
        "kind": "strike_off",
        "on": "18/11/2026",
        "reason": "không rõ nơi ở",
    }
    assert client.post(reverse("membership:depart_many"), {**values, "on": "18/11/2030"}).status_code == 422
    assert client.post(reverse("membership:depart_many"), values).status_code == 302
    gone = Movement.objects.filter(kind="strike_off").values_list("person_id", flat=True)
    assert set(gone) == {mine[1].pk, mine[2].pk}
    assert Membership.objects.filter(person=theirs, during__contains=today).exists()
    with pytest.raises(Forbidden):
        confirm_alive(actor=committee, on=today, people=[theirs.pk])


def test_officers_are_asked_once_a_quarter(tree: Tree, system: Actor, committee: Actor, today: date) -> None:
    old_members(system, tree, 2)
    (far,) = old_members(system, tree, unit="NB1", start=9)
    superior = acting(officer("tinh", "officer", tree.north), today)
    top = acting(officer("tw", "leader", tree.root), today)
    silent(today)
    assert remind_silent(actor=system, on=date(2026, 11, 21)) == 0  # a Saturday
    # NA1 has officers of its own; NB1 has none, so the province is asked, and the very top is not.
    assert remind_silent(actor=system, on=today) == 2
    assert remind_silent(actor=system, on=today + timedelta(days=1)) == 0
    told = {notice.user_id: notice for notice in Notice.objects.filter(kind="membership.silent")}
    assert committee.user is not None and superior.user is not None and top.user is not None
    assert set(told) == {committee.user.pk, superior.user.pk}
    assert told[committee.user.pk].title.startswith("2 đoàn viên")
    # The figure opens to just so many names.
    assert told[superior.user.pk].title.startswith("3 đoàn viên")
    client = Client()
    client.force_login(superior.user)
    assert "3 đoàn viên" in client.get(told[superior.user.pk].url).content.decode()
    assert remind_silent(actor=system, on=date(2027, 1, 4)) == 2
    assert far.full_name not in told[superior.user.pk].title


def test_a_page_costs_the_same_for_one_and_three(tree: Tree, system: Actor, today: date) -> None:
    reader = acting(officer("tinh", "officer", tree.north), today)

    def cost() -> int:
        silent(today)
        with CaptureQueriesContext(connection) as asked:
            model = view_model(
                get_list("membership.silent"),
                ListContext(actor=reader, as_of=today),
                url="/",
                export_url="/",
                holds=reader.has_anywhere,
            )
        assert len(model["rows"]) == Silence.objects.count()
        return len(asked)

    old_members(system, tree)
    cost()
    first = cost()
    old_members(system, tree, 2, start=5)
    assert cost() == first


def test_found_again_it_stays_the_same_row(tree: Tree, system: Actor, today: date) -> None:
    (person,) = old_members(system, tree)
    silent(today)
    row = Silence.objects.get()
    assert silent(today + timedelta(days=1)) == {person.pk}
    assert Silence.objects.get().pk == row.pk
