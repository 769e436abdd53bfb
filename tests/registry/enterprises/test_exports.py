"""Whom to call at an employer is told only for those that the reader may edit, in the export and the API alike."""

from __future__ import annotations

from datetime import date

from congdoan.foundation.access.rules import Actor
from congdoan.kit.lists import ListContext, plain_rows, shown_columns
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.enterprises.lists import SPEC
from tests.factories.officers import actor, give, make_user
from tests.factories.tree import Tree

BEGAN = date(2025, 1, 1)


def test_contacts_of_employers_that_one_may_only_look_at_stay_hidden(
    tree: Tree, system: Actor, today: date
) -> None:
    register_enterprises(
        actor=system,
        on=BEGAN,
        items=[
            EnterpriseData(
                f"Công ty {code}", "fdi", unit=unit, phone=f"09{number}", contact_name=f"Chị {code}"
            )
            for number, (code, unit) in enumerate((("A", tree.north_a), ("B", tree.north_b)))
        ],
    )
    reader = make_user("hai-noi")
    give(reader, "officer", tree.north_a)
    give(reader, "viewer", tree.north_b)
    who = actor(reader, today)
    columns = [
        column
        for column in shown_columns(SPEC, who.has_anywhere, export=True)
        if column.name in {"ten", "dien_thoai", "lien_he"}
    ]
    rows = list(plain_rows(SPEC, ListContext(actor=who, as_of=today), columns))
    assert sorted(rows) == [["Công ty A", "090", "Chị A"], ["Công ty B", "", ""]]
