"""The kinds of background work, declared in the rooms' ``jobs.py`` and found by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.utils.module_loading import autodiscover_modules

from congdoan.foundation.jobs.models import JobRun

#: ``progress(done, total, message)``: called as often as one likes, written at most four times a second.
Progress = Callable[[int, int, str], None]
#: Does the work and returns where its result is to be seen (an address of ours), or None.
JobFunction = Callable[[JobRun, Progress], "str | None"]
Function = TypeVar("Function", bound=JobFunction)

_JOBS: dict[str, JobFunction] = {}


class JobError(Exception):
    """The work cannot be done, and the person who asked for it can do something about it: the message says what.

    Any other exception is shown as a fault with the number of the run, and logged with its trace.
    """


def job(kind: str) -> Callable[[Function], Function]:
    """Declare the function that does the work of a kind ("imports.commit").

    It may be called again for the same run after the worker died: what an earlier call committed must not be
    done twice. ``run.arguments`` holds what was asked; the function may keep its own position in its own rows.
    """

    def declare(function: Function) -> Function:
        _JOBS[kind] = function
        return function

    return declare


def function_of(kind: str) -> JobFunction:
    """The function of a kind. Raises KeyError for a kind that no room declares."""
    if kind not in _JOBS:
        autodiscover_modules("jobs")
    return _JOBS[kind]
