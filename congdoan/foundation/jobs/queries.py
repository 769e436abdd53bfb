"""Reads of background work."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.jobs.models import JobRun


def visible_runs(actor: Actor) -> QuerySet[JobRun]:
    """The runs an actor may see: their own, for a run's title and message may name people."""
    if actor.is_system:
        return JobRun.objects.all()
    if actor.user is None:
        return JobRun.objects.none()
    return JobRun.objects.filter(user=actor.user)


def actor_of(run: JobRun, *, today: date) -> Actor:
    """Who the work is done as: the person who asked for it, judged by their grants of ``today``; else the system."""
    if run.user is None:
        return Actor.system(run.title, today=today)
    return Actor(user=run.user, today=today)
