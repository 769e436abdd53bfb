"""Members of a divided union placed one by one: on the page, by a list, and by nobody who may not."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.measures.actions import fold
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.membership.models import Membership
from congdoan.registry.people.models import Employment, Person
from congdoan.registry.reorganisation.actions import ReorganisationError, commit
from congdoan.registry.reorganisation.actions.placing import place_people
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.queries import balance
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.registry.reorganisation.ground import DAY, decide, faults

JOINED = date(2025, 3, 1)


@pytest.fixture
def people(tree: Tree, system: Actor) -> list[Person]:
    """Seven members of NA1, two of them at employer A, and one of NA2, which is merged into NA1 first."""
    made = make_members(system, tree.unions["NA1"], JOINED, 7)
    made += make_members(system, tree.unions["NA2"], JOINED, 1, start=50)
    (first,) = register_enterprises(
        actor=system,
        on=JOINED,
        items=[
            EnterpriseData(
                "Công ty A", "non_state", code="A", unit=tree.north_a, hosts=[(tree.unions["NA1"], JOINED)]
            )
        ],
    )
    for person in made[:2]:
        Employment.objects.create(person=person, enterprise=first, during=DateRange(JOINED, None))
    fold()
    return made


@pytest.fixture
def decision(tree: Tree, people: list[Person], system: Actor) -> Reorganisation:
    new = {"kind": "grassroots_union", "parent": "NA"}
    return decide(
        system,
        tree.north,
        ("merge", {"units": ["NA2"], "into": "NA1"}),
        ("found", {"code": "X", "name": "CĐCS X", **new}),
        ("found", {"code": "Y", "name": "CĐCS Y", **new}),
        ("split", {"unit": "NA1", "parts": [{"into": "X", "enterprises": ["A"]}, {"into": "Y"}]}),
        done=False,
    )


@pytest.fixture
def client(tree: Tree, people: list[Person]) -> Client:
    made = Client()
    made.force_login(officer("lanh-dao", "leader", tree.north))
    return made


def door(name: str, made: Reorganisation) -> str:
    return reverse(f"reorganisation:{name}", args=[made.pk, 4])


def where(people: list[Person]) -> list[str]:
    held = dict(Membership.objects.filter(during__contains=DAY).values_list("person_id", "unit__code"))
    return [held.get(person.pk, "") for person in people]


def test_the_rest_is_placed_by_hand(
    client: Client, decision: Reorganisation, people: list[Person], system: Actor
) -> None:
    page = client.get(door("place", decision)).text
    assert page.count('name="nguoi"') == 8 and "6 người" in page
    left = client.get(f"{door('place', decision)}?xem=chua-co-noi").text
    assert left.count('name="nguoi"') == 6
    named = client.get(f"{door('place', decision)}?tim={people[3].full_name.split()[-1].lower()}").text
    assert people[3].full_name in named and named.count('name="nguoi"') < 8
    assert not balance(decision, actor=system, on=system.today).is_clean
    # One of employer A goes elsewhere by name; the other six by hand.
    chosen = [people[0].pk, *(person.pk for person in people[2:])]
    assert client.post(door("place", decision), {"nguoi": chosen, "ve": "Y"}).status_code == 302
    assert client.post(door("place", decision), {"nguoi": [people[7].pk], "ve": "X"}).status_code == 302
    parts = decision.steps.get(position=4).arguments["parts"]
    assert parts[0] == {"into": "X", "enterprises": ["A"], "people": [people[7].pk]}
    assert parts[1] == {"into": "Y", "people": sorted(set(chosen) - {people[7].pk})}
    assert client.get(f"{door('place', decision)}?xem=chua-co-noi").text.count('name="nguoi"') == 0
    # Taken back, people[0] follows their workplace again.
    client.post(door("place", decision), {"nguoi": [people[0].pk], "ve": "-"})
    commit(actor=system, on=system.today, reorganisation=decision)
    assert where(people) == ["X", "X", *["Y"] * 5, "X"]
    assert faults() == []


def filled(content: bytes, says: dict[int, str], **others: Any) -> SimpleUploadedFile:
    """The list as an officer fills it in: {person: code}; others by their name in the column of the number."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.active
    assert page is not None
    heading = next(row for row in page.iter_rows() if row[0].value == "Mã người")[0].row
    for row in page.iter_rows(min_row=heading + 1):
        if str(row[0].value).isdigit() and int(str(row[0].value)) in says:
            row[4].value = says[int(str(row[0].value))]
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("danh-sach.xlsx", out.getvalue())


def test_a_list_places_all_or_nobody(client: Client, decision: Reorganisation, people: list[Person]) -> None:
    content = client.get(door("placement_list", decision)).content
    before = decision.steps.get(position=4).arguments
    wrong = filled(content, {people[2].pk: "Y", people[3].pk: "NB1"})
    answer = client.post(door("upload_placement", decision), {"file": wrong}, follow=True).text
    assert "1 trong 8 dòng cần sửa" in answer and "NB1" in answer and "không nhận phần nào" in answer
    assert decision.steps.get(position=4).arguments == before
    right = filled(content, {person.pk: "Y" for person in people[2:]})
    answer = client.post(door("upload_placement", decision), {"file": right}, follow=True).text
    assert "Đã ghi nơi đến của 8 người" in answer
    assert decision.steps.get(position=4).arguments["parts"][1] == {
        "into": "Y",
        "people": sorted(person.pk for person in people[2:]),
    }
    nothing = client.post(door("upload_placement", decision), {}, follow=True).text
    assert "Chưa chọn tệp" in nothing


def test_a_stranger_and_a_unit_without_a_part_are_refused(
    decision: Reorganisation, people: list[Person], system: Actor, tree: Tree
) -> None:
    step = decision.steps.get(position=4)
    (stranger,) = make_members(system, tree.unions["NB1"], JOINED, 1, start=70)
    for wrong in ({stranger.pk: "X"}, {people[0].pk: "NB1"}):
        with pytest.raises(ReorganisationError):
            place_people(actor=system, on=system.today, step=step, people=wrong)
    assert decision.steps.get(position=4).arguments == step.arguments


def test_names_are_for_those_who_may_see_members(
    decision: Reorganisation, people: list[Person], tree: Tree, today: date
) -> None:
    neighbour = Client()
    neighbour.force_login(officer("lang-gieng", "leader", tree.south))
    viewer = Client()
    viewer.force_login(officer("nguoi-xem", "viewer", tree.north))
    for name in ("place", "placement_list"):
        assert neighbour.get(door(name, decision)).status_code == 404
        assert viewer.get(door(name, decision)).status_code == 403
    outsider = acting(officer("ngoai", "leader", tree.south), today)
    with pytest.raises(Forbidden):
        place_people(
            actor=outsider, on=today, step=decision.steps.get(position=4), people={people[2].pk: "Y"}
        )
