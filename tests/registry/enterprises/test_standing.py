"""Standing is what the rows of record say, on every day, after any history; the figures and the list agree."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.catalogue import measure
from congdoan.foundation.measures.queries import differences, stock
from congdoan.kit.lists import ListContext
from congdoan.registry.enterprises.actions import (
    Assignment,
    EnterpriseData,
    EnterpriseError,
    HeadcountData,
    HostData,
    JudgementData,
    assign,
    end_hosting,
    host,
    judge,
    observe_headcounts,
    register_enterprises,
    update_enterprises,
)
from congdoan.registry.enterprises.choices import SOURCE_PRIORITY, band_of
from congdoan.registry.enterprises.lists import SPEC, size_of
from congdoan.registry.enterprises.models import Enterprise, Hosting, Responsibility
from congdoan.registry.enterprises.queries import standing_faults, standing_of
from tests.factories.tree import Tree

START = date(2021, 10, 1)


def slowly(enterprise: Enterprise, day: date) -> tuple[Any, ...] | None:
    """The standing of a day, worked out one rule after the other from the rows of record."""
    if day < enterprise.registered_on:
        return None
    in_charge = [row for row in Responsibility.objects.filter(enterprise=enterprise) if day in row.during]
    if not in_charge:
        return None
    heads = [row for row in enterprise.headcounts.all() if row.on <= day]
    newest = max((row.on for row in heads), default=None)
    of_day = sorted(
        (row for row in heads if row.on == newest), key=lambda row: SOURCE_PRIORITY.index(row.source)
    )
    said = sorted((row for row in enterprise.judgements.all() if row.on <= day), key=lambda row: row.on)
    operating = "not_started" if enterprise.started_on and enterprise.started_on > day else "operating"
    stable = party = False
    for row in said:
        operating = row.operating
        stable = row.is_stable if row.is_stable is not None else stable
        party = row.has_party if row.has_party is not None else party
    workers = of_day[0].workers if of_day else None
    if operating == "ended":
        workers = 0
    has_union = any(day in row.during for row in Hosting.objects.filter(enterprise=enterprise))
    return (
        in_charge[0].unit_id, enterprise.sector_id, workers, band_of(workers), operating, stable, party, has_union,
    )  # fmt: skip


def kept(enterprise: Enterprise, day: date) -> tuple[Any, ...] | None:
    row = standing_of(enterprise.pk, day)
    if row is None:
        return None
    return (
        row.unit_id, row.sector_id, row.headcount, row.band, row.operating, row.is_stable, row.has_party, row.has_union,
    )  # fmt: skip


def as_shown(actor: Actor, code: str, unit_id: int, on: date, filters: dict[str, Any]) -> tuple[int, int]:
    """(rows, workers) of the list behind a figure."""
    link = measure(code).stock_names(unit_id, on, filters)  # type: ignore[misc]
    assert link.list_name == SPEC.name and link.params["ngay"] == on.isoformat()
    params = {name: value for name, value in link.params.items() if name != "ngay"}
    context = ListContext(actor=actor, as_of=on, params=params)
    return size_of(context)


CUTS: list[dict[str, Any]] = [
    {},
    {"band": {"min": 20}},
    {"band": {"min": 25}, "is_stable": True},
    {"band": {"min": 22}, "has_union": True},
    {"band": {"max": 20}},
    {"sector": ["fdi", "soe"], "operating": "operating"},
    {"sector": "public_service", "has_party": False},
    {"operating": ["operating", "suspended"], "has_union": False, "is_stable": [True, False]},
]
DAYS = st.dates(date(2021, 9, 1), date(2026, 11, 1))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("count"), st.integers(0, 2), DAYS, st.integers(0, 60), st.sampled_from(SOURCE_PRIORITY)),
        st.tuples(
            st.just("judge"), st.integers(0, 2), DAYS,
            st.sampled_from(["operating", "not_started", "suspended", "ended", None]),
            st.sampled_from([(True, None), (False, True), (None, False), (None, None)]),
        ),
        st.tuples(st.just("assign"), st.integers(0, 2), DAYS, st.integers(0, 3), st.none()),
        st.tuples(st.just("host"), st.integers(0, 2), DAYS, st.integers(0, 3), st.none()),
        st.tuples(st.just("unhost"), st.integers(0, 2), DAYS, st.integers(0, 3), st.none()),
        st.tuples(
            st.just("sector"), st.integers(0, 2), DAYS, st.sampled_from(["fdi", "soe", "public_service"]), st.none()
        ),
        st.tuples(st.just("fold"), st.just(0), st.just(START), st.just(0), st.none()),
    ),
    max_size=10,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=STEPS,
    probes=st.lists(DAYS, min_size=1, max_size=4),
    cuts=st.lists(st.sampled_from(CUTS), min_size=2, max_size=3),
)
def test_any_history(
    tree: Tree,
    system: Actor,
    steps: list[tuple[str, int, date, Any, Any]],
    probes: list[date],
    cuts: list[dict[str, Any]],
) -> None:
    savepoint = transaction.savepoint()
    try:
        bodies = [tree.north_a, tree.north_b, tree.south_a, tree.south_b]
        unions = list(tree.unions.values())
        made = register_enterprises(
            actor=system,
            on=START,
            items=[
                EnterpriseData("Công ty Một", "fdi", unit=bodies[0], started_on=date(2022, 3, 1)),
                EnterpriseData("Công ty Hai", "soe", unit=bodies[2], headcounts=[HeadcountData(24)]),
                EnterpriseData("Trường Ba", "public_service", registered_on=date(2023, 1, 1)),
            ],
        )
        for verb, which, on, value, more in steps:
            one = made[which]
            try:
                with transaction.atomic():
                    if verb == "count":
                        item = HeadcountData(value, enterprise=one, on=on, source=more)
                        observe_headcounts(actor=system, on=on, items=[item])
                    elif verb == "judge":
                        stable, party = more
                        said = JudgementData(
                            enterprise=one, on=on, operating=value, is_stable=stable, has_party=party
                        )
                        judge(actor=system, on=on, items=[said])
                    elif verb == "assign":
                        assign(actor=system, items=[Assignment(one, bodies[value], on)])
                    elif verb == "host":
                        host(actor=system, items=[HostData(one, unions[value], on)])
                    elif verb == "unhost":
                        end_hosting(actor=system, on=on, items=[(one, unions[value])])
                    elif verb == "sector":
                        update_enterprises(actor=system, on=on, changes=[(one, {"sector": value})])
                    else:
                        fold()
            except EnterpriseError:
                pass
        for one in made:
            one.refresh_from_db()
            for day in [
                *probes,
                *(on + timedelta(days=shift) for _, _, on, _, _ in steps for shift in (-1, 0)),
            ]:
                assert kept(one, day) == slowly(one, day), day
        assert standing_faults() == []
        assert differences() == []
        for day in probes[:1]:
            for unit in (tree.root, tree.north_a):
                for filters in cuts:
                    shown, _ = as_shown(system, "enterprises", unit.pk, day, filters)
                    assert stock("enterprises", [unit.pk], on=day, filters=filters)[unit.pk] == shown
                    _, workers = as_shown(system, "workers", unit.pk, day, filters)
                    assert stock("workers", [unit.pk], on=day, filters=filters)[unit.pk] == workers
    finally:
        transaction.savepoint_rollback(savepoint)


def one_of(tree: Tree, system: Actor, **more: Any) -> Enterprise:
    (made,) = register_enterprises(
        actor=system, on=START, items=[EnterpriseData("Công ty Sông Mây", "fdi", unit=tree.north_a, **more)]
    )
    return made


def count(tree: Tree, on: date, **filters: Any) -> int:
    return stock("enterprises", [tree.root.pk], on=on, filters=filters)[tree.root.pk]


def test_thresholds_of_20_and_25_are_exact(tree: Tree, system: Actor) -> None:
    for workers in (19, 20, 24, 25):
        one_of(tree, system, headcounts=[HeadcountData(workers)])
    on = date(2024, 1, 1)
    assert count(tree, on, band={"min": 20}) == 3
    assert count(tree, on, band={"min": 25}) == 1


def test_stable_is_a_judgement_with_an_author(tree: Tree, system: Actor) -> None:
    made = one_of(tree, system, headcounts=[HeadcountData(30)])
    assert count(tree, date(2024, 1, 1), is_stable=True) == 0
    judge(
        actor=system,
        on=date(2024, 3, 1),
        items=[JudgementData(enterprise=made, is_stable=True, reason="Có đơn hàng ba năm")],
    )
    assert [count(tree, day, is_stable=True) for day in (date(2024, 2, 29), date(2024, 3, 1))] == [0, 1]
    row = made.judgements.get()
    assert (row.decided_by_label, row.operating) == ("kiểm thử", "operating")
    judge(actor=system, on=date(2025, 1, 1), items=[JudgementData(enterprise=made, operating="suspended")])
    assert count(tree, date(2025, 1, 1), is_stable=True, operating="suspended") == 1
    judge(actor=system, on=date(2026, 1, 1), items=[JudgementData(enterprise=made, operating="ended")])
    assert count(tree, date(2026, 1, 1)) == 0
    assert stock("workers", [tree.root.pk], on=date(2026, 1, 1))[tree.root.pk] == 0


def test_of_one_day_the_better_source_counts(tree: Tree, system: Actor) -> None:
    on = date(2024, 1, 1)
    made = one_of(
        tree,
        system,
        headcounts=[
            HeadcountData(50, on=on, source="import"),
            HeadcountData(40, on=on, source="survey"),
            HeadcountData(60, on=on, source="registration"),
        ],
    )
    assert standing_of(made.pk, on).headcount == 40
    observe_headcounts(
        actor=system, on=on, items=[HeadcountData(55, enterprise=made, on=date(2024, 1, 2), source="import")]
    )
    assert standing_of(made.pk, date(2024, 6, 1)).headcount == 55


def test_more_women_than_workers_is_refused_in_a_sentence(tree: Tree, system: Actor) -> None:
    made = one_of(tree, system)
    with pytest.raises(EnterpriseError, match=r"lao động nữ \(31\) lớn hơn tổng số lao động \(30\)"):
        observe_headcounts(actor=system, on=START, items=[HeadcountData(30, enterprise=made, women=31)])
    assert made.headcounts.count() == 0


def test_a_wrong_tax_code_is_kept_and_marked(tree: Tree, system: Actor) -> None:
    right = one_of(tree, system, tax_code="0100112437")
    wrong = one_of(tree, system, tax_code="0100112438")
    assert (right.tax_code_ok, wrong.tax_code_ok, wrong.tax_code) == (True, False, "0100112438")


def test_the_reform_hands_over_and_each_day_keeps_its_body(tree: Tree, system: Actor) -> None:
    made = [one_of(tree, system, headcounts=[HeadcountData(100)]) for _ in range(3)]
    reform = date(2025, 7, 1)
    assign(actor=system, items=[Assignment(one, tree.north, reform) for one in made])
    before, after = date(2025, 6, 30), reform

    def figures(on: date) -> list[int]:
        found = stock("workers", [tree.north_a.pk, tree.north.pk], on=on)
        return list(found.values())

    assert figures(before) == [300, 300] and figures(after) == [0, 300]
    assert as_shown(system, "workers", tree.north_a.pk, before, {}) == (3, 300)
    assert as_shown(system, "workers", tree.north_a.pk, after, {}) == (0, 0)
    with pytest.raises(EnterpriseError, match="đã được giao cho đơn vị khác từ ngày 01/07/2025"):
        assign(actor=system, items=[Assignment(made[0], tree.north_b, date(2025, 1, 1))])
    assert differences() == []
