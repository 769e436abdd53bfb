"""What the worker runs: the work people asked for, folding measures, and taking up work left by a dead worker."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status

from congdoan.foundation.jobs import running
from congdoan.foundation.jobs.actions import FOLD_TASK, RUN_TASK
from congdoan.foundation.measures.actions import fold

logger = logging.getLogger(__name__)

MAX_TRIES = 12
#: A worker that has not been heard of for so long is taken for dead (it says so every HEARTBEAT seconds).
DEAD_AFTER = 20.0
HEARTBEAT = 5.0
_FOLD_CHUNK = 500_000


class RunRetry(BaseRetryStrategy):
    """Work is tried again when the database was away, when the worker had to stop, or when another is at it."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, running.Stopped):
            return RetryDecision(retry_in={"seconds": 1})
        if isinstance(exception, running.Busy):
            return RetryDecision(retry_in={"seconds": 15})
        if isinstance(exception, OperationalError | InterfaceError) and job.attempts < MAX_TRIES:
            return RetryDecision(retry_in={"seconds": min(60, 2**job.attempts)})
        return None


@app.task(name=RUN_TASK, pass_context=True, retry=RunRetry())
def run(context: JobContext, run_id: int) -> None:
    """Do the work of one run."""
    running.execute(run_id, should_stop=context.should_abort, last_try=context.job.attempts + 1 >= MAX_TRIES)


@app.periodic(cron="* * * * *")
@app.task(name=FOLD_TASK, queueing_lock="fold", lock="fold")
def fold_measures(timestamp: int) -> int:
    """Fold the waiting deltas into the totals. Returns how many."""
    folded = 0
    while True:
        n = fold(limit=_FOLD_CHUNK)
        folded += n
        if n < _FOLD_CHUNK:
            return folded


@app.periodic(cron="* * * * * */15")
@app.task(name="jobs.take_up_stalled", queueing_lock="stalled", lock="stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Put work back into the queue whose worker died over it; give up on work that kills every worker."""
    await requeue_stalled(context.app.job_manager)


@app.periodic(cron="17 3 * * *")
@app.task(name="jobs.tidy_queue", queueing_lock="tidy", pass_context=True)
async def tidy_queue(context: JobContext, timestamp: int) -> None:
    """Forget the queue's own records of finished work after a week; the runs people see are kept."""
    await context.app.job_manager.delete_old_jobs(nb_hours=24 * 7, include_failed=True)


async def requeue_stalled(manager: object) -> None:
    """The body of take_up_stalled; a worker also does it when it starts."""
    from asgiref.sync import sync_to_async

    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):  # type: ignore[attr-defined]
        if job.attempts + 1 >= MAX_TRIES:
            logger.error("giving up on job %s after %s tries", job.id, job.attempts)
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)  # type: ignore[attr-defined]
            if job.task_name == RUN_TASK:
                await sync_to_async(running.give_up)(job.task_kwargs["run_id"])
            continue
        logger.warning("taking up job %s of a worker that is gone", job.id)
        await manager.retry_job(job, retry_at=timezone.now() + timedelta(seconds=0))  # type: ignore[attr-defined]
