"""Founding, moving, renaming and ending union bodies: rules, figures and the record."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import differences, flow, stock
from congdoan.foundation.units.actions import TreeError, keep_decision
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import tree_faults, version_on
from congdoan.registry.enterprises.actions import Assignment, EnterpriseData, assign, register_enterprises
from congdoan.registry.enterprises.queries import standing_of
from congdoan.registry.organisation.actions import (
    Move,
    NewUnion,
    NoAuthority,
    OrganisationError,
    Reclassification,
    Rename,
    edit_profile,
    end_unions,
    found_unions,
    move_units,
    reclassify_units,
    rename_units,
)
from tests.factories.tree import Tree

REFORM = date(2025, 7, 1)


def new(code: str, parent: Unit, on: date, **more: object) -> NewUnion:
    return NewUnion(code, f"CĐCS {code}", code, "grassroots_union", parent, on, sector="fdi", **more)  # type: ignore[arg-type]


def figures(unit: Unit, on: date, **filters: object) -> int:
    return stock("unions", [unit.pk], on=on, filters=filters)[unit.pk]


def test_a_founded_union_counts_from_its_day_and_an_opening_one_is_no_growth(
    tree: Tree, system: Actor
) -> None:
    found_unions(
        actor=system,
        items=[
            new("X1", tree.north_a, date(2024, 5, 20), address="Lô A1", phone="02253123456"),
            new("X2", tree.north_a, date(2021, 1, 1), is_opening=True),
        ],
    )
    assert [
        figures(tree.root, day) for day in (date(2020, 12, 31), date(2024, 5, 19), date(2024, 5, 20))
    ] == [0, 1, 2]
    year = {"from_on": date(2024, 1, 1), "to_on": date(2025, 1, 1)}
    assert flow("unions", [tree.north.pk], **year, filters={"movement": "found"})[tree.north.pk] == 1
    assert flow("unions", [tree.south.pk], **year)[tree.south.pk] == 0
    assert Unit.objects.get(code="X1").profile.address == "Lô A1"
    fold()
    assert differences() == []
    assert AuditEntry.objects.filter(verb="units.create").exists()


def test_after_the_reform_a_district_cannot_recognise_and_the_refusal_names_the_source(
    tree: Tree, system: Actor
) -> None:
    decision = keep_decision(actor=system, number="12/QĐ-LĐLĐ", issued_on=REFORM, issuer=tree.north_a)
    before = keep_decision(
        actor=system, number="11/QĐ-LĐLĐ", issued_on=date(2025, 6, 30), issuer=tree.north_a
    )
    found_unions(actor=system, items=[new("X1", tree.north_a, date(2025, 6, 30))], decision=before)
    with pytest.raises(NoAuthority) as refused:
        found_unions(actor=system, items=[new("X2", tree.north_a, REFORM)], decision=decision)
    message = str(refused.value)
    assert "LĐLĐ huyện Bắc A không có thẩm quyền" in message
    assert "kết thúc ngày 01/07/2025" in message and "khoá XII Điều 14" in message
    assert "Luật 97/2025/QH15" in message
    assert not Unit.objects.filter(code="X2").exists()


def test_a_commune_union_cannot_recognise_but_its_province_can(tree: Tree, system: Actor) -> None:
    (commune,) = found_unions(
        actor=system,
        items=[NewUnion("C1", "Công đoàn phường Một", "CĐ phường Một", "commune_union", tree.north, REFORM)],
    )
    on = date(2025, 9, 1)
    theirs = keep_decision(actor=system, number="1/QĐ-CĐP", issued_on=on, issuer=commune)
    province = keep_decision(actor=system, number="99/QĐ-LĐLĐ", issued_on=on, issuer=tree.north)
    other = keep_decision(actor=system, number="98/QĐ-LĐLĐ", issued_on=on, issuer=tree.south)
    with pytest.raises(NoAuthority, match="Công đoàn phường Một không có thẩm quyền"):
        found_unions(actor=system, items=[new("X1", commune, on)], decision=theirs)
    with pytest.raises(NoAuthority, match="không phải là công đoàn cấp trên"):
        found_unions(actor=system, items=[new("X1", commune, on)], decision=other)
    (union,) = found_unions(actor=system, items=[new("X1", commune, on)], decision=province)
    assert union.profile.founding_decision == province
    found_unions(actor=system, items=[new("X2", commune, on)])
    assert figures(tree.north, on) == 2 and figures(commune, on) == 2


def test_ending_needs_nobody_left_and_nothing_in_charge(tree: Tree, system: Actor) -> None:
    (union,) = found_unions(actor=system, items=[new("X1", tree.north_a, date(2024, 1, 1))])
    (enterprise,) = register_enterprises(
        actor=system,
        on=date(2024, 1, 1),
        items=[EnterpriseData("Công ty A", "fdi", unit=union, hosts=[(union, date(2024, 1, 1))])],
    )
    with pytest.raises(OrganisationError, match="đang phụ trách 1 doanh nghiệp"):
        end_unions(actor=system, on=date(2025, 1, 1), units=[union])
    assign(actor=system, items=[Assignment(enterprise, tree.north_a, date(2024, 6, 1))])
    end_unions(actor=system, on=date(2025, 1, 1), units=[union])
    assert [figures(tree.north, day) for day in (date(2024, 12, 31), date(2025, 1, 1))] == [1, 0]
    assert standing_of(enterprise.pk, date(2024, 12, 31)).has_union
    assert not standing_of(enterprise.pk, date(2025, 1, 1)).has_union
    assert standing_of(enterprise.pk, date(2024, 5, 31)).unit == union
    fold()
    assert differences() == [] and tree_faults() == []


def test_moving_keeps_figures_and_marks_structure(tree: Tree, system: Actor) -> None:
    (union,) = found_unions(actor=system, items=[new("X1", tree.north_a, date(2024, 1, 1))])
    move_units(actor=system, on=REFORM, items=[Move(union, tree.north)])
    assert figures(tree.north, REFORM) == 1 and figures(tree.north_a, REFORM) == 0
    assert figures(tree.north_a, date(2025, 6, 30)) == 1
    half = {"from_on": REFORM, "to_on": date(2026, 1, 1)}
    assert flow("unions", [tree.north_a.pk], **half)[tree.north_a.pk] == 0
    with pytest.raises(TreeError, match="không thể trực thuộc"):
        move_units(actor=system, on=date(2026, 1, 1), items=[Move(tree.north_b, union)])
    fold()
    assert differences() == []


def test_a_new_name_or_sector_holds_from_its_day(tree: Tree, system: Actor) -> None:
    (union,) = found_unions(actor=system, items=[new("X1", tree.north_a, date(2024, 1, 1))])
    rename_units(actor=system, on=date(2025, 1, 1), items=[Rename(union, "CĐCS Công ty Mới")])
    assert version_on(union, date(2024, 12, 31)).name == "CĐCS X1"
    assert version_on(union, date(2025, 1, 1)).name == "CĐCS Công ty Mới"
    reclassify_units(actor=system, on=date(2025, 3, 1), items=[Reclassification(union, sector="soe")])
    assert figures(tree.root, date(2025, 2, 28), sector="fdi") == 1
    assert figures(tree.root, date(2025, 3, 1), sector="fdi") == 0
    assert figures(tree.root, date(2025, 3, 1), sector="soe") == 1
    found = {"from_on": date(2025, 1, 1), "to_on": date(2026, 1, 1), "filters": {"movement": "found"}}
    assert flow("unions", [tree.root.pk], **found)[tree.root.pk] == 0
    with pytest.raises(OrganisationError, match="không được để trống"):
        rename_units(actor=system, on=date(2025, 4, 1), items=[Rename(union, " ")])
    fold()
    assert differences() == []


def test_profile_changes_are_recorded(tree: Tree, system: Actor) -> None:
    union = tree.unions["NA1"]
    edit_profile(actor=system, on=date(2026, 1, 1), unit=union, changes={"address": "Số 1, đường Bờ Sông"})
    edit_profile(actor=system, on=date(2026, 1, 2), unit=union, changes={"address": "Số 2, đường Bờ Sông"})
    entry = AuditEntry.objects.filter(verb="organisation.edit_profile").latest("id")
    assert entry.data["before"] == {"address": "Số 1, đường Bờ Sông"}
    with pytest.raises(OrganisationError):
        edit_profile(actor=system, on=date(2026, 1, 2), unit=union, changes={"unit": 3})
    assert differences() == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["found", "opening", "end", "move", "sector", "inner", "fold"]),
        st.integers(0, 3),
        st.dates(date(2021, 1, 1), date(2026, 10, 1)),
    ),
    max_size=12,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_of_unions_adds_up(tree: Tree, system: Actor, steps: list[tuple[str, int, date]]) -> None:
    """Whatever is founded, moved, changed and ended: the figures say what the versions say."""
    savepoint = transaction.savepoint()
    parents = [tree.north_a, tree.north_b, tree.south_a, tree.south_b]
    made: list[Unit] = []
    for number, (verb, which, on) in enumerate(steps):
        try:
            with transaction.atomic():
                if verb in {"found", "opening"}:
                    made += found_unions(
                        actor=system,
                        items=[new(f"X{number}", parents[which], on, is_opening=verb == "opening")],
                    )
                elif verb == "fold":
                    fold()
                elif made:
                    union = made[which % len(made)]
                    if verb == "end":
                        end_unions(actor=system, on=on, units=[union])
                    elif verb == "move":
                        move_units(actor=system, on=on, items=[Move(union, parents[which])])
                    else:
                        change = (
                            Reclassification(union, kind="occupational_union")
                            if verb == "inner"
                            else Reclassification(union, sector=["fdi", "soe", "non_state"][which % 3])
                        )
                        reclassify_units(actor=system, on=on, items=[change])
        except (OrganisationError, TreeError):
            for unit in made:
                unit.refresh_from_db()
    assert differences() == []
    for day in (date(2022, 6, 30), date(2026, 11, 1)):
        alive = [u for u in made if u.founded_on <= day and (u.ended_on is None or u.ended_on > day)]
        assert figures(tree.root, day) == len(alive)
    fold()
    assert differences() == []
    transaction.savepoint_rollback(savepoint)
