"""Reminding by the calendar, and sweeping what the public doors counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from congdoan.foundation.access.rules import Actor
from congdoan.registry.joining.actions import remind_due, send_prompts
from congdoan.registry.joining.actions.applying import WINDOW
from congdoan.registry.joining.models import Attempt, Confirmation


@app.periodic(cron="25 18 * * *")
@app.task(name="joining.sweep", queueing_lock="joining.sweep", lock="joining.sweep")
def sweep_attempts(timestamp: int) -> int:
    """Forget who knocked at the public doors more than a day ago, and codes sent then."""
    before = datetime.fromtimestamp(timestamp, UTC) - timedelta(days=1)
    Confirmation.objects.filter(sent_at__lt=before).delete()
    return Attempt.objects.filter(window__lt=timestamp // WINDOW - 24).delete()[0]


@app.periodic(cron="40 0-9 * * *")
@app.task(name="joining.remind", queueing_lock="joining.remind", lock="joining.remind")
def remind(timestamp: int) -> int:
    """Remind those who decide, each hour of the office day (07:40 to 16:40 in Vietnam), so that a machine that was off makes
    up for it. Everybody is told of one occasion once."""
    today = timezone.localdate()
    return remind_due(actor=Actor.system("nhắc hạn đơn gia nhập", today=today), on=today)


@app.periodic(cron="*/10 * * * *")
@app.task(name="joining.prompt", queueing_lock="joining.prompt", lock="joining.prompt")
def prompt(timestamp: int) -> None:
    """Tell workers that a question waits for them. It runs at the same times and gives back nothing, whether or not there is
    anybody to tell."""
    send_prompts(now=timezone.now())
