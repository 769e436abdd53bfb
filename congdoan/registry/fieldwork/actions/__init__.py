"""Writes of work in the field."""

from congdoan.registry.fieldwork.actions.answers import Answer, WrongAnswer, send, settle
from congdoan.registry.fieldwork.actions.errors import FieldworkError
from congdoan.registry.fieldwork.actions.reconciling import OutsideLine, hold_against
from congdoan.registry.fieldwork.actions.rounds import RoundData, close_round, give, hand_on, open_round
from congdoan.registry.fieldwork.actions.visiting import VisitData, finish_step, log_visit

__all__ = [
    "Answer",
    "FieldworkError",
    "OutsideLine",
    "RoundData",
    "VisitData",
    "WrongAnswer",
    "close_round",
    "finish_step",
    "give",
    "hand_on",
    "hold_against",
    "log_visit",
    "open_round",
    "send",
    "settle",
]
