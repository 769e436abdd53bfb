"""Whatever is admitted, moved, merged, divided, undone, corrected backwards, reported and closed, in whatever order: it
adds up, nobody is in two places, and what was reported stays as it was.

``CONGDOAN_HISTORIES=500`` tries so many histories instead of a few.
"""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.units.models import Unit
from congdoan.registry.membership.actions import (
    Admission,
    Departure,
    MembershipError,
    Transfer,
    admit,
    close_books,
    depart,
    reverse,
    transfer,
)
from congdoan.registry.membership.models import Membership, Movement
from congdoan.registry.membership.queries import members_on, reconciliation
from congdoan.registry.reorganisation.actions import (
    Hindered,
    NotClean,
    ReorganisationData,
    StepData,
    commit,
    draft,
    undo,
)
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.queries import balance
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.models import Allocation, Plan, Target
from congdoan.work.returns.actions import (
    Filling,
    accept,
    fill,
    make_obligations,
    open_return,
    publish,
    save_draft,
    submit,
)
from congdoan.work.returns.models import FrozenReturn, Obligation, ReturnForm
from congdoan.work.returns.rules import ReturnsError
from tests.factories.people import make_people
from tests.factories.tree import Tree
from tests.registry.reorganisation.ground import dump, faults
from tests.work.returns.conftest import PERIOD, SHEET

DAYS = st.dates(date(2026, 2, 1), date(2026, 10, 31))
VERBS = ("admit", "admit", "admit", "transfer", "depart", "reverse", "fold", "report", "report", "close")
REARRANGING = ("merge", "move", "dissolve", "split", "found", "provinces", "level", "sector")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*VERBS, *REARRANGING, *REARRANGING, "undo", "undo"]),
        st.integers(0, 9),
        st.integers(0, 9),
        DAYS,
    ),
    min_size=4,
    max_size=18,
)


def steps_of(verb: str, one: Unit, other: Unit, tree: Tree, number: int, people: list[Any]) -> list[StepData]:
    """A decision of one or two steps."""
    fresh = {"code": f"X{number}", "name": f"CĐCS X{number}", "kind": "grassroots_union", "parent": "NB"}
    match verb:
        case "merge":
            return [StepData("merge", {"units": [one.code], "into": other.code})]
        case "move":
            return [StepData("move", {"units": [one.code], "parent": ("NA", "NB", "SA", "S")[number % 4]})]
        case "dissolve" if number % 2:
            return [
                StepData("dissolve", {"unit": one.code, "leave": "leave", "reason": "doanh nghiệp giải thể"})
            ]
        case "dissolve":
            return [StepData("dissolve", {"unit": one.code, "to": other.code})]
        case "split":
            part = {"into": fresh["code"], "people": [person.pk for person in people[::2]]}
            arguments = {"unit": one.code, "parts": [part], "rest": "" if number % 2 else other.code}
            return [
                StepData("found", fresh),
                StepData("split", {**arguments, "keeps": bool(number % 2)}),
            ]
        case "found":
            return [
                StepData("found", fresh),
                StepData("merge", {"units": [one.code, other.code], "into": fresh["code"]}),
            ]
        case "sector":
            sector = ("soe", "fdi", "non_state")[number % 3]
            return [StepData("change_sector", {"units": [one.code, other.code], "sector": sector})]
        case "provinces":
            return [StepData("merge", {"units": ["S"], "into": "N"})]
        case _:
            return [StepData("end_level", {"kind": "district_federation", "below": ("N", "S")[number % 2]})]


def give_down(tree: Tree, system: Actor) -> Target:
    """A plan of the north over the whole year: 100 to two districts and a reserve."""
    install_catalogue()
    from django.db.backends.postgresql.psycopg_any import DateRange

    year = DateRange(date(2026, 1, 1), date(2027, 1, 1))
    plan = Plan.objects.create(code="KH", title="Kế hoạch", issuer=tree.north, during=year, state="issued")
    target = Target.objects.create(
        plan=plan,
        code="T-01",
        name="Tăng đoàn viên",
        indicator=Indicator.objects.filter(kind="net").order_by("pk").first(),
        operator="ge",
        value=Decimal(100),
        unit_name="đoàn viên",
        window=year,
    )
    for unit, shares, reserve in (
        (tree.north, {tree.north_a: 50, tree.north_b: 40}, 10),
        (tree.north_a, {tree.unions["NA1"]: 30, tree.unions["NA2"]: 15}, 5),
    ):
        # Districts may give down what they are given until the law of July 2025 ends them; the north stands for both.
        Allocation.objects.filter(target=target, unit=unit).delete()
        made = Allocation.objects.create(
            target=target, unit=unit, effective_on=date(2026, 1, 2), total=sum(shares.values()) + reserve,
            reserve=reserve, state="issued",
        )  # fmt: skip
        for child, n in shares.items():
            made.items.create(unit=child, value=n)
    return target


def owe(tree: Tree, system: Actor) -> ReturnForm:
    """A monthly form of the north's bodies, owed for October."""
    form = save_draft(actor=system, owner=tree.north, data=SHEET).form
    publish(actor=system, form=form)
    make_obligations(actor=system, form=form, period=PERIOD)
    return form


def report(system: Actor, form: ReturnForm, number: int) -> None:
    """One of the returns that are owed still is filled, submitted and accepted: its books close and it is frozen."""
    owed = list(
        Obligation.objects.select_related("unit", "superior", "form", "version")
        .filter(form=form, period=PERIOD, unit__ended_on__isnull=True, made__isnull=True)
        .order_by("pk")
    )
    if not owed:
        return
    made = open_return(actor=system, on=system.today, obligation=owed[number % len(owed)])
    made = fill(
        actor=system,
        made=made,
        revision=made.revision,
        filling=Filling(
            figures={"contracts.total": Decimal(0)},
            reasons={},
            explanations={"check:women": "Đúng", "change:end.total": "Đúng", "change:net.total": "Đúng"},
        ),
    )
    made = submit(actor=system, on=system.today, made=made, revision=made.revision)
    accept(actor=system, made=made, revision=made.revision)
    event("reported")


def reported() -> dict[int, tuple[str, str]]:
    return {
        pk: (body, digest) for pk, body, digest in FrozenReturn.objects.values_list("pk", "body", "digest")
    }


def in_two_places() -> int:
    """How many pairs of primary memberships of one person overlap."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM membership_membership a JOIN membership_membership b
               ON b.person_id = a.person_id AND b.id > a.id AND b.during && a.during
               WHERE a.is_primary AND b.is_primary"""
        )
        return int(cursor.fetchone()[0])


def adds_up(target: Target) -> bool:
    found = list(Allocation.objects.filter(target=target, state="issued").prefetch_related("items"))
    return bool(found) and all(
        one.total == one.reserve + sum(item.value for item in one.items.all() if not item.period)
        for one in found
    )


@settings(
    max_examples=int(os.environ.get("CONGDOAN_HISTORIES", "20")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_any_history_adds_up(tree: Tree, system: Actor, steps: list[tuple[str, int, int, date]]) -> None:
    savepoint = transaction.savepoint()
    try:
        _run(tree, system, steps)
    finally:
        transaction.savepoint_rollback(savepoint)


def _run(tree: Tree, system: Actor, steps: list[tuple[str, int, int, date]]) -> None:
    people = make_people(system, 10)
    target, form = give_down(tree, system), owe(tree, system)
    kept: dict[int, tuple[str, str]] = {}
    unions = list(tree.unions.values())
    done: list[tuple[Reorganisation, dict[str, list[str]]]] = []
    for number, (verb, who, where, day) in enumerate(steps):
        person, union, other = people[who], unions[where % 8], unions[who % 8]
        last = done[-1] if done else None
        try:
            with transaction.atomic():
                if verb == "admit":
                    admit(actor=system, items=[Admission(person, union, day, reason="hồ sơ muộn")])
                elif verb == "transfer":
                    transfer(actor=system, items=[Transfer(person, union, day, "đổi nơi làm")])
                elif verb == "depart":
                    depart(actor=system, items=[Departure(person, "leave", day, "theo đơn")])
                elif verb == "reverse":
                    booked = list(Movement.objects.order_by("id"))
                    if booked:
                        reverse(actor=system, movements=[booked[where * 7 % len(booked)]], reason="ghi nhầm")
                elif verb == "fold":
                    fold()
                elif verb == "report":
                    report(system, form, who)
                elif verb == "close":
                    close_books(
                        actor=system,
                        unit=(union, tree.north_a, tree.north)[who % 3],
                        until_on=day,
                        reason="chốt",
                    )
                    event("closed")
                elif verb == "undo":
                    if last is not None:
                        undo(actor=system, on=system.today, reorganisation=last[0], reason="bị thu hồi")
                        done.pop()
                        event("undone")
                else:
                    made = draft(
                        actor=system,
                        on=system.today,
                        data=ReorganisationData(
                            "Sắp xếp tổ chức", tree.root, day, f"{number}/QĐ", date(2026, 1, 1)
                        ),
                        steps=steps_of(verb, union, other, tree, number, people),
                    )
                    fold()
                    before = dump()
                    whole = stock("members", [tree.root.pk], on=day)[tree.root.pk]
                    sheet = balance(made, actor=system, on=system.today)
                    commit(actor=system, on=system.today, reorganisation=made)
                    done.append((made, before))
                    event(f"committed {verb}")
                    after = stock("members", [tree.root.pk], on=day)[tree.root.pk]
                    assert (whole, after) == (sheet.members_before, sheet.members_after)
                    whole_tree = reconciliation(tree.root.pk, day, date.fromordinal(day.toordinal() + 1))
                    assert whole_tree.reorganised == 0
                    # Taken back at once, everything is as it was; then it is done again.
                    with transaction.atomic():
                        undo(actor=system, on=system.today, reorganisation=made, reason="thử hoàn tác")
                        fold()
                        now = dump()
                        assert [name for name in before if before[name] != now[name]] == []
                        transaction.set_rollback(True)
        except (MembershipError, NotClean, Hindered, ReturnsError):
            pass  # refused, and nothing may be left of it: that is what follows checks
        now_reported = reported()
        assert {pk: now_reported.get(pk) for pk in kept} == kept, "what was reported stays, byte for byte"
        kept = now_reported
    assert in_two_places() == 0
    assert faults() == []
    fold()
    assert faults() == []
    assert adds_up(target)
    tops = {tree.root.pk}
    for day in (date(2026, 2, 28), date(2026, 6, 30), date(2026, 10, 31)):
        units = list(Unit.objects.filter(versions__during__contains=day).values_list("pk", flat=True))
        assert stock("members", units, on=day) == {pk: members_on(pk, day).count() for pk in units}
        assert (
            stock("members", list(tops), on=day)[tree.root.pk]
            == Membership.objects.filter(during__contains=day).count()
        )
