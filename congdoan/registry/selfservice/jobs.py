"""Codes that are sent, and what is forgotten by the calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from congdoan.registry.selfservice import actions
from congdoan.registry.selfservice.actions.proving import SEND_TASK


@app.task(name=SEND_TASK)
def send(key: str, n: int) -> bool:
    """Send a code, at once; one that cannot be sent is not tried again, since the member asks for another."""
    return actions.send_code(key=UUID(key), n=n, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="selfservice.follow", queueing_lock="selfservice.follow", lock="selfservice.follow")
def follow(timestamp: int) -> int:
    """Open requests of members of bodies that were rearranged meanwhile go with them."""
    return actions.follow_all()


@app.periodic(cron="35 18 * * *")
@app.task(name="selfservice.sweep", queueing_lock="selfservice.sweep", lock="selfservice.sweep")
def sweep(timestamp: int) -> int:
    """Each night: what ended long ago is emptied, proofs of yesterday go, requests of who left end."""
    today, now = timezone.localdate(), datetime.fromtimestamp(timestamp, UTC)
    return actions.end_lapsed(on=today, now=now) + actions.forget(on=today, now=now)
