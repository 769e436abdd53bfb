"""Two people act on the same return at the same moment, on real connections."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.messaging.models import Notice
from congdoan.registry.membership.models import BookClosing
from congdoan.work.returns import actions
from congdoan.work.returns.actions import Filling
from congdoan.work.returns.models import FrozenReturn, Obligation, Return
from congdoan.work.returns.rules import Changed
from tests.factories.tree import Tree
from tests.factories.users import make_actor
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


def test_two_workers_keep_the_calendar(raced: Round) -> None:
    day = date(2027, 3, 2)

    def keep() -> object:
        actions.give_out_due(actor=raced.system, on=day)
        return actions.remind_due(actor=raced.system, on=day)

    make_actor(day, raced.tree.unions["NA1"], "committee", reach="own")
    assert at_once(keep, keep) == []
    owed = raced.form.obligations.filter(period="2027-02")
    assert owed.count() == 6 and owed.values("unit").distinct().count() == 6
    notices = Notice.objects.filter(
        kind="returns.due", url=reverse("returns:return", args=[owed.get(unit__code="NA1").pk])
    )
    assert notices.count() == 1
