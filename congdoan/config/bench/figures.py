"""What was measured, what it should be, and how the two are shown."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from congdoan.kit.numbers import format_number


@dataclass(frozen=True)
class Figure:
    """One measurement. ``unit``: rows/s, ms, MB, s or x (times). ``aim`` is a bound on ``value``: at least, or at
    most when ``lower_is_better``; None for what is only told. ``note`` says what was measured, in a few words."""

    code: str
    group: str
    name: str
    value: float
    unit: str
    aim: float | None = None
    lower_is_better: bool = True
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        if self.aim is None:
            return None
        return self.value <= self.aim if self.lower_is_better else self.value >= self.aim

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "group": self.group,
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "aim": self.aim,
            "is_met": self.is_met,
            "note": self.note,
        }


_UNITS = {"rows/s": "dòng/giây", "ms": "ms", "MB": "MB", "s": "giây", "x": "lần", "rows": "dòng"}


def words(value: float, unit: str) -> str:
    """A value as a person reads it: few figures, since a shared machine gives no more."""
    places = 0 if unit in {"rows/s", "MB", "rows"} or value >= 100 else 2 if unit == "x" and value < 10 else 1
    return f"{format_number(round(value, places), places)} {_UNITS[unit]}"


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text, by group."""
    heads = ("Số đo", "Giá trị", "Mục tiêu", "Kết luận")
    lines: list[tuple[str, ...]] = []
    group = ""
    for figure in figures:
        if figure.group != group:
            group = figure.group
            lines.append((group,))
        verdict = {True: "đạt", False: "chưa đạt", None: ""}[figure.is_met]
        sign = "≤" if figure.lower_is_better else "≥"
        aim = "" if figure.aim is None else f"{sign} {words(figure.aim, figure.unit)}"
        name = f"  {figure.name}" + (f" ({figure.note})" if figure.note else "")
        lines.append((name, words(figure.value, figure.unit), aim, verdict))
    rows = [line for line in (heads, *lines) if len(line) > 1]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]

    def shown(line: tuple[str, ...]) -> str:
        if len(line) == 1:
            return f"\n{line[0]}"
        cells = (line[0].ljust(widths[0]), line[1].rjust(widths[1]), line[2].rjust(widths[2]), line[3])
        return "  ".join(cells).rstrip()

    return "\n".join(shown(line) for line in (heads, *lines))


@dataclass(frozen=True)
class Times:
    """How long calls took, in milliseconds on the clock; ``processor``: the mean of the processor's time, here and
    in the database, which others on the machine do not change."""

    p50: float
    p95: float
    processor: float
    count: int


def timed(calls: Iterable[Callable[[], Any]], *, warm: int = 3) -> Times:
    """Time calls one after the other; the first ``warm`` are made once more beforehand and not counted."""
    waiting = list(calls)
    for call in waiting[:warm]:
        call()
    taken = []
    watch = Watch()
    for call in waiting:
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    work = watch.work(len(taken))
    taken.sort()
    mean = work.processor_seconds * 1000 / len(taken)
    return Times(_part(taken, 0.50), _part(taken, 0.95), mean, len(taken))


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Work:
    """So many rows took so many seconds, on the clock and of the processor (client and database server)."""

    rows: int
    seconds: float
    processor_seconds: float


class Watch:
    """Seconds since it was made: on the clock, and of the processor, here, in processes that were started here and have
    ended, and in the database server.

    On a machine that others use too the clock says more about them than about the work; the processor does not.
    """

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._processor_began = _processor_seconds()

    @property
    def seconds(self) -> float:
        return max(time.perf_counter() - self._began, 1e-6)

    def work(self, rows: int) -> Work:
        """What was done since then."""
        return Work(rows, self.seconds, max(_processor_seconds() - self._processor_began, 1e-6))


def _processor_seconds() -> float:
    """Of this process and those it started, and of the whole database server when that runs on this machine: what
    two connections ask is done by two processes of the server, and some of it afterwards."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_backend_pid(), inet_client_addr() IS NULL OR inet_client_addr() = inet_server_addr()"
        )
        pid, is_here = cursor.fetchone()
    spent = time.process_time() + sum(os.times()[2:4])
    own = _process(pid) if is_here else None
    if own is None:
        return spent
    server = own[0]
    for path in Path("/proc").glob("[0-9]*"):
        found = _process(int(path.name))
        if found is not None and found[0] == server:
            spent += found[1]
    master = _process(server)
    return spent + (master[2] if master else 0.0)


def _process(pid: int) -> tuple[int, float, float] | None:
    """Its parent, its own processor seconds, and those of its children that ended; None when it cannot be seen."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    return int(parts[1]), (int(parts[11]) + int(parts[12])) / ticks, (int(parts[13]) + int(parts[14])) / ticks
