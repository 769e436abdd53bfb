"""Killing the worker or the database in the middle of an import loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.factories.sheets import HEADINGS, write_xlsx

ROWS = 600
_ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Installation:
    """One of its own, with its own database, so that the database can be killed."""

    home: Path
    keeper: subprocess.Popen[str] | None = None
    url: str = ""

    def start(self, step: str, *arguments: object) -> subprocess.Popen[str]:
        environment = {**os.environ, "CONGDOAN_HOME": str(self.home), "DATABASE_URL": self.url}
        if step == "keep":
            del environment["DATABASE_URL"]
        return subprocess.Popen(
            [sys.executable, "-m", "tests.foundation.imports.crash_worker", step, *map(str, arguments)],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def say(self, step: str, *arguments: object) -> dict[str, Any]:
        """Run a step to its end; the last thing it says."""
        process = self.start(step, *arguments)
        out, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
        return json.loads(out.strip().splitlines()[-1])

    def open(self) -> None:
        """Start the database, waiting until what is left of a killed one is gone."""
        for _ in range(20):
            self.keeper = self.start("keep")
            assert self.keeper.stdout is not None
            line = self.keeper.stdout.readline()
            if line:
                self.url = json.loads(line)["url"]
                return
            time.sleep(1)
        pytest.fail("the database does not start")

    def database_pid(self) -> int:
        (found,) = self.home.rglob("postmaster.pid")
        return int(found.read_text().splitlines()[0])

    def close(self) -> None:
        if self.keeper is not None:
            self.keeper.kill()
            self.keeper.wait()
        for found in self.home.rglob("postmaster.pid"):
            os.kill(int(found.read_text().splitlines()[0]), signal.SIGQUIT)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("nha"))
    made.open()
    yield made
    made.close()


def wait_until_done(process: subprocess.Popen[str], rows: int) -> None:
    """Read what the worker says until so many rows are written."""
    assert process.stdout is not None
    for line in process.stdout:
        said = json.loads(line)
        assert "finished" not in said, "too fast to be killed"
        if said.get("done", 0) >= rows:
            return
    assert process.stderr is not None
    pytest.fail(process.stderr.read())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_worker_and_database_killed_in_the_middle(installation: Installation, tmp_path: Path) -> None:
    people = [
        [n, f"Nguyễn Văn {'ABCDEGHIKL'[n % 10]}{'ăâêôơưyioe'[n // 10 % 10]}", f"{1 + n % 28:02d}/01/1990", "Nam",
         f"001090{n:06d}"]
        for n in range(ROWS)
    ]  # fmt: skip
    path = write_xlsx(tmp_path / "ds.xlsx", [HEADINGS, *people])
    prepared = installation.say("prepare", path)
    assert prepared["counts"]["create"] == ROWS
    run = prepared["run"]

    worker = installation.start("commit", run)
    wait_until_done(worker, 100)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    middle = installation.say("check")
    assert 100 <= middle["people"] < ROWS
    assert middle["people"] == middle["movements"] == middle["memberships"] == middle["figure"]
    assert middle["differences"] == []

    worker = installation.start("commit", run)
    wait_until_done(worker, middle["people"] + 50)
    os.kill(installation.database_pid(), signal.SIGKILL)
    assert worker.wait(timeout=60) != 0
    assert installation.keeper is not None
    installation.keeper.kill()
    installation.keeper.wait()
    installation.open()
    middle = installation.say("check")
    assert 150 <= middle["people"] < ROWS
    assert middle["people"] == middle["movements"] == middle["memberships"] == middle["figure"]
    assert middle["differences"] == []

    finished = installation.say("commit", run)
    assert finished["finished"] == "committed"
    assert finished["counts"]["created"] == ROWS
    end = installation.say("check")
    assert [end[name] for name in ("people", "movements", "memberships", "figure")] == [ROWS] * 4
    assert end["differences"] == []

    worker = installation.start("undo", run)
    wait_until_done(worker, 100)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert installation.say("undo", run)["finished"] == "undone"
    end = installation.say("check")
    assert (end["memberships"], end["figure"], end["movements"]) == (0, 0, 2 * ROWS)
    assert end["differences"] == []
