"""Files go to the body that is in charge of their place by now."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from congdoan.registry.founding.actions import follow_charge


@app.periodic(cron="10 18 * * *")
@app.task(name="founding.follow", queueing_lock="founding.follow", lock="founding.follow")
def follow(timestamp: int) -> None:
    """Each night (01:10 in Vietnam). It gives back nothing, whether or not a file went anywhere."""
    follow_charge(on=timezone.localdate())
