"""Sweeping what the public doors counted."""

from __future__ import annotations

from procrastinate.contrib.django import app

from congdoan.registry.joining.actions.applying import WINDOW
from congdoan.registry.joining.models import Attempt


@app.periodic(cron="25 18 * * *")
@app.task(name="joining.sweep", queueing_lock="joining.sweep", lock="joining.sweep")
def sweep_attempts(timestamp: int) -> int:
    """Forget who knocked at the public doors more than a day ago."""
    return Attempt.objects.filter(window__lt=timestamp // WINDOW - 24).delete()[0]
