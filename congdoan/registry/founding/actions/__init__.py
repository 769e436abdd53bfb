"""Writes of founding: files open by themselves with the applications, officers move them, a recognition ends them."""

from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.actions.installing import install_steps
from congdoan.registry.founding.actions.keeping import (
    SCAN_BYTES,
    NomineeData,
    keep_dossier,
    keep_scan,
    open_scan,
)
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
    "SCAN_BYTES",
    "AlreadyMoved",
    "FoundingError",
    "NomineeData",
    "RecognitionData",
    "abandon",
    "advance",
    "change_kind",
    "end_member",
    "finish_task",
    "install_steps",
    "keep_dossier",
    "keep_scan",
    "name_member",
    "open_file",
    "open_scan",
    "receive_application",
    "recognise",
]
