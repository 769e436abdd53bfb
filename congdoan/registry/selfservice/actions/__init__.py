"""Writes of members' requests: proving who one is, asking, answering, and forgetting in time."""

from congdoan.registry.selfservice.actions.answering import (
    Stale,
    accept_change,
    accept_leave,
    evidence_of,
    refuse,
    reveal_proposed,
)
from congdoan.registry.selfservice.actions.asking import Scan, ask_change, ask_to_leave, withdraw
from congdoan.registry.selfservice.actions.errors import AlreadyAnswered, RequestError
from congdoan.registry.selfservice.actions.following import follow_after, follow_all
from congdoan.registry.selfservice.actions.keeping import end_lapsed, forget
from congdoan.registry.selfservice.actions.proving import ask_code, enter, give_up, is_open, send_code

__all__ = [
    "AlreadyAnswered",
    "RequestError",
    "Scan",
    "Stale",
    "accept_change",
    "accept_leave",
    "ask_change",
    "ask_code",
    "ask_to_leave",
    "end_lapsed",
    "enter",
    "evidence_of",
    "follow_after",
    "follow_all",
    "forget",
    "give_up",
    "is_open",
    "refuse",
    "reveal_proposed",
    "send_code",
    "withdraw",
]
