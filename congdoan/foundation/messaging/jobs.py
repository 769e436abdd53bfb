"""Emptying the outbox: asked for when something is written into it, and looked after every minute."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from congdoan.foundation.messaging.actions import SEND_TASK, send_soon
from congdoan.foundation.messaging.channels import channels_on
from congdoan.foundation.messaging.queries import has_due
from congdoan.foundation.messaging.sending import hold_channels_off, send_due


class _Never(BaseRetryStrategy):
    """The next minute looks again; trying a run twice would only stand in its way."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        return None


@app.task(name=SEND_TASK, pass_context=True, retry=_Never())
def send(context: JobContext, channel: str) -> int:
    """Send what waits for one channel; runs of the same channel come one after the other."""
    if channel not in channels_on():
        return 0
    return send_due(channel, clock=timezone.now, should_stop=context.should_abort)


@app.periodic(cron="* * * * *")
@app.task(name="messaging.look_after", queueing_lock="messaging", lock="messaging")
def look_after(timestamp: int) -> None:
    """Have sent what has become due (office hours began, a try is to be repeated, a request was lost)."""
    hold_channels_off()
    for channel in channels_on():
        if has_due(channel, now=timezone.now()):
            send_soon(channel)
