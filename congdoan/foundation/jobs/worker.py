"""The worker: a process of its own that does the queued work until it is asked to stop.

It outlives a restart of the database: it waits and comes back. SIGTERM and SIGINT end it in order: work in
progress is given a few seconds, then stops at its next progress report and goes on after the restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading

from procrastinate.contrib.django import app

from congdoan.foundation.jobs.jobs import DEAD_AFTER, HEARTBEAT, requeue_stalled

logger = logging.getLogger(__name__)

_GRACE = 5.0


def run(*, concurrency: int = 2, wait: bool = True) -> None:
    """Work until SIGTERM or SIGINT; with ``wait=False`` until the queue is empty. Django must be set up."""
    asyncio.run(_work(concurrency, wait))


async def _work(concurrency: int, wait: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
    pause = 1.0
    while not stop.is_set():
        try:
            await _until_stopped(stop, concurrency, wait)
            pause = 1.0
        except Exception:
            logger.exception("the worker lost the database; it tries again in %s s", pause)
        if not wait:
            return
        if not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), timeout=pause)
            except TimeoutError:
                pause = min(pause * 2, 15.0)


async def _until_stopped(stop: asyncio.Event, concurrency: int, wait: bool) -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector):
        async with app.open_async():
            await requeue_stalled(app.job_manager)
            work = asyncio.create_task(
                app.run_worker_async(
                    concurrency=concurrency,
                    wait=wait,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=_GRACE,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=DEAD_AFTER,
                    delete_jobs="successful",
                )
            )
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if not work.done():
                work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
