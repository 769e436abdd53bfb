"""Two people act at once: one outcome, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from congdoan.foundation.access.actions import install_default_roles
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.actions import install_catalogues
from congdoan.foundation.units.actions import install_kinds
from congdoan.work.briefings import actions
from congdoan.work.briefings.models import Briefing, Conclusion
from congdoan.work.briefings.rules import BriefingError
from tests.factories.tree import grow_tree
from tests.work.briefings.conftest import HELD_ON, Office, make_office

NEXT_ON = date(2027, 1, 8)


@pytest.fixture
def committed(transactional_db: None, today: date) -> Office:
    """The north, committed, so that two connections see it."""
    install_catalogues()
    install_kinds()
    install_default_roles(on=today)
    system = Actor.system("kiểm thử", today=today)
    return make_office(grow_tree(system), system)


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each came to, begun at the same instant over connections of their own; an error is its message."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return work()
        except BriefingError as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result(60) for done in [pool.submit(run, work) for work in works]]


def messages(found: list[Any]) -> list[str]:
    return [item for item in found if isinstance(item, str)]


def test_two_plan_the_same_meeting(committed: Office) -> None:
    found = together(committed.planned, committed.planned)
    assert Briefing.objects.count() == 1
    (said,) = messages(found)
    assert "đã có giao ban quý III" in said


def test_two_press_held_at_once_and_tasks_are_carried_once(committed: Office) -> None:
    committed.closed(committed.task())
    made = committed.planned("2026-Q4", NEXT_ON)

    def hold() -> Any:
        return actions.hold(actor=committed.at(NEXT_ON), on=NEXT_ON, briefing=made)

    (said,) = messages(together(hold, hold))
    assert "đã được ghi là đã họp" in said
    assert made.conclusions.count() == 1


def test_two_close_at_once_and_owners_are_given_their_tasks_once(committed: Office) -> None:
    from congdoan.foundation.messaging.models import Notice

    made = committed.held()
    committed.conclude(made, committed.task())

    def close() -> Any:
        return actions.close(actor=committed.at(HELD_ON), on=HELD_ON, briefing=made)

    (said,) = messages(together(close, close))
    assert "đính chính" in said
    assert Notice.objects.filter(kind="briefings.given").count() == 1


def test_a_result_and_the_carrying_over_meet(committed: Office) -> None:
    """Either it is done and not carried, or carried and the owner is sent to its copy: never both."""
    _, (task,) = committed.closed(committed.task())
    made = committed.planned("2026-Q4", NEXT_ON)
    at = replace(committed.at(NEXT_ON))
    found = together(
        lambda: actions.hold(actor=at, on=NEXT_ON, briefing=made),
        lambda: actions.finish(actor=at, on=NEXT_ON, conclusion=task, result="Xong"),
    )
    task.refresh_from_db()
    copies = Conclusion.objects.filter(carried_from=task).count()
    assert (task.state, copies) in {("done", 0), ("carried", 1)}
    assert len(messages(found)) == copies
