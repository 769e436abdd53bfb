"""Writes of founding: files open by themselves with the applications, officers move them, a recognition ends them."""

from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.actions.installing import install_steps
from congdoan.registry.founding.actions.receiving import open_file, receive_application
from congdoan.registry.founding.actions.recognising import RecognitionData, recognise
from congdoan.registry.founding.actions.working import (
    abandon,
    advance,
    change_kind,
    end_member,
    finish_task,
    name_member,
)

__all__ = [
    "AlreadyMoved",
    "FoundingError",
    "RecognitionData",
    "abandon",
    "advance",
    "change_kind",
    "end_member",
    "finish_task",
    "install_steps",
    "name_member",
    "open_file",
    "receive_application",
    "recognise",
]
