"""What was accepted stays as it was, whatever is booked later; and what is known now is told beside it."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse as address
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import differences
from congdoan.registry.membership.actions import Departure, Transfer, depart, reverse, transfer
from congdoan.registry.membership.models import Movement
from congdoan.registry.people.models import Person
from congdoan.work.returns import actions
from congdoan.work.returns.actions import Filling
from congdoan.work.returns.computing import compute, plans_of
from congdoan.work.returns.definitions import digest, read_definition
from congdoan.work.returns.models import FrozenReturn, Return
from congdoan.work.returns.queries import aggregate, restatement, span_of
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.work.returns.conftest import DAY, SHEET, Round


def accepted(turn: Round, code: str = "NA1", contracts: int = 1, **more: Any) -> Return:
    actor = turn.system
    made = actions.open_return(actor=actor, on=DAY, obligation=turn.owed(code))
    made = actions.fill(
        actor=actor,
        made=made,
        revision=made.revision,
        filling=Filling(
            figures={"contracts.total": Decimal(contracts), **more},
            reasons=dict.fromkeys(more, "Đã đối chiếu"),
            explanations={"check:women": "Đúng", "change:end.total": "Đúng", "change:net.total": "Đúng"},
        ),
    )
    made = actions.submit(actor=actor, on=DAY, made=made, revision=made.revision)
    return actions.accept(actor=actor, made=made, revision=made.revision)


def test_the_restatement_on_paper_says_what_the_page_says(turn: Round) -> None:
    made = accepted(turn)
    client = Client()
    client.force_login(officer("cap-tren", "leader", turn.tree.north_a))
    door = address("returns:restatement_word", args=[made.obligation_id])
    words = _words(client.get(door).content)
    assert "Không ô nào thay đổi" in words and "BÁO CÁO: 0" in words
    (person, *_) = Person.objects.filter(memberships__unit=turn.tree.unions["NA1"]).order_by("pk")
    depart(
        actor=turn.system,
        items=[Departure(person, "leave", date(2026, 10, 20), reason="Bổ sung hồ sơ")],
    )
    words = _words(client.get(door).content)
    assert "Cuối kỳ (tổng số)|24|23|−1" in words
    assert f"{person.full_name}|thôi là đoàn viên|20/10/2026" in words and "Bổ sung hồ sơ" in words
    client.force_login(officer("lang-gieng", "leader", turn.tree.north_b))
    assert client.get(door).status_code == 404


def test_without_acceptance_there_is_no_restatement(turn: Round) -> None:
    made = actions.open_return(actor=turn.system, on=DAY, obligation=turn.owed("NA1"))
    client = Client()
    client.force_login(officer("cap-tren", "leader", turn.tree.north_a))
    answer = client.get(address("returns:restatement_word", args=[made.obligation_id]), follow=True)
    assert "Báo cáo chưa được nghiệm thu" in answer.text


def _words(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    rows = ["|".join(cell.text for cell in row.cells[1:]) for table in document.tables for row in table.rows]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *rows])


def test_later_corrections_are_told_beside_what_was_reported(turn: Round) -> None:
    made = accepted(turn)
    frozen = made.frozen.get()
    make_members(turn.system, turn.tree.unions["NA1"], date(2026, 11, 2), 1, start=900)
    late = Person.objects.filter(memberships__unit=turn.tree.unions["NA1"]).order_by("pk")[:2]
    depart(
        actor=turn.system,
        items=[Departure(person, "leave", date(2026, 10, 20), reason="Bổ sung hồ sơ") for person in late],
    )
    told = restatement(turn.system, frozen, made.obligation)
    assert told.is_sound
    changes = {cell.key: (cell.reported, cell.now, cell.change) for cell in told.changed}
    assert changes["end.total"] == (24, 22, -2)
    assert changes["net.total"] == (4, 2, -2)
    assert "start.total" not in changes
    assert told.count == 2 and {move.on for move in told.movements} == {date(2026, 10, 20)}
    assert all(move.is_late for move in told.movements), "the books of the period were closed"


def test_what_was_reported_is_what_was_known(turn: Round) -> None:
    made = accepted(turn)
    frozen = made.frozen.get()
    depart(
        actor=turn.system,
        items=[Departure(Person.objects.order_by("pk")[0], "leave", date(2026, 10, 20), reason="Bổ sung")],
    )
    definition = read_definition(SHEET)
    plans = plans_of(definition, span_of(made.obligation, definition), on=made.obligation.last_day)
    unit = made.obligation.unit_id
    assert (
        compute(plans, [unit], known_at=frozen.known_at)[unit]
        == json.loads(frozen.body)["values"]["computed"]
    )


def test_movements_out_of_the_readers_scope_are_not_shown(turn: Round, people: dict[str, Actor]) -> None:
    made = accepted(turn)
    depart(
        actor=turn.system,
        items=[Departure(Person.objects.order_by("pk")[0], "leave", date(2026, 10, 20), reason="Bổ sung")],
    )
    assert restatement(people["committee"], made.frozen.get(), made.obligation).count == 1
    assert restatement(people["neighbour"], made.frozen.get(), made.obligation).count == 0


step = st.tuples(
    st.sampled_from(["admit", "leave", "move", "reverse", "fold", "again"]),
    st.integers(0, 30),
    st.integers(0, 400),
)


@pytest.mark.django_db
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(step, min_size=1, max_size=6))
def test_frozen_bytes_outlast_any_history(turn: Round, steps: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():
        made = accepted(turn)
        kept = list(FrozenReturn.objects.values_list("body", "digest"))
        system, here, there = turn.system, turn.tree.unions["NA1"], turn.tree.unions["NA2"]
        for number, (verb, which, days) in enumerate(steps):
            on = date(2026, 11, 18) - timedelta(days=days)
            people = list(Person.objects.filter(memberships__unit=here).distinct().order_by("pk"))
            person = people[which % len(people)]
            try:
                with transaction.atomic():
                    if verb == "admit":
                        make_members(system, here, max(on, date(2021, 1, 1)), 1, start=1000 + number)
                    elif verb == "leave":
                        depart(actor=system, items=[Departure(person, "leave", on, reason="Bổ sung")])
                    elif verb == "move":
                        transfer(actor=system, items=[Transfer(person, there, on, reason="Bổ sung")])
                    elif verb == "reverse":
                        last = Movement.objects.filter(person=person).order_by("-pk")[0]
                        reverse(actor=system, movements=[last], reason="Ghi nhầm")
                    elif verb == "fold":
                        fold()
                    else:
                        found = Return.objects.get(pk=made.pk)
                        if found.state == "accepted":
                            actions.reopen(actor=system, made=found, revision=found.revision, reason="Sửa")
            except ValueError:
                continue
        now = list(FrozenReturn.objects.order_by("pk").values_list("body", "digest"))
        assert now[: len(kept)] == kept
        assert all(digest(body) == mark for body, mark in now)
        assert not differences()
        told = restatement(system, made.frozen.order_by("number")[0], made.obligation, limit=1000)
        moved = sum(move.sign for move in told.movements if move.unit_id == here.pk)
        change = next(cell.change for cell in told.cells if cell.key == "end.total")
        assert change == moved, "what changed since is the sum of the movements shown"
        transaction.set_rollback(True)


def test_a_superior_adds_up_the_accepted_and_the_computed_rest(turn: Round) -> None:
    accepted(turn, "NA1", contracts=20, **{"end.total": Decimal(26)})
    obligation = turn.owed("NA")
    summed = aggregate(obligation, read_definition(SHEET), DAY)
    end = summed.cells["end.total"]
    assert (end.accepted, end.rest, end.value) == (26, 6, 32), "NA1 said 26 for 24; NA2 has 6 by the register"
    assert (summed.covered, summed.of) == (1, 2)
    assert summed.members_share == Decimal(24) / 30
    contracts = summed.cells["contracts.total"]
    assert (contracts.value, contracts.rest, contracts.covered, contracts.of) == (20, None, 1, 2)
    assert not contracts.is_whole
    accepted(turn, "NA2", contracts=5)
    summed = aggregate(obligation, read_definition(SHEET), DAY)
    assert summed.cells["contracts.total"].value == 25 and summed.cells["contracts.total"].is_whole
    made = actions.open_return(actor=turn.system, on=DAY, obligation=obligation)
    made = actions.take_aggregate(actor=turn.system, on=DAY, made=made, revision=made.revision)
    assert made.entered["contracts.total"] == 25
    assert "2/2 báo cáo cấp dưới" in made.reasons["contracts.total"]
    assert "end.total" not in made.entered


def test_nothing_accepted_gives_the_computed_whole(turn: Round) -> None:
    summed = aggregate(turn.owed("N" + "A"), read_definition(SHEET), DAY)
    assert summed.cells["end.total"].value == 30
    assert summed.cells["contracts.total"].value is None
    assert summed.covered == 0
