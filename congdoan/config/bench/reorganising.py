"""Two provinces become one on the whole ground: dry run, commit, undo, beside a plain UPDATE of the same members.

Two ways, since a decision may do both: the provinces' bodies come under a new province, members stay in their unions;
and every union of one province is merged into another, so that each member is booked out and in.
"""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

from django.db import connection, transaction

from congdoan.config.bench.figures import Watch
from congdoan.config.bench.world import LEADER, TODAY, Ground

#: How often a unit page is opened while the commit is at work, in seconds.
_PAUSE = 0.1


@dataclass
class Rearranged:
    """``plain``: seconds of a bare UPDATE of the members' unit, rolled back. ``pages``: milliseconds of unit pages opened
    during the commit. ``differences``: what check-data finds afterwards."""

    units: int
    members: int
    check: float
    commit: float
    undo: float
    plain: float
    differences: int
    pages: list[float] = field(default_factory=list)

    @property
    def page_p95(self) -> float:
        """The 95th percentile of the pages, in milliseconds; 0 when none was opened."""
        ordered = sorted(self.pages)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0.0


def merge_provinces(ground: Ground, members: int) -> Rearranged:
    """The largest provinces, two or as many as have so many members, come under a new one."""
    from congdoan.foundation.measures.queries import stock
    from congdoan.foundation.units.models import Unit

    provinces = list(Unit.objects.filter(versions__kind="provincial_federation").distinct())
    sizes = stock("members", [unit.pk for unit in provinces], on=TODAY)
    chosen: list[Unit] = []
    for unit in sorted(provinces, key=lambda one: -sizes[one.pk]):
        if len(chosen) >= 2 and sum(sizes[one.pk] for one in chosen) >= members:
            break
        chosen.append(unit)
    new = {
        "code": "TMOI",
        "name": "Liên đoàn Lao động tỉnh mới",
        "kind": "provincial_federation",
        "parent": ground.root,
    }
    step = ("merge", {"units": [unit.code for unit in chosen], "new": new})
    return _measure(ground, [unit.pk for unit in chosen], [step])


def merge_unions(ground: Ground, members: int) -> Rearranged:
    """Unions with so many members in all go into their neighbours two by two, and these into the next."""
    from congdoan.foundation.units.models import UnitVersion

    steps: list[tuple[str, dict[str, Any]]] = []
    taken, ids = 0, []
    by_body: dict[int, list[Any]] = {}
    for version in (
        UnitVersion.objects.filter(kind="grassroots_union", during__contains=TODAY)
        .select_related("unit")
        .order_by("parent_id", "unit__code")
    ):
        by_body.setdefault(version.parent_id or 0, []).append(version.unit)
    for units in by_body.values():
        if taken >= members:
            break
        sources = units[1:]
        if not sources:
            continue
        steps.append(("merge", {"units": [unit.code for unit in sources], "into": units[0].code}))
        ids += [unit.pk for unit in sources]
        taken += sum(ground.sizes.get(unit.code, 0) for unit in sources)
    return _measure(ground, ids, steps)


def _measure(ground: Ground, unit_ids: list[int], steps: list[tuple[str, dict[str, Any]]]) -> Rearranged:
    from congdoan.config.bench.upkeep import settle
    from congdoan.config.server import collect_static
    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.measures.queries import differences
    from congdoan.foundation.units.models import Unit, UnitPlacement
    from congdoan.foundation.units.queries import tree_faults
    from congdoan.registry.membership.queries import ledger_faults
    from congdoan.registry.reorganisation.actions import (
        ReorganisationData,
        StepData,
        check,
        commit,
        draft,
        undo,
    )

    system = Actor.system("đo tốc độ", today=TODAY)
    below = list(
        UnitPlacement.objects.filter(ancestor__in=unit_ids, is_last=True)
        .values_list("unit_id", flat=True)
        .distinct()
    )
    target = Unit.objects.get(code=ground.small)
    watch = Watch()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE membership_membership SET unit_id = %s WHERE unit_id = ANY(%s) AND is_primary AND upper_inf(during)",
            [target.pk, below],
        )
        members = cursor.rowcount
        plain = watch.seconds
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM membership_membership")
    made = draft(
        actor=system,
        on=TODAY,
        data=ReorganisationData(
            "Sắp xếp tổ chức công đoàn", Unit.objects.get(code=ground.root), TODAY, "1/QĐ-TLĐ", TODAY
        ),
        steps=[StepData(kind, arguments) for kind, arguments in steps],
    )
    watch = Watch()
    sheet = check(actor=system, on=TODAY, reorganisation=made)
    checked = watch.seconds
    if not sheet.is_clean:
        raise RuntimeError(sheet.errors[0].message)
    collect_static()
    with _Readers(ground) as readers:
        watch = Watch()
        commit(actor=system, on=TODAY, reorganisation=made)
        committed = watch.seconds
    settle()
    found = len(differences()) + len(tree_faults()) + len(ledger_faults())
    watch = Watch()
    undo(actor=system, on=TODAY, reorganisation=made, reason="đo tốc độ hoàn tác")
    undone = watch.seconds
    settle()
    found += len(differences()) + len(tree_faults()) + len(ledger_faults())
    return Rearranged(len(below), members, checked, committed, undone, plain, found, readers.times)


class _Readers:
    """Somebody in another process, as a web worker is, who opens the page of the root and of a body in the middle again
    and again meanwhile."""

    def __init__(self, ground: Ground) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._over, self._ready = spawn.Event(), spawn.Event()
        self._told, teller = spawn.Pipe(duplex=False)
        self._process = spawn.Process(
            target=_read_pages, args=([ground.root, ground.middle], self._ready, self._over, teller)
        )
        self.times: list[float] = []

    def __enter__(self) -> _Readers:
        self._process.start()
        if not self._ready.wait(120):
            raise RuntimeError("the reader of pages did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.times = self._told.recv()
        self._process.join()


def _read_pages(codes: list[str], ready: Event, over: Event, teller: Connection) -> None:
    """Open the pages in turn until it is over; tell the milliseconds of each."""
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "congdoan.config.settings"
    import django

    django.setup()
    from django.test import Client

    from congdoan.foundation.accounts.models import User

    client = Client(SERVER_NAME="localhost", raise_request_exception=True)
    client.force_login(User.objects.get(username=LEADER), backend="django.contrib.auth.backends.ModelBackend")
    times: list[float] = []

    def open_page(code: str) -> None:
        started = time.perf_counter()
        answer = client.get(f"/don-vi/{code}/")
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}")
        times.append((time.perf_counter() - started) * 1000)

    try:
        for code in codes:
            open_page(code)  # templates and plans are made once
        times.clear()
        ready.set()
        number = 0
        while not over.is_set():
            open_page(codes[number % len(codes)])
            number += 1
            time.sleep(_PAUSE)
    finally:
        teller.send(times)
        connection.close()
