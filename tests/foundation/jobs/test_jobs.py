"""Background work: it begins on commit, tells how far it is, ends in words, and survives a dead worker."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.accounts.models import User
from congdoan.foundation.jobs import actions, running
from congdoan.foundation.jobs.models import JobRun
from tests.foundation.jobs import declared

assert declared


@pytest.fixture
def steps(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS tests_steps (run_id bigint, step int, pid int, PRIMARY KEY (run_id, step))"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tests_steps")
        cursor.execute("DELETE FROM procrastinate_jobs")


def begin(actor: Actor, kind: str, **arguments: object) -> JobRun:
    return actions.start(kind=kind, title="Thử", actor=actor, arguments=arguments)


def test_work_is_queued_only_when_its_cause_commits(steps: None, system: Actor) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        begin(system, "tests.count", to=3)
        raise RuntimeError
    assert not JobRun.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name=actions.RUN_TASK).exists()
    run = begin(system, "tests.count", to=3)
    queued = ProcrastinateJob.objects.get(task_name=actions.RUN_TASK)
    assert queued.args == {"run_id": run.pk}


def test_an_unknown_kind_is_refused_at_once(db: None, system: Actor) -> None:
    with pytest.raises(KeyError):
        begin(system, "tests.no_such_kind")


def test_done_work_says_where_its_result_is(steps: None, system: Actor) -> None:
    run = actions.run_now(begin(system, "tests.count", to=3))
    assert (run.state, run.done, run.total, run.message) == ("done", 3, 3, "Đã đếm xong")
    assert run.result_url == "/ket-qua/"
    assert run.started_at and run.ended_at
    before = run.ended_at
    assert actions.run_now(run).ended_at == before  # a run that is over is left alone


def test_errors_end_in_words_never_in_a_trace(steps: None, system: Actor) -> None:
    run = actions.run_now(begin(system, "tests.refuse"))
    assert run.state == "failed"
    assert run.message.startswith("Tệp không có dòng tiêu đề")
    run = actions.run_now(begin(system, "tests.crash"))
    assert run.state == "failed"
    assert f"CV-{run.pk}" in run.message
    assert "secret" not in run.message


def test_a_lost_database_is_tried_again_until_the_last_time(steps: None, system: Actor) -> None:
    run = begin(system, "tests.lose_database")
    with pytest.raises(OperationalError):
        running.execute(run.pk, last_try=False)
    run.refresh_from_db()
    assert run.state == "running"
    assert actions.run_now(run).state == "failed"


def test_the_same_work_is_never_done_by_two_at_once(steps: None, system: Actor) -> None:
    run = begin(system, "tests.count", to=1)
    with running._board(run.pk), pytest.raises(running.Busy):
        running.execute(run.pk)


def test_stopping_leaves_the_work_waiting_and_it_goes_on(steps: None, system: Actor) -> None:
    run = begin(system, "tests.count", to=5)
    calls = iter([False, False, True])
    with pytest.raises(running.Stopped):
        running.execute(run.pk, should_stop=lambda: next(calls))
    run.refresh_from_db()
    assert (run.state, run.message) == ("waiting", running.STOPPED)
    assert steps_of(run) == [0, 1]
    assert actions.run_now(run).state == "done"
    assert steps_of(run) == [0, 1, 2, 3, 4]


def test_progress_is_written_at_most_four_times_a_second(steps: None, system: Actor) -> None:
    written: list[float] = []

    class Board(running._Board):
        def write(self, **values: object) -> None:
            written.append(time.monotonic())
            super().write(**values)

    run = begin(system, "tests.count", to=300)
    running._do(run, Board(None, run.pk), lambda: False, True)
    gaps = [after - before for before, after in itertools.pairwise(written[:-1])]
    assert all(gap >= 0.24 for gap in gaps)
    assert len(written) < 300


def test_only_the_owner_starts_again_and_only_what_failed(steps: None, system: Actor) -> None:
    owner = User.objects.create_user("an", password="mat-khau-kho-2026", full_name="An")
    other = User.objects.create_user("binh", password="mat-khau-kho-2026", full_name="Bình")
    run = begin(Actor(user=owner, today=system.today), "tests.refuse")
    with pytest.raises(actions.NotFailed):
        actions.start_again(actor=system, run=run)
    actions.run_now(run)
    with pytest.raises(Forbidden):
        actions.start_again(actor=Actor(user=other, today=system.today), run=run)
    assert actions.start_again(actor=Actor(user=owner, today=system.today), run=run).state == "waiting"


def test_a_run_is_seen_by_its_owner_alone(db: None, client: Client, system: Actor) -> None:
    owner = User.objects.create_user("an", password="mat-khau-kho-2026", full_name="An")
    other = User.objects.create_user("binh", password="mat-khau-kho-2026", full_name="Bình")
    run = begin(Actor(user=owner, today=system.today), "tests.refuse")
    address = f"/cong-viec/{run.pk}/"
    client.force_login(other)
    assert client.get(address).status_code == 404
    client.force_login(owner)
    page = client.get(address, headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in page.text and "<html" not in page.text
    actions.run_now(run)
    page = client.get(address)
    assert (
        "Chạy lại" in page.text
        and "hx-trigger" not in page.text.split('id="job-run"')[1].split("</section>")[0]
    )


def test_folding_is_asked_for_once_in_a_while(steps: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_last_fold_asked", -1000.0)
    for _ in range(3):
        with transaction.atomic():
            actions.fold_soon()
    monkeypatch.setattr(actions, "_last_fold_asked", -1000.0)
    actions.fold_soon()
    assert ProcrastinateJob.objects.filter(task_name=actions.FOLD_TASK).count() == 1


def steps_of(run: JobRun) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT step FROM tests_steps WHERE run_id = %s ORDER BY step", [run.pk])
        return [row[0] for row in cursor.fetchall()]


_WORKER = """
import os, sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
import tests.foundation.jobs.declared
from congdoan.foundation.jobs import jobs, worker
jobs.DEAD_AFTER = worker.DEAD_AFTER = 1.0
jobs.HEARTBEAT = worker.HEARTBEAT = 0.3
worker.run(wait=True)
"""


@pytest.fixture
def worker() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real workers on the test database, and ends them."""
    started: list[subprocess.Popen[bytes]] = []

    def begin_worker() -> subprocess.Popen[bytes]:
        name = str(connection.settings_dict["NAME"])
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "congdoan.config.settings"}
        process = subprocess.Popen([sys.executable, "-c", _WORKER, name], env=environment)
        started.append(process)
        return process

    yield begin_worker
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(seen: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def state_of(run: JobRun) -> str:
    run.refresh_from_db()
    return run.state


@pytest.mark.slow
def test_work_of_a_killed_worker_is_taken_up_where_it_stopped(
    steps: None, system: Actor, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    run = begin(system, "tests.count", to=12, pause=0.25)
    first = worker()
    until(lambda: len(steps_of(run)) >= 3)
    first.kill()
    first.wait()
    assert state_of(run) == "running"
    time.sleep(1.2)
    worker()
    until(lambda: state_of(run) == "done")
    assert steps_of(run) == list(range(12))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM tests_steps WHERE run_id = %s", [run.pk])
        assert cursor.fetchone()[0] >= 2


@pytest.mark.slow
def test_a_worker_asked_to_end_lays_its_work_down_and_outlives_a_lost_database(
    steps: None, system: Actor, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    run = begin(system, "tests.count", to=30, pause=0.25)
    process = worker()
    until(lambda: len(steps_of(run)) >= 2)
    with connection.cursor() as cursor:  # what a restart of the server does to its connections
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    broken = len(steps_of(run))
    until(lambda: len(steps_of(run)) >= broken + 2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert state_of(run) in {"waiting", "running"}
    worker()
    until(lambda: state_of(run) == "done")
    assert steps_of(run) == list(range(30))
