"""Reminding by the calendar."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from congdoan.foundation.access.rules import Actor
from congdoan.registry.membership.actions import (
    find_silent,
    remind_contracts,
    remind_handovers,
    remind_silent,
)


@app.periodic(cron="50 0-9 * * *")
@app.task(name="membership.remind", queueing_lock="membership.remind", lock="membership.remind")
def remind(timestamp: int) -> int:
    """Each hour of the office day (07:50 to 16:50 in Vietnam), so that a machine that was off makes up for it: of transfers
    that lie, everybody once a week; of foreign members' contracts that end, once for each."""
    today = timezone.localdate()
    told = remind_handovers(actor=Actor.system("nhắc chuyển sinh hoạt", today=today), on=today)
    return told + remind_contracts(actor=Actor.system("nhắc hết hợp đồng", today=today), on=today)


@app.periodic(cron="15 19 * * *")
@app.task(name="membership.find_silent", queueing_lock="membership.silent", lock="membership.silent")
def look_for_silent(timestamp: int) -> int:
    """Each night, find the members of whom nothing was heard for long."""
    return find_silent(on=timezone.localdate())


@app.periodic(cron="20 1 * * *")
@app.task(
    name="membership.remind_silent", queueing_lock="membership.remind_silent", lock="membership.remind_silent"
)
def ask_after_silent(timestamp: int) -> int:
    """Each morning, tell officers of them who were not told in this quarter."""
    today = timezone.localdate()
    return remind_silent(actor=Actor.system("nhắc rà soát đoàn viên", today=today), on=today)
