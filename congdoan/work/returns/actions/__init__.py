"""Writes of returns: forms, who owes them, filling, handing in, accepting, freezing."""

from congdoan.work.returns.actions.defining import publish, retire, save_draft, take_shipped
from congdoan.work.returns.actions.filling import (
    CHUNK,
    Filling,
    fill,
    open_all,
    open_return,
    recompute,
    take_aggregate,
)
from congdoan.work.returns.actions.handing_in import accept, close, close_round, give_back, reopen, submit
from congdoan.work.returns.actions.owing import (
    delegate,
    end_delegation,
    extend,
    give_out_due,
    make_obligations,
)
from congdoan.work.returns.actions.reminding import Reminded, remind, remind_due, reminder_days

__all__ = [
    "CHUNK",
    "Filling",
    "Reminded",
    "accept",
    "close",
    "close_round",
    "delegate",
    "end_delegation",
    "extend",
    "fill",
    "give_back",
    "give_out_due",
    "make_obligations",
    "open_all",
    "open_return",
    "publish",
    "recompute",
    "remind",
    "remind_due",
    "reminder_days",
    "reopen",
    "retire",
    "save_draft",
    "submit",
    "take_aggregate",
    "take_shipped",
]
