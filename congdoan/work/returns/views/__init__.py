"""Doors of periodic returns: the list, a return, the board of a round, forms and their editor, delegations."""

from congdoan.work.returns.views.board_page import board, booklet, close_round, remind
from congdoan.work.returns.views.delegating import delegations, end_delegation
from congdoan.work.returns.views.editor import edit
from congdoan.work.returns.views.form_page import change, form, give_out, new_form
from congdoan.work.returns.views.listing import forms, returns
from congdoan.work.returns.views.return_page import (
    excel,
    extend,
    fill,
    open_return,
    restatement,
    restatement_word,
    return_page,
    review,
    word,
)

__all__ = [
    "board",
    "booklet",
    "change",
    "close_round",
    "delegations",
    "edit",
    "end_delegation",
    "excel",
    "extend",
    "fill",
    "form",
    "forms",
    "give_out",
    "new_form",
    "open_return",
    "remind",
    "restatement",
    "restatement_word",
    "return_page",
    "returns",
    "review",
    "word",
]
