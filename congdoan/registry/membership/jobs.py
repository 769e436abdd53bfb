"""Reminding by the calendar."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from congdoan.foundation.access.rules import Actor
from congdoan.registry.membership.actions import remind_handovers


@app.periodic(cron="50 0-9 * * *")
@app.task(name="membership.remind", queueing_lock="membership.remind", lock="membership.remind")
def remind(timestamp: int) -> int:
    """Remind of transfers that lie, each hour of the office day (07:50 to 16:50 in Vietnam); everybody once a week."""
    today = timezone.localdate()
    return remind_handovers(actor=Actor.system("nhắc chuyển sinh hoạt", today=today), on=today)
