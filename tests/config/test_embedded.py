"""The mark of an embedded database that was killed does not keep the next start from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from congdoan.config.embedded import _forget_dead


def marked(pgdata: Path, number: int) -> tuple[Path, Path]:
    """The files that PostgreSQL leaves: its number, and the lock of its socket."""
    mark, lock = pgdata / "postmaster.pid", pgdata / ".s.PGSQL.5432.lock"
    mark.write_text(f"{number}\n{pgdata}\n1\n5432\n{pgdata}\n\n1 1\nready\n")
    lock.write_text(f"{number}\n")
    return mark, lock


def test_a_server_that_is_gone_leaves_no_mark(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    mark, lock = marked(tmp_path, gone.pid)
    _forget_dead(tmp_path)
    assert not mark.exists() and not lock.exists()


def test_one_that_nobody_has_buried_is_gone_too(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    while psutil.Process(dead.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    mark, lock = marked(tmp_path, dead.pid)
    _forget_dead(tmp_path)
    dead.wait()
    assert not mark.exists() and not lock.exists()


def test_another_program_with_its_number_is_not_it(tmp_path: Path) -> None:
    mark, _ = marked(tmp_path, os.getpid())
    _forget_dead(tmp_path)
    assert not mark.exists()


def test_one_that_runs_keeps_its_mark(tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    running = subprocess.Popen([str(program), "30"])
    try:
        mark, lock = marked(tmp_path, running.pid)
        _forget_dead(tmp_path)
        assert mark.exists() and lock.exists()
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("written", ["", "\n", "nothing\n"])
def test_a_mark_that_says_nothing_is_left_to_the_server(tmp_path: Path, written: str) -> None:
    (tmp_path / "postmaster.pid").write_text(written)
    _forget_dead(tmp_path)
    assert (tmp_path / "postmaster.pid").exists()
    _forget_dead(tmp_path / "none")
