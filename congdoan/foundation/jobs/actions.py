"""Writes of background work: starting it, and starting it again."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.jobs import running
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.registry import function_of
from congdoan.foundation.units.models import Unit

#: Names of the queue's tasks (jobs.py), so that a door need not import what a worker runs.
RUN_TASK = "jobs.run"
FOLD_TASK = "jobs.fold_measures"
_FOLD_EVERY = 5
_last_fold_asked = 0.0


class NotFailed(ValueError):
    """Only work that ended without success can be started again."""


def start(
    *,
    kind: str,
    title: str,
    actor: Actor,
    unit: Unit | None = None,
    arguments: dict[str, Any],
    lock: str = "",
) -> JobRun:
    """Start work of a kind in the background; it begins when the caller's transaction commits.

    ``title`` is shown to the person who waits; ``arguments`` is JSON and holds no identity numbers. Work with
    the same ``lock`` is done one after the other. The caller has checked the actor's right.
    Raises KeyError for an unknown kind.
    """
    function_of(kind)
    with transaction.atomic():
        run = JobRun.objects.create(
            kind=kind, title=title[:250], user=actor.user, unit=unit, arguments=arguments
        )
        _enqueue(run.pk, lock)
    return run


def start_again(*, actor: Actor, run: JobRun) -> JobRun:
    """Take up work that failed where it stopped. Only who started it may. Raises Forbidden, NotFailed."""
    with transaction.atomic():
        found = JobRun.objects.select_for_update().get(pk=run.pk)
        if not actor.is_system and (actor.user is None or found.user_id != actor.user.pk):
            raise Forbidden("Chỉ người đã bắt đầu công việc này mới chạy lại được.")
        if found.state != "failed":
            raise NotFailed("Công việc này không bị lỗi nên không cần chạy lại.")
        found.state, found.message, found.ended_at = "waiting", "", None
        found.save(update_fields=["state", "message", "ended_at"])
        _enqueue(found.pk, "")
    return found


def run_now(run: JobRun) -> JobRun:
    """Do the work here and now, in this process: for the terminal and for tests. Returns the run as it ended."""
    running.execute(run.pk)
    run.refresh_from_db()
    return run


def _enqueue(run_id: int, lock: str) -> None:
    task = app.configure_task(RUN_TASK, lock=lock or f"run:{run_id}")

    def defer() -> None:
        task.defer(run_id=run_id)

    transaction.on_commit(defer)


def fold_soon() -> None:
    """Ask for measures to be folded shortly after this commit; cheap enough to call after every write.

    A figure is exact before that too; folding only keeps the unfolded rest small.
    """
    transaction.on_commit(_ask_for_fold, robust=True)


def _ask_for_fold() -> None:
    global _last_fold_asked
    now = time.monotonic()
    if now - _last_fold_asked < _FOLD_EVERY:
        return
    _last_fold_asked = now
    if ProcrastinateJob.objects.filter(queueing_lock="fold", status="todo").exists():
        return
    task = app.configure_task(FOLD_TASK, queueing_lock="fold", schedule_in={"seconds": _FOLD_EVERY})
    try:
        with transaction.atomic():
            task.defer(timestamp=0)
    except AlreadyEnqueued:
        pass
