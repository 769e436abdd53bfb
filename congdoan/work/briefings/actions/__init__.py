"""Writes of briefings."""

from congdoan.work.briefings.actions.agenda import AgendaData, put_on_agenda, save_agenda
from congdoan.work.briefings.actions.attending import invite, take_attendance
from congdoan.work.briefings.actions.concluding import (
    ConclusionData,
    add_addendum,
    close,
    hold,
    save_conclusions,
)
from congdoan.work.briefings.actions.planning import BriefingData, cancel, plan_briefing, reschedule
from congdoan.work.briefings.actions.tasks import drop, finish, remind, reopen

__all__ = [
    "AgendaData",
    "BriefingData",
    "ConclusionData",
    "add_addendum",
    "cancel",
    "close",
    "drop",
    "finish",
    "hold",
    "invite",
    "plan_briefing",
    "put_on_agenda",
    "remind",
    "reopen",
    "reschedule",
    "save_agenda",
    "save_conclusions",
    "take_attendance",
]
