"""Cards for a whole union, in the background."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.queries import actor_of
from congdoan.foundation.jobs.registry import JobError, Progress, job
from congdoan.registry.cards.actions import CardError, issue_to_union


@job("cards.issue_to_union")
def issue_all(run: JobRun, progress: Progress) -> str:
    """First cards for all members of a union without one."""
    assert run.unit is not None, "the door names the union"
    today = timezone.localdate()
    try:
        issue_to_union(
            actor=actor_of(run, today=today),
            on=today,
            unit=run.unit,
            progress=lambda done, total: progress(done, total, f"Đã cấp {done} trong {total} thẻ"),
        )
    except CardError as error:
        raise JobError(str(error)) from error
    return f"{reverse('cards:list')}?don_vi={run.unit.code}"
