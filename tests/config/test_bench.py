"""The bench at a tiny size: every figure is there, and nothing of it is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from congdoan.config.bench.figures import Figure, table, timed

MEMBERS = 400
SCREENS = [
    "search_frequent",
    "search_rare",
    "search_pair",
    "search_prefix",
    "search_middle",
    "list_first",
    "list_deep",
    "list_province",
    "list_middle",
    "list_small",
    "plan_root",
    "plan_slowest",
    "unit_root",
    "unit_middle",
    "home",
    "home_slowest",
    "employers_first",
    "employers_search",
    "employers_call",
    "employers_province",
    "employers_middle",
    "coverage_root",
    "coverage_province",
]


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """What ``congdoan bench --json`` says, from a process of its own."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from congdoan.config.cli import main; sys.exit(main(sys.argv[1:]))",
            *("bench", "--members", str(MEMBERS), "--requests", "2", "--seconds", "3", "--json"),
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=1500,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.slow
@pytest.mark.timeout(1600)
def test_every_figure_is_reported(answer: dict[str, Any]) -> None:
    figures = {figure["code"]: figure for figure in answer["figures"]}
    screens = {f"screens.{MEMBERS}.{name}" for name in SCREENS}
    rearranged = {
        f"reorganise.{work}.{name}"
        for work in ("merge_provinces", "merge_unions")
        for name in ("check", "commit", "vs_plain", "undo", "page", "differences")
    }
    joined = {
        f"joining.{name}"
        for name in (
            "rate",
            "p95",
            "refused",
            "most",
            "vs_bare",
            "one_workplace",
            "lost",
            "doubled",
            "unanswered",
        )
    }
    # None may be lost, twice or unanswered, also when the servers are killed.
    without_faults = {code for code in figures if code.endswith(".differences")} | {
        f"joining.{name}" for name in ("refused", "lost", "doubled", "unanswered")
    }
    assert set(figures) == screens | rearranged | joined | {
        "import.rate",
        "import.documented",
        "import.vs_documented",
        "import.tuned",
        "import.vs_tuned",
        "import.floor",
        "import.vs_floor",
        "import.memory",
        "import.memory_quarter",
        "import.memory_growth",
        "export.rate",
        "export.bare",
        "export.vs_bare",
        "export.memory",
        "upkeep.fill",
        "upkeep.fold",
        "upkeep.recount",
        "upkeep.differences",
        "returns.give_out",
        "returns.whole",
        "returns.single",
    }
    assert all(figure["value"] > 0 for code, figure in figures.items() if code not in without_faults)
    assert {figures[code]["value"] for code in without_faults} == {0}
    assert figures["import.vs_documented"]["aim"] == 25
    assert figures["import.vs_tuned"]["aim"] == 10
    assert figures["import.vs_floor"]["aim"] == 4
    assert figures["import.memory"]["aim"] == 300
    assert figures["import.memory_growth"]["aim"] is None  # so few rows are read by one process
    assert figures["export.vs_bare"]["aim"] == 1.5
    assert {figures[code]["aim"] for code in screens} == {50}
    assert figures["returns.whole"]["aim"] == 120
    assert figures["returns.single"]["aim"] == 300
    assert figures["joining.p95"]["aim"] == 300


@pytest.mark.slow
@pytest.mark.timeout(1600)
def test_its_databases_are_gone(answer: dict[str, Any]) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        rows = server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'congdoan_bench%'"
        ).fetchall()
    assert rows == []


def test_a_missed_aim_is_said() -> None:
    text = table(
        [
            Figure("a", "Nhóm", "Nhanh gấp", 9.2, "x", aim=10, lower_is_better=False),
            Figure("b", "Nhóm", "Trang đầu", 12.3, "ms", aim=50),
            Figure("c", "Nhóm", "Tốc độ", 12345, "rows/s"),
        ]
    )
    lines = text.splitlines()
    assert lines[-3].split() == ["Nhanh", "gấp", "9,20", "lần", "≥", "10,0", "lần", "chưa", "đạt"]
    assert lines[-2].endswith("đạt") and "chưa" not in lines[-2]
    assert lines[-1].split() == ["Tốc", "độ", "12.345", "dòng/giây"]


@pytest.mark.django_db
def test_times_are_ordered() -> None:
    times = timed([lambda: None] * 50)
    assert times.count == 50
    assert 0 <= times.p50 <= times.p95
