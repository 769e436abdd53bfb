"""Doors of background work: how far it is, and starting it again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.jobs import actions, queries
from congdoan.foundation.jobs.models import JobRun


def _found(request: HttpRequest, pk: int) -> JobRun:
    return get_object_or_404(queries.visible_runs(request.actor).select_related("unit"), pk=pk)


@login_required
@never_cache
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece of work; while it is not over, the page asks again every second."""
    found = _found(request, pk)
    template = "jobs/_run.html" if request.htmx else "jobs/run.html"
    return render(request, template, {"run": found, "states": dict(JobRun.STATES)})


@login_required
@require_POST
def start_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up work that failed."""
    try:
        actions.start_again(actor=request.actor, run=_found(request, pk))
    except actions.NotFailed as error:
        messages.error(request, str(error))
    return redirect("jobs:run", pk)
