"""Cards: one valid for a member, checked by anybody, telling no more than it must; exchanged, withdrawn, followed to the
successor of a union."""

from __future__ import annotations

import threading
import uuid
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.jobs.actions import run_now
from congdoan.foundation.jobs.models import JobRun
from congdoan.registry.cards.actions import CardError, exchange, issue, issue_to_union, withdraw
from congdoan.registry.cards.codes import code_of, public_keys, serial_of
from congdoan.registry.cards.models import Card
from congdoan.registry.cards.queries import checked
from congdoan.registry.cards.rules import masked
from congdoan.registry.membership.actions import Departure, depart
from congdoan.registry.people.models import Person
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.qr import codes_of
from tests.factories.tree import Tree
from tests.registry.reorganisation.ground import decide

JOINED = date(2025, 3, 1)


@pytest.fixture
def people(tree: Tree, system: Actor) -> list[Person]:
    return make_members(system, tree.unions["NA1"], JOINED, 3)


@pytest.fixture
def committee(tree: Tree, people: list[Person], today: date) -> Actor:
    return acting(officer("bch", "committee", tree.unions["NA1"], reach="own"), today)


def test_a_code_is_told_from_an_invented_one() -> None:
    serial = uuid.uuid4()
    code = code_of(serial)
    assert code == code_of(serial)
    assert serial_of(code) == serial
    name, body, signature = code.split(".")
    other = code_of(uuid.uuid4())
    for wrong in (
        f"{name}.{other.split('.')[1]}.{signature}",
        f"{name}.{body}.{signature[:-4]}AAAA",
        f"9.{body}.{signature}",
        "",
        "a.b",
        "0.🙂.x",
        code + "x" * 300,
    ):
        assert serial_of(wrong) is None, wrong
    assert len(public_keys()["0"]) == 43


def test_keys_can_be_changed(settings: object) -> None:
    serial = uuid.uuid4()
    settings.CARD_KEYS = "1=" + "A" * 43  # type: ignore[attr-defined]
    old = code_of(serial)
    settings.CARD_KEYS = "2=" + "B" * 42 + "A,1=" + "A" * 43  # type: ignore[attr-defined]
    assert code_of(serial).startswith("2.")
    assert serial_of(old) == serial_of(code_of(serial)) == serial
    settings.CARD_KEYS = "2=" + "B" * 42 + "A"  # type: ignore[attr-defined]
    assert serial_of(old) is None


@pytest.mark.django_db
def test_anybody_can_check_a_card_and_learns_little(
    client: Client, committee: Actor, people: list[Person], tree: Tree
) -> None:
    card = issue(actor=committee, on=committee.today, person=people[0].pk)
    assert card.number.startswith("CĐ0")
    page = client.get(reverse("check_card", args=[code_of(card.serial)]))
    text = page.content.decode()
    assert page.status_code == 200 and "Thẻ có giá trị" in text
    assert tree.unions["NA1"].name in text and masked(people[0].full_name) in text
    assert people[0].full_name not in text and card.number not in text
    english = client.get(
        reverse("check_card", args=[code_of(card.serial)]), headers={"accept-language": "en"}
    )
    assert "valid" in english.content.decode().lower() and "Thẻ có" not in english.content.decode()
    invented = client.get(reverse("check_card", args=[code_of(uuid.uuid4())]))
    assert (invented.status_code, "không phải" in invented.content.decode()) == (404, True)
    phone = client.get(reverse("card_on_phone", args=[card.phone_key])).content.decode()
    assert people[0].full_name in phone and card.number in phone and "<svg" in phone
    assert client.get(reverse("card_on_phone", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.django_db
def test_one_card_is_valid_and_the_old_one_says_so(committee: Actor, people: list[Person]) -> None:
    first = issue(actor=committee, on=committee.today, person=people[0].pk)
    with pytest.raises(CardError, match="đang có thẻ"):
        issue(actor=committee, on=committee.today, person=people[0].pk)
    second = exchange(actor=committee, on=committee.today, card=first, reason="lost")
    assert second.number != first.number and second.reason == "lost"
    old, new = (
        checked(code_of(first.serial), committee.today),
        checked(code_of(second.serial), committee.today),
    )
    assert old is not None and old.state == "replaced" and old.unit_name == ""
    assert new is not None and new.state == "valid"
    with pytest.raises(CardError, match="đã thay thế"):
        exchange(actor=committee, on=committee.today, card=first, reason="lost")
    with pytest.raises(CardError, match="lý do"):
        withdraw(actor=committee, on=committee.today, card=second, reason=" ")
    withdraw(actor=committee, on=committee.today, card=second, reason="Dùng sai mục đích")
    gone = checked(code_of(second.serial), committee.today)
    assert gone is not None and gone.state == "withdrawn"


@pytest.mark.django_db
def test_who_has_left_has_no_valid_card(committee: Actor, people: list[Person], system: Actor) -> None:
    card = issue(actor=committee, on=committee.today, person=people[0].pk)
    depart(actor=system, items=[Departure(people[0], "leave", committee.today)])
    found = checked(code_of(card.serial), committee.today)
    assert found is not None and (found.state, found.unit_name) == ("left", "")
    with pytest.raises(CardError, match="không còn là đoàn viên"):
        exchange(actor=committee, on=committee.today, card=card, reason="lost")


@pytest.mark.django_db
def test_a_card_of_a_union_that_ended_leads_to_the_successor(
    committee: Actor, people: list[Person], system: Actor, tree: Tree, client: Client
) -> None:
    card = issue(actor=committee, on=committee.today, person=people[0].pk)
    decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "NA2"}))
    found = checked(code_of(card.serial), committee.today)
    assert found is not None and (found.state, found.unit_name) == ("valid", tree.unions["NA2"].name)
    boss = officer("lanh-dao", "leader", tree.north)
    client.force_login(boss)
    shown = client.get(f"{reverse('cards:list')}?can_doi=1").content.decode()
    assert card.number in shown
    assert "nay là đoàn viên của" in client.get(reverse("cards:card", args=[card.pk])).content.decode()
    changed = exchange(actor=acting(boss, committee.today), on=committee.today, card=card, reason="moved")
    assert changed.unit == tree.unions["NA2"]


@pytest.mark.django_db
def test_a_whole_union_in_the_background(
    client: Client, committee: Actor, people: list[Person], tree: Tree
) -> None:
    issue(actor=committee, on=committee.today, person=people[0].pk)
    assert committee.user is not None
    client.force_login(committee.user)
    page = reverse("cards:union", args=["NA1"])
    assert "Cấp thẻ cho 2 người" in client.get(page).content.decode()
    client.post(page)
    assert run_now(JobRun.objects.latest("pk")).state == "done"
    assert Card.objects.filter(state="valid").count() == 3
    assert issue_to_union(actor=committee, on=committee.today, unit=tree.unions["NA1"]) == 0
    sheet = client.get(reverse("cards:print_union", args=["NA1"]))
    assert sheet.content.startswith(b"%PDF")
    single = client.get(reverse("cards:print", args=[Card.objects.latest("pk").pk]))
    assert single.content.startswith(b"%PDF")


@pytest.mark.django_db
def test_only_who_may_issues_and_only_who_may_see_finds(
    client: Client, committee: Actor, people: list[Person], tree: Tree, today: date
) -> None:
    card = issue(actor=committee, on=today, person=people[0].pk)
    viewer = officer("nguoi-xem", "viewer", tree.north)
    with pytest.raises(Forbidden):
        issue(actor=acting(viewer, today), on=today, person=people[1].pk)
    with pytest.raises(Forbidden):
        issue_to_union(actor=acting(viewer, today), on=today, unit=tree.unions["NA1"])
    neighbour = officer("lang-gieng", "committee", tree.unions["NB1"], reach="own")
    client.force_login(neighbour)
    for door in (
        reverse("cards:card", args=[card.pk]),
        reverse("cards:print", args=[card.pk]),
        reverse("cards:of_person", args=[people[0].pk]),
        reverse("cards:union", args=["NA1"]),
        reverse("cards:print_union", args=["NA1"]),
    ):
        assert client.get(door).status_code == 404, door
    assert card.number not in client.get(reverse("cards:list")).content.decode()


@pytest.mark.django_db
def test_the_printed_code_opens_the_page_of_its_card(
    client: Client, committee: Actor, people: list[Person], tree: Tree
) -> None:
    issue_to_union(actor=committee, on=committee.today, unit=tree.unions["NA1"])
    assert committee.user is not None
    client.force_login(committee.user)
    card = Card.objects.select_related("person").order_by("pk")[0]
    (single,) = codes_of(client.get(reverse("cards:print", args=[card.pk])).content)
    assert single.startswith("http://testserver/the/")
    sheet = codes_of(client.get(reverse("cards:print_union", args=["NA1"])).content)
    assert len(sheet) == len(set(sheet)) == 3 and single in sheet
    visitor = Client()
    names = set()
    for address in sheet:
        page = visitor.get(address.removeprefix("http://testserver"))
        assert page.status_code == 200 and "Thẻ có giá trị" in page.content.decode()
        names |= {person.full_name for person in people if masked(person.full_name) in page.content.decode()}
    assert names == {person.full_name for person in people}


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_make_one_card(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], JOINED, 1)
    outcomes: list[str] = []

    def one() -> None:
        try:
            issue(actor=system, on=system.today, person=person.pk)
            outcomes.append("made")
        except CardError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused", "refused", "refused"]
    assert Card.objects.count() == 1


def test_nothing_is_left_to_migrate(db: None) -> None:
    call_command("makemigrations", "cards", check=True, dry_run=True, verbosity=0)
