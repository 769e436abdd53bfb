"""Doors of work in the field: rounds, answers, the log, lists from outside, and the surveyor's phone."""

from congdoan.registry.fieldwork.views.answers import settle, survey, surveys
from congdoan.registry.fieldwork.views.outside import outside, outside_rows, upload_outside
from congdoan.registry.fieldwork.views.phone import mine, mine_data, send, worker
from congdoan.registry.fieldwork.views.rounds import (
    close,
    give,
    hand_on,
    open_round,
    priority,
    rounds,
    survey_round,
    tasks,
)
from congdoan.registry.fieldwork.views.visits import finish, log_visit, visit, visits

__all__ = [
    "close",
    "finish",
    "give",
    "hand_on",
    "log_visit",
    "mine",
    "mine_data",
    "open_round",
    "outside",
    "outside_rows",
    "priority",
    "rounds",
    "send",
    "settle",
    "survey",
    "survey_round",
    "surveys",
    "tasks",
    "upload_outside",
    "visit",
    "visits",
    "worker",
]
