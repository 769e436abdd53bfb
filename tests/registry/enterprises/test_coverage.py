"""The picture of coverage: its figures, by whatever way they are counted, are exactly the names they open."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on
from congdoan.kit.lists import ListContext, filtered, read_page
from congdoan.registry.enterprises import coverage
from congdoan.registry.enterprises.actions import (
    EnterpriseData,
    HeadcountData,
    HostData,
    host,
    register_enterprises,
)
from congdoan.registry.enterprises.lists import SPEC, size_of
from congdoan.registry.enterprises.models import Enterprise
from tests.factories.tree import Tree

ON = date(2026, 11, 1)
BEGAN = date(2025, 1, 1)


@pytest.fixture
def employers(tree: Tree, system: Actor) -> list[Enterprise]:
    """Employers of all bodies of the north and of the province itself, of several sizes and sectors."""
    bodies = [tree.north_a, tree.north_a, tree.north_b, tree.north, tree.south_a]
    made = register_enterprises(
        actor=system,
        on=BEGAN,
        items=[
            EnterpriseData(
                f"Công ty An Bình {number}",
                ("fdi", "non_state", "public_service")[number % 3],
                unit=bodies[number % 5],
                started_on=date(2020, 1, 1),
                headcounts=[HeadcountData((8, 21, 60, 150)[number % 4])],
            )
            for number in range(30)
        ],
    )
    host(actor=system, items=[HostData(one, tree.unions["NA1"], BEGAN) for one in made[::4]])
    return made


def view(actor: Actor, unit: Unit, **params: str) -> ListContext:
    asked = {"don_vi": unit.code, "hoat_dong": "operating", "la_dn": "1", "tu_lao_dong": "20", **params}
    return ListContext(actor=actor, as_of=ON, params=asked)


def names(actor: Actor, url: str) -> tuple[int, int]:
    """(rows, workers) of the list an address leads to."""
    return size_of(ListContext(actor=actor, as_of=ON, params=dict(parse_qsl(urlsplit(url).query))))


def check(actor: Actor, lines: list[coverage.Line]) -> None:
    for line in lines:
        assert names(actor, line.url)[0] == line.total, line.label
        assert names(actor, line.covered_url)[0] == line.covered, line.label
        assert names(actor, line.missing_url) == (line.missing, line.workers_without), line.label


def by_body(context: ListContext, unit: Unit) -> list[coverage.Line]:
    below = list(children_on(unit, ON).values_list("unit_id", "name", "unit__code"))
    counts = coverage.counts_of(context, [pk for pk, _, _ in below])
    assert counts is not None
    return coverage.by_body(
        counts, unit, {pk: name for pk, name, _ in below}, {pk: code for pk, _, code in below}
    )


@pytest.mark.parametrize("more", [{}, {"khu_vuc": "fdi"}, {"on_dinh": "0", "tu_lao_dong": ""}])
def test_by_body_by_commune_and_by_size_agree_with_the_names(
    tree: Tree, system: Actor, employers: list[Enterprise], more: dict[str, str]
) -> None:
    for unit in (tree.root, tree.north):
        context = view(system, unit, **more)
        bodies, communes = by_body(context, unit), coverage.by_commune(context)
        sizes = coverage.by_size(context, coverage.counts_of(context))
        assert sizes == coverage.by_size(context, None)
        for lines in (bodies, communes, sizes):
            check(system, lines)
        whole = size_of(context)[0]
        assert sum(line.total for line in bodies) == sum(line.total for line in communes) == whole > 0
    own = by_body(view(system, tree.north, **more), tree.north)[-1]
    assert own.label == "LĐLĐ tỉnh Bắc (không qua cấp dưới)" and own.total > 0


def test_the_cost_does_not_grow_with_enterprises(
    tree: Tree, system: Actor, employers: list[Enterprise]
) -> None:
    with CaptureQueriesContext(connection) as seen:
        by_body(view(system, tree.root), tree.root)
    assert len(seen) == 8


def test_searches_find_the_same_by_every_way(
    tree: Tree, system: Actor, employers: list[Enterprise], monkeypatch: Any
) -> None:
    from congdoan.registry.enterprises import finding

    def pages(**params: str) -> list[int]:
        found: list[int] = []
        position = {}
        while True:
            context = ListContext(actor=system, as_of=ON, params={**params, **position})
            page = read_page(SPEC, context, size=4)
            found += [row.pk for row in page.rows]
            if not page.next_key:
                return found
            position = {"sau": page.next_key}

    asked: list[dict[str, str]] = [
        {"q": "an bi"},
        {"q": "an bi", "sap": "-ten"},
        {"q": "binh", "co_cong_doan": "0", "don_vi": "N"},
        {"q": "cong ty", "sap": "-uu_tien"},
        {"q": "khong co"},
    ]
    for params in asked:
        plain = {name: value for name, value in params.items() if name != "q"}
        words = params["q"].split()
        context = ListContext(actor=system, as_of=ON, params=plain)
        truth = {
            row.pk
            for row in filtered(SPEC, context)
            if all(any(part.startswith(word) for part in row.name_key.split()) for word in words)
        }
        for limits in ((4_000, 15_000, 3_000), (3, 15_000, 0), (3, 0, 0), (4_000, 0, 0)):
            for name, value in zip(("NAMES_LIMIT", "WALK_LIMIT", "SMALL"), limits, strict=True):
                monkeypatch.setattr(finding, name, value)
            found = pages(**params)
            assert len(found) == len(set(found)) and set(found) == truth, (params, limits)


def test_a_small_body_is_listed_as_a_large_one(
    tree: Tree, system: Actor, employers: list[Enterprise], monkeypatch: Any
) -> None:
    """The same pages there and back, the same count and the same people at work."""
    from congdoan.registry.enterprises import finding

    def walk(**params: str) -> tuple[list[list[int]], list[list[int]], Any, str]:
        def page(**position: str) -> tuple[Any, ListContext]:
            context = ListContext(actor=system, as_of=ON, params={**params, **position})
            return read_page(SPEC, context, size=2), context

        shown, context = page()
        assert SPEC.count is not None and SPEC.count_note is not None
        count, note = SPEC.count(context), SPEC.count_note(context)
        there, back = [[row.pk for row in shown.rows]], []
        while shown.next_key:
            shown, _ = page(sau=shown.next_key)
            there.append([row.pk for row in shown.rows])
        while shown.previous_key:
            shown, _ = page(truoc=shown.previous_key)
            back.append([row.pk for row in shown.rows])
        return there, back, count, note

    for params in (
        {"don_vi": "N"},
        {"don_vi": "N", "sap": "-ten"},
        {"don_vi": "N", "sap": "lao_dong"},
        {"don_vi": "N", "hoat_dong": "operating", "co_cong_doan": "0"},
    ):
        monkeypatch.setattr(finding, "SMALL", 0)
        large = walk(**params)
        monkeypatch.setattr(finding, "SMALL", 3_000)
        assert walk(**params) == large, params
        assert large[0][0] and sum(map(len, large[0])) == large[2]
