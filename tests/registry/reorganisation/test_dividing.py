"""Dividing a union, ending a whole level, transferring an authority."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Territory
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.succession.queries import successors_of
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import may_decide
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.enterprises.models import Enterprise, Hosting, Responsibility
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import members_on, reconciliation
from congdoan.registry.people.models import Employment, Person
from congdoan.registry.reorganisation.actions import undo
from congdoan.registry.reorganisation.queries import balance
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.registry.reorganisation.ground import DAY, decide, dump, faults

JOINED = date(2025, 3, 1)


def found(code: str, parent: str = "NA", kind: str = "grassroots_union") -> tuple[str, dict[str, str]]:
    return "found", {"code": code, "name": f"CĐCS {code}", "kind": kind, "parent": parent}


@pytest.fixture
def people(tree: Tree, system: Actor) -> list[Person]:
    """Ten members of NA1: four work at employer A, three at B (in a commune), the others nowhere we know."""
    commune = Territory.objects.filter(level="commune").first()
    assert commune is not None
    made = make_members(system, tree.unions["NA1"], JOINED, 10)
    first, second = register_enterprises(
        actor=system,
        on=JOINED,
        items=[
            EnterpriseData(
                "Công ty A", "non_state", code="A", unit=tree.north_a, hosts=[(tree.unions["NA1"], JOINED)]
            ),
            EnterpriseData(
                "Công ty B",
                "non_state",
                code="B",
                unit=tree.north_a,
                territory=commune.pk,
                hosts=[(tree.unions["NA1"], JOINED)],
            ),
        ],
    )
    for number, person in enumerate(made[:7]):
        Employment.objects.create(
            person=person, enterprise=first if number < 4 else second, during=DateRange(JOINED, None)
        )
    fold()
    return made


def where(people: list[Person]) -> list[str]:
    held = dict(
        Membership.objects.filter(person__in=people, during__contains=DAY).values_list(
            "person_id", "unit__code"
        )
    )
    return [held.get(person.pk, "") for person in people]


def test_a_union_is_divided_by_workplace_commune_and_list(
    tree: Tree, people: list[Person], system: Actor
) -> None:
    before = dump()
    commune = Enterprise.objects.get(code="B").territory_id
    made = decide(
        system,
        tree.root,
        found("X"),
        found("Y"),
        found("Z"),
        (
            "split",
            {
                "unit": "NA1",
                "parts": [
                    {"into": "X", "enterprises": ["A"]},
                    {"into": "Y", "communes": [commune]},
                    {"into": "Z", "people": [people[0].pk, people[9].pk]},
                ],
                "rest": "X",
            },
        ),
    )
    assert where(people) == ["Z", "X", "X", "X", "Y", "Y", "Y", "X", "X", "Z"]
    hosts = set(Hosting.objects.filter(during__contains=DAY).values_list("enterprise__code", "unit__code"))
    assert hosts == {("A", "X"), ("B", "Y")}
    assert {row.successor.code for row in successors_of(tree.unions["NA1"])} == {"X", "Y", "Z"}
    assert reconciliation(tree.north.pk, date(2026, 6, 1), date(2026, 8, 1)).net_growth == 0
    assert faults() == []
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    fold()
    assert faults() == []
    assert dump() == before


def test_who_is_in_no_part_has_no_home(tree: Tree, people: list[Person], system: Actor) -> None:
    steps = (
        found("X"),
        ("split", {"unit": "NA1", "parts": [{"into": "X", "enterprises": ["A"]}]}),
    )
    sheet = balance(decide(system, tree.root, *steps, done=False), actor=system, on=system.today)
    line = sheet.line("membership.Membership.unit")
    assert (line.passes, line.homeless) == (4, 6)
    assert not sheet.is_clean
    assert any("6 chưa có nơi đến" in problem.message for problem in sheet.errors)


def test_a_union_keeps_the_rest(tree: Tree, people: list[Person], system: Actor) -> None:
    """A part is divided off, the union stands; what comes to it later in the decision is not divided."""
    more = make_members(system, tree.unions["NA2"], JOINED, 2, start=500)
    employer = Enterprise.objects.get(code="A")
    Employment.objects.create(person=more[0], enterprise=employer, during=DateRange(JOINED, None))
    fold()
    before = dump()
    made = decide(
        system,
        tree.root,
        found("X"),
        ("split", {"unit": "NA1", "parts": [{"into": "X", "enterprises": ["A"]}], "keeps": True}),
        ("merge", {"units": ["NA2"], "into": "NA1"}),
    )
    assert where(people) == ["X"] * 4 + ["NA1"] * 6
    assert where(more) == ["NA1", "NA1"]
    tree.unions["NA1"].refresh_from_db()
    assert tree.unions["NA1"].ended_on is None
    assert faults() == []
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    fold()
    assert dump() == before


def test_what_was_merged_before_is_divided_too(tree: Tree, people: list[Person], system: Actor) -> None:
    made = decide(
        system,
        tree.root,
        ("merge", {"units": ["NA1"], "into": "NA2"}),
        found("X"),
        found("Y"),
        ("split", {"unit": "NA2", "parts": [{"into": "X", "enterprises": ["A"]}], "rest": "Y"}),
        ("merge", {"units": ["Y"], "into": "NB1"}),
    )
    assert where(people) == ["X"] * 4 + ["NB1"] * 6
    assert not Unit.objects.filter(code="Y").exists()
    assert made.founded == [Unit.objects.get(code="X").pk]
    assert faults() == []


def test_a_whole_level_ends(tree: Tree, people: list[Person], system: Actor) -> None:
    """Districts end; some communes take over, the province the rest."""
    before = dump()
    whole = stock("members", [tree.root.pk], on=DAY)[tree.root.pk]
    made = decide(
        system,
        tree.root,
        found("NC", "N", "commune_union"),
        (
            "end_level",
            {
                "kind": "district_federation",
                "below": "N",
                "successors": {"NA": "NC"},
                "children": {"NA2": "N"},
            },
        ),
        (
            "transfer_authority",
            {
                "act": "recognise_union",
                "from_kind": "zone_union",
                "to_kind": "commune_union",
                "source": "QĐ 12",
            },
        ),
    )
    commune = Unit.objects.get(code="NC")
    parents = dict(
        Unit.objects.filter(versions__during__contains=DAY).values_list("code", "versions__parent__code")
    )
    assert (parents["NA1"], parents["NA2"], parents["NB1"]) == ("NC", "N", "N")
    assert Responsibility.objects.filter(unit=commune, during__contains=DAY).count() == 2
    assert stock("members", [tree.root.pk, commune.pk], on=DAY) == {
        tree.root.pk: whole,
        commune.pk: members_on(tree.unions["NA1"].pk, DAY).count(),
    }
    assert may_decide(commune, "recognise_union", DAY) is not None
    assert may_decide(commune, "recognise_union", date(2026, 6, 30)) is None
    assert {
        (row.unit.code, row.successor.code)
        for unit in (tree.north_a, tree.north_b)
        for row in successors_of(unit)
    } == {
        ("NA", "NC"),
        ("NB", "N"),
    }
    assert faults() == []
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    fold()
    assert faults() == []
    assert dump() == before
