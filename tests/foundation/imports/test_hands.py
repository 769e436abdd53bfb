"""Two processes share the pieces of a list: each is done once, and neither's end loses any."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from congdoan.foundation.imports.hands import share

WORK = "tests.foundation.imports.pieces_work"


def run(work: str, folder: Path, count: int, *, alone: bool = False) -> tuple[set[int], list[int]]:
    told: list[int] = []
    answer = share(
        range(count),
        work=f"{WORK}:{work}",
        arguments=(str(folder), os.getpid()),
        tell=lambda piece, done, skipped: told.append(piece),
        alone=alone,
    )
    return answer, told


@pytest.mark.django_db
def test_each_piece_is_done_once_by_one_of_the_two(tmp_path: Path) -> None:
    answer, told = run("note", tmp_path, 40)
    assert answer == set(range(40)) and sorted(told) == list(range(40))
    marks = sorted(path.name for path in tmp_path.iterdir())
    assert len(marks) == 40
    assert {name.split("-")[0] for name in marks} == {"first", "other"}


@pytest.mark.django_db
def test_what_a_dead_process_took_is_missing_from_the_answer(tmp_path: Path) -> None:
    answer, told = run("die_beside", tmp_path, 5)
    (taken,) = (int(path.name.split("-")[1]) for path in tmp_path.iterdir())
    assert answer == set(range(5)) - {taken}
    assert sorted(told) == sorted(answer)


@pytest.mark.django_db
def test_an_error_here_ends_the_other(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no more"):
        run("fail_here", tmp_path, 5)
    other = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)
