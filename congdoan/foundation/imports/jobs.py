"""Imports in the background. Each function may be called again after the worker died; it goes on where it was."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.imports import actions
from congdoan.foundation.imports.models import ImportRun
from congdoan.foundation.imports.reading import FileRefused
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.registry import JobError, Progress, job


def _actor(work: JobRun) -> Actor:
    """Whoever asked for the work, with the rights they hold on the day it is done."""
    if work.user is None:
        return Actor.system("nhập danh sách", today=timezone.localdate())
    return Actor(user=work.user, today=timezone.localdate())


def _run(work: JobRun) -> ImportRun:
    return ImportRun.objects.select_related("unit", "file", "decision").get(pk=work.arguments["import"])


@job("imports.preview")
def preview(work: JobRun, progress: Progress) -> str:
    """Read a file and stage its rows."""
    run = _run(work)
    try:
        actions.preview(actor=_actor(work), run=run, progress=progress)
    except (FileRefused, actions.ImportRefused) as error:
        raise JobError(str(error)) from error
    return reverse("imports:run", args=[run.pk])


@job("imports.commit")
def commit(work: JobRun, progress: Progress) -> str:
    """Write previewed rows to the register."""
    run = _run(work)
    try:
        if run.state != "committed":
            actions.commit(actor=_actor(work), run=run, progress=progress)
    except actions.ImportRefused as error:
        raise JobError(str(error)) from error
    return reverse("imports:run", args=[run.pk])


@job("imports.undo")
def undo(work: JobRun, progress: Progress) -> str:
    """Take a committed import back."""
    run = _run(work)
    try:
        if run.state != "undone":
            actions.undo(actor=_actor(work), run=run, progress=progress)
    except actions.ImportRefused as error:
        raise JobError(str(error)) from error
    return reverse("imports:run", args=[run.pk])
