"""Databases of the bench's own, and work done in a process of its own beside one of them."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

#: The schema, the catalogues and the tree of unions, copied for every piece of work that wants to begin afresh.
GROUND = "congdoan_bench_ground"
WORK = "congdoan_bench"


class WorkFailed(RuntimeError):
    """A piece of work ended with an error; the message holds its trace."""


class Bench:
    """Where the bench works: two databases on the server the user has, and a folder for files."""

    def __init__(self, server_url: str, folder: Path) -> None:
        self._server_url = server_url
        self.folder = folder

    def url(self, database: str) -> str:
        """The server's address with another database."""
        return urlunsplit(urlsplit(self._server_url)._replace(path=f"/{database}"))

    def create(self, database: str, *, template: str = "") -> None:
        """Make a database anew: empty, or as a copy of another."""
        with self._connected() as connection:
            connection.execute(_drop(database))
            if template:
                statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(database), sql.Identifier(template)
                )
            else:
                statement = sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
                ).format(sql.Identifier(database))
            connection.execute(statement)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected to it."""
        with self._connected() as connection:
            connection.execute(_drop(database))

    def server_version(self) -> str:
        """The server in words: "PostgreSQL 18.4"."""
        with self._connected() as connection:
            row = connection.execute("SHOW server_version").fetchone()
        assert row is not None
        return "PostgreSQL " + str(row[0]).split(" ")[0]

    def apart(self, work: str, *arguments: Any, database: str = WORK) -> Any:
        """Do a piece of work ("module.function" of this package) in a process of its own, with Django set up on a
        database. Its result, or its error."""
        with (
            _environment({"DATABASE_URL": self.url(database), "CONGDOAN_HOME": str(self.folder)}),
            ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        ):
            return pool.submit(_with_django, work, arguments).result()

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._server_url, autocommit=True)


def _drop(database: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))


@contextmanager
def open_bench(server_url: str, *, keep: bool) -> Iterator[Bench]:
    """A bench that leaves nothing behind, unless its databases are to be kept for a look."""
    with tempfile.TemporaryDirectory(prefix="congdoan-bench-") as folder:
        bench = Bench(server_url, Path(folder))
        try:
            yield bench
        finally:
            if not keep:
                bench.drop(WORK)
                bench.drop(GROUND)


def _with_django(work: str, arguments: tuple[Any, ...]) -> Any:
    os.environ["DJANGO_SETTINGS_MODULE"] = "congdoan.config.settings"
    import django

    django.setup()
    module, _, function = work.rpartition(".")
    try:
        return getattr(importlib.import_module(f"{__package__}.{module}"), function)(*arguments)
    except Exception:
        # Not every error can be sent to another process; its text can.
        raise WorkFailed(f"{work}\n{traceback.format_exc()}") from None


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def peak_memory() -> int:
    """The most memory this process ever held at once, in bytes."""
    status = Path("/proc/self/status")
    # getrusage also remembers the process this one was started from; the kernel's own figure does not.
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def peak_memory_beside() -> int:
    """The most memory the largest process that this one started and saw end ever held, in bytes; 0 without one."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class MemoryWatch:
    """While it is open: the most memory this process and those it started held at one moment, in bytes (``peak``).

    Pages that several of them share count once (the kernel's proportional share), so that the sum is what the machine
    really gives. Looked at ten times a second; where the kernel does not tell, the peaks of each are added up.
    """

    _EVERY_SECONDS = 0.1

    def __init__(self) -> None:
        self.peak = 0
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()
        self.peak = self.peak or peak_memory() + peak_memory_beside()

    def _look(self) -> None:
        while True:
            self.peak = max(self.peak, sum(_shares_of(os.getpid())))
            if self._over.wait(self._EVERY_SECONDS):
                return


def _shares_of(pid: int) -> Iterator[int]:
    """The proportional shares of memory, in bytes, of a process and all it started; none where they cannot be seen."""
    folder = Path(f"/proc/{pid}")
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.M)
        started = [
            int(child) for path in folder.glob("task/*/children") for child in path.read_text().split()
        ]
    except OSError:
        return  # it ended meanwhile, or this is no Linux
    if found:
        yield int(found[1]) * 1024
    for child in started:
        yield from _shares_of(child)
