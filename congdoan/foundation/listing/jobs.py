"""Long exports, in the background."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.files.actions import chunks_of, store
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.registry import job
from congdoan.foundation.listing.exports import EXPORT_KIND, file_name, heading
from congdoan.kit.lists import ListContext, get_list, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@job(EXPORT_KIND)
def export_list(run: JobRun, progress: Callable[[int, int, str], None]) -> str:
    """Write the list of ``run.arguments`` as the one who asked sees it now, and keep it for them to fetch."""
    spec = get_list(run.arguments["list"])
    actor = Actor(user=run.user, today=timezone.localdate())
    context = ListContext(
        actor=actor,
        as_of=date.fromisoformat(run.arguments["as_of"]),
        params=run.arguments["params"],
        structure=run.arguments.get("structure", "then"),
    )
    if not actor.has_anywhere(spec.capability):
        raise PermissionError("Bạn không còn quyền xem danh sách này.")
    with tempfile.TemporaryDirectory(prefix="congdoan-export-") as folder:
        path = Path(folder) / "list.xlsx"
        write_workbook(
            spec,
            context,
            path,
            holds=actor.has_anywhere,
            heading=heading(run.unit, context.as_of, context.structure),
            progress=lambda done: progress(done, 0, "Đang ghi danh sách"),
        )
        kept = store(
            actor=actor,
            name=file_name(spec),
            content_type=XLSX,
            chunks=chunks_of(path),
            unit=run.unit,
            capability=spec.capability,
        )
    return reverse("files:download", args=[kept.pk])
