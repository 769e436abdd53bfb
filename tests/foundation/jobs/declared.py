"""Kinds of work the tests start."""

from __future__ import annotations

import time

from django.db import OperationalError, connection, transaction

from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.registry import JobError, Progress, job


@job("tests.count")
def count(run: JobRun, progress: Progress) -> str | None:
    """Counts to ``to`` in steps that are committed one by one, and goes on where it stopped."""
    to = run.arguments["to"]
    for step in range(to):
        progress(step, to, f"Bước {step}")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tests_steps (run_id, step, pid) VALUES (%s, %s, pg_backend_pid()) ON CONFLICT DO NOTHING",
                [run.pk, step],
            )
            fresh = cursor.rowcount
        if fresh:
            time.sleep(run.arguments.get("pause", 0))
    progress(to, to, "Đã đếm xong")
    return "/ket-qua/"


@job("tests.refuse")
def refuse(run: JobRun, progress: Progress) -> None:
    raise JobError("Tệp không có dòng tiêu đề. Hãy kiểm tra tệp rồi gửi lại.")


@job("tests.crash")
def crash(run: JobRun, progress: Progress) -> None:
    raise RuntimeError("secret detail")


@job("tests.lose_database")
def lose_database(run: JobRun, progress: Progress) -> None:
    raise OperationalError("server closed the connection")
