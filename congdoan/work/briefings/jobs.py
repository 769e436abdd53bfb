"""Reminding owners of tasks: looked at every hour of the office day, so that a machine that was off in the morning
tells them later the same day."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from congdoan.foundation.access.rules import Actor
from congdoan.work.briefings.actions import remind


@app.periodic(cron="45 0-9 * * *")
@app.task(name="briefings.remind", queueing_lock="briefings.remind", lock="briefings.remind")
def remind_owners(timestamp: int) -> int:
    """Tell owners of tasks that are due soon or late. The hours are UTC: 07:45 to 16:45 in Vietnam."""
    today = timezone.localdate(datetime.fromtimestamp(timestamp, UTC))
    return remind(actor=Actor.system("nhắc việc giao ban", today=today), on=today)
