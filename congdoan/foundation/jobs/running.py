"""Doing a piece of background work: its states, its progress, its errors in words.

The states and the progress are written over a connection of their own, so that they are seen while the work's
transaction is still open. The same connection holds a lock as long as the work is done: work whose worker seemed
dead but was only slow is never done by two at a time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.registry import JobError, function_of

logger = logging.getLogger(__name__)

_LOCK = 726_002
_WRITE_EVERY = 0.25
_FAULT = (
    "Công việc dừng vì một lỗi bất ngờ (mã CV-{pk}). Những gì đã ghi vẫn còn nguyên. Hãy chạy lại; "
    "nếu vẫn lỗi, báo người quản trị kèm mã này."
)
STOPPED = "Tạm dừng vì máy chủ đang khởi động lại; công việc sẽ tự chạy tiếp."


class Busy(Exception):
    """Another worker is doing this very work."""


class Stopped(Exception):
    """The worker is asked to end; the work goes on after its restart."""


class _Board:
    """Where the state of a run is written; inside a transaction it is written with that transaction."""

    def __init__(self, side: psycopg.Connection[Any] | None, run_id: int) -> None:
        self.side, self.run_id, self.last = side, run_id, 0.0

    def write(self, **values: Any) -> None:
        names = ", ".join(f"{name} = %({name})s" for name in values if name not in {"started", "ended"})
        if values.pop("started", False):
            names += ", started_at = coalesce(started_at, clock_timestamp())"
        if values.pop("ended", False):
            names += ", ended_at = clock_timestamp()"
        query = f"UPDATE jobs_jobrun SET {names} WHERE id = %(id)s"
        values["id"] = self.run_id
        if self.side is not None:
            try:
                self.side.execute(query.encode(), values)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                raise OperationalError(str(error)) from error
            return
        with connection.cursor() as cursor:
            cursor.execute(query, values)


@contextmanager
def _board(run_id: int) -> Iterator[_Board]:
    if connection.in_atomic_block:
        yield _Board(None, run_id)
        return
    connection.ensure_connection()
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    try:
        side = psycopg.connect(**parameters, autocommit=True, prepare_threshold=None)
    except psycopg.OperationalError as error:
        raise OperationalError(str(error)) from error
    with side:
        row = side.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, run_id % 2**31]).fetchone()
        if not row or not row[0]:
            raise Busy(f"run {run_id} is being done by another worker")
        yield _Board(side, run_id)


def execute(run_id: int, *, should_stop: Callable[[], bool] = lambda: False, last_try: bool = True) -> None:
    """Do the work of a run, once at a time; nothing happens to a run that is over.

    Raises what another try may mend: Busy, Stopped and the loss of the database; the latter ends the run as
    failed when this is the last try. Everything else ends in the run's state and message.
    """
    with _board(run_id) as board:
        run = JobRun.objects.select_related("user", "unit").get(pk=run_id)
        if run.is_over:
            return
        board.write(state="running", message="", started=True)
        run.state = "running"
        _do(run, board, should_stop, last_try)


def _do(run: JobRun, board: _Board, should_stop: Callable[[], bool], last_try: bool) -> None:
    last: tuple[int, int, str] = (run.done, run.total, "")

    def progress(done: int, total: int, message: str) -> None:
        nonlocal last
        if should_stop():
            raise Stopped
        last = (done, total, message[:500])
        now = time.monotonic()
        if now - board.last >= _WRITE_EVERY:
            board.last = now
            board.write(done=done, total=total, message=last[2])

    try:
        result = function_of(run.kind)(run, progress)
    except Stopped:
        board.write(state="waiting", message=STOPPED)
        raise
    except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError) as error:
        # The database went away or chose us as a deadlock's victim: committed work stays, another try goes on.
        if not last_try:
            raise OperationalError(str(error)) from error
        logger.exception("job run %s (%s) lost the database", run.pk, run.kind)
        _end_without(board, run, error)
    except (JobError, PermissionDenied) as error:
        board.write(state="failed", message=str(error)[:500] or _FAULT.format(pk=run.pk), ended=True)
    except ValidationError as error:
        board.write(state="failed", message=" ".join(error.messages)[:500], ended=True)
    except Exception:
        logger.exception("job run %s (%s) failed", run.pk, run.kind)
        board.write(state="failed", message=_FAULT.format(pk=run.pk), ended=True)
    else:
        done, total, message = last
        board.write(
            state="done",
            done=total or done,
            total=total or done,
            message=message,
            result_url=(result or "")[:300],
            ended=True,
        )


def _end_without(board: _Board, run: JobRun, error: BaseException) -> None:
    try:
        board.write(state="failed", message=_FAULT.format(pk=run.pk), ended=True)
    except DatabaseError:
        # Not even the state can be written: the run stays as it is and is taken up again as a stalled one.
        raise error from None


def give_up(run_id: int) -> None:
    """Mark a run failed whose worker died over it again and again."""
    JobRun.objects.filter(pk=run_id).exclude(state__in=["done", "failed"]).update(
        state="failed", message=_FAULT.format(pk=run_id)
    )
