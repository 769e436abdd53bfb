"""When bodies are rearranged, what is owed passes on, is owed to the new superior, and comes back when it is undone."""

from __future__ import annotations

from datetime import date

from django.test import Client

from congdoan.foundation.access.rules import Actor
from congdoan.registry.reorganisation.actions import undo
from congdoan.registry.reorganisation.queries import balance
from congdoan.work.returns import actions
from congdoan.work.returns.definitions import read_definition
from congdoan.work.returns.models import Obligation, ReturnForm
from congdoan.work.returns.queries import comparison, comparison_of_now
from tests.factories.officers import officer
from tests.registry.reorganisation.ground import decide, faults
from tests.work.returns.conftest import Round
from tests.work.returns.test_flow import handed_in

ON = date(2026, 11, 2)


def owed() -> dict[str, str]:
    return {
        item.unit.code: item.superior.code for item in Obligation.objects.select_related("unit", "superior")
    }


def test_what_a_merged_union_had_not_begun_falls_to_its_successor(turn: Round, system: Actor) -> None:
    before = owed()
    made = decide(system, turn.tree.north, ("merge", {"units": ["NB1"], "into": "NB2"}), on=ON, done=False)
    line = balance(made, actor=system, on=system.today).line("returns.Obligation.unit")
    assert (line.before, line.passes, line.homeless) == (1, 0, 0)
    made = decide(system, turn.tree.north, ("merge", {"units": ["NB1"], "into": "NB2"}), on=ON)
    assert owed() == {unit: above for unit, above in before.items() if unit != "NB1"}
    assert faults() == []
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    assert owed() == before


def test_what_is_owed_passes_to_a_new_union_and_its_superior(turn: Round, system: Actor) -> None:
    before = owed()
    new = {"code": "NEW", "name": "CĐCS mới", "kind": "grassroots_union", "parent": "NB"}
    made = decide(
        system,
        turn.tree.north,
        ("merge", {"units": ["NA1"], "new": new}),
        ("move", {"units": ["NA2"], "parent": "NB"}),
        on=ON,
    )
    after = owed()
    assert "NA1" not in after
    assert (after["NEW"], after["NA2"], after["NB1"]) == ("NB", "NB", "NB")
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    assert owed() == before


def test_what_is_begun_stays_and_is_named(turn: Round, people: dict[str, Actor], system: Actor) -> None:
    handed_in(turn, people["committee"])
    made = decide(system, turn.tree.north, ("merge", {"units": ["NA1"], "into": "NA2"}), on=ON, done=False)
    sheet = balance(made, actor=system, on=system.today)
    assert any("đang làm dở" in item.message for item in sheet.problems) and not sheet.errors
    decide(system, turn.tree.north, ("merge", {"units": ["NA1"], "into": "NA2"}), on=ON)
    assert owed()["NA1"] == "NA"
    # The superior still decides on it.
    done = turn.owed("NA1").made
    actions.accept(actor=people["district"], made=done, revision=done.revision)
    assert turn.owed("NA1").made.state == "accepted"


def test_what_was_accepted_is_history(turn: Round, people: dict[str, Actor], system: Actor) -> None:
    made = handed_in(turn, people["committee"])
    actions.accept(actor=people["district"], made=made, revision=made.revision)
    decide(system, turn.tree.north, ("merge", {"units": ["NA1"], "into": "NA2"}), on=ON)
    assert owed()["NA1"] == "NA"


def test_forms_pass_to_the_successor_of_their_body(turn: Round, system: Actor) -> None:
    decide(system, turn.tree.root, ("merge", {"units": ["N"], "into": "S"}), on=ON)
    assert ReturnForm.objects.get().owner.code == "S"
    # The districts owe to the province they stand under now.
    assert (owed()["NA"], owed()["NB"]) == ("S", "S")


def test_earlier_figures_read_in_the_structure_of_the_period(turn: Round, system: Actor) -> None:
    decide(system, turn.tree.north, ("merge", {"units": ["NA2"], "into": "NA1"}), on=date(2026, 10, 20))
    obligation = turn.owed("NA1")
    definition = read_definition(obligation.version.definition)
    then, now = (read(obligation, definition, system.today) for read in (comparison, comparison_of_now))
    assert (then.of_now, now.of_now) == (False, True)
    assert (then.previous["end.total"], now.previous["end.total"]) == (20, 26)
    assert (then.previous["net.total"], now.previous["net.total"]) == (0, 0)
    client = Client()
    client.force_login(officer("co-so", "committee", turn.tree.unions["NA1"]))
    actions.open_return(actor=system, on=system.today, obligation=obligation)
    page = client.get(f"/bao-cao-dinh-ky/{obligation.pk}/")
    assert "theo cơ cấu lúc đó" in page.text and page.context["compared"].previous["end.total"] == 20
    page = client.get(f"/bao-cao-dinh-ky/{obligation.pk}/?so_sanh=ky-nay")
    assert "theo cơ cấu của kỳ này" in page.text
    assert page.context["compared"].previous["end.total"] == 26
