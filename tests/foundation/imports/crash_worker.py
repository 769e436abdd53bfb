"""A process to be killed: ``python -m tests.foundation.imports.crash_worker <step> …`` (see test_crashes.py).

keep: start the database, print its address, wait. prepare FILE: make the tree, preview the list, print the run.
commit RUN, undo RUN: do the step in pieces of 50 rows (a commit in two
processes), printing how far it is. check: print what the books say.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path

TODAY = date(2026, 11, 18)


def _say(**words: object) -> None:
    print(json.dumps(words), flush=True)  # noqa: T201


def main(step: str, *arguments: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "congdoan.config.settings")
    if step == "keep":
        from congdoan.config.embedded import ensure_database, home

        _say(url=ensure_database(), home=str(home()))
        sys.stdin.read()
        return
    from congdoan.config.cli.startup import start

    start(migrate=step == "prepare")
    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.imports import actions, staging
    from congdoan.foundation.imports.models import ImportRun
    from congdoan.foundation.measures.queries import differences, stock
    from congdoan.foundation.units.models import Unit
    from congdoan.registry.membership.models import Membership, Movement
    from congdoan.registry.people.models import Person
    from tests.factories.tree import grow_tree

    # Small pieces, and two processes already for this many rows.
    staging.CHUNK, staging.SHARED_FROM = 50, 100
    actor = Actor.system("kiểm thử", today=TODAY)
    if step == "prepare":
        union = grow_tree(actor).unions["NA1"]
        path = Path(arguments[0])
        run = actions.take_in(
            actor=actor, on=TODAY, kind="members", unit=union, name=path.name, chunks=[path.read_bytes()]
        )
        run = actions.preview(actor=actor, run=run)
        _say(run=run.pk, counts=run.counts)
    elif step in {"commit", "undo"}:
        run = ImportRun.objects.select_related("unit", "file", "decision").get(pk=int(arguments[0]))
        work = actions.commit if step == "commit" else actions.undo
        run = work(actor=actor, run=run, progress=lambda done, total, message: _say(done=done))
        _say(finished=run.state, counts=run.counts)
    else:
        union = Unit.objects.get(code="NA1")
        _say(
            people=Person.objects.count(),
            movements=Movement.objects.count(),
            memberships=Membership.objects.count(),
            figure=stock("members", [union.pk], on=TODAY)[union.pk],
            differences=[str(item) for item in differences()],
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
