"""Two people act on the same return at the same moment, on real connections."""

from __future__ import annotations

from decimal import Decimal

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.registry.membership.models import BookClosing
from congdoan.work.returns import actions
from congdoan.work.returns.actions import Filling
from congdoan.work.returns.models import FrozenReturn, Obligation, Return
from congdoan.work.returns.rules import Changed
from tests.factories.tree import Tree
from tests.registry.membership.test_at_the_same_time import at_once
from tests.work.returns.conftest import DAY, PERIOD, Round, make_round

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def raced(tree: Tree, system: Actor) -> Round:
    return make_round(tree, system)


def test_two_open_it(raced: Round) -> None:
    owed = raced.owed("NA1")

    def begin() -> object:
        return actions.open_return(actor=raced.system, on=DAY, obligation=owed)

    assert at_once(begin, begin) == []
    assert Return.objects.count() == 1
    assert owed.steps.filter(verb="open").count() == 1


def test_a_person_and_a_worker_open_it(raced: Round) -> None:
    owed = raced.owed("NA1")
    errors = at_once(
        lambda: actions.open_return(actor=raced.system, on=DAY, obligation=owed),
        lambda: actions.open_all(actor=raced.system, on=DAY, form=raced.form, period=PERIOD),
    )
    assert errors == []
    assert Return.objects.count() == Obligation.objects.count()


def test_two_type_and_one_is_told(raced: Round) -> None:
    made = actions.open_return(actor=raced.system, on=DAY, obligation=raced.owed("NA1"))

    def type_in(n: int) -> object:
        return actions.fill(
            actor=raced.system,
            made=made,
            revision=made.revision,
            filling=Filling(figures={"contracts.total": Decimal(n)}),
        )

    (error,) = at_once(lambda: type_in(3), lambda: type_in(4))
    assert isinstance(error, Changed)
    kept = Return.objects.get()
    assert kept.entered["contracts.total"] in (3, 4) and kept.revision == made.revision + 1


def test_accepted_and_given_back_at_once(raced: Round) -> None:
    made = actions.open_return(actor=raced.system, on=DAY, obligation=raced.owed("NA1"))
    made = actions.fill(
        actor=raced.system,
        made=made,
        revision=made.revision,
        filling=Filling(figures={"contracts.total": Decimal(3)}),
    )
    made = actions.submit(actor=raced.system, on=DAY, made=made, revision=made.revision)
    (error,) = at_once(
        lambda: actions.accept(actor=raced.system, made=made, revision=made.revision),
        lambda: actions.give_back(
            actor=raced.system, made=made, revision=made.revision, remarks={"": "Xem lại"}
        ),
    )
    assert isinstance(error, Changed)
    state = Return.objects.get().state
    assert FrozenReturn.objects.count() == BookClosing.objects.count() == (1 if state == "accepted" else 0)
