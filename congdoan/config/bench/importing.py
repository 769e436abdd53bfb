"""Bringing a list of members in, from the file to the register, by the functions that screen and terminal use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from congdoan.config.bench.apart import MemoryWatch, peak_memory, peak_memory_beside
from congdoan.config.bench.figures import Watch, Work
from congdoan.config.bench.world import TODAY


@dataclass(frozen=True)
class Imported:
    """Rows written and refused, seconds of the preview and of the commit, the most bytes the importing process and
    the one beside it held at one moment (``memory``), and the sum of the most each ever held (``memory_apart``).
    ``is_shared``: whether there were two; one alone says nothing of how two grow."""

    rows: int
    refused: int
    preview_seconds: float
    commit_seconds: float
    memory: int
    memory_apart: int
    is_shared: bool
    work: Work


def import_list(path: Path) -> Imported:
    """Take the file in, preview it, commit it: everything an officer waits for."""
    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.imports import actions, staging
    from congdoan.foundation.units.models import Unit

    system = Actor.system("đo tốc độ", today=TODAY)
    watch = Watch()
    with MemoryWatch() as memory:
        with path.open("rb") as stream:
            run = actions.take_in(
                actor=system,
                on=TODAY,
                kind="members",
                unit=Unit.objects.get(code="TLD"),
                name=path.name,
                chunks=iter(lambda: stream.read(1 << 20), b""),
            )
        run = actions.preview(actor=system, run=run)
        previewed = watch.seconds
        run = actions.commit(actor=system, run=run)
        counts = run.counts
        done = watch.work(counts["created"])
    return Imported(
        counts["created"],
        counts["refused"],
        previewed,
        done.seconds - previewed,
        memory.peak,
        peak_memory() + peak_memory_beside(),
        counts["rows"] >= staging.SHARED_FROM,
        done,
    )
