"""The export of members says what models would."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.kit.lists import ListContext, get_list, plain_rows, shown_columns
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.factories.users import make_actor


@pytest.mark.parametrize("where", ["root", "north_a"])
def test_light_rows_say_what_models_say(tree: Tree, system: Actor, today: date, where: str) -> None:
    make_members(system, tree.unions["NA1"], date(2025, 3, 1), 3)
    make_members(system, tree.unions["NB1"], date(2025, 3, 1), 2, start=10)
    actor = make_actor(today, getattr(tree, where))
    light = get_list("membership.members")
    assert light.reads
    said = []
    for spec in (light, replace(light, reads=())):
        context = ListContext(actor=actor, as_of=today)
        columns = shown_columns(spec, actor.has_anywhere, export=True)
        said.append(list(plain_rows(spec, context, columns)))
    assert said[0] == said[1]
    assert len(said[0]) == (5 if where == "root" else 3)


def test_an_export_asks_a_fixed_number_of_times(
    tree: Tree, system: Actor, today: date, django_assert_max_num_queries: object
) -> None:
    make_members(system, tree.unions["NA1"], date(2025, 3, 1), 20)
    actor = make_actor(today, tree.root)
    spec = get_list("membership.members")
    context = ListContext(actor=actor, as_of=today)
    columns = shown_columns(spec, actor.has_anywhere, export=True)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert len(list(plain_rows(spec, context, columns))) == 20
