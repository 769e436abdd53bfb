"""Doors of briefings."""

from congdoan.work.briefings.views.editing import (
    agenda,
    attendance,
    conclusions,
    edit,
    invite,
    new,
    put_on_agenda,
)
from congdoan.work.briefings.views.meeting import (
    add_addendum,
    briefing,
    briefings,
    cancel,
    close,
    hold,
    notice,
    pack,
)
from congdoan.work.briefings.views.tasks import drop, finish, reopen, task, tasks

__all__ = [
    "add_addendum",
    "agenda",
    "attendance",
    "briefing",
    "briefings",
    "cancel",
    "close",
    "conclusions",
    "drop",
    "edit",
    "finish",
    "hold",
    "invite",
    "new",
    "notice",
    "pack",
    "put_on_agenda",
    "reopen",
    "task",
    "tasks",
]
