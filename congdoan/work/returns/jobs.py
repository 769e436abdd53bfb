"""Returns of a whole round, worked out by workers; and reminding by the calendar."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.files.actions import store
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.queries import actor_of
from congdoan.foundation.jobs.registry import JobError, Progress, job
from congdoan.kit.documents import DOCX
from congdoan.work.returns import rules
from congdoan.work.returns.actions import give_out_due, open_all, remind_due
from congdoan.work.returns.booklet import make_booklet
from congdoan.work.returns.models import Obligation, ReturnForm
from congdoan.work.returns.rules import ReturnsError


@job("returns.open_all")
def open_round(run: JobRun, progress: Progress) -> str:
    """Begin every return of a round that nobody has begun yet. A chunk is a transaction, so a run that was cut off goes
    on where it stopped."""
    form = ReturnForm.objects.select_related("owner").get(pk=run.arguments["form"])
    period = run.arguments["period"]
    today = timezone.localdate()
    waiting = Obligation.objects.filter(form=form, period=period, made__isnull=True, opens_on__lte=today)
    total, after = waiting.count(), 0
    actor = actor_of(run, today=today)
    while True:
        try:
            after = open_all(actor=actor, on=today, form=form, period=period, after=after)
        except ReturnsError as error:
            raise JobError(str(error)) from error
        if not after:
            break
        progress(
            total - waiting.count(), total, f"Đã lập sẵn {total - waiting.count()} trong {total} báo cáo"
        )
    return f"{reverse('returns:board')}?mau={form.pk}&ky={period}"


@job("returns.booklet")
def put_together(run: JobRun, progress: Progress) -> str:
    """All returns of a round that a body has been handed, as far as the reader sees them, as one Word file kept for
    that reader alone."""
    assert run.unit is not None, "the door names the body"
    today = timezone.localdate()
    actor = actor_of(run, today=today)
    name, data = make_booklet(
        actor,
        ReturnForm.objects.get(pk=run.arguments["form"]),
        run.arguments["period"],
        run.unit,
        on=today,
        progress=lambda done, total: progress(done, total, f"Đã xếp {done} trong {total} báo cáo"),
    )
    kept = store(
        actor=actor,
        name=name,
        content_type=DOCX,
        unit=run.unit,
        capability=rules.VIEW,
        is_personal=True,
        chunks=[data],
    )
    return reverse("files:download", args=[kept.pk])


@app.periodic(cron="20 0-9 * * *")
@app.task(name="returns.calendar", queueing_lock="returns.calendar", lock="returns.calendar")
def keep_calendar(timestamp: int) -> int:
    """Give out the periods that have opened, and tell who has a return to begin or falling due. Every hour of the office
    day (UTC: 07:20 to 16:20 in Vietnam), so that a machine that was off makes up for it as soon as it is back. Returns
    how many bodies were told."""
    today = timezone.localdate()
    actor = Actor.system("lịch báo cáo định kỳ", today=today)
    give_out_due(actor=actor, on=today)
    return remind_due(actor=actor, on=today)
