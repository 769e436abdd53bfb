"""Contracts of foreign members that end: listed, reminded of once, renewed or ended, one or many."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.messaging.models import Notice
from congdoan.kit.lists import ListContext, filtered, get_list
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.membership.actions import (
    Admission,
    MembershipError,
    admit,
    end_for_contracts,
    remind_contracts,
    renew_contracts,
)
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.queries import contracts_waiting
from congdoan.registry.people.actions import EmploymentData, employ
from congdoan.registry.people.models import Employment, Person
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.people import make_people
from tests.factories.tree import Tree

BEGUN, JOINED = date(2025, 1, 1), date(2025, 9, 1)


def foreigners(system: Actor, tree: Tree, ends: list[date | None], unit: str = "NA1") -> list[Person]:
    """Foreign members of a union by the last days of their contracts."""
    (firm,) = register_enterprises(
        actor=system, on=BEGUN, items=[EnterpriseData(f"Công ty {unit}", sector="fdi")]
    )
    people = make_people(system, len(ends), start=sum(map(ord, unit)), nationality="KR")
    employ(
        actor=system,
        items=[
            EmploymentData(person, firm, BEGUN, contract_kind="fixed", contract_from=BEGUN, contract_to=to)
            for person, to in zip(people, ends, strict=True)
        ],
    )
    admit(
        actor=system,
        items=[Admission(person, tree.unions[unit], JOINED, application_on=JOINED) for person in people],
    )
    return people


@pytest.fixture
def committee(tree: Tree, today: date) -> Actor:
    return acting(officer("bch", "committee", tree.unions["NA1"], reach="own"), today)


def named(actor: Actor, url: str) -> set[int]:
    """Who stands behind the address of a notice."""
    params = dict(part.split("=") for part in url.split("?")[1].split("&"))
    context = ListContext(actor=actor, as_of=actor.today, params=params)
    return {row.person_id for row in filtered(get_list("membership.members"), context)}


def test_officers_are_reminded_once_of_each_end(
    tree: Tree, system: Actor, committee: Actor, today: date
) -> None:
    soon, later, _, far = foreigners(
        system, tree, [today + timedelta(days=n) for n in (10, 33)] + [None, today + timedelta(days=99)]
    )
    assert remind_contracts(actor=system, on=date(2026, 11, 21)) == 0  # a Saturday
    assert remind_contracts(actor=system, on=today) == 1
    assert remind_contracts(actor=system, on=today) == 0
    first = Notice.objects.get(user=committee.user, kind="membership.contract")
    assert named(committee, first.url) == {soon.pk}
    # Off for a week, the machine makes up for it, and says nothing of who was named before.
    assert remind_contracts(actor=system, on=today + timedelta(days=7)) == 1
    second = Notice.objects.filter(user=committee.user, kind="membership.contract").latest("pk")
    assert named(committee, second.url) == {later.pk}
    assert far.full_name not in second.title
    # Renewed, the new end is an occasion of its own.
    renew_contracts(
        actor=committee, on=today, people=[soon.pk], contract_from=today, contract_to=date(2027, 12, 31)
    )
    assert remind_contracts(actor=system, on=date(2027, 12, 15)) >= 1
    third = Notice.objects.filter(user=committee.user, kind="membership.contract").latest("pk")
    assert soon.pk in named(committee, third.url)


def test_the_days_before_are_a_parameter(tree: Tree, system: Actor, today: date) -> None:
    foreigners(system, tree, [today + timedelta(days=40)])
    assert contracts_waiting(system, today) == {}
    Parameter.objects.filter(code="membership.contract_notice_days").update(value=60)
    assert contracts_waiting(system, today) == {"ending": (1, today + timedelta(days=40))}


def test_the_queue_says_what_has_ended_and_the_page_settles_many(
    tree: Tree, system: Actor, committee: Actor, today: date
) -> None:
    people = foreigners(system, tree, [today - timedelta(days=1)] * 3 + [today])
    titles = [item.title for item in work_queue(committee, tree.unions["NA1"], today)]
    assert "3 đoàn viên người nước ngoài đã hết hợp đồng: gia hạn hay thôi đoàn viên?" in titles
    assert "1 đoàn viên người nước ngoài sắp hết hợp đồng" in titles
    assert committee.user is not None
    client, door = Client(), reverse("membership:contracts")
    client.force_login(committee.user)
    page = client.get(door).content.decode()
    assert page.count('name="id"') == 4 and "Luật Công đoàn 50/2024/QH15 Điều 5" in page
    nobody = client.post(door, {"do": "renew", "contract_from": "01/12/2026"})
    assert nobody.status_code == 422 and "ít nhất một người" in nobody.content.decode()
    kept = client.post(
        door,
        {
            "do": "renew",
            "id": [people[0].pk, people[1].pk],
            "contract_from": "19/11/2026",
            "contract_to": "1/1/2020",
        },
    )
    assert kept.status_code == 422 and "trước ngày bắt đầu" in kept.content.decode()
    assert len(re.findall(r'name="id" value="\d+"[^>]* checked', kept.content.decode())) == 2
    done = client.post(
        door,
        {
            "do": "renew",
            "id": [people[0].pk, people[1].pk],
            "contract_from": "19/11/2026",
            "contract_to": "31/03/2027",
        },
        follow=True,
    )
    # Shorter than the law asks of who joins: written, and said.
    assert "chưa đủ 12 tháng" in done.content.decode()
    rows = Employment.objects.filter(person=people[0])
    assert [(row.contract_from, row.contract_to) for row in rows] == [
        (today + timedelta(days=1), date(2027, 3, 31))
    ]
    client.post(door, {"do": "end", "id": [people[2].pk], "on": "18/11/2026", "decision_number": "9/QĐ"})
    booked = Movement.objects.filter(person=people[2]).latest("pk")
    assert (booked.kind, booked.decision.number) == ("leave", "9/QĐ")  # type: ignore[union-attr]
    assert "Hết hợp đồng lao động" in booked.reason
    assert contracts_waiting(committee, today) == {"ending": (1, today)}


def test_only_the_members_own_officers_act(tree: Tree, system: Actor, today: date) -> None:
    (person,) = foreigners(system, tree, [today])
    neighbour = acting(officer("hang-xom", "committee", tree.unions["NA2"], reach="own"), today)
    assert contracts_waiting(neighbour, today) == {}
    assert neighbour.user is not None
    client = Client()
    client.force_login(neighbour.user)
    assert person.full_name not in client.get(reverse("membership:contracts")).content.decode()
    with pytest.raises(Forbidden):
        renew_contracts(actor=neighbour, on=today, people=[person.pk], contract_from=today, contract_to=None)
    with pytest.raises(Forbidden):
        end_for_contracts(actor=neighbour, on=today, people=[person.pk])


def test_a_renewal_ends_later_and_one_without_an_end_is_out_of_it(
    tree: Tree, system: Actor, committee: Actor, today: date
) -> None:
    (person,) = foreigners(system, tree, [today])
    with pytest.raises(MembershipError, match="phải hết sau"):
        renew_contracts(actor=committee, on=today, people=[person.pk], contract_from=BEGUN, contract_to=today)
    assert (
        renew_contracts(actor=committee, on=today, people=[person.pk], contract_from=today, contract_to=None)
        == ""
    )
    assert contracts_waiting(committee, today + timedelta(days=500)) == {}
    with pytest.raises(MembershipError, match="tải lại trang"):
        end_for_contracts(actor=committee, on=today, people=[person.pk])


def test_the_same_statements_for_one_and_three(tree: Tree, system: Actor, today: date) -> None:
    people = foreigners(system, tree, [today] * 4)

    def cost(chosen: list[int]) -> int:
        with CaptureQueriesContext(connection) as asked:
            renew_contracts(
                actor=system, on=today, people=chosen, contract_from=today, contract_to=date(2028, 1, 1)
            )
        return len(asked)

    assert cost([people[0].pk]) == cost([person.pk for person in people[1:]])


@pytest.mark.django_db(transaction=True)
def test_renewed_and_ended_at_once_it_is_one_of_both(tree: Tree, system: Actor, today: date) -> None:
    (person,) = foreigners(system, tree, [today])
    outcomes: list[str] = []

    def one(n: int) -> None:
        try:
            if n % 2:
                end_for_contracts(actor=system, on=today, people=[person.pk])
            else:
                renew_contracts(
                    actor=system, on=today, people=[person.pk], contract_from=today, contract_to=None
                )
            outcomes.append("done")
        except MembershipError:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "late", "late", "late"]
