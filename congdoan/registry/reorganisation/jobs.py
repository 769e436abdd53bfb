"""Checking, carrying out and taking back in the background. Each may be called again after the worker died: a
transaction that did not end left nothing."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.queries import actor_of
from congdoan.foundation.jobs.registry import JobError, Progress, job
from congdoan.registry.reorganisation import actions
from congdoan.registry.reorganisation.models import Reorganisation


def _found(run: JobRun) -> Reorganisation:
    return Reorganisation.objects.select_related("authority").get(pk=run.arguments["reorganisation"])


@job("reorganisation.check")
def check(run: JobRun, progress: Progress) -> str:
    """Weigh a decision and keep its balance sheet."""
    found, today = _found(run), timezone.localdate()
    progress(0, 0, "Đang thử từng bước và cân đối số liệu; chưa ghi gì vào sổ")
    try:
        actions.check(actor=actor_of(run, today=today), on=today, reorganisation=found)
    except actions.ReorganisationError as error:
        raise JobError(str(error)) from error
    return reverse("reorganisation:sheet", args=[found.pk])


@job("reorganisation.commit")
def commit(run: JobRun, progress: Progress) -> str:
    """Carry a decision out, wholly or not at all."""
    found, today = _found(run), timezone.localdate()
    actor = actor_of(run, today=today)
    if found.state != "committed":
        progress(0, 0, "Đang cân đối lại và ghi vào sổ trong một lần; người khác vẫn làm việc được")
        signed = run.arguments.get("issued_on")
        try:
            actions.commit(
                actor=actor,
                on=today,
                reorganisation=found,
                number=run.arguments.get("number", ""),
                issued_on=date.fromisoformat(signed) if signed else None,
            )
        except actions.NotClean as error:
            # What changed since it was read is shown with the next look at the sheet.
            actions.check(actor=actor, on=today, reorganisation=found)
            raise JobError(f"{error} Chưa có gì được ghi; hãy xem lại bảng cân đối.") from error
        except actions.ReorganisationError as error:
            raise JobError(str(error)) from error
    return reverse("reorganisation:decision", args=[found.pk])


@job("reorganisation.undo")
def undo(run: JobRun, progress: Progress) -> str:
    """Take a decision back; what stands in the way is kept with the run, as sentences."""
    found, today = _found(run), timezone.localdate()
    if found.state != "undone":
        progress(0, 0, "Đang đưa mọi thứ về như trước khi sắp xếp")
        try:
            actions.undo(
                actor=actor_of(run, today=today),
                on=today,
                reorganisation=found,
                reason=run.arguments["reason"],
            )
        except actions.Hindered as error:
            run.arguments = {**run.arguments, "hindrances": error.hindrances[:500]}
            run.save(update_fields=["arguments"])
            raise JobError(f"Chưa hoàn tác được vì {len(error.hindrances)} việc ghi sau đó.") from error
        except actions.ReorganisationError as error:
            raise JobError(str(error)) from error
    return reverse("reorganisation:decision", args=[found.pk])
